package imports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

const simple = `
columns: {external_id: id, status: state, resolved_at: done, customer.phones: phone}
values:
  status: {closed: resolved}
`

func parse(t testing.TB, body string) imports.Mapping {
	t.Helper()
	m, err := imports.ParseMapping([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func opener(file string) imports.Open {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }
}

// rows returns a file of n resolved contacts, 300 bytes each.
func rows(n int) string {
	var b strings.Builder
	b.WriteString("id,state,done,phone,note\n")
	for i := range n {
		fmt.Fprintf(&b, "T-%d,closed,2026-11-20 10:00,%d,%s\n", i, 13912340000+i, strings.Repeat("x", 260))
	}
	return b.String()
}

func TestReportNamesLineColumnAndValue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		file := "id,state,done,phone\n" +
			"T-1,closed,2026-11-20 10:00,13912348000\n" +
			"T-2,closed,yesterday,13912348001\n" +
			",closed,2026-11-20 10:00,13912348002\n" +
			"T-4,lost,2026-11-20 10:00,13912348003\n" +
			"T-5,closed,2026-11-20 10:00,12\n" +
			"T-6,closed,2026-11-20 10:00,13912348005,one,too,many\n" +
			"T-7,closed,,13912348006\n" +
			"\"T-8,closed\n" +
			"T-9,Closed,2026-11-20 10:00,13912348008\n"
		run, err := c.ImportFile(context.Background(), imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}, opener(file), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(counts{Read: 9, Accepted: 3, Resolved: 3, Rejected: 6, Warnings: 1}, countsOf(run)); diff != "" {
			t.Error(diff)
		}
		issues, err := c.Issues(context.Background(), run.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range issues {
			got = append(got, fmt.Sprintf("%d %s %s %s %q", i.Line, i.Severity, i.Field, i.Code, i.Value))
		}
		want := []string{
			`3 rejected done bad_date "yesterday"`,
			`4 rejected id required ""`,
			`5 rejected state unknown_value "lost"`,
			`6 corrected phone not_phone "12"`,
			`7 rejected row too_many_cells "7"`,
			`8 rejected done required_when_resolved ""`,
			`9 rejected row unclosed_quote "\"T-8,closed"`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStoppedImportGoesOnWithoutDoubling(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		file, n := rows(1100), imports.NewRun{SourceID: c.source, Mapping: parse(t, simple), ShiftToNow: true}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var told []int64
		_, err := c.ImportFile(ctx, n, opener(file), func(p imports.Progress) {
			told = append(told, p.Run.RowsRead)
			if len(told) == 2 {
				cancel() // as Ctrl-C does
			}
		})
		if !errors.Is(err, context.Canceled) || len(told) != 2 {
			t.Fatalf("stopped after %v: %v", told, err)
		}
		if got := c.count(t, "contacts", "1 = 1"); int64(got) != told[1] {
			t.Errorf("%d contacts after %d rows", got, told[1])
		}
		run, err := c.ImportFile(context.Background(), n, opener(file), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(counts{Read: 1100, Accepted: 1100, Resolved: 1100}, countsOf(run)); diff != "" {
			t.Error(diff)
		}
		if got := c.count(t, "import_runs", "1 = 1"); got != 1 {
			t.Errorf("%d runs, want the same one", got)
		}
	})
}

func TestUploadIsImportedByJob(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		c := newCentre(t, db)
		draft, err := c.Upload(ctx, account.Viewer{UserID: 3}, "tickets.csv", strings.NewReader(rows(2500)))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.count(t, "import_chunks", "run_id = ?", draft.ID); got < 2 {
			t.Fatalf("%d pieces, want several", got)
		}
		preview, err := c.Preview(ctx, draft.ID, imports.Mapping{})
		if err != nil || !cmp.Equal(preview.Header, []string{"id", "state", "done", "phone", "note"}) || preview.Rows[0].Cells[0] != "T-0" {
			t.Errorf("preview: %+v %v", preview, err)
		}
		wrong := parse(t, "columns: {external_id: number}")
		if _, err := c.Begin(ctx, draft.ID, imports.NewRun{SourceID: c.source, Mapping: wrong}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a mapping of another file: %v", err)
		}
		if _, err := c.Begin(ctx, draft.ID, imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}); err != nil {
			t.Fatal(err)
		}
		if err := c.Stop(ctx, draft.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.Execute(ctx, outbox.Ticket{}, draft.ID); err != nil {
			t.Fatal(err)
		}
		if got := c.count(t, "contacts", "1 = 1"); got != 0 {
			t.Errorf("a stopped run took %d contacts", got)
		}
		if err := c.Resume(ctx, draft.ID); err != nil {
			t.Fatal(err)
		}
		if got := c.count(t, "jobs", "kind = ? AND ref = ?", imports.JobRun, draft.ID); got != 2 {
			t.Errorf("%d jobs, want one for each start", got)
		}
		if err := c.Execute(ctx, outbox.Ticket{}, draft.ID); err != nil {
			t.Fatal(err)
		}
		run, err := c.Run(ctx, draft.ID)
		if err != nil || run.State != imports.Done || run.Accepted != 2500 {
			t.Errorf("%+v %v", run, err)
		}
		if got := c.count(t, "import_chunks", "1 = 1"); got != 0 {
			t.Errorf("%d pieces are kept of a file that is done with", got)
		}
	})
}

func TestHeadingsThatCannotBeReadAreNeverTakenFromTheNextLine(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	for name, head := range map[string]string{
		"too many columns": strings.Repeat("id,", 1001), "too long": strings.Repeat("x", 2<<20), "a quote never closed": `"id,state`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Upload(t.Context(), account.Viewer{}, "tickets.csv", strings.NewReader(head+"\nT-1,closed\nT-2,closed\n"))
			if f, ok := fault.Of(err); !ok || f.Code != "file_headings" || fault.KindOf(err) != fault.Invalid {
				t.Error(err)
			}
		})
	}
	below := imports.NewRun{SourceID: c.source, Mapping: parse(t, "header_line: 2\n"+simple)}
	if _, err := c.ImportFile(t.Context(), below, opener("\"an open title\n"+rows(1)), nil); err != nil {
		t.Errorf("a title above the headings: %v", err)
	}
}

