package callback_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// outcomes are one of every kind of outcome that can be undone.
func outcomes(c taskstest.Centre) map[string]callback.Outcome {
	two := 2
	return map[string]callback.Outcome{
		"no answer":    {CallResult: callback.NoAnswer, Note: "响了十声", NoteForNext: "下午打"},
		"wrong number": {CallResult: callback.WrongNumber},
		"not solved": {
			CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: "仍慢",
			Answers: callback.Answers{Rating: &two, Reasons: []string{"waited"}}, HelpTried: []string{"重启光猫"},
		},
		"appointment": {
			CallResult: callback.Reached, BusinessResult: callback.Appointment,
			AppointmentAt: c.Now().Add(3 * time.Hour), AppointmentFor: callback.ForMe,
		},
	}
}

func TestAnUndoneOutcomeNeverWas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		dial := func() {
			if _, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
				t.Fatal(err)
			}
		}
		dial()
		before := c.Callback(t)
		for name, o := range outcomes(c) {
			c.Finish(t, taskstest.Caller(1), desk, o)
			c.Pass(4 * time.Second)
			again, err := c.Callbacks.Undo(t.Context(), taskstest.Caller(1), desk.Callback.ID)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			leased := cmpopts.IgnoreFields(callback.Callback{}, "LeaseUntil", "ChangedAt")
			if diff := gocmp.Diff(before, c.Callback(t), leased, cmpopts.IgnoreUnexported(callback.Callback{})); diff != "" {
				t.Errorf("%s: the callback is not what it was: %s", name, diff)
			}
			if diff := gocmp.Diff(o, again.Draft); diff != "" {
				t.Errorf("%s: what was typed is not at hand again: %s", name, diff)
			}
			if n := c.Count(t, "jobs", "kind = ? AND state IN ?", callback.JobOutcome, outbox.OpenStates()); n != 0 {
				t.Errorf("%s: %d jobs would hand it on", name, n)
			}
			if n := c.Count(t, "jobs", "kind = ? AND state = ? AND run_at = ?", callback.JobOffer, outbox.Due, before.ExpiresAt); n != 1 {
				t.Errorf("%s: %d jobs look at it when it expires, want 1", name, n)
			}
			if len(again.Attempts) != 1 || again.Attempts[0].CallResult != "" {
				t.Errorf("%s: attempts %+v", name, again.Attempts)
			}
			dial() // the line dropped: the same attempt
		}
		if n := c.Count(t, "touches", "kind = 'attempt'"); n != 1 {
			t.Errorf("%d touches, want the one of the call", n)
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		if got := c.Callback(t); got.State != callback.Finished || got.Attempts != 1 {
			t.Errorf("%s after %d attempts", got.State, got.Attempts)
		}
	})
}

func TestWhatIsAtWorkIsNotUndone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(3)...)
		undo := func(caller int64, desk callback.Desk) error {
			_, err := c.Callbacks.Undo(t.Context(), taskstest.Caller(caller), desk.Callback.ID)
			return err
		}
		refused := func(code string, err error) {
			t.Helper()
			if f, ok := fault.Of(err); !ok || f.Code != code {
				t.Errorf("%v, want %s", err, code)
			}
		}
		first := c.Claim(t, taskstest.Caller(1))
		refused("outcome_at_work", undo(1, first)) // nothing recorded yet
		c.Finish(t, taskstest.Caller(1), first, callback.Outcome{CallResult: callback.WrongNumber})
		refused("callback_not_claimed", undo(2, first))
		c.Pass(callback.UndoTime)
		c.Work(t, callback.JobOutcome, func(_ context.Context, ticket outbox.Ticket, _ int64) error {
			return db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
		})
		refused("outcome_at_work", undo(1, first))

		second := c.Claim(t, taskstest.Caller(1))
		c.Finish(t, taskstest.Caller(1), second, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact})
		refused("outcome_suppresses", undo(1, second))

		third := c.Claim(t, taskstest.Caller(1))
		c.Finish(t, taskstest.Caller(1), third, callback.Outcome{CallResult: callback.WrongNumber})
		if err := undo(1, third); err != nil {
			t.Fatal(err)
		}
		if err := undo(1, third); err == nil {
			t.Error("undone twice")
		}
	})
}

