package figures

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

var shanghai = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// at reads a time of day in the zone, with microseconds when there are any.
func at(zone *time.Location, text string) clock.Instant {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999999", text, zone)
	if err != nil {
		panic(err)
	}
	return clock.At(t)
}

func day(year, month, d int) clock.Day { return clock.DayFrom(year, time.Month(month), d) }

func centre(db *database.DB, zone *time.Location) *Service {
	return New(db, zone, clock.Fixed(at(zone, "2026-11-22 12:00:00")))
}

func appendAll(t interface{ Fatal(...any) }, db *database.DB, entries ...Entry) {
	err := db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		fresh := make([]Entry, len(entries))
		copy(fresh, entries)
		return Append(tx, fresh...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func csat(when clock.Instant, value int, d Dimensions) Entry {
	return Entry{Metric: CSAT, Scale: "1-5", Sign: 1, Value: value, Band: bandOf(value), OccurredAt: when, RecordedAt: when, ResolvedAt: when, Dimensions: d}
}

func counter(m Metric, when clock.Instant, d Dimensions) Entry {
	return Entry{Metric: m, Sign: 1, Value: 1, Band: High, OccurredAt: when, RecordedAt: when, ResolvedAt: when, Dimensions: d}
}

func TestAnswersFallOnTheDaysOfTheZone(t *testing.T) {
	t.Parallel()
	newYork := mustZone("America/New_York")
	cases := []struct {
		zone *time.Location
		when string
		want clock.Day
	}{
		{shanghai, "2026-11-21 23:59:59.999999", day(2026, 11, 21)},
		{shanghai, "2026-11-22 00:00:00", day(2026, 11, 22)},
		{newYork, "2026-03-08 00:00:00", day(2026, 3, 8)}, // a day of 23 hours
		{newYork, "2026-03-08 23:59:59.999999", day(2026, 3, 8)},
		{newYork, "2026-03-09 00:00:00", day(2026, 3, 9)},
		{newYork, "2026-11-01 00:00:00", day(2026, 11, 1)}, // a day of 25 hours
		{newYork, "2026-11-01 23:59:59.999999", day(2026, 11, 1)},
		{newYork, "2026-11-02 00:00:00", day(2026, 11, 2)},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for _, c := range cases {
			appendAll(t, db, csat(at(c.zone, c.when), 5, Dimensions{Category: c.zone.String() + c.when}))
		}
		home := centre(db, shanghai)
		for _, fold := range []bool{false, true} {
			if fold {
				noError(t, home.FoldAll(t.Context()))
			}
			for _, c := range cases {
				q := Query{Metric: CSAT, From: c.want - 2, To: c.want + 2, Zone: c.zone, Where: map[Dimension][]string{Category: {c.zone.String() + c.when}}}
				points, err := home.Series(t.Context(), q, Daily)
				noError(t, err)
				for _, p := range points {
					if (p.N == 1) != (p.Period.From == c.want) {
						t.Errorf("%s %s (folded: %v): %s has n = %d", c.zone, c.when, fold, p.Label, p.N)
					}
				}
			}
		}
	})
}

func TestGroupsArePooled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		noon := at(shanghai, "2026-11-20 12:00:00")
		for i := range 10 {
			appendAll(t, db, csat(noon, pick(i < 9, 5, 1), Dimensions{TeamID: 1, AgentID: 1}))
		}
		appendAll(t, db, csat(noon, 5, Dimensions{TeamID: 1, AgentID: 2}), csat(noon, 1, Dimensions{TeamID: 1, AgentID: 2}))
		q := Query{Metric: CSAT, From: day(2026, 11, 1), To: day(2026, 11, 30)}
		f, err := s.Score(t.Context(), q)
		noError(t, err)
		if f.High != 10 || f.N != 12 || !near(f.Value.Value, 83.3333, 4) {
			t.Errorf("9/10 and 1/2 give %d/%d = %v", f.High, f.N, f.Value)
		}
		rows, err := s.Breakdown(t.Context(), q, Agent)
		noError(t, err)
		if len(rows) != 2 || rows[0].Member != "1" || rows[0].N != 10 || rows[1].N != 2 || rows[1].Sample != CountsOnly {
			t.Errorf("by agent: %+v", rows)
		}
	})
}

