package callback_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// talking is a centre in which caller 1 has the two callbacks of one person: a complaint, which comes first, and a confirmation.
func talking(t *testing.T, db *database.DB) (taskstest.Centre, callback.Desk) {
	t.Helper()
	c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.ComplaintOf(1))
	desk := c.Claim(t, taskstest.Caller(1))
	if desk.Callback.Kind != callback.ComplaintKind || len(desk.Others) != 1 {
		t.Fatalf("on the desk is a %s with %d others", desk.Callback.Kind, len(desk.Others))
	}
	return c, desk
}

var solved = callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}

func TestAClaimTakesAllCallbacksOfThePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		other := desk.Others[0]
		if other.Callback.Kind != callback.ConfirmKind || other.Contact.ExternalID != "T-1" || other.Callback.Fence != desk.Callback.Fence {
			t.Errorf("beside it stands %+v of contact %s", other.Callback, other.Contact.ExternalID)
		}
		if c.Count(t, "holds", "1 = 1") != 1 || c.Count(t, "callback_changes", "kind = 'claimed' AND user_id = 1") != 2 {
			t.Error("one conversation is not one hold with two claims written down")
		}
		c.Finish(t, taskstest.Caller(1), desk, solved)
		next, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1))
		if err != nil || next.Callback.ID != other.Callback.ID || next.Callback.Fence != desk.Callback.Fence || len(next.Others) != 0 {
			t.Fatalf("then comes callback %d, %v", next.Callback.ID, err)
		}
		if again := c.Claim(t, taskstest.Caller(1)); again.Callback.ID != next.Callback.ID {
			t.Error("a claim left the other one behind")
		}
		c.Finish(t, taskstest.Caller(1), next, solved)
		if c.Count(t, "holds", "until_at >= ?", c.Now().Add(callback.UndoTime+time.Second)) != 0 {
			t.Error("the person is held though all is said")
		}
	})
}

func TestASecondCallbackOfACallIsNoSecondTouch(t *testing.T) {
	t.Parallel()
	for _, dials := range []int{0, 1, 2} { // none, the first callback only, both
		dbtest.Each(t, func(t *testing.T, db *database.DB) {
			c, desk := talking(t, db)
			if dials > 0 {
				if err := c.Dial(t, 1, desk); err != nil {
					t.Fatal(err)
				}
			}
			c.Pass(2 * time.Minute)
			c.Finish(t, taskstest.Caller(1), desk, solved)
			next := c.Claim(t, taskstest.Caller(1))
			if dials > 1 {
				if err := c.Dial(t, 1, next); err != nil {
					t.Fatalf("dial for the second: %v", err)
				}
			}
			c.Finish(t, taskstest.Caller(1), next, solved)
			if a, touches := c.Count(t, "attempts", "ended_at > 0"), c.Count(t, "touches", "1 = 1"); a != 2 || touches != 1 {
				t.Errorf("%d dials: %d attempts and %d touches, want 2 and 1", dials, a, touches)
			}
		})
	}
}

// The caller went away in the middle: the next dial is another call to the person, also if it is for the other callback.
func TestASecondCallAfterTheLeaseIsCounted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		if err := c.Dial(t, 1, desk); err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Caller(1), desk, solved)
		next := c.Claim(t, taskstest.Caller(1))
		c.Pass(20 * time.Minute)
		if got := refusedFor(c.Dial(t, 1, next)); got != string(permission.AttemptGap) {
			t.Fatalf("20 minutes after the first call: %v", got)
		}
		draft := callback.Outcome{Note: "稍后再打"}
		if _, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), next.Callback.ID, next.Callback.Fence, draft); err != nil {
			t.Fatal(err)
		}
		c.Pass(45 * time.Minute)
		if err := c.Dial(t, 1, next); err != nil {
			t.Fatal(err)
		}
		if n := c.Count(t, "touches", "1 = 1"); n != 2 {
			t.Errorf("%d touches, want 2", n)
		}
	})
}

func TestACallNobodyTookEndsAllOfItsCallbacks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer, Note: "响了很久"})
		if n := c.Count(t, "callbacks", "state = ? AND wait_reason = ? AND attempts = 1", callback.Waiting, callback.NoAnswer); n != 2 {
			t.Errorf("%d callbacks wait after it, want both", n)
		}
		if c.Count(t, "attempts", "call_result = ?", callback.NoAnswer) != 2 || c.Count(t, "touches", "1 = 1") != 1 {
			t.Error("not an attempt each and one touch")
		}
		if _, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("the caller still has one: %v", err)
		}
		if c.Count(t, "holds", "until_at >= ?", c.Now().Add(callback.UndoTime+time.Second)) != 0 {
			t.Error("the person is still held")
		}
	})
}

// What was typed about the other callback, and what its next caller is to know, is not of that call.
func TestACallNobodyTookLeavesWhatTheOthersHave(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me, other := taskstest.Caller(1), desk.Others[0].Callback
		err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET note_for_next = '先道歉' WHERE id = ?", other.ID).Error
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.SaveDraft(t.Context(), me, other.ID, other.Fence, callback.Outcome{Note: "问发票"}); err != nil {
			t.Fatal(err)
		}
		kept := func(when string) {
			t.Helper()
			if c.Count(t, "drafts", "callback_id = ? AND body LIKE '%问发票%'", other.ID) != 1 {
				t.Errorf("%s: what was typed about it is gone", when)
			}
			if c.Count(t, "callbacks", "id = ? AND note_for_next = '先道歉'", other.ID) != 1 {
				t.Errorf("%s: what its next caller is to know is gone", when)
			}
		}
		c.Finish(t, me, desk, callback.Outcome{CallResult: callback.NoAnswer, Note: "响了很久"})
		kept("after the call")
		if _, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		kept("after the undo")
	})
}

