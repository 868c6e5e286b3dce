package figures

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

// verifyPasses is how often a live system is looked at: answers that come between two reads make cells differ for a moment,
// a wrong number stays wrong by the same amount.
const verifyPasses = 3

// verifyPage is how many rows are read at once.
const verifyPage = 5000

// Verify recomputes every sum from raw rows and compares it with the entries, and the folded entries with the roll-ups. It
// returns what differs, in key order; nothing means that all figures are right. raw yields one entry (Sign 1) for everything
// that counts now; it is called again while something differs.
func (s *Service) Verify(ctx context.Context, raw func(yield func(Entry) error) error) ([]Mismatch, error) {
	var stays []Mismatch
	for pass := range verifyPasses {
		found, err := s.mismatches(ctx, raw)
		if err != nil {
			return nil, err
		}
		if pass > 0 {
			found = slices.DeleteFunc(found, func(m Mismatch) bool { return !slices.ContainsFunc(stays, m.same) })
		}
		if stays = found; len(stays) == 0 {
			return nil, nil
		}
	}
	return stays, nil
}

// same reports whether both are off by the same amount in the same place.
func (m Mismatch) same(o Mismatch) bool {
	return m.Ledger == o.Ledger && m.Cell == o.Cell && m.Got.minus(m.Want) == o.Got.minus(o.Want)
}

func (s *Service) mismatches(ctx context.Context, raw func(yield func(Entry) error) error) ([]Mismatch, error) {
	want := map[Cell]Sums{}
	err := raw(func(e Entry) error {
		addToCells(want, e, s.zone)
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("recompute from raw rows: %w", err)
	}
	appended, folded, err := s.entryCells(ctx)
	if err != nil {
		return nil, err
	}
	rolledUp, err := s.rollupCells(ctx)
	if err != nil {
		return nil, err
	}
	return append(compare(EntryLedger, want, appended), compare(RollupLedger, folded, rolledUp)...), nil
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
func (s *Service) entryCells(ctx context.Context) (appended, folded map[Cell]Sums, err error) {
	appended, folded = map[Cell]Sums{}, map[Cell]Sums{}
	st := store{s.db.View(ctx)}
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

func (s *Service) rollupCells(ctx context.Context) (map[Cell]Sums, error) {
	cells := map[Cell]Sums{}
	st := store{s.db.View(ctx)}
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
