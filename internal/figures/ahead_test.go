package figures

import (
	"context"
	"testing"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// A source may tell of what is still to come. It counts in no figure, folded or not, by whatever time, until its moment has come.
func TestWhatIsInTheFutureCountsNowhereUntilThen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		now := at(shanghai, "2026-11-22 12:00:00")
		s := New(db, shanghai, func() clock.Instant { return now })
		later, muchLater := at(shanghai, "2026-11-22 18:00:00"), at(shanghai, "2026-11-30 18:00:00")
		told := csat(later, 5, Dimensions{AgentID: 1})
		told.ResolvedAt, told.RecordedAt = now, now // answered after its resolution, and both are known now
		answered := csat(now, 1, Dimensions{AgentID: 2})
		answered.ResolvedAt = later
		appendAll(t, db,
			counter(Resolved, now, Dimensions{}), counter(Resolved, later, Dimensions{}), counter(Resolved, muchLater, Dimensions{}),
			counter(Covered, now, Dimensions{}), counter(Covered, later, Dimensions{}), told, answered)
		want := func(when string, resolved, answers, byResolved int64) {
			t.Helper()
			for _, folded := range []string{"before", "after"} {
				q := Query{Metric: Covered, From: day(2026, 11, 1), To: day(2026, 12, 30)}
				f, err := s.Score(context.Background(), q)
				noError(t, err)
				q.Metric = CSAT
				g, err := s.Score(context.Background(), q)
				noError(t, err)
				q.Time = ByResolved
				h, err := s.Score(context.Background(), q)
				noError(t, err)
				if f.N != resolved || g.N != answers || h.N != byResolved {
					t.Errorf("%s, %s folding: %d resolved, %d answers, %d by resolved time; want %d, %d, %d",
						when, folded, f.N, g.N, h.N, resolved, answers, byResolved)
				}
				noError(t, s.FoldAll(context.Background()))
			}
			report, err := s.Report(context.Background(), Query{Metric: Resolved}, "day")
			noError(t, err)
			if to := clock.DayOf(now, shanghai).String(); report.To > to {
				t.Errorf("%s: a report of everything ends on %s, after %s", when, report.To, to)
			}
		}
		want("now", 1, 1, 0)
		now = later - 1
		want("just before", 1, 1, 0)
		now = later
		want("then", 2, 2, 2)
		now = muchLater
		want("in the end", 3, 2, 2)
		q := Query{Metric: Resolved, From: day(2026, 11, 1), To: day(2026, 12, 30), AsOf: later - 1}
		if f, err := s.Score(context.Background(), q); err != nil || f.N != 1 {
			t.Errorf("as of an earlier moment: %d, %v", f.N, err)
		}
	})
}
