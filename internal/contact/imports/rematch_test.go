package imports_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// failed is a run that stopped because its mapping does not fit the file.
func (c centre) failed(t *testing.T) imports.Run {
	t.Helper()
	draft, err := c.Upload(t.Context(), account.Viewer{UserID: 3}, "tickets.csv", strings.NewReader(dated(250,
		func(int) bool { return true })))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Begin(t.Context(), draft.ID, imports.NewRun{SourceID: c.source, UserID: 3, Mapping: parse(t, simple)}); err != nil {
		t.Fatal(err)
	}
	if err := c.Execute(t.Context(), outbox.Ticket{}, draft.ID); err != nil {
		t.Fatal(err)
	}
	run, err := c.Run(t.Context(), draft.ID)
	if err != nil || run.State != imports.Failed || run.Error != "import_one_reason" {
		t.Fatalf("%+v %v", run, err)
	}
	return run
}

// A run that failed is matched anew without another upload: a draft with its file, its source and its mapping. Discarding the draft
// leaves the run its file.
func TestAFailedRunIsMatchedAnewWithItsFile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		run := c.failed(t)
		for range 2 {
			draft, err := c.Rematch(t.Context(), account.Viewer{UserID: 7}, run.ID)
			if err != nil || draft.ID == run.ID || draft.State != imports.Draft || draft.UserID != 7 || draft.SourceID != c.source {
				t.Fatalf("%+v %v", draft, err)
			}
			if diff := cmp.Diff([]string{run.Mapping, run.Filename}, []string{draft.Mapping, draft.Filename}); diff != "" {
				t.Error(diff)
			}
			if p, err := c.Preview(t.Context(), draft.ID, imports.Mapping{}); err != nil || len(p.Rows) != 200 {
				t.Errorf("%d rows to match by, %v", len(p.Rows), err)
			}
			if err := c.Discard(t.Context(), draft.ID); err != nil {
				t.Fatal(err)
			}
		}
		draft, err := c.Rematch(t.Context(), account.Viewer{UserID: 7}, run.ID)
		if err != nil {
			t.Fatal(err)
		}
		mended := parse(t, "dates: [DD/MM/YYYY HH:mm]\n"+simple)
		if _, err := c.Begin(t.Context(), draft.ID, imports.NewRun{SourceID: c.source, Mapping: mended}); err != nil {
			t.Fatal(err)
		}
		if err := c.Execute(t.Context(), outbox.Ticket{}, draft.ID); err != nil {
			t.Fatal(err)
		}
		if done, err := c.Run(t.Context(), draft.ID); err != nil || done.State != imports.Done || done.Accepted != 250 {
			t.Errorf("%+v %v", done, err)
		}
		if _, err := c.Rematch(t.Context(), account.Viewer{}, run.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a file that is done with: %v", err)
		}
	})
}

// The file of a run lives as long as somebody may come back for it: also for a draft of the run, which is younger.
func TestTheFileOfAnOldRunIsKeptForItsYoungDraft(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	c := newCentre(t, db)
	run := c.failed(t)
	later := noon.Add(29 * 24 * time.Hour)
	contacts := contact.New(db, clocktest.Fixed(later), contact.Options{})
	draft, err := imports.New(db, contacts, clocktest.Fixed(later)).Rematch(t.Context(), account.Viewer{}, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	then := imports.New(db, contacts, clocktest.Fixed(noon.Add(31*24*time.Hour)))
	if _, err := then.Upload(t.Context(), account.Viewer{}, "other.csv", strings.NewReader(rows(1))); err != nil {
		t.Fatal(err)
	}
	if _, err := then.Preview(t.Context(), draft.ID, imports.Mapping{}); err != nil {
		t.Errorf("after two days: %v", err)
	}
	late := imports.New(db, contacts, clocktest.Fixed(noon.Add(70*24*time.Hour)))
	for range 3 {
		if _, err := late.Upload(t.Context(), account.Viewer{}, "other.csv", strings.NewReader(rows(1))); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.count(t, "import_chunks", "run_id = ?", run.ID); n != 0 {
		t.Errorf("nobody comes back, and %d pieces are kept", n)
	}
}

// The next file with the same columns is matched as the last one was, however its headings are written and whatever else it has.
func TestTheMatchingOfTheLastFileIsRemembered(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	if _, _, found, err := c.Remembered(t.Context(), []string{"id", "state", "done", "phone"}); found || err != nil {
		t.Errorf("nothing was imported: %t %v", found, err)
	}
	first, err := c.ImportFile(t.Context(), imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}, opener(rows(1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, header := range map[bool][]string{true: {"PHONE", "Ｓtate ", "new", "done", "\ufeffid"}, false: {"id", "state", "phone"}} {
		t.Run(strings.Join(header, ","), func(t *testing.T) {
			run, m, found, err := c.Remembered(t.Context(), header)
			if err != nil || found != want || found && (run.ID != first.ID || !cmp.Equal(m, parse(t, simple))) {
				t.Errorf("%q: %+v %+v %t %v", header, run, m, found, err)
			}
		})
	}
	other := "columns: {external_id: id, status: state, resolved_at: done}\nvalues: {status: {closed: resolved}}\n"
	second, err := c.ImportFile(t.Context(), imports.NewRun{SourceID: c.source, Mapping: parse(t, other)}, opener(rows(1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if run, _, _, err := c.Remembered(t.Context(), []string{"id", "state", "done", "phone"}); err != nil || run.ID != second.ID {
		t.Errorf("of two that fit the newest is taken: %+v %v", run, err)
	}
}
