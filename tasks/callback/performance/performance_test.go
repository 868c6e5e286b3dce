package performance_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/internal/taskstest"
)

var shanghai = time.FixedZone("", 8*3600)

// centre is a centre with callers 11 to 13, of whom 11 is of team 1, 12 of team 2 and 13 of none.
type centre struct {
	taskstest.Centre
	*performance.Service
	opened *opened
	set    *outcome.Set
	today  clock.Day
}

// opened are the handoffs a test says were opened.
type opened struct{ list []performance.Opened }

func (o *opened) OpenedBy(_ database.Tx, callers []int64, from, until clock.Instant) (found []performance.Opened, err error) {
	for _, one := range o.list {
		if slices.Contains(callers, one.CallerID) && !one.At.Before(from) && one.At.Before(until) {
			found = append(found, one)
		}
	}
	return found, nil
}

func newCentre(t *testing.T, db *database.DB) *centre {
	t.Helper()
	c := &centre{Centre: taskstest.New(t, db), opened: &opened{}}
	c.WithStock(t)
	var err error
	c.set, err = c.Outcomes.Current(t.Context())
	must(t, err)
	c.Service = performance.New(db, c.Outcomes, c.opened, c.Now, shanghai)
	c.today = clock.DayOf(c.Now(), shanghai)
	g := db.View(t.Context()).Gorm()
	for id := int64(11); id <= 13; id++ {
		must(t, g.Create(&account.User{ID: id, Login: fmt.Sprint("c", id), Name: fmt.Sprint("caller ", id), Role: account.Caller}).Error)
	}
	for id := int64(1); id <= 2; id++ {
		must(t, g.Create(&account.Team{ID: id, Name: fmt.Sprint("team ", id)}).Error)
		must(t, g.Exec("INSERT INTO user_teams (user_id, team_id) VALUES (?, ?)", 10+id, id).Error)
	}
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *centre) roll(t *testing.T) {
	t.Helper()
	must(t, c.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		return outbox.Add(tx, c.Now(), outbox.New(performance.JobRoll, 0, outbox.Bulk, c.Now()))
	}))
	for len(c.Jobs(t, performance.JobRoll)) > 0 {
		c.Work(t, performance.JobRoll, c.Roll)
	}
}

// history is drawn calls of some days, written into the tables as the desk would.
type history struct {
	attempts []callback.Attempt
	about    map[int64]callback.Callback
	changes  []callback.Change
	pauses   []pause.Pause
}

func drawHistory(t *testing.T, c *centre, seed uint64, days, perDay int) history {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // a test that can be repeated
	h := history{about: map[int64]callback.Callback{}}
	kinds, n := callback.Kinds(), int64(0)
	for back := range days {
		for caller := int64(11); caller <= 13; caller++ {
			at := (c.today - clock.Day(back)).Start(shanghai).Add(time.Duration(r.IntN(600)) * time.Minute)
			for range r.IntN(perDay) {
				n++
				cb := callback.Callback{
					ID: n, TeamID: int64(r.IntN(3)), Kind: kinds[r.IntN(len(kinds))], State: callback.Finished, CustomerID: n, ContactID: n,
					ResolutionID: n, Round: 1,
				}
				h.about[n] = cb
				a := callback.Attempt{CallbackID: n, No: 1, CallerID: caller, Fence: 1, ClaimedAt: at}
				a.StartedAt = at.Add(time.Duration(r.IntN(3)) * time.Minute)
				if over := r.IntN(10) == 0; !over {
					a.AnsweredAt = a.StartedAt.Add(time.Duration(r.IntN(2)) * time.Minute)
					a.HungUpAt = a.AnsweredAt.Add(time.Duration(r.IntN(9)) * time.Minute)
					a.EndedAt, a.OutcomeVersion = a.HungUpAt.Add(time.Duration(r.IntN(90))*time.Minute), c.set.Version
					code := c.set.Call[r.IntN(len(c.set.Call))]
					a.CallResult = callback.CallResult(code.Key)
					if code.Is(outcome.CountsAsReached) {
						a.BusinessResult = callback.BusinessResult(c.set.Business[r.IntN(len(c.set.Business))].Key)
					}
					if r.IntN(3) == 0 { // nobody knows the line
						a.AnsweredAt, a.HungUpAt = 0, 0
					}
				}
				h.attempts = append(h.attempts, a)
				if r.IntN(4) == 0 {
					h.changes = append(h.changes, callback.Change{
						CallbackID: n, At: at, UserID: caller, Kind: callback.ChangeSkipped, Reason: "other",
					})
				}
				if r.IntN(5) == 0 {
					begins := max(a.StartedAt, a.EndedAt).Add(time.Duration(r.IntN(5)) * time.Minute)
					h.pauses = append(h.pauses, pause.Pause{
						UserID: caller, BeganAt: begins, EndedAt: begins.Add(time.Duration(1+r.IntN(40)) * time.Minute),
						Reason: pause.Break,
					})
				}
				at = max(a.StartedAt, a.EndedAt).Add(time.Duration(r.IntN(50)) * time.Minute)
				if clock.DayOf(at.Add(2*time.Hour), shanghai) > c.today-clock.Day(back) {
					break
				}
			}
		}
	}
	g := c.DB.View(t.Context()).Gorm()
	for _, id := range slices.Sorted(maps.Keys(h.about)) {
		cb := h.about[id]
		must(t, g.Create(&cb).Error)
	}
	must(t, g.CreateInBatches(h.attempts, 100).Error)
	if len(h.changes) > 0 {
		must(t, g.CreateInBatches(h.changes, 100).Error)
	}
	for _, p := range h.pauses {
		_ = g.Create(&p).Error // a second one that ends at the same time is none
	}
	must(t, g.Order("id").Find(&h.pauses).Error)
	return h
}

