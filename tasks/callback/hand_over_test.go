package callback_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// skip lets a caller skip what they have, and returns how long it stays away.
func skip(t *testing.T, c taskstest.Centre, viewer account.Viewer, desk callback.Desk) time.Duration {
	t.Helper()
	after, err := c.Callbacks.Skip(t.Context(), viewer, desk.Callback.ID, desk.Callback.Fence, callback.SkipOther)
	if err != nil {
		t.Fatal(err)
	}
	return after.ReadyAt.Sub(c.Now())
}

func TestWhatIsSkippedAgainStaysAwayLonger(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		extend := db.View(t.Context()).Gorm().Model(&callback.Callback{}).Where("1 = 1")
		if err := extend.Update("expires_at", c.Now().Add(30*24*time.Hour)).Error; err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{30, 60, 120, 240, 480, 960, 1440, 1440} {
			for c.Work(t, callback.JobOffer, c.Callbacks.Offer); c.Callback(t).State != callback.Ready; {
				c.Pass(15 * time.Minute)
				c.Work(t, callback.JobOffer, c.Callbacks.Offer)
			}
			if got := skip(t, c, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1))); got != want*time.Minute {
				t.Errorf("skip %d: %v, want %v", i+1, got, want*time.Minute)
			}
		}
		if got := c.Callback(t); got.Skips != 8 || got.Attempts != 0 {
			t.Errorf("%d skips, %d attempts", got.Skips, got.Attempts)
		}
	})
}

func TestWhatWasSkippedComesAfterItsEquals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(20)...) // more than a claim looks at
		desk := c.Claim(t, taskstest.Caller(1))
		skip(t, c, taskstest.Caller(1), desk)
		c.Pass(31 * time.Minute)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		for range 19 {
			next := c.Claim(t, taskstest.Caller(1))
			if next.Callback.ID == desk.Callback.ID {
				t.Fatal("it came before one that nobody skipped")
			}
			c.Finish(t, taskstest.Caller(1), next, solved)
		}
		last := c.Claim(t, taskstest.Caller(1))
		if last.Callback.ID != desk.Callback.ID {
			t.Fatalf("the last one is %d", last.Callback.ID)
		}
		at := c.Now().Add(2 * time.Hour)
		c.Finish(t, taskstest.Caller(1), last, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at,
		})
		if n := c.Count(t, "callbacks", "skips > 0"); n != 0 {
			t.Error("a promise still stands behind for having been skipped")
		}
	})
}

// team is a centre with the users a callback can be handed to: they see one team each, or all.
type team struct {
	taskstest.Centre
	first, second         int64 // teams
	me, mate, other, boss account.Viewer
}

func inTeams(t *testing.T, db *database.DB) team {
	t.Helper()
	c := team{Centre: taskstest.Planned(t, db, taskstest.Severe(1))}
	accounts := account.New(db, []byte("0123456789abcdef0123456789abcdef"), c.Now)
	add := func(login string, role account.Role, teams ...string) account.Viewer {
		u, err := accounts.AddUser(t.Context(), account.NewUser{
			Login: login, Password: "correct horse battery", Role: role, Teams: teams,
		})
		if err != nil {
			t.Fatal(err)
		}
		of, err := accounts.TeamsOfUsers(t.Context(), []int64{u.ID})
		if err != nil {
			t.Fatal(err)
		}
		return account.Viewer{UserID: u.ID, Name: u.Name, Role: role, TeamIDs: of[u.ID]}
	}
	c.me, c.mate = add("wang", account.Caller, "二线"), add("li", account.Caller, "二线")
	c.other, c.boss = add("zhao", account.Caller, "投诉组"), add("boss", account.Supervisor)
	c.first, c.second = c.me.TeamIDs[0], c.other.TeamIDs[0]
	gone := add("gone", account.Caller, "二线")
	if err := accounts.DisableUser(t.Context(), gone.UserID); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACallerHandsACallbackToAColleague(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		desk := c.Claim(t, c.me)
		to, err := c.Callbacks.Receivers(t.Context(), c.me, desk.Callback.ID)
		if err != nil || len(to.Callers) != 2 || len(to.Teams) != 2 { // the colleague and the supervisor, who sees all
			t.Fatalf("may go to %+v, %v", to, err)
		}
		hand := func(h callback.Handover) (callback.Callback, error) {
			return c.Callbacks.Transfer(t.Context(), c.me, desk.Callback.ID, desk.Callback.Fence, h)
		}
		for name, wrong := range map[string]callback.Handover{
			"nobody": {Words: "请跟进"}, "both": {CallerID: c.mate.UserID, TeamID: c.second, Words: "请跟进"},
			"no words": {CallerID: c.mate.UserID, Words: " "}, "oneself": {CallerID: c.me.UserID, Words: "请跟进"},
			"of another team": {CallerID: c.other.UserID, Words: "请跟进"}, "a team of nobody": {TeamID: 99, Words: "请跟进"},
		} {
			if _, err := hand(wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("to %s: %v", name, err)
			}
		}
		after, err := hand(callback.Handover{CallerID: c.mate.UserID, Words: "客户只说粤语"})
		if err != nil || after.State != callback.Ready || after.ReservedFor != c.mate.UserID {
			t.Fatalf("%+v, %v", after, err)
		}
		if _, err := c.Callbacks.Claim(t.Context(), c.me); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("it came straight back: %v", err)
		}
		if theirs := c.Claim(t, c.mate); theirs.Callback.NoteForNext != "客户只说粤语" {
			t.Errorf("the colleague reads %q", theirs.Callback.NoteForNext)
		}
	})
}

