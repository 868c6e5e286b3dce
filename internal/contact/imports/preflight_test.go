package imports_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// dated returns a file of n resolved contacts, the bad ones of which have a date that has two readings.
func dated(n int, bad func(i int) bool) string {
	var b strings.Builder
	b.WriteString("id,state,done,phone\n")
	for i := range n {
		done := "2026-11-20 10:00"
		if bad(i) {
			done = fmt.Sprintf("%02d/11/2026 10:00", 1+i%10+i%2*11) // the 11th is the same both ways round
		}
		fmt.Fprintf(&b, "T-%d,closed,%s,%d\n", i, done, 13912340000+i)
	}
	return b.String()
}

// A file whose first hundred rows all fail for one reason stops with the reason and what would mend it; rows that are no contacts, and
// what has a reason of its own, make no difference to the others.
func TestAFileThatDoesNotFitItsMappingStopsWithTheReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		n := imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}
		all := func(int) bool { return true }
		_, err := c.CheckFile(t.Context(), n, opener(dated(5000, all)), nil)
		run, err2 := c.ImportFile(t.Context(), n, opener(dated(5000, all)), nil)
		for _, err := range []error{err, err2} {
			f, ok := fault.Of(err)
			if !ok || f.Code != "import_one_reason" || !strings.Contains(f.Error(), `try dates: ["DD/MM/YYYY HH:mm"]`) {
				t.Errorf("%v", err)
			}
		}
		if run, err := c.Run(t.Context(),
			run.ID); err != nil || run.State != imports.Failed || run.RowsRead != 100 || len(run.Report().Groups) != 1 {
			t.Errorf("%+v %v", run, err)
		}
		summed := strings.Replace(dated(300, all), "\n", "\n合计,,,\n", 1)
		if _, err := c.CheckFile(t.Context(), n, opener(summed), nil); !strings.Contains(fmt.Sprint(err), "first 99 rows") {
			t.Errorf("a row that is no contact before them: %v", err)
		}
		for name, file := range map[string]string{
			"one of the first is good": dated(300, func(i int) bool { return i != 70 }), "it is short": dated(99, all),
			"half of them fail for another reason": strings.ReplaceAll(dated(300, func(i int) bool { return i%2 == 0 }), "2026-11-20", "x"),
		} {
			t.Run(name, func(t *testing.T) {
				if run, err := c.CheckFile(t.Context(), n, opener(file), nil); err != nil || run.RowsRead < 99 {
					t.Errorf("%+v %v", countsOf(run), err)
				}
			})
		}
	})
}

// Where the mapping fits another line or another sheet, one sentence says so, and not one for each column.
func TestAFileReadFromTheWrongPlaceSaysSoInOneSentence(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	head := []any{"id", "state", "done", "phone"}
	row := []any{"T-1", "closed", "2026-11-20 10:00", 13912340001}
	for name, tt := range map[string]struct{ mapping, file, code, says string }{
		"a title above":     {simple, "Tickets of November,,,\n\n" + rows(2), "headings_elsewhere", "header_line: 3"},
		"headings above":    {"header_line: 2\n" + simple, rows(2), "headings_elsewhere", "header_line: 1"},
		"another file":      {simple, "name,mail\nAnn,ann@example.org\n", "headings_other", "name, mail"},
		"a title of a book": {simple, bookOf(t, false, []any{"Tickets"}, head, row), "headings_elsewhere", "header_line: 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.CheckFile(t.Context(), imports.NewRun{SourceID: c.source, Mapping: parse(t, tt.mapping)}, opener(tt.file), nil)
			f, ok := fault.Of(err)
			if !ok || f.Code != tt.code || !strings.Contains(f.Error(), tt.says) || len(f.Fields) > 0 {
				t.Error(err)
			}
		})
	}
	one := strings.Replace(rows(2), "done", "closed at", 1)
	_, err := c.CheckFile(t.Context(), imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}, opener(one), nil)
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Value != "done" {
		t.Errorf("a single column that is missing: %v", err)
	}
}

