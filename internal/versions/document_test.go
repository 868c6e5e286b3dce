package versions_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/versions"
)

var (
	mei     = account.Viewer{UserID: 3, Role: account.Admin}
	morning = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))

	errUnknown   = fault.New(fault.NotFound, "x_unknown", "there is no such version")
	errChanged   = fault.New(fault.Conflict, "x_changed", "somebody else has published since")
	errPublished = fault.New(fault.Conflict, "x_published", "a published version never changes")
)

// newDocument is a document as one process has it: a text, or, where several versions are read, all of them.
func newDocument(table, column string, take int) *versions.Document[[]string] {
	d := &versions.Document[[]string]{
		Table: table, Column: column, What: "the texts", Subject: "text", Action: "texts.published",
		Unknown: errUnknown, Changed: errChanged, Take: take,
		Read: func(rows []versions.Row) (*[]string, error) {
			texts := make([]string, len(rows))
			for i, row := range rows {
				if err := json.Unmarshal([]byte(row.Document), &texts[i]); err != nil {
					return nil, err
				}
			}
			return &texts, nil
		},
	}
	d.Keep(1, &[]string{"first"})
	return d
}

// eachTable runs a test on every table of documents in every database.
func eachTable(t *testing.T, test func(t *testing.T, db *database.DB, table, column string)) {
	t.Helper()
	for table, column := range map[string]string{"outcome_sets": "document", "permission_rules": "body"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) { test(t, db, table, column) })
		})
	}
}

func publish(ctx context.Context, db *database.DB, d *versions.Document[[]string], text string, basedOn int) (versions.Line, error) {
	var line versions.Line
	err := db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
		line, err = d.Publish(tx, mei, text, basedOn, "note "+text, morning)
		return err
	})
	return line, err
}

func ensure(t *testing.T, db *database.DB, d *versions.Document[[]string], text string) {
	t.Helper()
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return d.Ensure(tx, 1, text, morning) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatOneProcessPublishesHoldsAtOnceInAnother(t *testing.T) {
	t.Parallel()
	eachTable(t, func(t *testing.T, db *database.DB, table, column string) {
		here, there := newDocument(table, column, 1), newDocument(table, column, 2)
		view := db.View(t.Context())
		if texts, version, err := there.InForce(view); err != nil || version != 1 || (*texts)[0] != "first" {
			t.Errorf("before anything is published: %q, version %d, %v", texts, version, err)
		}
		ensure(t, db, here, "stored")
		ensure(t, db, there, "too late")
		if _, err := publish(t.Context(), db, here, "second", 1); err != nil {
			t.Fatal(err)
		}
		if got := *there.Known(); got[0] != "first" {
			t.Errorf("known without a query: %q", got)
		}
		texts, version, err := there.InForce(view)
		if err != nil || version != 2 {
			t.Fatalf("version %d, %v", version, err)
		}
		if diff := gocmp.Diff([]string{"second", "stored"}, *texts); diff != "" {
			t.Error(diff)
		}
		if _, err := publish(t.Context(), db, there, "third", 1); !errors.Is(err, errChanged) {
			t.Errorf("published on an old version: %v", err)
		}
		if _, err := there.At(view, 9); !errors.Is(err, errUnknown) {
			t.Errorf("version 9: %v", err)
		}
	})
}

func TestTheHistorySaysWhoPublishedWhenAndWhy(t *testing.T) {
	t.Parallel()
	eachTable(t, func(t *testing.T, db *database.DB, table, column string) {
		d := newDocument(table, column, 1)
		ensure(t, db, d, "a")
		for i, text := range []string{"b", "c"} {
			if _, err := publish(t.Context(), db, d, text, i+1); err != nil {
				t.Fatal(err)
			}
		}
		view := db.View(t.Context())
		list, err := d.Before(view, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		want := []versions.Line{
			{Version: 3, Note: "note c", PublishedBy: 3, PublishedAt: morning},
			{Version: 2, Note: "note b", PublishedBy: 3, PublishedAt: morning},
		}
		if diff := gocmp.Diff(want, list); diff != "" {
			t.Error(diff)
		}
		rest, err := d.Before(view, 2, 2)
		if diff := gocmp.Diff([]versions.Line{{Version: 1, PublishedAt: morning}}, rest); diff != "" || err != nil {
			t.Error(diff, err)
		}
		row, err := d.At(view, 2)
		if err != nil || row.Line != want[1] || row.Document != `"b"` {
			t.Errorf("version 2 is %+v, %v", row, err)
		}
		var log []account.AuditEntry
		if err := view.Gorm().Find(&log, "subject_kind = ? AND subject_id = 3", "text").Error; err != nil || len(log) != 1 {
			t.Errorf("audit: %+v, %v", log, err)
		}
	})
}

func TestOfManyWhoPublishAtOnceOneDoes(t *testing.T) {
	t.Parallel()
	eachTable(t, func(t *testing.T, db *database.DB, table, column string) {
		ensure(t, db, newDocument(table, column, 1), "a")
		var all sync.WaitGroup
		results := make([]error, 6)
		for i := range results {
			all.Go(func() { _, results[i] = publish(context.Background(), db, newDocument(table, column, 1), "b", 1) })
		}
		all.Wait()
		done := 0
		for _, err := range results {
			switch {
			case err == nil:
				done++
			case !errors.Is(err, errChanged):
				t.Errorf("refused with %v", err)
			}
		}
		if list, err := newDocument(table, column, 1).Before(db.View(t.Context()), 0, 9); done != 1 || err != nil || len(list) != 2 {
			t.Errorf("%d published, and there are %+v, %v", done, list, err)
		}
	})
}

// Against a list: two processes publish and read as chance has it, with what they last saw or with something older.
func TestDocumentsAreAsAListOfVersionsWouldBe(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	list := []string{"first"}
	ensure(t, db, newDocument("outcome_sets", "document", 3), "first")
	rapid.Check(t, func(t *rapid.T) {
		processes := []*versions.Document[[]string]{newDocument("outcome_sets", "document", 3), newDocument("outcome_sets", "document", 1)}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			d := rapid.SampledFrom(processes).Draw(t, "process")
			if rapid.Bool().Draw(t, "publish") {
				basedOn := max(0, len(list)-rapid.IntRange(0, 2).Draw(t, "behind"))
				text := rapid.StringN(0, 5, -1).Draw(t, "text")
				line, err := publish(context.Background(), db, d, text, basedOn)
				switch stale := basedOn != len(list); {
				case stale && !errors.Is(err, errChanged), !stale && (err != nil || line.Version != len(list)+1):
					t.Fatalf("on %d of %d: %+v, %v", basedOn, len(list), line, err)
				case !stale:
					list = append(list, text)
				}
				continue
			}
			texts, version, err := d.InForce(db.View(context.Background()))
			if err != nil || version != len(list) || (*texts)[0] != list[len(list)-1] {
				t.Fatalf("in force is %q, version %d of %d, %v", texts, version, len(list), err)
			}
		}
	})
}
