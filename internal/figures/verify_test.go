package figures

import (
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func net(all []Entry) Raw {
	return func(_ database.Tx, yield func(Entry) error) error {
		for _, e := range all {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestVerifyFindsAWrongRollUpAndAMissingEntry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		e := csat(at(shanghai, "2026-11-20 12:00:00"), 4, Dimensions{Channel: "web"})
		appendAll(t, db, e)
		noError(t, s.FoldAll(t.Context()))
		exec(t, db, "UPDATE rollups SET high = high + 1 WHERE dimension = 'channel'")
		diffs, err := s.Verify(t.Context(), net([]Entry{e}))
		noError(t, err)
		if len(diffs) != 1 || diffs[0].Ledger != RollupLedger || diffs[0].Member != "web" || diffs[0].Day != "2026-11-20" {
			t.Errorf("a wrong roll-up: %v", diffs)
		}
		exec(t, db, "UPDATE rollups SET high = high - 1 WHERE dimension = 'channel'")
		diffs, err = s.Verify(t.Context(), net([]Entry{e, e}))
		noError(t, err)
		if len(diffs) != len(allDimensions()) || diffs[0].Ledger != EntryLedger {
			t.Errorf("an answer without an entry: %v", diffs)
		}
	})
}

func TestVerifyLooksAtOneMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		e := csat(at(shanghai, "2026-11-20 12:00:00"), 4, Dimensions{Channel: "web"})
		appendAll(t, db, e)
		diffs, err := s.Verify(t.Context(), func(tx database.Tx, yield func(Entry) error) error {
			if _, err := (store{tx}).count("SELECT COUNT(*) FROM score_entries"); err != nil {
				return err
			}
			appendAll(t, db, e, e) // others go on meanwhile
			noError(t, s.FoldAll(t.Context()))
			return yield(e)
		})
		noError(t, err)
		if len(diffs) > 0 {
			t.Errorf("answers that came meanwhile differ: %s", diffs[0])
		}
	})
}
