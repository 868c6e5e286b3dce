package figures

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// Whatever the order in which entries are appended and folded.
func TestRollUpsAndTailGiveTheSameFigure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		base := at(shanghai, "2026-10-01 00:00:00")
		rapid.Check(t, func(t *rapid.T) {
			var all []Entry
			empty(t, db)
			for range rapid.IntRange(1, 8).Draw(t, "steps") {
				if rapid.Bool().Draw(t, "fold") {
					noError(t, s.Fold(context.Background(), outbox.Ticket{}))
					continue
				}
				batch := rapid.SliceOfN(entryGen(base, all), 1, 6).Draw(t, "entries")
				appendAll(t, db, batch...)
				all = append(all, batch...)
			}
			q := Query{Metric: CSAT, From: day(2026, 10, 2), To: day(2026, 10, 6)}
			d := rapid.SampledFrom(allDimensions()[1:]).Draw(t, "by")
			member := d.member(rapid.SampledFrom(append(all, Entry{})).Draw(t, "of").Dimensions)
			q.Where = map[Dimension][]string{d: {member}}
			got, err := s.Score(context.Background(), q)
			noError(t, err)
			if want := expected(all, q, d, member); got.Sums != want {
				t.Fatalf("%s %q: got %+v, want %+v", d, member, got.Sums, want)
			}
			if diffs, err := s.Verify(context.Background(), net(all)); err != nil || len(diffs) > 0 {
				t.Fatalf("verify: %v %v", diffs, err)
			}
		})
	})
}

func entryGen(base clock.Instant, before []Entry) *rapid.Generator[Entry] {
	return rapid.Custom(func(t *rapid.T) Entry {
		if len(before) > 0 && rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			return rapid.SampledFrom(before).Draw(t, "reversed").Reversal(base)
		}
		when := base.Add(time.Duration(rapid.IntRange(0, 8*24*3600).Draw(t, "second")) * time.Second)
		return csat(when, rapid.IntRange(1, 5).Draw(t, "value"), Dimensions{
			AgentID: rapid.Int64Range(0, 3).Draw(t, "agent"), TeamID: rapid.Int64Range(0, 2).Draw(t, "team"),
			Channel:  rapid.SampledFrom([]string{"", "phone", "web"}).Draw(t, "channel"),
			Category: rapid.SampledFrom([]string{"宽带", "billing"}).Draw(t, "category"),
		})
	})
}

func expected(all []Entry, q Query, d Dimension, member string) Sums {
	var want Sums
	for _, e := range all {
		on := clock.DayOf(e.OccurredAt, shanghai)
		if on >= q.From && on <= q.To && d.member(e.Dimensions) == member {
			want = want.plus(e.sums())
		}
	}
	return want
}

func TestTwoFoldersAtOnceFoldEachEntryOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		var all []Entry
		for i := range 3000 {
			all = append(all, csat(at(shanghai, "2026-11-20 12:00:00").Add(time.Duration(i)*time.Minute), 1+i%5,
				Dimensions{AgentID: int64(i % 7)}))
		}
		appendAll(t, db, all...)
		var wg sync.WaitGroup
		failed := make(chan error, 4)
		for range 4 {
			wg.Go(func() { failed <- s.FoldAll(t.Context()) })
		}
		wg.Wait()
		for range 4 {
			noError(t, <-failed)
		}
		diffs, err := s.Verify(t.Context(), net(all))
		noError(t, err)
		if len(diffs) > 0 {
			t.Errorf("%d cells differ, the first: %s", len(diffs), diffs[0])
		}
	})
}

func TestAJobFoldsEverythingAndAStaleTicketEndsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		noon := at(shanghai, "2026-11-20 12:00:00")
		all := make([]Entry, s.batch()+1)
		for i := range all {
			all[i] = csat(noon, 5, Dimensions{})
		}
		appendAll(t, db, all...)
		err := s.Fold(t.Context(), outbox.Ticket{JobID: 99, Attempt: 1})
		if !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("a stale ticket: %v", err)
		}
		if left := count(t, db, "SELECT COUNT(*) FROM score_entries WHERE folded = 0"); left != 1 {
			t.Fatalf("%d entries left, want the last batch undone with the end of the job", left)
		}
		noError(t, s.Fold(t.Context(), outbox.Ticket{}))
		if left := count(t, db, "SELECT COUNT(*) FROM score_entries WHERE folded = 0"); left != 0 {
			t.Errorf("%d entries left", left)
		}
		diffs, err := s.Verify(t.Context(), net(all))
		noError(t, err)
		if len(diffs) > 0 {
			t.Errorf("%d cells differ, the first: %s", len(diffs), diffs[0])
		}
	})
}

// When the centre moves, its roll-ups are dropped and made anew in batches: figures are right after each of them, and no transaction
// touches all entries.
func TestACentreThatMovesDropsItsRollUpsInBatches(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		before := centre(db, shanghai)
		n := 2*before.batch() + 500
		all := make([]Entry, n)
		start := at(shanghai, "2026-10-01 00:00:00")
		for i := range all {
			all[i] = csat(start.Add(time.Duration(i%240)*time.Hour), 1+i%5, Dimensions{AgentID: int64(i % 7)})
		}
		appendAll(t, db, all...)
		noError(t, before.FoldAll(context.Background()))
		moved := centre(db, time.UTC)
		q := Query{Metric: CSAT, From: day(2026, 10, 2), To: day(2026, 10, 6)}
		want, err := moved.Score(context.Background(), q)
		noError(t, err)
		steps := 0
		most := dbtest.MostRows(t, db, func() {
			for more := true; more; steps++ {
				more, err = moved.fold(context.Background(), outbox.Ticket{})
				noError(t, err)
				got, err := moved.Score(context.Background(), q)
				noError(t, err)
				if got.Sums != want.Sums {
					t.Fatalf("after step %d: %+v, want %+v", steps, got.Sums, want.Sums)
				}
				if diffs, err := moved.Verify(context.Background(), net(all)); err != nil || len(diffs) > 0 {
					t.Fatalf("verify after step %d: %v %v", steps, diffs, err)
				}
			}
		})
		if zone, err := (store{db.View(context.Background())}).rollupZone(); err != nil || zone != "UTC" || steps < 6 {
			t.Errorf("%d steps, roll-ups of %q: %v", steps, zone, err)
		}
		if most > 2*moved.batch() {
			t.Errorf("a transaction changed %d rows", most)
		}
	})
}