// What leaves the callback may have begun though its job is not over: a text after a missed call is out, and the worker died.
func TestNothingIsUndoneAfterItsTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		undo := func() error {
			return taskstest.Second(c.Callbacks.Undo(t.Context(), taskstest.Caller(1), desk.Callback.ID))
		}
		for range 2 {
			c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
			c.Pass(callback.UndoTime - time.Microsecond)
			if err := undo(); err != nil {
				t.Fatal(err)
			}
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		c.Pass(callback.UndoTime)
		if f, ok := fault.Of(undo()); !ok || f.Code != "outcome_at_work" {
			t.Errorf("after six seconds: %v", f)
		}
		if n := c.Count(t, "jobs", "kind = ? AND state = ?", callback.JobOutcome, outbox.Due); n != 1 {
			t.Errorf("%d jobs hand the outcome on", n)
		}
	})
}

// The next customer was shown and not dialled: they go back, and come again.
func TestUndoGivesBackWhoIsNotDialled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(2)...)
		me := taskstest.Caller(1)
		first := c.Claim(t, me)
		c.Finish(t, me, first, callback.Outcome{CallResult: callback.WrongNumber})
		next := c.Claim(t, me)
		if _, err := c.Callbacks.Undo(t.Context(), me, first.Callback.ID); err != nil {
			t.Fatal(err)
		}
		if held, err := c.Callbacks.Current(t.Context(), me); err != nil || held.Callback.ID != first.Callback.ID {
			t.Fatalf("at hand is %d, %v", held.Callback.ID, err)
		}
		c.Finish(t, me, first, callback.Outcome{CallResult: callback.WrongNumber})
		again := c.Claim(t, me)
		if again.Callback.ID != next.Callback.ID {
			t.Fatalf("next comes %d, want %d", again.Callback.ID, next.Callback.ID)
		}
		if err := c.Dial(t, 1, again); err != nil {
			t.Fatal(err)
		}
		_, err := c.Callbacks.Undo(t.Context(), me, first.Callback.ID)
		if f, ok := fault.Of(err); !ok || f.Code != "undo_dialled" {
			t.Errorf("undone during the next call: %v", err)
		}
	})
}

func TestACorrectedOutcomeFollowsAnew(t *testing.T) {
	t.Parallel()
	solved := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
	never := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact}
	noAnswer := callback.Outcome{CallResult: callback.NoAnswer}
	tests := []struct {
		name     string
		was, is  callback.Outcome
		state    callback.State
		reason   callback.Reason
		refusals int // the number and the e-mail address
	}{
		{"closed after all", noAnswer, solved, callback.Finished, callback.Reason(callback.Solved), 0},
		{"to be tried again after all", solved, noAnswer, callback.Waiting, callback.Reason(callback.NoAnswer), 0},
		{"wants no contact after all", solved, never, callback.Finished, callback.Reason(callback.NeverContact), 2},
		{"may be contacted after all", never, solved, callback.Finished, callback.Reason(callback.Solved), 0},
		{"tried again and may be contacted", never, noAnswer, callback.Waiting, callback.Reason(callback.NoAnswer), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, desk := taskstest.AtWork(t, db)
				c.Finish(t, taskstest.Caller(1), desk, tt.was)
				c.Pass(10 * time.Minute)
				attempt := c.Callback(t)
				by, err := c.Callbacks.ByID(t.Context(), taskstest.Caller(1), attempt.ID)
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Callbacks.Correct(t.Context(), taskstest.Caller(1), by.Attempts[0].ID, tt.is, "听错了"); err != nil {
					t.Fatal(err)
				}
				got := c.Callback(t)
				reason := got.CloseReason
				if got.State == callback.Waiting {
					reason = got.WaitReason
				}
				if got.State != tt.state || reason != tt.reason || got.Attempts != 1 {
					t.Errorf("%s for %q after %d attempts", got.State, reason, got.Attempts)
				}
				if n := c.Count(t, "suppressions", "lifted_at = 0"); n != tt.refusals {
					t.Errorf("%d suppressions in force, want %d", n, tt.refusals)
				}
				if n := c.Count(t, "jobs", "kind = ? AND state = ?", callback.JobOutcome, outbox.Due); n != 1 {
					t.Errorf("%d jobs hand it on, want 1", n)
				}
			})
		})
	}
}