func TestAFilterChangesBothSidesOfARate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		noon := at(shanghai, "2026-11-20 12:00:00")
		for i := range 20 {
			d := Dimensions{AgentID: int64(1 + i%2)}
			appendAll(t, db, counter(Delivered, noon, d))
			if i%4 == 0 { // all of agent 1: half of theirs
				appendAll(t, db, counter(Evaluated, noon, d))
			}
		}
		for _, fold := range []bool{false, true} {
			if fold {
				noError(t, s.FoldAll(t.Context()))
			}
			q := Query{Metric: Evaluated, From: day(2026, 11, 1), To: day(2026, 11, 30)}
			all, err := s.Score(t.Context(), q)
			noError(t, err)
			q.Where = map[Dimension][]string{Agent: {"1"}}
			one, err := s.Score(t.Context(), q)
			noError(t, err)
			if all.High != 5 || all.N != 20 || one.High != 5 || one.N != 10 || one.Value.Value != 50 {
				t.Errorf("all %d/%d, agent 1 %d/%d", all.High, all.N, one.High, one.N)
			}
		}
	})
}

func TestACorrectionMovesTheScoreAndAsOfDoesNotSeeIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		noon := at(shanghai, "2026-11-20 12:00:00")
		later := noon.Add(time.Hour)
		first := csat(noon, 5, Dimensions{})
		appendAll(t, db, first)
		noError(t, s.FoldAll(t.Context()))
		second := csat(noon, 1, Dimensions{})
		second.RecordedAt = later
		appendAll(t, db, first.Reversal(later), second)
		q := Query{Metric: CSAT, From: day(2026, 11, 20), To: day(2026, 11, 20)}
		for _, fold := range []bool{false, true} {
			if fold {
				noError(t, s.FoldAll(t.Context()))
			}
			now, err := s.Score(t.Context(), q)
			noError(t, err)
			if now.Sums != (Sums{N: 1, Low: 1, Sum: 1, SumSquares: 1}) {
				t.Errorf("after 5 → 1 (folded: %v): %+v", fold, now.Sums)
			}
		}
		q.AsOf = noon
		then, err := s.Score(t.Context(), q)
		noError(t, err)
		if then.Sums != (Sums{N: 1, High: 1, Sum: 5, SumSquares: 25}) {
			t.Errorf("as of noon: %+v", then.Sums)
		}
	})
}

