package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// A supervisor frees a stuck callback: its caller is told who did it and why, and loses no word, also of those that arrive late.
func TestAFreedCallersWordsAreTheirDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Hire(t, 1, 2, 900)
		me, id, fence := taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence
		typed := callback.Outcome{Note: "客户说今晚再打"}
		if _, err := c.Callbacks.SaveDraft(t.Context(), me, id, fence, typed); err != nil {
			t.Fatal(err)
		}
		if err := c.Callbacks.Reassign(t.Context(), taskstest.Supervisor, id, 2, "她下班了"); code(err) != "callback_in_hand" {
			t.Errorf("what somebody has was reassigned: %v", err)
		}
		free := callback.Act{Kind: callback.ActReassign, CallerID: 2, Free: true, Why: "她下班了"}
		if err := c.Callbacks.Do(t.Context(), taskstest.Supervisor, id, free); err != nil {
			t.Fatal(err)
		}
		pulse, err := c.Callbacks.Beat(t.Context(), me, id, fence)
		if err != nil || !pulse.Lost || pulse.Freed == nil || pulse.Freed.By != "caller 900" || pulse.Freed.Why != "她下班了" {
			t.Errorf("the desk says %+v, %v", pulse, err)
		}
		typed.Note += "，号码不变"
		if _, err := c.Callbacks.SaveDraft(t.Context(), me, id, fence, typed); code(err) != "callback_stale" {
			t.Errorf("a draft of a claim that is over: %v", err)
		}
		mine, err := c.Worklist.MyTasks(t.Context(), me, worklist.MineFilter{List: worklist.MineDrafts})
		if err != nil || len(mine.Drafts) != 1 || mine.Drafts[0].Typed.Note != typed.Note {
			t.Errorf("left are %+v, %v", mine.Drafts, err)
		}
		if got := c.Claim(t, taskstest.Caller(2)); got.Callback.ID != id || got.Callback.Fence <= fence {
			t.Errorf("who it was given to has %+v", got.Callback)
		}
		if pulse, err := c.Callbacks.Beat(t.Context(), taskstest.Caller(2), id, fence+1); err != nil || pulse.Lost || pulse.Freed != nil {
			t.Errorf("who has it now hears %+v, %v", pulse, err)
		}
		changes, err := c.Callbacks.Changes(t.Context(), taskstest.Supervisor, id)
		if err != nil || changes[1].Kind != callback.ChangeReserved || changes[2].Kind != callback.ChangeFreed ||
			changes[2].By != "caller 900" ||
			changes[2].For != "caller 1" || changes[2].Detail != "她下班了" {
			t.Errorf("its story is %+v, %v", changes, err)
		}
	})
}

// What is held together is one conversation: it is freed together, and the caller is free for the next one.
func TestAConversationIsFreedTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.ComplaintOf(1))
		desk := c.Claim(t, taskstest.Caller(1))
		if len(desk.Others) != 1 {
			t.Fatalf("held together: %d", len(desk.Others))
		}
		free := callback.Act{Kind: callback.ActRelease, Free: true, Why: "电脑死机"}
		if err := c.Callbacks.Do(t.Context(), taskstest.Supervisor, desk.Others[0].Callback.ID, free); err != nil {
			t.Fatal(err)
		}
		if c.Count(t, "callbacks", "state = 'ready'") != 2 || c.Count(t, "holds", "1 = 1") != 0 {
			t.Error("something is held still")
		}
		if again := c.Claim(t, taskstest.Caller(2)); again.Callback.ID != desk.Callback.ID || len(again.Others) != 1 {
			t.Errorf("the next caller has %d with %d", again.Callback.ID, len(again.Others))
		}
	})
}

// Who runs no floor does nothing to callbacks, and nobody gives one to whom it cannot go.
func TestActsAreOfTheFloorAndWithinTeams(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Hire(t, 1, 2)
		id := c.Callback(t).ID
		if err := db.View(t.Context()).Gorm().Exec("INSERT INTO user_teams (user_id, team_id) VALUES (2, 77)").Error; err != nil {
			t.Fatal(err)
		}
		cancel := callback.Act{Kind: callback.ActCancel, Why: "x"}
		for _, role := range []account.Role{account.Caller, account.Handler, account.Marketing, ""} {
			if err := c.Callbacks.Do(t.Context(), account.Viewer{UserID: 5, Role: role}, id, cancel); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%q: %v", role, err)
			}
		}
		to := func(caller int64) callback.Act {
			return callback.Act{Kind: callback.ActReassign, CallerID: caller, Why: "x"}
		}
		release, machine := callback.Act{Kind: callback.ActRelease, Why: "x"}, account.Viewer{Role: account.Machine, SourceID: c.Source}
		for name, tt := range map[string]struct {
			viewer account.Viewer
			act    callback.Act
			want   string
		}{
			"another team's caller":       {taskstest.Supervisor, to(2), "caller_other_team"},
			"nobody there is":             {taskstest.Supervisor, to(88), "caller_unknown"},
			"the machine of elsewhere":    {account.Viewer{Role: account.Machine, SourceID: 99}, cancel, "callback_unknown"},
			"a machine that runs a floor": {machine, release, "act_right"},
			"another team's supervisor":   {account.Viewer{Role: account.Supervisor, TeamIDs: []int64{77}}, cancel, "callback_unknown"},
			"without why":                 {taskstest.Supervisor, callback.Act{Kind: callback.ActCancel, Why: " "}, "invalid_fields"},
		} {
			if err := c.Callbacks.Do(t.Context(), tt.viewer, id, tt.act); code(err) != tt.want {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
		}
		if got := c.Callback(t); got.State != callback.Ready {
			t.Errorf("it is %s now", got.State)
		}
		if err := c.Callbacks.Do(t.Context(), machine, id, cancel); err != nil {
			t.Errorf("the machine of its source: %v", err)
		}
	})
}

// A time the customer named moves only where that is meant, and keeps its promise of urgency.
func TestANewTimeIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		at := c.Now().Add(2 * time.Hour)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, AppointmentFor: callback.ForMe,
		})
		move := callback.Act{Kind: callback.ActMove, At: at.Add(3 * time.Hour), Why: "客户来电改期"}
		if err := c.Callbacks.Do(t.Context(), taskstest.Supervisor, desk.Callback.ID, move); code(err) != "callback_promised" {
			t.Errorf("a promise was moved: %v", err)
		}
		move.Promised = true
		if err := c.Callbacks.Do(t.Context(), taskstest.Supervisor, desk.Callback.ID, move); err != nil {
			t.Fatal(err)
		}
		got := c.Callback(t)
		if got.AppointmentAt != move.At || got.WaitReason != callback.ReasonAppointment || got.ReservedFor != 1 || got.DueAt <= move.At {
			t.Errorf("it is %+v", got)
		}
		c.Pass(5 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Ready {
			t.Errorf("at its time it is %s", got.State)
		}
	})
}