// naive counts by looking at everything, and hours minute by minute.
func (h history) naive(c *centre, keep func(a callback.Attempt, d clock.Day) bool) performance.Figures {
	var f performance.Figures
	perDay := map[[2]int64][]callback.Attempt{}
	for _, a := range h.attempts {
		d := clock.DayOf(a.StartedAt, shanghai)
		if !keep(a, d) {
			continue
		}
		perDay[[2]int64{int64(d), a.CallerID}] = append(perDay[[2]int64{int64(d), a.CallerID}], a)
		business, _ := c.set.Code(outcome.BusinessLayer, string(a.BusinessResult))
		call, _ := c.set.Code(outcome.CallLayer, string(a.CallResult))
		if slices.Contains(business.Flags, outcome.Abuse) {
			continue
		}
		f.Attempts++
		reached := slices.Contains(call.Flags, outcome.CountsAsReached)
		final := slices.Contains(business.Flags, outcome.Final) || !reached && slices.Contains(call.Flags, outcome.Final)
		if reached {
			f.Reached++
		}
		if final {
			f.Finished++
		}
		if a.CallResult != "" {
			f.Handled++
			f.HandledTime += time.Duration(a.EndedAt-a.ClaimedAt) * time.Microsecond
		}
		if a.HungUpAt != 0 {
			f.Talks++
			f.TalkTime += a.Talk()
			f.Wraps++
			f.WrapTalk += a.Talk()
			f.WrapTime += time.Duration(a.EndedAt-a.HungUpAt) * time.Microsecond
		}
		second := h.about[a.CallbackID].Kind == callback.RecoveryKind || h.about[a.CallbackID].Kind == callback.SecondKind
		if second && reached && final {
			f.Seconds++
			if business.Solved == outcome.Yes {
				f.Solved++
			}
		}
	}
	for _, ch := range h.changes {
		if keep(callback.Attempt{CallbackID: ch.CallbackID, CallerID: ch.UserID}, clock.DayOf(ch.At, shanghai)) {
			f.Skips++
		}
	}
	for key, list := range perDay {
		f.Worked += time.Duration(h.minutes(key[1], list)) * time.Minute
	}
	return f
}

// minutes counts the minutes in which a caller worked on a day.
func (h history) minutes(caller int64, list []callback.Attempt) (n int) {
	const minute = clock.Instant(60e6)
	covers := func(m clock.Instant) bool {
		var before, after clock.Instant // the end of the last work before, the beginning of the first after
		for _, a := range list {
			until := min(max(a.StartedAt, a.EndedAt), a.ClaimedAt+60*minute)
			if a.ClaimedAt <= m && m < until {
				return true
			}
			if until <= m {
				before = max(before, until)
			}
			if a.ClaimedAt > m && (after == 0 || a.ClaimedAt < after) {
				after = a.ClaimedAt
			}
		}
		return before != 0 && after != 0 && after-before <= 30*minute
	}
	paused := func(m clock.Instant) bool {
		return slices.ContainsFunc(h.pauses, func(p pause.Pause) bool { return p.UserID == caller && p.BeganAt <= m && m < p.EndedAt })
	}
	first := slices.MinFunc(list, func(a, b callback.Attempt) int { return int(a.ClaimedAt - b.ClaimedAt) }).ClaimedAt
	for m := first; m < first+30*60*minute; m += minute {
		if covers(m) && !paused(m) {
			n++
		}
	}
	return n
}

