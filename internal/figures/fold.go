package figures

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// JobFold is the kind of job that folds entries into roll-ups. Its ref is 0.
const JobFold = "figures.fold"

// FoldEvery is how often a fold job is worth adding; figures are right at any moment, folding only keeps them fast.
const FoldEvery = time.Minute

// Fold adds the unfolded entries to the roll-ups, in id order and batch by batch, and marks them folded. The transaction of the
// last batch is also the end of the job; one that is cut short leaves the rest to the next.
//
// Two folders at once are safe: each first writes the guard row, so that the second one waits and then reads what is left.
func (s *Service) Fold(ctx context.Context, ticket outbox.Ticket) error {
	for {
		n, err := s.fold(ctx, ticket)
		if err != nil {
			return fmt.Errorf("fold entries: %w", err)
		}
		if n < s.batch() {
			return nil
		}
	}
}

// FoldAll folds until nothing is left, without a job: for commands, demos and tests.
func (s *Service) FoldAll(ctx context.Context) error { return s.Fold(ctx, outbox.Ticket{At: s.now()}) }

// fold folds one batch, ends the job if it was the last, and returns how many entries it folded.
func (s *Service) fold(ctx context.Context, ticket outbox.Ticket) (folded int, err error) {
	limit := s.batch()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		entries, err := s.takeUnfolded(store{tx}, limit, ticket.At)
		if err != nil {
			return err
		}
		folded = len(entries)
		if folded > 0 {
			if err := s.addToRollups(store{tx}, entries); err != nil {
				return err
			}
		}
		if folded == limit {
			return nil
		}
		return ticket.Done(tx)
	})
	return folded, err
}

// batch is how many entries one transaction folds. SQLite has one writer, and a caller waits behind it.
func (s *Service) batch() int {
	if s.db.Dialect() == database.SQLite {
		return 1000
	}
	return 5000
}

// takeUnfolded writes the guard row, then reads the next entries. Roll-ups of another zone are dropped first: the centre has
// moved, and its days begin elsewhere now.
func (s *Service) takeUnfolded(st store, limit int, now clock.Instant) ([]Entry, error) {
	zone, err := st.guard(s.zone.String(), now)
	if err != nil {
		return nil, err
	}
	if zone != s.zone.String() {
		if err := st.dropRollups(s.zone.String()); err != nil {
			return nil, err
		}
	}
	return st.unfolded(limit)
}

func (s *Service) addToRollups(st store, entries []Entry) error {
	cells := map[Cell]Sums{}
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
		addToCells(cells, e, s.zone)
	}
	if err := st.addRollups(sorted(cells)); err != nil {
		return err
	}
	return st.markFolded(ids)
}

// addToCells adds one entry to its cell of every dimension.
func addToCells(cells map[Cell]Sums, e Entry, zone *time.Location) {
	day, sums := clock.DayOf(e.OccurredAt, zone), e.sums()
	for _, d := range AllDimensions() {
		c := Cell{Metric: e.Metric, Dimension: d, Day: day, Member: d.member(e.Dimensions), Scale: e.Scale}
		cells[c] = cells[c].plus(sums)
	}
}

// sorted returns the cells as roll-ups in key order: everybody who writes them takes their locks in the same order.
func sorted(cells map[Cell]Sums) []rollup {
	rows := make([]rollup, 0, len(cells))
	for _, c := range slices.SortedFunc(maps.Keys(cells), compareCells) {
		rows = append(rows, rollup{Cell: c, Sums: cells[c]})
	}
	return rows
}

func compareCells(a, b Cell) int {
	return cmp.Or(
		cmp.Compare(a.Metric, b.Metric), cmp.Compare(a.Dimension, b.Dimension), cmp.Compare(a.Day, b.Day),
		cmp.Compare(a.Member, b.Member), cmp.Compare(a.Scale, b.Scale),
	)
}