func TestRollUpsAndTailGiveTheSameFigureHoweverAppendAndFoldInterleave(t *testing.T) {
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
			d := rapid.SampledFrom(AllDimensions()[1:]).Draw(t, "by")
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

// entryGen draws answers, and reversals of answers there are.
func entryGen(base clock.Instant, before []Entry) *rapid.Generator[Entry] {
	return rapid.Custom(func(t *rapid.T) Entry {
		if len(before) > 0 && rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			return rapid.SampledFrom(before).Draw(t, "reversed").Reversal(base)
		}
		when := base.Add(time.Duration(rapid.IntRange(0, 8*24*3600).Draw(t, "second")) * time.Second)
		return csat(when, rapid.IntRange(1, 5).Draw(t, "value"), Dimensions{
			AgentID: rapid.Int64Range(0, 3).Draw(t, "agent"), TeamID: rapid.Int64Range(0, 2).Draw(t, "team"),
			Channel: rapid.SampledFrom([]string{"", "phone", "web"}).Draw(t, "channel"), Category: rapid.SampledFrom([]string{"宽带", "billing"}).Draw(t, "category"),
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

// net yields the entries as raw rows would: what was taken back is not there.
func net(all []Entry) func(func(Entry) error) error {
	return func(yield func(Entry) error) error {
		for _, e := range all {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestTwoFoldersAtOnceFoldEachEntryOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		var all []Entry
		for i := range 3000 {
			all = append(all, csat(at(shanghai, "2026-11-20 12:00:00").Add(time.Duration(i)*time.Minute), 1+i%5, Dimensions{AgentID: int64(i % 7)}))
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

func TestAFullBatchAddsAJobForTheRestAndAStaleTicketFoldsNothing(t *testing.T) {
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
		if left := count(t, db, "SELECT COUNT(*) FROM score_entries WHERE folded = 0"); left != len(all) {
			t.Fatalf("a stale ticket folded: %d of %d left", left, len(all))
		}
		noError(t, s.Fold(t.Context(), outbox.Ticket{}))
		if jobs := count(t, db, "SELECT COUNT(*) FROM jobs WHERE kind = 'figures.fold' AND state = 'due'"); jobs != 1 {
			t.Errorf("%d jobs for the rest", jobs)
		}
		noError(t, s.Fold(t.Context(), outbox.Ticket{}))
		if left := count(t, db, "SELECT COUNT(*) FROM score_entries WHERE folded = 0"); left != 0 {
			t.Errorf("%d entries left", left)
		}
		if jobs := count(t, db, "SELECT COUNT(*) FROM jobs WHERE kind = 'figures.fold'"); jobs != 1 {
			t.Errorf("%d jobs after the rest was folded", jobs)
		}
	})
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
		if len(diffs) != len(AllDimensions()) || diffs[0].Ledger != EntryLedger {
			t.Errorf("an answer without an entry: %v", diffs)
		}
	})
}

func TestMovingTheCentreToAnotherZoneMovesTheDays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		appendAll(t, db, csat(at(shanghai, "2026-11-21 02:00:00"), 5, Dimensions{}))
		noError(t, centre(db, shanghai).FoldAll(t.Context()))
		london := centre(db, mustZone("Europe/London")) // 18:00 the day before
		q := Query{Metric: CSAT, From: day(2026, 11, 20), To: day(2026, 11, 20)}
		for _, step := range []string{"before folding", "after folding"} {
			f, err := london.Score(t.Context(), q)
			noError(t, err)
			if f.N != 1 {
				t.Errorf("%s: n = %d on the day of London", step, f.N)
			}
			noError(t, london.FoldAll(t.Context()))
		}
		diffs, err := london.Verify(t.Context(), net([]Entry{csat(at(shanghai, "2026-11-21 02:00:00"), 5, Dimensions{})}))
		noError(t, err)
		if len(diffs) > 0 {
			t.Errorf("verify after the move: %v", diffs)
		}
	})
}

func TestAViewerSeesTheFiguresOfTheirTeams(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		noon := at(shanghai, "2026-11-20 12:00:00")
		for team := range 3 {
			appendAll(t, db, csat(noon, 5, Dimensions{TeamID: int64(team), AgentID: int64(10 + team)}))
		}
		q := Query{
			Metric: CSAT, From: day(2026, 11, 20), To: day(2026, 11, 20),
			Viewer: account.Viewer{Role: account.Supervisor, TeamIDs: []int64{2}},
		}
		f, err := s.Score(t.Context(), q)
		noError(t, err)
		if f.N != 2 { // team 2 and what has no team
			t.Errorf("team 2 sees n = %d", f.N)
		}
		rows, err := s.Breakdown(t.Context(), q, Agent)
		noError(t, err)
		if len(rows) != 2 || rows[0].Member != "10" || rows[1].Member != "12" {
			t.Errorf("team 2 sees agents %+v", rows)
		}
		q.Where = map[Dimension][]string{Team: {"1"}}
		f, err = s.Score(t.Context(), q)
		noError(t, err)
		if f.N != 0 {
			t.Errorf("team 2 sees n = %d of team 1", f.N)
		}
	})
}

func TestPairsOfDimensionsAndResolvedTimeComeFromEntries(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		e := csat(at(shanghai, "2026-11-20 12:00:00"), 2, Dimensions{TeamID: 1, Channel: "phone", Category: "宽带"})
		e.ResolvedAt = at(shanghai, "2026-11-18 09:00:00")
		other := e
		other.Channel = "web"
		appendAll(t, db, e, other)
		noError(t, s.FoldAll(t.Context()))
		q := Query{Metric: CSAT, From: day(2026, 11, 1), To: day(2026, 11, 30), Where: map[Dimension][]string{Team: {"1"}, Channel: {"web"}}}
		rows, err := s.Breakdown(t.Context(), q, Category)
		noError(t, err)
		if len(rows) != 1 || rows[0].Member != "宽带" || rows[0].N != 1 {
			t.Errorf("team 1 by web, by category: %+v", rows)
		}
		q.Time = ByResolved
		points, err := s.Series(t.Context(), q, Daily)
		noError(t, err)
		for _, p := range points {
			if (p.N == 1) != (p.Label == "2026-11-18") {
				t.Errorf("by resolved time %s has n = %d", p.Label, p.N)
			}
		}
	})
}