// Two records of one person may have two numbers: that one was not answered says nothing about the other.
func TestACallToOneNumberLeavesTheOtherNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		if _, err := c.Identity.Merge(t.Context(), taskstest.Supervisor, person(t, c, one), person(t, c, other), "同一户主"); err != nil {
			t.Fatal(err)
		}
		desk := c.Claim(t, taskstest.Caller(1))
		if len(desk.Others) != 1 {
			t.Fatalf("%d others, want the merged record's", len(desk.Others))
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.WrongNumber})
		next := c.Claim(t, taskstest.Caller(1))
		if next.Callback.ID != desk.Others[0].Callback.ID || next.Phone == desk.Phone || next.Callback.Attempts != 0 {
			t.Errorf("then comes callback %d, to call %s", next.Callback.ID, next.Phone)
		}
	})
}

func TestWhoWantsNoContactIsCalledAboutNothingElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact})
		if c.Count(t, "callbacks", "state = ? AND lease_until = 0", callback.Cancelled) != 1 || c.Count(t, "holds", "1 = 1") != 0 {
			t.Error("the other callback is still on the desk")
		}
	})
}

func TestWhatIsHeldTogetherIsGivenBackTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		again := c.Claim(t, taskstest.Caller(2))
		if again.Callback.Fence != desk.Callback.Fence+1 || len(again.Others) != 1 {
			t.Fatalf("a colleague got fence %d with %d others", again.Callback.Fence, len(again.Others))
		}
		_, err := c.Callbacks.Skip(t.Context(), taskstest.Caller(2), again.Callback.ID, again.Callback.Fence, callback.SkipKnown)
		if err != nil {
			t.Fatal(err)
		}
		if n := c.Count(t, "callbacks", "state = ? AND wait_reason = ?", callback.Waiting, callback.ReasonSkipped); n != 2 {
			t.Errorf("%d wait as skipped, want both", n)
		}
		for _, mine := range []int64{desk.Callback.ID, desk.Others[0].Callback.ID} {
			_, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), mine, desk.Callback.Fence, callback.Outcome{Note: "迟到"})
			if !errors.Is(err, callback.ErrStale) {
				t.Errorf("with the old fence: %v", err)
			}
		}
		if n := c.Count(t, "drafts", "caller_id = 1"); n != 2 {
			t.Errorf("%d late drafts are kept, want 2", n)
		}
	})
}

func TestADraftExtendsTheWholeConversation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		c.Pass(10 * time.Minute)
		_, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, callback.Outcome{})
		if err != nil {
			t.Fatal(err)
		}
		until := c.Now().Add(callback.Lease)
		if c.Count(t, "callbacks", "lease_until = ?", until) != 2 || c.Count(t, "holds", "until_at = ?", until) != 1 {
			t.Error("a part of it ends earlier")
		}
	})
}

// What comes in while somebody talks to the person is nobody else's, and the next one's who calls them.
func TestACallbackPlannedDuringACallWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Take(t, taskstest.ComplaintOf(1))
		c.Plan(t)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("a colleague got the person: %v", err)
		}
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if both := c.Claim(t, taskstest.Caller(2)); len(both.Others) != 1 || both.Callback.Fence != desk.Callback.Fence+1 {
			t.Errorf("a colleague has %d others under fence %d", len(both.Others), both.Callback.Fence)
		}
	})
}

// The clock of another machine may be behind: what was claimed by the later one is not claimed again, and the fence goes up all the same.
func TestAClockSetBackHandsNothingOutTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		c.Pass(-time.Hour)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
			t.Fatal("handed out twice")
		}
		again := c.Claim(t, taskstest.Caller(1))
		if again.Callback.ID != desk.Callback.ID || again.Callback.Fence != desk.Callback.Fence {
			t.Error("the caller has lost it")
		}
		until := again.Callback.LeaseUntil
		_, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, callback.Outcome{})
		if err != nil || c.Count(t, "holds", "until_at = ?", until) != 1 {
			t.Errorf("a draft made the lease shorter, %v", err)
		}
	})
}

// A contact is reopened while its person is called about two: the other one goes on.
func TestReopeningOneLeavesTheOtherOnTheDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		reopened := taskstest.ComplaintOf(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.Pass(time.Minute)
		c.Take(t, reopened)
		c.Work(t, contact.JobReopened, c.Decisions.CancelContact)
		now, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1))
		if err != nil || now.Callback.ID != desk.Callback.ID || now.Callback.State != callback.Cancelled {
			t.Fatalf("the caller sees %+v, %v", now.Callback, err)
		}
		c.Finish(t, taskstest.Caller(1), desk, solved)
		if next := c.Claim(t, taskstest.Caller(1)); next.Callback.ID != desk.Others[0].Callback.ID {
			t.Error("the other one is gone")
		}
	})
}

// A closed callback's outcome can still be taken back: no later conversation may look as if it were the one it was of.
func TestAFenceIsAboveThoseOfClosedCallbacks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me, ctx := taskstest.Caller(1), t.Context()
		other := desk.Others[0].Callback
		if _, err := c.Callbacks.Pause(ctx, me, other.ID, other.Fence, c.Now().Add(time.Hour), ""); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Release(ctx, me, desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		again := c.Claim(t, me)
		c.Finish(t, me, again, solved)
		c.Pass(2 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if last := c.Claim(t, me); last.Callback.ID != other.ID || last.Callback.Fence <= again.Callback.Fence {
			t.Errorf("callback %d is held under %d, after %d", last.Callback.ID, last.Callback.Fence, again.Callback.Fence)
		}
	})
}