func (c *centre) report(t *testing.T, viewer account.Viewer, f performance.Filter) performance.Report {
	t.Helper()
	r, err := c.Report(t.Context(), viewer, f)
	must(t, err)
	return r
}

// Before a day is counted and after it, told by whatever, the figures are what a naive reading of all there is says.
func TestFiguresAreWhatThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for seed := range uint64(2) {
			t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
				if db.Dialect() == database.MySQL && seed > 0 {
					t.Skip("one is enough")
				}
				if seed > 0 {
					db = dbtest.SQLite(t)
				}
				c := newCentre(t, db)
				c.Pass(13 * time.Hour)
				h := drawHistory(t, c, seed, 5, 12)
				all := performance.Filter{From: c.today - 4, Last: c.today}
				for _, round := range []string{"fresh", "counted"} {
					for _, by := range performance.Bys() {
						all.By = by
						r := c.report(t, taskstest.Admin, all)
						want := h.naive(c, func(callback.Attempt, clock.Day) bool { return true })
						if diff := cmp.Diff(want, r.Total); diff != "" {
							t.Fatalf("%s by %s:\n%s", round, by, diff)
						}
						for _, row := range r.Rows {
							want := h.naive(c, func(a callback.Attempt, d clock.Day) bool {
								cb := h.about[a.CallbackID]
								return map[performance.By]bool{
									performance.ByCaller: a.CallerID == row.ID, performance.ByTeam: cb.TeamID == row.ID,
									performance.ByKind: cb.Kind == row.Kind, performance.ByDay: d == row.Day,
								}[by]
							})
							if !r.Hours {
								want.Worked = 0
							}
							if diff := cmp.Diff(want, row.Figures); diff != "" {
								t.Fatalf("%s by %s, %+v:\n%s", round, by, row, diff)
							}
						}
					}
					c.roll(t)
				}
				if n := c.Count(t, "caller_days", "day = ?", c.today); n != 0 {
					t.Errorf("today is counted before it is over: %d rows", n)
				}
			})
		}
	})
}

func TestOnesOwnDayIsTheOneOfMyDay(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.Pass(13 * time.Hour)
	drawHistory(t, c, 3, 8, 10)
	c.roll(t)
	for caller := int64(11); caller <= 13; caller++ {
		viewer := account.Viewer{UserID: caller, Role: account.Caller}
		var week performance.Figures
		for d := c.today - 6; d <= c.today; d++ { // today is a Sunday
			day, err := c.Worklist.MyDay(t.Context(), viewer, d)
			must(t, err)
			own, err := c.Own(t.Context(), viewer, d)
			must(t, err)
			if got := own.Day; got.Attempts != day.Dialled || got.Reached != day.Reached || got.Finished != day.Finished {
				t.Errorf("caller %d on %s: %+v, and my day says %+v", caller, d, got, day)
			}
			if handling, _ := own.Day.Handling(); handling != day.Handling {
				t.Errorf("caller %d on %s: %v, and my day says %v", caller, d, handling, day.Handling)
			}
			week.Add(own.Day)
			if diff := cmp.Diff(week, own.Week); diff != "" {
				t.Errorf("the week up to %s:\n%s", d, diff)
			}
		}
	}
}

