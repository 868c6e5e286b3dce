package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// command runs a command line in a data directory and returns its exit code and outputs.
func command(t *testing.T, dir, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	env := map[string]string{"AFTERCALL_DATA_DIR": dir}
	code = run(args, strings.NewReader(stdin), &out, &errs, func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
	return code, out.String(), errs.String()
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	t.Parallel()
	c := &cli{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Example == "" || !strings.Contains(cmd.Example, cmd.Name()) {
			t.Errorf("%s: short %q, example %q", cmd.CommandPath(), cmd.Short, cmd.Example)
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(c.root(os.LookupEnv))
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.csv")
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"help", []string{"--help"}, exitDone},
		{"version", []string{"version"}, exitDone},
		{"migrate", []string{"migrate"}, exitDone},
		{"jobs", []string{"jobs", "--json"}, exitDone},
		{"idle", []string{"work", "--until-idle"}, exitDone},
		{"verify", []string{"scores", "verify"}, exitDone},
		{"summary", []string{"decisions", "summary", "--json"}, exitDone},
		{"unknown command", []string{"bogus"}, exitUsage},
		{"unknown sub-command", []string{"scores", "bogus"}, exitUsage},
		{"group alone", []string{"scores"}, exitUsage},
		{"unknown flag", []string{"jobs", "--bogus"}, exitUsage},
		{"too many arguments", []string{"jobs", "extra"}, exitUsage},
		{"missing flag", []string{"import", "contacts", missing}, exitUsage},
		{"bad day", []string{"scores", "show", "--from", "yesterday"}, exitUsage},
		{"bad metric", []string{"scores", "show", "--metric", "happiness"}, exitUsage},
		{"bad role", []string{"user", "add", "li", "--role", "boss"}, exitUsage},
		{"worker on SQLite", []string{"worker"}, exitUsage},
		{"bad setting", []string{"jobs", "--zone", "Mars/Phobos"}, exitUsage},
		{"bad proxy", []string{"serve", "--trusted-proxies", "10.0.0.5,proxy"}, exitUsage},
		{"health of no worker", []string{"jobs", "--health-addr", "127.0.0.1:0"}, exitUsage},
		{"bad Redis", []string{"work", "--redis", "http://127.0.0.1"}, exitUsage},
		{"bad sender", []string{"jobs", "--sender", "pigeon"}, exitUsage},
		{"no such mapping", []string{"import", "contacts", missing, "--source", "a", "--mapping", missing}, exitFailed},
		{"no such database", []string{"jobs", "--database", "mysql://u:p@127.0.0.1:1/x"}, exitFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if code, _, stderr := command(t, dir, "", c.args...); code != c.want {
				t.Errorf("exit code %d, want %d: %s", code, c.want, stderr)
			}
		})
	}
}

func TestADatabaseAddressThatCannotBeRightIsWrongUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, address := range []string{"mysql://x", "postgres://x", "sqlite:"} {
		for _, args := range [][]string{
			{"web", "--addr", "127.0.0.1:0"},
			{"worker", "--redis", "redis://127.0.0.1:1", "--public-url", "https://care.example.com"},
			{"serve", "--addr", "127.0.0.1:0"},
			{"work", "--until-idle"},
			{"jobs"},
		} {
			t.Run(args[0]+" on "+address, func(t *testing.T) {
				code, stderr := commandIn(map[string]string{"AFTERCALL_DATA_DIR": dir, "AFTERCALL_DATABASE": address}, args...)
				if code != exitUsage {
					t.Errorf("%s on %s: exit code %d: %s", args[0], address, code, stderr)
				}
			})
		}
	}
}

func TestSettingsOfTheEnvironmentThatCannotWorkAreNamed(t *testing.T) {
	t.Parallel()
	for variable, c := range map[string]struct{ command, value, named string }{
		"AFTERCALL_TRUSTED_PROXIES": {"web", "10.0.0.5,proxy", `trusted-proxies "proxy"`},
		"AFTERCALL_HEALTH_ADDR":     {"worker", "localhost", `health-addr "localhost"`},
	} {
		t.Run(variable, func(t *testing.T) {
			code, stderr := commandIn(map[string]string{variable: c.value}, c.command)
			if code != exitUsage || !strings.Contains(stderr, c.named) {
				t.Errorf("%s=%s: exit code %d: %s", variable, c.value, code, stderr)
			}
		})
	}
}

// commandIn runs a command line with environment variables and returns its exit code and what it wrote to standard error.
func commandIn(env map[string]string, args ...string) (code int, stderr string) {
	var errs strings.Builder
	code = run(args, strings.NewReader(""), io.Discard, &errs, func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
	return code, errs.String()
}

func TestAFlagGoesBeforeTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, stderr := command(t, "/proc/nowhere", "", "migrate", "--data-dir", dir); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "aftercall.db")); err != nil {
		t.Error(err)
	}
}

func TestUsersAndTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, stdout, stderr := command(t, dir, "correct horse battery\n", "user", "add", "Li", "--role", "caller", "--password-stdin")
	if code != exitDone || strings.Contains(stdout, "horse") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr = command(t, dir, "", "user", "add", "li", "--role", "caller"); code != exitFailed {
		t.Errorf("the same login again: exit code %d: %s", code, stderr)
	}
	code, stdout, stderr = command(t, dir, "", "token", "create", "--source", "helpdesk")
	if code != exitDone || !strings.HasPrefix(stdout, "ac_") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

func TestImportTellsWhatItDidAndDoublesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write("tickets.csv",
		"id,state,opened,closed\n1,Closed,2026-11-01 10:00,2026-11-01 11:00\n2,Open,2026-11-02 10:00,\n,Open,2026-11-02 10:00,\n")
	mapping := write("mapping.yaml", `
zone: Asia/Shanghai
columns: {external_id: id, status: state, opened_at: opened, resolved_at: closed}
values: {status: {Closed: resolved, Open: open}}
`)
	args := []string{"import", "contacts", file, "--source", "desk", "--mapping", mapping, "--json"}
	for _, want := range []importResult{
		{Read: 3, Accepted: 2, Resolved: 1, Rejected: 1},
		{Read: 3, Duplicates: 2, Rejected: 1},
	} {
		code, stdout, stderr := command(t, dir, "", args...)
		var got importResult
		if err := json.Unmarshal([]byte(stdout), &got); code != exitSome || err != nil {
			t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
		}
		got.Run, got.State, got.Seconds, got.Problems = 0, "", 0, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(stderr, "line 4") {
			t.Errorf("the report does not name the line: %s", stderr)
		}
	}
	if _, stdout, _ := command(t, dir, "", "jobs", "--json"); !strings.Contains(stdout, `"resolutions.plan"`) {
		t.Errorf("jobs before working: %s", stdout)
	}
	code, stdout, stderr := command(t, dir, "", "work", "--until-idle")
	if code != exitDone {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	_, stdout, _ = command(t, dir, "", "jobs", "--json")
	if strings.Contains(stdout, `"queued"`) || strings.Contains(stdout, `"resolutions.plan"`) {
		t.Errorf("jobs after working: %s", stdout)
	}
}
