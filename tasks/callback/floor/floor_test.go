package floor_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/internal/taskstest"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// centre is a centre with a floor.
type centre struct {
	taskstest.Centre
	floor *floor.Service
	t     *testing.T
}

func newCentre(t *testing.T, db *database.DB, contacts int) centre {
	t.Helper()
	c := centre{Centre: taskstest.Planned(t, db, taskstest.Severes(contacts)...), t: t}
	c.floor = c.process(nil)
	return c
}

// process is another process of the same centre.
func (c centre) process(sources floor.Sources) *floor.Service {
	return floor.New(c.DB, c.Callbacks, c.Worklist, c.Now, floor.Options{Zone: shanghai, Sources: sources})
}

// user adds somebody who may log in.
func (c centre) user(role account.Role, name string, teams ...int64) account.Viewer {
	c.t.Helper()
	g := c.DB.View(context.Background()).Gorm()
	u := account.User{Login: name, Name: name, Role: role, CreatedAt: c.Now()}
	if err := g.Create(&u).Error; err != nil {
		c.t.Fatal(err)
	}
	for _, team := range teams {
		if err := g.Exec("INSERT INTO user_teams (user_id, team_id) VALUES (?, ?)", u.ID, team).Error; err != nil {
			c.t.Fatal(err)
		}
	}
	return account.Viewer{UserID: u.ID, Name: name, Role: role, TeamIDs: teams}
}

func (c centre) watch(viewer account.Viewer) *floor.Snapshot {
	c.t.Helper()
	c.Pass(time.Second)
	p, err := c.floor.Watch(c.t.Context(), viewer)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// does fails the test unless the one caller of the floor is in a state.
func (c centre) does(when string, want floor.State) floor.Caller {
	c.t.Helper()
	p := c.watch(taskstest.Supervisor)
	if len(p.Callers) != 1 || p.Callers[0].State != want {
		c.t.Fatalf("%s: %+v, %d absent, want one who is %s", when, p.Callers, p.Absent, want)
	}
	return p.Callers[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheFloorSaysWhatACallerDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 2)
		me := c.user(account.Caller, "王敏")
		if p := c.watch(taskstest.Supervisor); len(p.Callers) != 0 || p.Absent != 1 {
			t.Fatalf("before they came: %+v, %d absent", p.Callers, p.Absent)
		}
		must(t, c.floor.Seen(t.Context(), me))
		c.does("at an empty desk", floor.Ready)
		desk := c.Claim(t, me)
		if has := c.does("with a callback", floor.Preparing); has.Row.Callback.ID != desk.Callback.ID || has.Row.Customer == "" {
			t.Errorf("at work on %+v", has.Row)
		}
		_, err := c.Callbacks.Dial(t.Context(), me, desk.Callback.ID, desk.Callback.Fence)
		must(t, err)
		if on := c.does("after the dial", floor.Calling); on.Dialled != 0 { // the day is counted every ten seconds
			t.Errorf("dialled are %d", on.Dialled)
		}
		c.Pass(time.Minute)
		must(t, c.floor.WrapUp(t.Context(), me, desk.Callback.Fence))
		since := c.Now()
		must(t, c.floor.WrapUp(t.Context(), me, desk.Callback.Fence))
		c.Pass(10 * time.Second)
		if up := c.does("after hanging up", floor.WrappingUp); up.Since != since || up.Dialled != 1 {
			t.Errorf("wraps up since %v with %d dialled, want %v", up.Since, up.Dialled, since)
		}
		c.Finish(t, me, desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		ended := c.Now()
		c.Pass(10 * time.Second)
		if done := c.does("after the outcome", floor.Ready); done.Since != ended || done.Finished != 1 || done.PerHour != 4 {
			t.Errorf("ready since %v, want %v; finished %d, %v an hour", done.Since, ended, done.Finished, done.PerHour)
		}
		must(t, c.Pauses.Start(t.Context(), me, pause.Meal))
		if p := c.does("on a pause", floor.Paused); p.Reason != pause.Meal {
			t.Errorf("paused for %s", p.Reason)
		}
		must(t, c.Pauses.End(t.Context(), me))
		c.Pass(5 * time.Minute)
		c.does("nothing was heard of them", floor.Gone)
		must(t, c.floor.Seen(t.Context(), me))
		c.does("back again", floor.Ready)
	})
}

