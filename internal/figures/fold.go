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

// Fold is the job that adds new entries to the roll-ups, in id order and batch by batch, and marks them folded. Figures are
// right without it; folding keeps them fast. A fold that is cut short leaves the rest to the next one.
//
// Two folds at once are safe: each transaction first writes the guard row, so the second one waits and then reads what is left.
func (s *Service) Fold(ctx context.Context, ticket outbox.Ticket) error {
	for {
		more, err := s.fold(ctx, ticket)
		if err != nil {
			return fmt.Errorf("fold entries: %w", err)
		}
		if !more {
			return nil
		}
	}
}

// FoldAll folds until nothing is left, without a job. It is for commands, demos and tests.
func (s *Service) FoldAll(ctx context.Context) error { return s.Fold(ctx, outbox.Ticket{At: s.now()}) }

// Unfolded counts the entries that wait to be folded. Figures hold them already.
func (s *Service) Unfolded(ctx context.Context) (int, error) {
	return store{s.db.View(ctx)}.countUnfolded(s.now())
}

// fold does one batch, ends the job if it was the last, and reports whether there is more to do. Roll-ups of another zone are dropped
// first: the centre has moved, and its days begin elsewhere now.
func (s *Service) fold(ctx context.Context, ticket outbox.Ticket) (more bool, err error) {
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		zone, err := st.guard(s.zone.String(), ticket.At)
		if err != nil {
			return err
		}
		work := s.foldSome
		if zone != s.zone.String() {
			work = s.dropSome
		}
		if more, err = work(st, ticket.Now(s.now)); err != nil || more {
			return err
		}
		return ticket.Done(tx)
	})
	return more, err
}

// foldSome folds the next entries, behind the guard row.
func (s *Service) foldSome(st store, now clock.Instant) (more bool, err error) {
	entries, err := st.unfolded(now, s.batch())
	if err != nil || len(entries) == 0 {
		return false, err
	}
	return len(entries) == s.batch(), s.addToRollups(st, entries)
}

// dropSome drops the next part of the roll-ups after the centre moved to another zone. Until all are dropped, figures are
// computed from the entries.
func (s *Service) dropSome(st store, _ clock.Instant) (more bool, err error) {
	if err := st.setZone(noZone); err != nil {
		return false, err
	}
	dropped, err := st.dropRollups(s.batch())
	if err != nil || dropped > 0 {
		return true, err
	}
	unfolded, err := st.unfold(s.batch())
	if err != nil || unfolded > 0 {
		return true, err
	}
	return true, st.setZone(s.zone.String())
}

// batch is how many entries one transaction folds. SQLite has one writer, and a caller waits behind it.
func (s *Service) batch() int {
	if s.db.Dialect() == database.SQLite {
		return 1000
	}
	return 5000
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
	for _, d := range allDimensions() {
		c := Cell{Metric: e.Metric, Dimension: d, Day: day, Member: d.member(e.Dimensions), Scale: e.Scale}
		cells[c] = cells[c].plus(sums)
	}
}

// sorted returns the cells as roll-ups in key order. Every writer locks roll-ups in this order.
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
