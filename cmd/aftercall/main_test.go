package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	file := write("tickets.csv", "id,state,opened,closed\n1,Closed,2026-11-01 10:00,2026-11-01 11:00\n2,Open,2026-11-02 10:00,\n,Open,2026-11-02 10:00,\n")
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
		if err := json.Unmarshal([]byte(stdout), &got); code != exitDone || err != nil {
			t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
		}
		got.Run, got.State, got.Seconds = 0, "", 0
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if !strings.Contains(stderr, "line 4") {
			t.Errorf("the report does not name the line: %s", stderr)
		}
	}
	code, stdout, stderr := command(t, dir, "", "work", "--until-idle")
	if code != exitDone {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	if _, stdout, _ = command(t, dir, "", "jobs", "--json"); strings.Contains(stdout, `"queued"`) || !strings.Contains(stdout, `"resolutions.plan"`) {
		t.Errorf("jobs after working: %s", stdout)
	}
}
