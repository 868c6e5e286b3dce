package figures

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

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
				t.Run(fmt.Sprintf("%s %s, folded: %t", c.zone, c.when, fold), func(t *testing.T) {
					q := Query{
						Metric: CSAT, From: c.want - 2, To: c.want + 2, Zone: c.zone,
						Where: map[Dimension][]string{Category: {c.zone.String() + c.when}},
					}
					points, err := home.Series(t.Context(), q, Daily)
					noError(t, err)
					for _, p := range points {
						if (p.N == 1) != (p.Period.From == c.want) {
							t.Errorf("%s %s (folded: %v): %s has n = %d", c.zone, c.when, fold, p.Label, p.N)
						}
					}
				})
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
		q := Query{
			Metric: CSAT, From: day(2026, 11, 1), To: day(2026, 11, 30), Where: map[Dimension][]string{Team: {"1"}, Channel: {"web"}},
		}
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
		t.Run(string(c.step), func(t *testing.T) {
			if d := gocmp(c.want, labels(c.from, c.to, c.step)); d != "" {
				t.Errorf("%s from %s: %s", c.step, c.from, d)
			}
		})
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
		t.Run(name, func(t *testing.T) {
			if _, err := s.Score(t.Context(), q); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		})
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
			appendAll(t, db, csat(at(shanghai, "2023-06-01 12:00:00").Add(time.Duration(i)*24*time.Hour), 3+i,
				Dimensions{Channel: channel}))
		}
		r, err := s.Report(t.Context(), Query{Metric: CSAT}, "channel")
		noError(t, err)
		if r.From != "2023-06-01" || r.To != "2023-06-03" || r.Total.N != 3 || len(r.Rows) != 2 || r.Rows[0].Member != "phone" ||
			r.Rows[0].N != 2 {
			t.Errorf("by channel: %+v", r)
		}
		r, err = s.Report(t.Context(), Query{Metric: CSAT}, "month")
		noError(t, err)
		if len(r.Rows) != 1 || r.Rows[0].Member != "2023-06" || r.Rows[0].N != 3 {
			t.Errorf("by month: %+v", r)
		}
	})
}