// A caller who went home with somebody in hand keeps that customer from everybody: it is said first, with the way to free it.
func TestWhoLeavesWithACallbackInHandIsSaidFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 2)
		gone, there := c.user(account.Caller, "走了"), c.user(account.Caller, "在")
		must(t, c.floor.Seen(t.Context(), gone))
		desk := c.Claim(t, gone)
		c.Pass(4 * time.Minute)
		must(t, c.floor.Seen(t.Context(), there))
		p := c.watch(taskstest.Supervisor)
		if len(p.Callers) != 2 || !p.Callers[0].Stuck || p.Callers[0].State != floor.Gone ||
			p.Callers[0].Row.Callback.ID != desk.Callback.ID {
			t.Fatalf("the floor says %+v", p.Callers)
		}
		if p.Callers[0].LeaseUntil > desk.Callback.LeaseUntil || p.Callers[1].Stuck {
			t.Errorf("the lease ends at %v, said is %v", desk.Callback.LeaseUntil, p.Callers[0].LeaseUntil)
		}
		c.Pass(callback.Lease)
		must(t, c.floor.Seen(t.Context(), there))
		if p := c.watch(taskstest.Supervisor); slices.ContainsFunc(p.Callers, func(c floor.Caller) bool { return c.Stuck || c.Holds }) {
			t.Errorf("after the lease: %+v", p.Callers)
		}
	})
}

func TestABeatIsWrittenTwiceAMinuteAtMost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 1)
		me := c.user(account.Caller, "王敏")
		written := func() (at clock.Instant) {
			must(t, db.View(t.Context()).Gorm().Raw("SELECT seen_at FROM caller_beats WHERE user_id = ?", me.UserID).Scan(&at).Error)
			return at
		}
		must(t, c.floor.Seen(t.Context(), me))
		first := written()
		c.Pass(29 * time.Second)
		must(t, c.floor.Seen(t.Context(), me))
		if written() != first {
			t.Error("a beat was written within half a minute")
		}
		c.Pass(time.Second)
		must(t, c.floor.Seen(t.Context(), me))
		if written() != c.Now() {
			t.Error("a beat was not written after half a minute")
		}
		must(t, c.floor.Seen(t.Context(), account.Viewer{})) // a token has no desk
	})
}

// 304 as long as nothing moved: whoever makes the picture, after a restart too.
func TestThePictureKeepsItsTagUntilSomethingMoves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 2)
		me := c.user(account.Caller, "王敏")
		must(t, c.floor.Seen(t.Context(), me))
		first := c.watch(taskstest.Supervisor)
		again, err := c.floor.Watch(t.Context(), account.Viewer{UserID: 77, Role: account.Admin})
		must(t, err)
		if again != first {
			t.Error("two who see the same get two pictures within a second")
		}
		later := c.watch(taskstest.Supervisor)
		other, err := c.process(nil).Watch(t.Context(), taskstest.Supervisor)
		must(t, err)
		if later == first || later.Tag != first.Tag || other.Tag != first.Tag {
			t.Errorf("a second later the tag is %s, in another process %s, before %s", later.Tag, other.Tag, first.Tag)
		}
		desk := c.Claim(t, me)
		moved := c.watch(taskstest.Supervisor)
		if moved.Tag == first.Tag {
			t.Error("a claim does not move the picture")
		}
		_, err = c.Callbacks.SaveDraft(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{Note: "x"})
		must(t, err)
		if typed := c.watch(taskstest.Supervisor); typed.Tag != moved.Tag {
			t.Error("typing moves the picture")
		}
	})
}

func TestManyWatchersShareOnePicture(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t), 2)
	c.Pass(time.Second)
	pictures := make([]*floor.Snapshot, 50)
	var watching sync.WaitGroup
	for i := range pictures {
		watching.Go(func() {
			p, err := c.floor.Watch(t.Context(), taskstest.Supervisor)
			if err != nil {
				t.Error(err)
			}
			pictures[i] = p
		})
	}
	watching.Wait()
	for _, p := range pictures {
		if p == nil || p != pictures[0] {
			t.Fatal("who watches at once sees several pictures")
		}
	}
}

// Whoever asked may go away: the others wait for the same picture.
func TestAPictureIsMadeThoughWhoAskedHasLeft(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t), 1)
	left, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.floor.Watch(left, taskstest.Supervisor); err != nil {
		t.Error(err)
	}
}

func TestASupervisorSeesTheFloorOfTheirTeamsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 2)
		own, foreign := c.Callback1(t).TeamID, c.Callback1(t).TeamID+70
		boss := c.user(account.Supervisor, "主管", foreign)
		theirs := c.user(account.Caller, "本组", foreign)
		both, others := c.user(account.Caller, "两组", own, foreign), c.user(account.Caller, "外组", own)
		for _, v := range []account.Viewer{theirs, both, others} {
			must(t, c.floor.Seen(t.Context(), v))
		}
		c.Claim(t, both)
		p := c.watch(boss)
		var names []string
		for _, caller := range p.Callers {
			names = append(names, caller.Name)
			if caller.Row.Callback.ID != 0 || caller.Row.Customer != "" {
				t.Errorf("%s: told of another team's customer: %+v", caller.Name, caller.Row)
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"两组", "本组"}) || p.Queue.Total() != 0 {
			t.Errorf("they see %v and %d callbacks", names, p.Queue.Total())
		}
		if all := c.watch(taskstest.Supervisor); len(all.Callers) != 3 || all.Queue.Total() != 2 {
			t.Errorf("who sees all sees %d callers and %d callbacks", len(all.Callers), all.Queue.Total())
		}
	})
}

