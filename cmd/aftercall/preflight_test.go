package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// rowsIn returns every row of the database of a data directory. Every command counts on some numbers of rows that are there already.
func rowsIn(t *testing.T, dir string) []string {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(dir, "aftercall.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	return slices.DeleteFunc(dbtest.Dump(t, db), func(row string) bool { return strings.HasPrefix(row, "sqlite_sequence ") })
}

const preflightMapping = `
columns: {external_id: id, status: state, resolved_at: closed}
values: {status: {Closed: resolved}}
answers: [{metric: csat, column: score}]
`

// The whole way of a file: looked through, imported, its rejected rows mended and imported again. Each says by its exit status whether
// everything was, or would be, taken.
func TestAFileIsCheckedImportedMendedAndImportedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mapping := path("mapping.yaml", preflightMapping)
	file := path("tickets.csv", "id,state,closed,score\n"+
		"1,Closed,2026-11-01 11:00,5\n2,Closed,05/11/2026,4\n3,Closed,2026-11-02 11:00,\n合计,,,2\n")
	rejected, missing := filepath.Join(dir, "rejected.csv"), filepath.Join(dir, "missing")
	contacts := func(want int, file string, more ...string) (stdout, stderr string) {
		t.Helper()
		args := append([]string{"import", "contacts", file, "--source", "desk", "--mapping", mapping}, more...)
		code, stdout, stderr := command(t, dir, "", args...)
		if code != want {
			t.Fatalf("%q: exit status %d, want %d: %s%s", more, code, want, stdout, stderr)
		}
		return stdout, stderr
	}
	if code, _, _ := command(t, dir, "", "jobs"); code != exitDone {
		t.Fatal("there is no database")
	}
	before := rowsIn(t, dir)
	stdout, stderr := contacts(exitSome, file, "--check")
	if diff := cmp.Diff(before, rowsIn(t, dir)); diff != "" {
		t.Errorf("the check wrote something: %s", diff)
	}
	for _, says := range []string{
		"read 4, accepted 2, updated 0, resolved 2, duplicates 0, rejected 1, skipped 1", "csat on 1-5: 5 × 1", "nothing was written",
		`rejected, line 3: id="2" state="Closed"`,
	} {
		if !strings.Contains(stdout, says) {
			t.Errorf("the check does not say %q:\n%s", says, stdout)
		}
	}
	for _, says := range []string{`1 row rejected: closed "05/11/2026"`, `try dates: ["DD/MM/YYYY"]`} {
		if !strings.Contains(stderr, says) {
			t.Errorf("the check does not say %q:\n%s", says, stderr)
		}
	}
	told, _ := contacts(exitSome, file, "--rejected", rejected)
	if !strings.Contains(told, "read 4, accepted 2, updated 0, resolved 2, duplicates 0, rejected 1, skipped 1") {
		t.Errorf("the import does otherwise than the check said: %s", told)
	}
	body, err := os.ReadFile(rejected)
	if err != nil || !strings.Contains(string(body), `"2","Closed","05/11/2026","4","closed can be read as`) {
		t.Errorf("%v %s", err, body)
	}
	path("rejected.csv", strings.Replace(string(body), "05/11/2026", "2026-11-05", 1))
	if stdout, _ := contacts(exitDone, rejected, "--check"); !strings.Contains(stdout, "accepted 1,") {
		t.Errorf("mended: %s", stdout)
	}
	contacts(exitDone, rejected)
	contacts(exitFailed, missing)
	contacts(exitFailed, missing, "--check")
	contacts(exitUsage, file, "--shift-times", "tomorrow")
}

// Five thousand times the same mistake is one line, on the way in and before it.
func TestTheSameMistakeIsSaidOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("id,state,closed,score\nT,Closed,2026-11-01 11:00,5\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "%d,Closed,%02d/01/2021,\n", i, 2+i%9)
	}
	mapping, file := filepath.Join(dir, "mapping.yaml"), filepath.Join(dir, "tickets.csv")
	for path, text := range map[string]string{mapping: preflightMapping, file: b.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"import", "contacts", file, "--source", "desk", "--mapping", mapping}
	for _, more := range [][]string{{"--check"}, {"--check", "--json"}, nil} {
		t.Run(fmt.Sprint(more), func(t *testing.T) {
			code, stdout, stderr := command(t, dir, "", append(args, more...)...)
			if n := strings.Count(stderr, "rejected"); code != exitSome || n != 1 || !strings.Contains(stderr, "5,000 rows rejected") {
				t.Errorf("%q: exit status %d, said %d times: %s", more, code, n, stderr)
			}
			if !strings.Contains(stderr, "lines 3, 4, 5, 6, 7 …; try dates: [\"DD/MM/YYYY\"]") {
				t.Errorf("%q: not where, or not what to do: %s", more, stderr)
			}
			var result importResult
			if len(more) < 2 {
				return
			}
			if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.Problems) != 1 || result.Problems[0].Rows != 5000 {
				t.Errorf("%v: %s", err, stdout)
			}
		})
	}
	whole := strings.Replace(b.String(), "T,Closed,2026-11-01 11:00,5\n", "", 1)
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{{"--check"}, nil} {
		t.Run(fmt.Sprint(more), func(t *testing.T) {
			code, _, stderr := command(t, dir, "", append(args, more...)...)
			if code != exitFailed || !strings.Contains(stderr, "the first 100 rows were all rejected for one reason") ||
				!strings.Contains(stderr, `try dates: ["DD/MM/YYYY"]`) || strings.Count(stderr, "\n") > 2 {
				t.Errorf("%q: exit status %d: %s", more, code, stderr)
			}
		})
	}
}