func TestACorrectionOfADayThatIsOverIsCounted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.Take(t, taskstest.Severes(2)...)
		c.Plan(t)
		caller := account.Viewer{UserID: 13, Role: account.Caller}
		c.Finish(t, caller, c.Claim(t, caller), callback.Outcome{CallResult: "no_answer"})
		yesterday := c.today
		c.Pass(24 * time.Hour)
		c.roll(t)
		f := performance.Filter{From: yesterday, Last: yesterday, By: performance.ByCaller}
		if r := c.report(t, taskstest.Admin, f); r.Total.Attempts != 1 || r.Total.Reached != 0 || r.Total.Finished != 0 {
			t.Fatalf("%+v", r.Total)
		}
		solved := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
		must(t, c.Callbacks.Correct(t.Context(), taskstest.Supervisor, 1, solved, "录音里接通了"))
		must(t, c.Touch(t.Context(), 1))
		c.Work(t, performance.JobRecount, c.Recount)
		if r := c.report(t, taskstest.Admin, f); r.Total.Attempts != 1 || r.Total.Reached != 1 || r.Total.Finished != 1 {
			t.Errorf("%+v", r.Total)
		}
		must(t, c.Touch(t.Context(), 4711))
		if jobs := c.Jobs(t, performance.JobRecount); len(jobs) != 0 {
			t.Errorf("%d jobs for nothing", len(jobs))
		}
	})
}

func TestAClaimThatEndsByItsLeaseIsCountedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.Take(t, taskstest.Severes(1)...)
		c.Plan(t)
		one, two := account.Viewer{UserID: 11, Role: account.Caller}, account.Viewer{UserID: 12, Role: account.Caller}
		left := func() [2]int {
			r := c.report(t, taskstest.Admin, performance.Filter{From: c.today, Last: c.today, By: performance.ByCaller})
			var n [2]int
			for _, row := range r.Rows {
				n[row.ID-11] = row.Figures.Expired
			}
			return n
		}
		c.Claim(t, one)
		if got := left(); got != [2]int{} {
			t.Errorf("while the claim lasts: %v", got)
		}
		c.Pass(callback.Lease + time.Minute)
		if got := left(); got != [2]int{1, 0} {
			t.Errorf("when the lease is over: %v", got)
		}
		desk := c.Claim(t, two)
		if got := left(); got != [2]int{1, 0} {
			t.Errorf("when somebody else has it: %v", got)
		}
		_, err := c.Callbacks.Release(t.Context(), two, desk.Callback.ID, desk.Callback.Fence)
		must(t, err)
		c.Claim(t, two)
		if got := left(); got != [2]int{1, 0} {
			t.Errorf("when it was given back: %v", got)
		}
	})
}

func TestCallersReadTheirOwnFiguresAndSupervisorsTheirTeams(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.Pass(13 * time.Hour)
	drawHistory(t, c, 5, 3, 12)
	f := performance.Filter{From: c.today - 2, Last: c.today, By: performance.ByCaller}
	ids := func(viewer account.Viewer) (ids []int64) {
		for _, row := range c.report(t, viewer, f).Rows {
			ids = append(ids, row.ID)
		}
		slices.Sort(ids)
		return ids
	}
	lead := account.Viewer{UserID: 50, Role: account.Supervisor, TeamIDs: []int64{1}}
	for name, tt := range map[string]struct {
		viewer account.Viewer
		want   []int64
	}{
		"a caller": {account.Viewer{UserID: 12, Role: account.Caller}, []int64{12}}, "a supervisor": {lead, []int64{11, 13}},
		"an administrator": {taskstest.Admin, []int64{11, 12, 13}}, "marketing": {account.Viewer{UserID: 60, Role: account.Marketing}, nil},
	} {
		if got := ids(tt.viewer); !slices.Equal(got, tt.want) {
			t.Errorf("%s reads %v, want %v", name, got, tt.want)
		}
	}
	f.CallerID = 12
	if _, err := c.Report(t.Context(), lead, f); !fault.Is(err, fault.NotFound) {
		t.Errorf("a caller of another team: %v", err)
	}
	f.CallerID, f.By = 0, performance.ByTeam
	var sum performance.Figures
	for _, row := range c.report(t, lead, f).Rows {
		if row.ID == 2 {
			t.Error("another team is named")
		}
		sum.Add(row.Figures)
	}
	f.By = performance.ByKind
	if r := c.report(t, lead, f); r.Total.Attempts != sum.Attempts {
		t.Errorf("teams have %d attempts, kinds %d", sum.Attempts, r.Total.Attempts)
	}
}