func TestUploadThatIsNoTableLeavesNothing(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	_, err := c.Upload(context.Background(), account.Viewer{}, "cat.png", bytes.NewReader([]byte("\x89PNG\r\n\x1a\n\x00\x00")))
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("error %v", err)
	}
	if got := c.count(t, "import_runs", "1 = 1") + c.count(t, "import_chunks", "1 = 1"); got != 0 {
		t.Errorf("%d rows are left", got)
	}
}

func TestExampleFile(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	file := filepath.Join("..", "..", "..", "docs", "examples", "contacts.csv")
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	run := c.importFile(t, imports.NewRun{Mapping: mapping(t, "contacts.yaml")}, file)
	if diff := cmp.Diff(counts{Read: 5, Accepted: 5, Resolved: 4}, countsOf(run)); diff != "" {
		t.Error(diff)
	}
	for where, want := range map[string]int{
		"talk_seconds = 204": 1, "complaint = 1": 1, "status = 'reopened'": 1, "opened_at = 1763600000": 0,
	} {
		if got := c.count(t, "contacts", where); got != want {
			t.Errorf("contacts where %s: %d, want %d", where, got, want)
		}
	}
	if got := c.count(t, "customer_addresses", "normalised = '+12125550123'"); got != 1 {
		t.Errorf("%d addresses of a number with a country code", got)
	}
	if got := c.count(t, "imported_answers", "value IN (4, 5)"); got != 2 {
		t.Errorf("%d answers in words, want 2", got)
	}
}