func TestASeriesHasEveryPeriodInIsoWeeksAndMonths(t *testing.T) {
	t.Parallel()
	labels := func(from, to clock.Day, step Step) []string {
		var out []string
		for _, p := range Periods(from, to, step) {
			out = append(out, p.Label())
		}
		return out
	}
	for _, c := range []struct {
		from, to clock.Day
		step     Step
		want     []string
	}{
		{day(2026, 12, 27), day(2027, 1, 4), Weekly, []string{"2026-W52", "2026-W53", "2027-W01"}},
		{day(2026, 1, 31), day(2026, 3, 1), Monthly, []string{"2026-01", "2026-02", "2026-03"}},
		{day(2024, 2, 28), day(2024, 3, 1), Daily, []string{"2024-02-28", "2024-02-29", "2024-03-01"}},
	} {
		if d := gocmp(c.want, labels(c.from, c.to, c.step)); d != "" {
			t.Errorf("%s from %s: %s", c.step, c.from, d)
		}
	}
}

func TestAQueryNobodyCanAnswerSaysWhy(t *testing.T) {
	t.Parallel()
	s := centre(dbtest.SQLite(t), shanghai)
	today := s.Today()
	for name, q := range map[string]Query{
		"unknown metric":           {Metric: "mood", From: today, To: today},
		"to before from":           {Metric: CSAT, From: today, To: today - 1},
		"unknown dimension":        {Metric: CSAT, From: today, To: today, Where: map[Dimension][]string{"moon": {"1"}}},
		"an id that is none":       {Metric: CSAT, From: today, To: today, Where: map[Dimension][]string{Agent: {"1 OR 1=1"}}},
		"entries over ten years":   {Metric: CSAT, From: today - 3650, To: today, Time: ByResolved},
		"a time base that is none": {Metric: CSAT, From: today, To: today, Time: "sometime"},
	} {
		if _, err := s.Score(t.Context(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAReportWithoutARangeHoldsEverything(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := centre(db, shanghai)
		empty, err := s.Report(t.Context(), Query{Metric: CSAT}, "channel")
		noError(t, err)
		if empty.Total.Value != nil || len(empty.Rows) != 0 {
			t.Errorf("a report of nothing: %+v", empty)
		}
		for i, channel := range []string{"phone", "phone", "web"} {
			appendAll(t, db, csat(at(shanghai, "2023-06-01 12:00:00").Add(time.Duration(i)*24*time.Hour), 3+i, Dimensions{Channel: channel}))
		}
		r, err := s.Report(t.Context(), Query{Metric: CSAT}, "channel")
		noError(t, err)
		if r.From != "2023-06-01" || r.To != "2023-06-03" || r.Total.N != 3 || len(r.Rows) != 2 || r.Rows[0].Member != "phone" || r.Rows[0].N != 2 {
			t.Errorf("by channel: %+v", r)
		}
		r, err = s.Report(t.Context(), Query{Metric: CSAT}, "month")
		noError(t, err)
		if len(r.Rows) != 1 || r.Rows[0].Member != "2023-06" || r.Rows[0].N != 3 {
			t.Errorf("by month: %+v", r)
		}
	})
}

func pick(condition bool, yes, no int) int {
	if condition {
		return yes
	}
	return no
}

func noError(t interface{ Fatal(...any) }, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func gocmp(want, got any) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }

// empty makes the tables as they were in the beginning, so that each run of rapid can be repeated.
func empty(t interface{ Fatal(...any) }, db *database.DB) {
	noError(t, db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		for _, table := range []string{"score_entries", "rollups", "rollup_state", "jobs"} {
			if err := (store{tx}).exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		return nil
	}))
}

func count(t *testing.T, db *database.DB, sql string) int {
	t.Helper()
	n, err := store{db.View(t.Context())}.count(sql)
	noError(t, err)
	return n
}

func exec(t *testing.T, db *database.DB, sql string) {
	t.Helper()
	noError(t, db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return store{tx}.exec(sql) }))
}