func TestHandoffsAreCountedWhereTheyAreKept(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.Take(t, taskstest.Severes(1)...)
	c.Plan(t)
	c.opened.list = []performance.Opened{
		{CallerID: 11, CallbackID: 1, At: c.Now()}, {CallerID: 12, CallbackID: 1, At: c.Now().Add(-24 * time.Hour)},
	}
	must(t, c.DB.View(t.Context()).Gorm().Exec("INSERT INTO callback_changes (callback_id, at, user_id, kind, detail) VALUES "+
		"(1, ?, 11, 'claimed', ''), (1, ?, 12, 'claimed', '')", c.Now(), c.Now().Add(-24*time.Hour)).Error)
	for range 2 {
		r := c.report(t, taskstest.Admin, performance.Filter{From: c.today - 1, Last: c.today, By: performance.ByKind})
		if len(r.Rows) != 1 || r.Total.Handoffs != 2 || r.Rows[0].Kind != callback.ConfirmKind || !r.Handoffs {
			t.Errorf("%+v", r)
		}
		c.roll(t)
	}
}

// A figure that is made of nothing is none, never 0.
func TestWhatIsMadeOfNothingIsNone(t *testing.T) {
	t.Parallel()
	var f performance.Figures
	for name, mean := range map[string]func() (time.Duration, bool){"ATT": f.ATT, "ACW": f.ACW, "AHT": f.AHT, "handling": f.Handling} {
		if _, known := mean(); known {
			t.Errorf("%s is known", name)
		}
	}
	if _, known := f.PerHour(3); known {
		t.Error("per hour is known")
	}
	if _, known := performance.Share(0, 0); known {
		t.Error("a share of nothing is known")
	}
}

// Behind each figure of a caller are as many rows as it says, page by page.
func TestEveryFigureIsMadeOfItsRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.Pass(13 * time.Hour)
		drawHistory(t, c, 9, 4, 14)
		c.roll(t)
		f := performance.Filter{From: c.today - 3, Last: c.today, By: performance.ByCaller}
		for _, kind := range []callback.Kind{"", callback.RecoveryKind} {
			f.Kind = kind
			for _, row := range c.report(t, taskstest.Admin, f).Rows {
				for what, want := range map[performance.What]int{
					performance.AllAttempts: row.Figures.Attempts, performance.Reached: row.Figures.Reached,
					performance.Finished: row.Figures.Finished, performance.Talks: row.Figures.Talks,
					performance.Skipped: row.Figures.Skips,
					performance.Expired: row.Figures.Expired, performance.Seconds: row.Figures.Seconds,
					performance.Solved: row.Figures.Solved,
				} {
					list := performance.ListFilter{Filter: f, What: what, Limit: 3}
					list.CallerID = row.ID
					n := 0
					for more := true; more; {
						page, err := c.Lines(t.Context(), taskstest.Admin, list)
						must(t, err)
						n += len(page.Lines)
						if more = page.More; more {
							list.Before = page.Lines[len(page.Lines)-1].Key
						}
					}
					if n != want {
						t.Errorf("caller %d, %s %s: %d rows of %d", row.ID, kind, what, n, want)
					}
				}
			}
		}
	})
}

func TestRowsOfOtherTeamsAreCountedAndNotShown(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.Pass(13 * time.Hour)
	h := drawHistory(t, c, 11, 4, 14)
	lead := account.Viewer{UserID: 50, Role: account.Supervisor, TeamIDs: []int64{1}}
	list := performance.ListFilter{Filter: performance.Filter{From: c.today - 3, Last: c.today, CallerID: 11}, What: "attempts", Limit: 100}
	page, err := c.Lines(t.Context(), lead, list)
	must(t, err)
	hidden := 0
	for _, l := range page.Lines {
		if l.Hidden != (h.about[l.CallbackID].TeamID == 2) || l.Hidden && (l.Attempt != nil || l.Customer != "") {
			t.Errorf("%+v of team %d", l, h.about[l.CallbackID].TeamID)
		}
		if l.Hidden {
			hidden++
		}
	}
	if hidden == 0 {
		t.Error("nothing is of another team")
	}
	list.CallerID = 12
	if _, err := c.Lines(t.Context(), lead, list); !fault.Is(err, fault.NotFound) {
		t.Errorf("a caller of another team: %v", err)
	}
	if _, err := c.Lines(t.Context(), account.Viewer{UserID: 11, Role: account.Caller}, list); !fault.Is(err, fault.NotFound) {
		t.Errorf("a colleague: %v", err)
	}
}
