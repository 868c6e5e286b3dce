package figures

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"aftercall/internal/database"
)

// Ledger names one of the two places numbers are kept in besides the rows they come from.
type Ledger string

// The ledgers.
const (
	EntryLedger  Ledger = "entries" // what features appended, against what their rows say now
	RollupLedger Ledger = "rollups" // what was folded, against the folded entries
)

// Mismatch is a cell whose numbers are not what they should be.
type Mismatch struct {
	Ledger Ledger `json:"ledger"`
	Cell
	Day  string `json:"day"` // YYYY-MM-DD; shadows the number of the day
	Want Sums   `json:"want"`
	Got  Sums   `json:"got"`
}

// String returns the mismatch in one line.
func (m Mismatch) String() string {
	return fmt.Sprintf("%s: %s on %q by %s %q on %s: want n=%d low=%d mid=%d high=%d sum=%d, got n=%d low=%d mid=%d high=%d sum=%d",
		m.Ledger, m.Metric, m.Scale, m.Dimension, m.Member, m.Day,
		m.Want.N, m.Want.Low, m.Want.Mid, m.Want.High, m.Want.Sum, m.Got.N, m.Got.Low, m.Got.Mid, m.Got.High, m.Got.Sum)
}

// verifyPage is how many rows are read at once.
const verifyPage = 5000

// Raw yields one entry, with Sign 1, for every fact that counts now, computed from the rows it comes from. Each feature has its
// part.
type Raw func(tx database.Tx, yield func(Entry) error) error

// Verify recomputes every sum from raw and compares it with the entries, and the folded entries with the roll-ups. It returns
// the differences in key order; none means that all figures are right. It reads one moment of the database, so answers that
// arrive meanwhile do not matter. It reads everything: run it at night or from a command.
func (s *Service) Verify(ctx context.Context, raw Raw) ([]Mismatch, error) {
	var found []Mismatch
	err := s.db.Snapshot(ctx, func(ctx context.Context, tx database.Tx) error {
		want := map[Cell]Sums{}
		err := raw(tx, func(e Entry) error {
			addToCells(want, e, s.zone)
			return ctx.Err()
		})
		if err != nil {
			return fmt.Errorf("recompute from raw rows: %w", err)
		}
		appended, folded, err := s.entryCells(store{tx})
		if err != nil {
			return err
		}
		found = compare(EntryLedger, want, appended)
		zone, err := store{tx}.rollupZone()
		if err != nil || zone != "" && zone != s.zone.String() { // nobody reads roll-ups of another zone, or such as are being dropped
			return err
		}
		rolledUp, err := s.rollupCells(store{tx})
		found = append(found, compare(RollupLedger, folded, rolledUp)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("verify scores: %w", err)
	}
	return found, nil
}

// compare returns the cells that differ; a cell without numbers is the same as none.
func compare(ledger Ledger, want, got map[Cell]Sums) []Mismatch {
	cells := map[Cell]bool{}
	for c := range want {
		cells[c] = true
	}
	for c := range got {
		cells[c] = true
	}
	var out []Mismatch
	for _, c := range slices.SortedFunc(maps.Keys(cells), compareCells) {
		if want[c] != got[c] {
			out = append(out, Mismatch{Ledger: ledger, Cell: c, Day: c.Day.String(), Want: want[c], Got: got[c]})
		}
	}
	return out
}

// entryCells returns the cells of all entries, and of the folded ones.
func (s *Service) entryCells(st store) (appended, folded map[Cell]Sums, err error) {
	appended, folded = map[Cell]Sums{}, map[Cell]Sums{}
	for last := int64(0); ; {
		page, err := st.entriesAfter(last, verifyPage)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range page {
			addToCells(appended, e, s.zone)
			if e.Folded {
				addToCells(folded, e, s.zone)
			}
			last = e.ID
		}
		if len(page) == 0 {
			return appended, folded, nil
		}
	}
}

func (s *Service) rollupCells(st store) (map[Cell]Sums, error) {
	cells := map[Cell]Sums{}
	groups, err := st.rollupGroups()
	if err != nil {
		return nil, err
	}
	for _, last := range groups {
		last.Day = noDay
		for {
			page, err := st.rollupsAfter(last, verifyPage)
			if err != nil {
				return nil, err
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				cells[r.Cell] = r.Sums
			}
			last = page[len(page)-1].Cell
		}
	}
	return cells, nil
}
