package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// unanswered is a centre in which caller 1 has reached nobody in the call of the first of its callbacks, which has become ready again.
func unanswered(t *testing.T, db *database.DB, callbacks int) (c taskstest.Centre, id int64) {
	t.Helper()
	c = taskstest.Planned(t, db, taskstest.Severes(callbacks)...)
	desk := c.Claim(t, taskstest.Caller(1))
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
	for range 30 {
		if c.Count(t, "callbacks", "state = ?", callback.Ready) == callbacks {
			return c, desk.Callback.ID
		}
		c.Pass(30 * time.Minute)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
	}
	t.Fatal("it does not become ready")
	return c, 0
}

// correct says what the first attempt there is should have been.
func correct(t *testing.T, c taskstest.Centre, o callback.Outcome) {
	t.Helper()
	if err := c.Callbacks.Correct(t.Context(), taskstest.Caller(1), 1, o, "听错了"); err != nil {
		t.Fatal(err)
	}
}

func TestACorrectionLeavesWhatWasDoneSince(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, id := unanswered(t, db, 1)
		c.Claim(t, taskstest.Caller(2))
		desk, err := c.Callbacks.Current(t.Context(), taskstest.Caller(2))
		if err != nil {
			t.Fatal(err)
		}
		until := c.Now().Add(2 * time.Hour)
		if _, err := c.Callbacks.Pause(t.Context(), taskstest.Caller(2), id, desk.Callback.Fence, until, "等配件"); err != nil {
			t.Fatal(err)
		}
		correct(t, c, callback.Outcome{CallResult: callback.Busy, Note: "占线"})
		got := c.Callback(t)
		if got.WaitReason != callback.ReasonPaused || got.ReadyAt != until || got.ReservedFor != 2 || got.NoteForNext != "等配件" {
			t.Errorf("it waits for %q until %v, for %d: %q", got.WaitReason, got.ReadyAt, got.ReservedFor, got.NoteForNext)
		}
		if got.CallResult != callback.Busy || got.Note != "占线" {
			t.Errorf("it was not corrected: %s %q", got.CallResult, got.Note)
		}
		correct(t, c, solved)
		if got := c.Callback(t); got.State != callback.Finished {
			t.Errorf("what is solved after all is %s", got.State)
		}
	})
}

// An outcome that a colleague recorded in between and took back hides nothing of what was done before it.
func TestACorrectionLeavesWhatWasDoneBeforeAnUndoneOutcome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, id := unanswered(t, db, 1)
		colleague := taskstest.Caller(2)
		c.Hire(t, colleague.UserID)
		if err := c.Callbacks.Reassign(t.Context(), taskstest.Supervisor, id, colleague.UserID, "会说粤语"); err != nil {
			t.Fatal(err)
		}
		c.Pass(time.Minute)
		desk := c.Claim(t, colleague)
		c.Finish(t, colleague, desk, callback.Outcome{CallResult: callback.Busy}) // no dial was seen: the attempt goes with it
		if _, err := c.Callbacks.Undo(t.Context(), colleague, id); err != nil {
			t.Fatal(err)
		}
		c.Pass(callback.Lease)
		correct(t, c, callback.Outcome{CallResult: callback.Busy, Note: "占线"})
		if got := c.Callback(t); got.ReservedFor != colleague.UserID || got.CallResult != callback.Busy {
			t.Errorf("it is kept for %d, and was %s", got.ReservedFor, got.CallResult)
		}
	})
}

// A caller who has left, or who only has it next, does not stand in the way.
func TestWhatNobodyIsAtWorkOnMayBeCorrected(t *testing.T) {
	t.Parallel()
	colleague := taskstest.Caller(2)
	for name, have := range map[string]func(*testing.T, taskstest.Centre, int64){
		"a lease that is over": func(t *testing.T, c taskstest.Centre, id int64) {
			t.Helper()
			if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, id); err != nil {
				t.Fatal(err)
			}
			c.Pass(callback.Lease)
		},
		"a prefetch": func(t *testing.T, c taskstest.Centre, id int64) {
			t.Helper()
			if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, 3-id); err != nil {
				t.Fatal(err)
			}
			next, err := c.Callbacks.Prefetch(t.Context(), colleague)
			if err != nil || next.Callback.ID != id {
				t.Fatalf("next is %d, %v", next.Callback.ID, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, id := unanswered(t, db, 2)
				have(t, c, id)
				correct(t, c, solved)
				if c.Count(t, "callbacks", "id = ? AND state = ? AND caller_id = 1", id, callback.Finished) != 1 {
					t.Error("it is not finished by who made the call")
				}
				if c.Count(t, "holds", "person_id IN (SELECT person_id FROM callbacks WHERE id = ?)", id) != 0 {
					t.Error("its person is still held")
				}
			})
		})
	}
}

func TestACorrectionTellsWhatWasWhatBecameByWhomAndWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, _ := unanswered(t, db, 1)
		correct(t, c, callback.Outcome{CallResult: callback.Busy})
		events, err := worklist.EventsOfContact(db.View(t.Context()), c.Callback(t).ContactID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Code == "callback_corrected_to" {
				if e.Args["reason"] != "no_answer" || e.Args["became"] != "busy" || e.Args["note"] != "听错了" || e.At != c.Now() {
					t.Errorf("told %v at %v", e.Args, e.At)
				}
				return
			}
		}
		t.Errorf("nothing tells the correction: %v", events)
	})
}