// Callback1 is the first callback.
func (c centre) Callback1(t *testing.T) callback.Callback {
	t.Helper()
	var first callback.Callback
	must(t, c.DB.View(t.Context()).Gorm().Order("id").First(&first).Error)
	return first
}

func TestTheDayStandsBesideDaysLikeIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 3)
		me := c.user(account.Caller, "王敏")
		g := db.View(t.Context()).Gorm()
		no := 0
		call := func(ago time.Duration) {
			t.Helper()
			no++
			at := c.Now().Add(-ago)
			a := callback.Attempt{
				CallbackID: 1, No: 50 + no, CallerID: me.UserID, StartedAt: at, EndedAt: at.Add(time.Minute), ClaimedAt: at,
				CallResult: callback.Reached, BusinessResult: callback.Solved, OutcomeVersion: 1,
			}
			must(t, g.Create(&a).Error)
		}
		const week = 7 * 24 * time.Hour
		for range 4 {
			call(time.Hour) // from nine to ten
			call(week + time.Hour)
			call(week)
		}
		for range 2 {
			call(3*week + time.Hour)
			call(24 * time.Hour) // another weekday
		}
		today := c.watch(taskstest.Supervisor).Today
		if today.Days != 2 || len(today.Hours) != 2 || today.Hours[0].Usual != 3 || today.Hours[0].Dialled != 4 || !today.Hours[0].Over ||
			today.Hours[1].Usual != 2 || !today.Hours[1].Now || today.Usual != 3 {
			t.Errorf("today is %+v", today)
		}
		if today.Dialled != 4 || today.Finished != 4 || today.PerHour != 4 || today.Left != 3 {
			t.Errorf("so far %+v", today)
		}
		if at := today.EmptyAt; at < c.Now().Add(45*time.Minute) || at > c.Now().Add(50*time.Minute) {
			t.Errorf("done at %v, it is %v", at, c.Now())
		}
	})
}

func TestWithoutPaceNothingIsDoneToday(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t), 3)
	today := c.watch(taskstest.Supervisor).Today
	if today.Left != 3 || !today.EmptyAt.IsZero() || today.PerHour != 0 || today.Days != 0 {
		t.Errorf("before the first call: %+v", today)
	}
}

// Every number of promises lists its callbacks, and counts no other.
func TestPromisesListWhatTheyCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db, 7)
		g := db.View(t.Context()).Gorm()
		now := c.Now()
		for id, due := range map[int]time.Duration{1: -time.Hour, 2: -time.Minute, 3: time.Hour, 4: 5 * time.Hour, 5: -time.Hour} {
			must(t, g.Exec("UPDATE callbacks SET due_at = ?, appointment_at = ?, priority = 1 WHERE id = ?", now.Add(due), now, id).Error)
		}
		must(t, g.Exec("UPDATE callbacks SET state = 'done' WHERE id = 5").Error)
		must(t, g.Exec("UPDATE callbacks SET due_at = ? WHERE id IN (6, 7)", now.Add(-time.Hour)).Error) // nobody named a time
		p := c.watch(taskstest.Supervisor)
		if p.Promises.Overdue != 2 || p.Promises.Soon != 1 || len(p.Promises.Rows) != 3 || p.Recoveries.Overdue+p.Recoveries.Soon != 0 {
			t.Fatalf("promised are %+v", p.Promises)
		}
		for part, want := range map[callback.SupplyPart][]int64{
			floor.AppointmentsOverdue: {1, 2}, floor.AppointmentsSoon: {3}, floor.RecoveriesOverdue: nil, floor.RecoveriesSoon: nil,
		} {
			var ids []int64
			f := callback.SupplyFilter{Part: part, Limit: 1}
			for {
				rows, err := c.floor.Behind(t.Context(), taskstest.Supervisor, f)
				must(t, err)
				if len(rows) == 0 {
					break
				}
				ids = append(ids, rows[0].Callback.ID)
				f.After = floor.Key(part, rows[0])
			}
			if !slices.Equal(ids, want) {
				t.Errorf("behind %s are %v, want %v", part, ids, want)
			}
		}
	})
}
