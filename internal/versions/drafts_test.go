package versions_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/versions"
)

// text is a row of a table with drafts.
type text struct {
	ID       int64
	Kind     string
	Version  int
	Body     string
	Short    string
	Revision int
}

// TableName names the table.
func (text) TableName() string { return "scripts" }

var texts = versions.Drafts[text]{
	What: "text", Draft: "version = 0", State: func(r text) (bool, int) { return r.Version == 0, r.Revision },
	Unknown: errUnknown, Published: errPublished, Changed: errChanged,
}

func inTx(t *testing.T, db *database.DB, fn func(tx database.Tx) error) error {
	t.Helper()
	return db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return fn(tx) })
}

// save saves a draft as an editor does, who was shown a revision.
func save(tx database.Tx, id int64, revision int, body string) error {
	row, err := texts.Lock(tx, id, revision)
	if err != nil {
		return err
	}
	return texts.Write(tx, id, map[string]any{"body": body, "revision": row.Revision + 1})
}

func TestADraftIsSavedByWhoSawItAsItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		row := text{Kind: "help", Body: "begun", Revision: 1}
		if err := inTx(t, db, func(tx database.Tx) error { return texts.Add(tx, &row) }); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		results := make([]error, 6)
		for i := range results {
			all.Go(func() {
				results[i] = db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
					return save(tx, row.ID, 1, "saved")
				})
			})
		}
		all.Wait()
		done := 0
		for _, err := range results {
			if err == nil {
				done++
			} else if !errors.Is(err, errChanged) {
				t.Errorf("refused with %v", err)
			}
		}
		now, err := texts.ByID(db.View(t.Context()), row.ID)
		if done != 1 || err != nil || now.Body != "saved" || now.Revision != 2 {
			t.Errorf("%d saved it, and it is %+v, %v", done, now, err)
		}
		if err := inTx(t, db, func(tx database.Tx) error { return save(tx, row.ID+1, 1, "x") }); !errors.Is(err, errUnknown) {
			t.Errorf("one there is not: %v", err)
		}
	})
}

func TestWhatWasPublishedNeverChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		first, draft := text{Kind: "help", Version: 1, Body: "first"}, text{Kind: "help", Body: "draft", Revision: 1}
		err := inTx(t, db, func(tx database.Tx) error {
			if err := errors.Join(texts.Ensure(tx, first), texts.Ensure(tx, text{Kind: "help", Version: 1, Body: "too late"})); err != nil {
				return err
			}
			draft.ID = 0
			return texts.Add(tx, &draft)
		})
		if err != nil {
			t.Fatal(err)
		}
		publish := func(version int) error {
			return inTx(t, db, func(tx database.Tx) error { return texts.Write(tx, draft.ID, map[string]any{"version": version}) })
		}
		if err := publish(1); !errors.Is(err, errChanged) {
			t.Errorf("published under a number that is taken: %v", err)
		}
		if err := publish(2); err != nil {
			t.Fatal(err)
		}
		if err := inTx(t, db, func(tx database.Tx) error { return save(tx, draft.ID, 1, "changed") }); !errors.Is(err, errPublished) {
			t.Errorf("saved: %v", err)
		}
		err = inTx(t, db, func(tx database.Tx) error {
			return errors.Join(texts.Write(tx, draft.ID, map[string]any{"body": "changed"}), texts.Delete(tx, draft.ID))
		})
		if err != nil {
			t.Fatal(err)
		}
		var rows []text
		if err := db.View(t.Context()).Gorm().Order("version").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		if len(rows) != 2 || rows[0].Body != "first" || rows[1].Body != "draft" {
			t.Errorf("there are %+v", rows)
		}
	})
}