func TestWhoMayCorrectAnOutcomeAndWhen(t *testing.T) {
	t.Parallel()
	c, desk := taskstest.AtWork(t, dbtest.SQLite(t))
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
	is := callback.Outcome{CallResult: callback.Busy}
	correct := func(viewer account.Viewer, o callback.Outcome, why string) error {
		return c.Callbacks.Correct(t.Context(), viewer, 1, o, why)
	}
	stranger := account.Viewer{UserID: 9, Role: account.Supervisor, TeamIDs: []int64{99}}
	for name, err := range map[string]error{
		"another caller": correct(taskstest.Caller(2), is, "why"), "the supervisor of another team": correct(stranger, is, "why"),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want it not found", name, err)
		}
	}
	for name, err := range map[string]error{
		"without a reason": correct(taskstest.Caller(1), is, " "),
		"without a result": correct(taskstest.Caller(1), callback.Outcome{}, "why"),
	} {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want it invalid", name, err)
		}
	}
	for range 30 {
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if c.Callback(t).State == callback.Ready {
			break
		}
		c.At.Store(int64(c.Callback(t).ReadyAt))
	}
	c.Claim(t, taskstest.Caller(2))
	if err := correct(taskstest.Caller(1), is, "why"); !fault.Is(err, fault.Conflict) {
		t.Errorf("corrected while a colleague calls: %v", err)
	}
}

// Nobody took the call: both callbacks of the person wait, and both are at hand again after one undo.
func TestUndoGivesTheWholeConversationBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me := taskstest.Caller(1)
		c.Finish(t, me, desk, callback.Outcome{CallResult: callback.NoAnswer})
		if n := c.Count(t, "callbacks", "state = ?", callback.Waiting); n != 2 {
			t.Fatalf("%d callbacks wait, want both", n)
		}
		again, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID)
		if err != nil || len(again.Others) != 1 {
			t.Fatalf("%d others are at hand, %v", len(again.Others), err)
		}
		if n := c.Count(t, "attempts", "ended_at > 0"); n != 0 {
			t.Errorf("%d attempts keep their outcome", n)
		}
		c.Finish(t, me, again, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		if next, err := c.Callbacks.Current(t.Context(), me); err != nil || next.Callback.ID != again.Others[0].Callback.ID {
			t.Errorf("then comes %d, %v", next.Callback.ID, err)
		}
	})
}

// What was kept for the caller and came next is still kept for them.
func TestUndoGivesBackWhatIsKeptForTheCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(2)...)
		me := taskstest.Caller(1)
		first := c.Claim(t, me)
		kept := 3 - first.Callback.ID
		c.Hire(t, 1)
		if err := c.Callbacks.Reassign(t.Context(), taskstest.Supervisor, kept, 1, "熟悉客户"); err != nil {
			t.Fatal(err)
		}
		c.Finish(t, me, first, callback.Outcome{CallResult: callback.WrongNumber})
		c.Claim(t, me)
		if _, err := c.Callbacks.Undo(t.Context(), me, first.Callback.ID); err != nil {
			t.Fatal(err)
		}
		if c.Count(t, "callbacks", "id = ? AND state = ? AND reserved_for = 1", kept, callback.Ready) != 1 {
			t.Error("it is anybody's")
		}
	})
}

// What an older version noted before an outcome says nothing of how long a callback is kept for its caller: half an hour, as it was then.
func TestUndoOfAnOutcomeOfAnOlderVersionKeepsForTheCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		dbtest.InTx(t, db, func(tx database.Tx) error {
			var before string
			if err := tx.Gorm().Raw("SELECT callback_before FROM attempts").Scan(&before).Error; err != nil {
				return err
			}
			older := regexp.MustCompile(`"kept_minutes":\d+,`).ReplaceAllString(before, "")
			if older == before {
				t.Errorf("nothing says how long it is kept: %s", before)
			}
			return tx.Gorm().Exec("UPDATE attempts SET callback_before = ?", older).Error
		})
		if _, err := c.Callbacks.Undo(t.Context(), taskstest.Caller(1), desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		if kept := c.Callback(t).KeptMinutes; kept != 30 {
			t.Errorf("kept for %d minutes, want 30", kept)
		}
	})
}

// Who dials on a telephone beside the desk makes an attempt by the outcome: with that it goes.
func TestUndoTakesAnAttemptWithoutADialBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me := taskstest.Caller(1)
		for range 2 {
			c.Finish(t, me, desk, callback.Outcome{CallResult: callback.NoAnswer})
			if _, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID); err != nil {
				t.Fatal(err)
			}
			if a, touches := c.Count(t, "attempts", "1 = 1"), c.Count(t, "touches", "1 = 1"); a != 0 || touches != 0 {
				t.Errorf("%d attempts and %d touches are left", a, touches)
			}
			if c.Count(t, "callbacks", "attempts = 0 AND dialled_at = 0") != 2 {
				t.Error("an attempt is counted")
			}
		}
		c.Finish(t, me, desk, solved)
		next := c.Claim(t, me)
		c.Finish(t, me, next, solved)
		if _, err := c.Callbacks.Undo(t.Context(), me, next.Callback.ID); err != nil {
			t.Fatal(err)
		}
		if a, touches := c.Count(t, "attempts", "1 = 1"), c.Count(t, "touches", "1 = 1"); a != 1 || touches != 1 {
			t.Errorf("%d attempts and %d touches, want those of the first callback", a, touches)
		}
	})
}