// checked looks through an uploaded file by its job, and returns the run then.
func (c centre) checked(t *testing.T, file string) imports.Run {
	t.Helper()
	draft, err := c.Upload(t.Context(), account.Viewer{UserID: 3}, "tickets.csv", strings.NewReader(file))
	if err == nil {
		_, err = c.Check(t.Context(), draft.ID, imports.NewRun{SourceID: c.source, Source: "helpdesk", UserID: 3, Mapping: parse(t,
			simple)})
	}
	if err == nil {
		err = c.Execute(t.Context(), outbox.Ticket{}, draft.ID)
	}
	run, err2 := c.Run(t.Context(), draft.ID)
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestACheckByJobTakesNothingAndIsThenImported(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		run := c.checked(t, dated(700, func(i int) bool { return i%7 == 1 }))
		if run.State != imports.Checked || run.Accepted != 600 || run.Rejected != 100 || run.Report().NewCustomers != 600 {
			t.Errorf("%+v", run)
		}
		if n := c.count(t, "contacts", "1 = 1") + c.count(t, "import_issues", "1 = 1") + c.count(t, "import_rejects", "1 = 1"); n != 0 {
			t.Errorf("a check left %d rows", n)
		}
		if _, err := c.Begin(t.Context(), run.ID, imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}); err != nil {
			t.Fatal(err)
		}
		if err := c.Execute(t.Context(), outbox.Ticket{}, run.ID); err != nil {
			t.Fatal(err)
		}
		done, err := c.Run(t.Context(), run.ID)
		if err != nil || done.State != imports.Done || done.Accepted != 600 || done.Rejected != 100 || done.RowsRead != 700 {
			t.Errorf("%+v %v", done, err)
		}
		if n := c.count(t, "import_rejects", "run_id = ?", run.ID); n != 100 {
			t.Errorf("%d rejected rows are kept", n)
		}
	})
}

// A check that ends because the file does not fit says why, and can be matched anew.
func TestACheckOfAFileThatDoesNotFitEndsWithTheReason(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	run := c.checked(t, dated(400, func(int) bool { return true }))
	if run.State != imports.Checked || run.Error != "import_one_reason" || run.RowsRead != 100 {
		t.Errorf("%+v", run)
	}
	mended := parse(t, "dates: [DD/MM/YYYY HH:mm]\n"+simple)
	if _, err := c.Check(t.Context(), run.ID, imports.NewRun{SourceID: c.source, Mapping: mended}); err != nil {
		t.Fatal(err)
	}
	if err := c.Execute(t.Context(), outbox.Ticket{}, run.ID); err != nil {
		t.Fatal(err)
	}
	run, err := c.Run(t.Context(), run.ID)
	if err != nil || run.State != imports.Checked || run.Error != "" || run.Accepted != 400 || len(run.Report().Groups) != 0 {
		t.Errorf("checked again: %+v %v", run, err)
	}
}

// A check whose process dies, or is told to stop, begins from the first row again: what was met before is nowhere else.
func TestACheckThatWasInterruptedBeginsAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		file := rows(1500) + strings.ReplaceAll(rows(600), "id,state,done,phone,note\n", "")
		draft, err := c.Upload(t.Context(), account.Viewer{UserID: 3}, "tickets.csv", strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Check(t.Context(), draft.ID, imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}); err != nil {
			t.Fatal(err)
		}
		ticket := c.queued(t, draft.ID)
		c.killedAt(t, ticket, draft.ID, 14)
		left, err := c.Run(t.Context(), draft.ID)
		if err != nil || left.State != imports.Checking || left.RowsRead == 0 {
			t.Fatalf("killed in the middle: %+v %v", left, err)
		}
		if err := c.Execute(t.Context(), outbox.Ticket{}, draft.ID); err != nil {
			t.Fatal(err)
		}
		run, err := c.Run(t.Context(), draft.ID)
		if err != nil || run.State != imports.Checked || run.RowsRead != 2100 || run.Accepted != 1500 || run.Duplicates != 600 {
			t.Errorf("%+v %v", run, err)
		}
		if len(run.Report().Examples) != 6 || run.Report().NewCustomers != 1500 {
			t.Errorf("%+v", run.Report())
		}
	})
}

func TestACheckThatIsStoppedIsADraftAgain(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	draft, err := c.Upload(t.Context(), account.Viewer{UserID: 3}, "tickets.csv", strings.NewReader(rows(300)))
	if err != nil {
		t.Fatal(err)
	}
	n := imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}
	if _, err := c.Check(t.Context(), draft.ID, n); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context(), draft.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.Execute(context.Background(), outbox.Ticket{}, draft.ID); err != nil { // its job comes all the same
		t.Fatal(err)
	}
	if run, err := c.Run(t.Context(), draft.ID); err != nil || run.State != imports.Draft || run.RowsRead != 0 {
		t.Errorf("%+v %v", run, err)
	}
	if _, err := c.Begin(t.Context(), draft.ID, n); err != nil {
		t.Errorf("a draft that was looked through in part: %v", err)
	}
}