func TestACallerHandsACallbackToATeam(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		desk := c.Claim(t, c.me)
		_, err := c.Callbacks.Transfer(t.Context(), c.me, desk.Callback.ID, desk.Callback.Fence,
			callback.Handover{TeamID: c.second, Words: "客户要投诉"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Claim(t.Context(), c.mate); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("the first team still has it: %v", err)
		}
		c.Claim(t, c.other)
		changes, err := c.Callbacks.Changes(t.Context(), c.boss, desk.Callback.ID)
		if err != nil || len(changes) != 3 || changes[1].Kind != callback.ChangeTransferred || changes[1].By != c.me.Name ||
			changes[1].Detail != "客户要投诉" || changes[1].FromState != callback.Claimed || changes[1].ToState != callback.Ready {
			t.Errorf("its story is %+v, %v", changes, err)
		}
		if _, err := c.Callbacks.Changes(t.Context(), c.mate, desk.Callback.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another team reads it: %v", err)
		}
	})
}

// A caller with teams works for them first, and then for nobody's; whoever sees all goes by urgency alone.
func TestCallersWorkForTheirTeamsFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		urgent := taskstest.ComplaintOf(2)
		urgent.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "张敏"}}
		c.Take(t, urgent)
		c.Plan(t)
		mine := c.Claim(t, c.me)
		if mine.Callback.TeamID != c.first || mine.Callback.Kind == callback.ComplaintKind {
			t.Errorf("of team %d comes a %s first", mine.Callback.TeamID, mine.Callback.Kind)
		}
		c.Finish(t, c.me, mine, solved)
		left := c.Claim(t, c.me)
		if left.Callback.TeamID != 0 {
			t.Errorf("then comes one of team %d", left.Callback.TeamID)
		}
		if _, err := c.Callbacks.Release(t.Context(), c.me, left.Callback.ID, left.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		c.Take(t, taskstest.Severe(3))
		c.Plan(t)
		if desk := c.Claim(t, c.boss); desk.Callback.ID != left.Callback.ID {
			t.Error("who sees all did not get the most urgent one")
		}
	})
}

func TestAPausedCallbackComesBackToItsCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		pause := func(until clock.Instant) (callback.Callback, error) {
			return c.Callbacks.Pause(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, until, "等仓库答复")
		}
		for _, wrong := range []clock.Instant{c.Now(), c.Now().Add(73 * time.Hour)} {
			if _, err := pause(wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("until %v: %v", wrong, err)
			}
		}
		after, err := pause(c.Now().Add(2 * time.Hour))
		if err != nil || after.State != callback.Waiting || after.WaitReason != callback.ReasonPaused {
			t.Fatalf("%+v, %v", after, err)
		}
		next, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1))
		if err != nil || next.Callback.ID != desk.Others[0].Callback.ID {
			t.Fatalf("the other one left the desk: %v", err)
		}
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), next.Callback.ID, next.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		c.Pass(2 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if theirs := c.Claim(t, taskstest.Caller(2)); theirs.Callback.ID == desk.Callback.ID || len(theirs.Others) != 0 {
			t.Error("a colleague got it")
		}
		if n := c.Count(t, "callbacks", "id = ? AND state = ? AND reserved_for = 1", desk.Callback.ID, callback.Ready); n != 1 {
			t.Error("it is not its caller's again")
		}
	})
}

func TestAPauseMayEndEarly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		id := desk.Callback.ID
		if _, err := c.Callbacks.Resume(t.Context(), taskstest.Caller(1), id); code(err) != "not_paused" {
			t.Errorf("what is not paused: %v", err)
		}
		after, err := c.Callbacks.Pause(t.Context(), taskstest.Caller(1), id, desk.Callback.Fence, 0, "")
		if err != nil || after.ReadyAt != c.Now().Add(callback.LongestPause) || !after.ExpiresAt.After(after.ReadyAt) {
			t.Fatalf("%+v, %v", after, err)
		}
		c.Pass(time.Hour)
		if _, err := c.Callbacks.Resume(t.Context(), taskstest.Caller(2), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("by a colleague: %v", err)
		}
		if after, err = c.Callbacks.Resume(t.Context(), taskstest.Caller(1), id); err != nil || after.State != callback.Ready {
			t.Fatalf("%s, %v", after.State, err)
		}
		if again := c.Claim(t, taskstest.Caller(1)); again.Callback.ID != id {
			t.Error("it did not come back")
		}
	})
}

// Nobody can keep more promises than they can make calls, nor sit on what others could finish.
func TestNobodyKeepsMoreThanTheyMay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(32)...)
		me := taskstest.Caller(1)
		for range 10 {
			desk := c.Claim(t, me)
			if _, err := c.Callbacks.Pause(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, 0, ""); err != nil {
				t.Fatal(err)
			}
		}
		desk := c.Claim(t, me)
		_, err := c.Callbacks.Pause(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, 0, "")
		if code(err) != "too_many_paused" {
			t.Errorf("the eleventh: %v", err)
		}
		mine := callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: c.Now().Add(3 * time.Hour),
			AppointmentFor: callback.ForMe,
		}
		for range 20 {
			c.Finish(t, me, c.Claim(t, me), mine)
		}
		desk = c.Claim(t, me)
		_, err = c.Callbacks.Finish(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, mine)
		if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "appointment_for" {
			t.Errorf("the 21st: %v", err)
		}
		mine.AppointmentFor = callback.ForAnybody
		c.Finish(t, me, desk, mine)
	})
}

// Who reached the customer before has heard the story: while they are at work, the callback comes to them first.
func TestACallbackComesBackToWhoReachedTheCustomer(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"at work", "away"} {
		dbtest.Each(t, func(t *testing.T, db *database.DB) {
			c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.Severe(2))
			desk := c.Claim(t, taskstest.Caller(1))
			c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: c.Now().Add(2 * time.Hour),
			})
			c.Pass(100 * time.Minute)
			if at == "at work" {
				other := c.Claim(t, taskstest.Caller(1))
				c.Finish(t, taskstest.Caller(1), other, solved)
			}
			c.Pass(20 * time.Minute)
			c.Work(t, callback.JobOffer, c.Callbacks.Offer)
			got := of(t, c, 1)
			if got.State != callback.Ready || (got.ReservedFor == 1) != (at == "at work") {
				t.Fatalf("%s: it is %s, kept for %d", at, got.State, got.ReservedFor)
			}
			c.Pass(29 * time.Minute)
			_, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2))
			if errors.Is(err, callback.ErrNothingReady) != (at == "at work") {
				t.Errorf("%s: a colleague: %v", at, err)
			}
			if at == "at work" {
				c.Pass(time.Minute)
				c.Claim(t, taskstest.Caller(2))
			}
		})
	}
}