// Two outcomes of one call that was not dialled here, undone in the order in which they were recorded: nobody was called.
func TestACallOfWhichAllIsUndoneWasNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me := taskstest.Caller(1)
		c.Finish(t, me, desk, solved)
		next := c.Claim(t, me)
		c.Finish(t, me, next, solved)
		for undone, id := range []int64{desk.Callback.ID, next.Callback.ID} {
			if _, err := c.Callbacks.Undo(t.Context(), me, id); err != nil {
				t.Fatal(err)
			}
			if n := c.Count(t, "touches", "kind = 'attempt'"); n != 1-undone {
				t.Errorf("%d undone: %d touches", undone+1, n)
			}
		}
		if err := c.Dial(t, 1, desk); err != nil {
			t.Errorf("the first call is refused: %v", err)
		}
	})
}

// What is held together with an undone callback comes along: its lease and hand are those of the conversation again.
func TestUndoBringsAlongWhatIsHeldTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.ComplaintOf(1), taskstest.Severe(2))
		me := taskstest.Caller(1)
		desk := c.Claim(t, me)
		other := desk.Others[0].Callback
		c.Finish(t, me, desk, solved)
		c.Pass(4 * time.Second)
		again, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Others) != 1 || again.Others[0].Callback.ID != other.ID || again.Callback.Fence != other.Fence {
			t.Fatalf("beside it is %+v", again.Others)
		}
		until := c.Now().Add(callback.Lease)
		const theirs = "id = ? AND state = 'claimed' AND slot = ? AND lease_until = ?"
		if c.Count(t, "callbacks", theirs, other.ID, callback.SlotCurrent, until) != 1 {
			t.Error("what is held with it did not come along")
		}
		c.Pass(callback.Lease - time.Second)
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, other.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a colleague takes half of the conversation: %v", err)
		}
		c.Finish(t, me, again, solved)
		next := c.Claim(t, me)
		if next.Callback.ID != other.ID {
			t.Fatalf("then comes %d", next.Callback.ID)
		}
		c.Finish(t, me, next, solved)
		if c.Count(t, "holds", "slot <> ?", callback.SlotUndo) != 0 {
			t.Error("a hold is left")
		}
	})
}

func TestUndoLeavesWhatWasCancelledMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me, other := taskstest.Caller(1), desk.Others[0].Callback.ID
		if err := c.Callbacks.CancelByHand(t.Context(), taskstest.Supervisor, other, "已上门解决"); err != nil {
			t.Fatal(err)
		}
		finish := func() clock.Instant {
			recorded, err := c.Callbacks.Finish(t.Context(), me, desk.Callback.ID, desk.Callback.Fence,
				callback.Outcome{CallResult: callback.NoAnswer})
			if err != nil {
				t.Fatal(err)
			}
			return recorded.UndoUntil
		}
		if finish().IsZero() {
			t.Error("no undo is offered")
		}
		if _, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		if c.Count(t, "callbacks", "id = ? AND state = ?", other, callback.Cancelled) != 1 {
			t.Error("the cancelled one is back")
		}
		if err := c.Callbacks.CancelByHand(t.Context(), taskstest.Supervisor, desk.Callback.ID, "已上门解决"); err != nil {
			t.Fatal(err)
		}
		if !finish().IsZero() {
			t.Error("undo is offered for what was cancelled")
		}
	})
}

func TestUndoOfAbuseEndsThePauseThatBeganWithIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := stocked(t, db, taskstest.Severe(1))
		me := taskstest.Caller(1)
		onPause := func(want bool) {
			t.Helper()
			if _, on, err := c.Pauses.Current(t.Context(), me); err != nil || on != want {
				t.Errorf("on pause: %t, %v", on, err)
			}
		}
		c.Finish(t, me, desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: "abuse", Note: "骂人"})
		onPause(true)
		c.Pass(2 * time.Second)
		if _, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		onPause(false)
	})
}
