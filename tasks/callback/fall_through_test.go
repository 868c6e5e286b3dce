package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/internal/taskstest"
)

// opensAt looks whether the one callback there is becomes anybody's at an instant, and no sooner.
func (c team) opensAt(t *testing.T, at clock.Instant) {
	t.Helper()
	c.At.Store(int64(at - 1))
	c.Work(t, callback.JobOffer, c.Callbacks.Offer)
	if supply := nothing(t, c.Centre, c.me); len(supply.Lacking) != 1 || supply.Next != at {
		t.Errorf("a moment before %v: %+v", at, supply)
	}
	c.At.Store(int64(at))
	if supply, err := c.Callbacks.Supply(t.Context(), c.me); err != nil || supply.Ready != 1 {
		t.Errorf("at %v: %+v, %v", at, supply, err)
	}
	c.Claim(t, c.me)
}

// fallsAfter says how long a callback waits for somebody with its skill.
func (c team) fallsAfter(t *testing.T, d time.Duration) {
	t.Helper()
	if err := c.Callbacks.Skills().SetFallThrough(t.Context(), admin, int(d.Minutes())); err != nil {
		t.Fatal(err)
	}
	c.Work(t, skill.JobSort, c.Callbacks.SortSkills)
}

// However long it waits for somebody with its skill: a callback is anybody's while there is time to make it, and when it is overdue.
func TestWhatNeedsASkillIsAnybodysBeforeItEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rule  string // of the policy
		fall  time.Duration
		opens time.Duration // after it is ready
	}{
		"it expires sooner":     {"within: 1h, expiry: 1h", 2 * time.Hour, 30 * time.Minute},
		"it is overdue sooner":  {"within: 1h, expiry: 3d", 2 * time.Hour, time.Hour},
		"it falls through":      {"within: 1d, expiry: 3d", 2 * time.Hour, 2 * time.Hour},
		"it may wait very long": {"within: 2d, expiry: 2d", 72 * time.Hour, 24 * time.Hour},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c := inTeams(t, db)
				c.finishAll(t)
				c.Publish(t, taskstest.ParsePolicy(t, "  - {id: own, callback: {"+tt.rule+"}}\n"))
				needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
				c.fallsAfter(t, tt.fall)
				c.Take(t, taskstest.Severe(2))
				c.Plan(t)
				c.opensAt(t, c.Now().Add(tt.opens))
			})
		})
	}
}

// finishAll ends what there is to call.
func (c team) finishAll(t *testing.T) {
	t.Helper()
	c.Finish(t, c.me, c.Claim(t, c.me), callback.Outcome{CallResult: callback.WrongNumber})
}

// An idle colleague keeps a promise rather than nobody.
func TestAnAppointmentThatIsLateIsAnybodys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		c.WithSet(t, func(s *outcome.Set) { s.Appointments.Early, s.Appointments.Late = 5, 15 })
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
		at := taskstest.Morning.Add(3 * time.Hour)
		c.Finish(t, c.mate, c.Claim(t, c.mate), appointed(at, callback.ForAnybody))
		c.opensAt(t, at.Add(15*time.Minute))
	})
}

// Who takes a callback and gives it back does not make it wait anew.
func TestGivingBackStartsNoNewWaitForASkill(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, c team, desk callback.Desk) error{
		"release": func(t *testing.T, c team, desk callback.Desk) error {
			_, err := c.Callbacks.Release(t.Context(), c.mate, desk.Callback.ID, desk.Callback.Fence)
			return err
		},
		"skip": func(t *testing.T, c team, desk callback.Desk) error {
			_, err := c.Callbacks.Skip(t.Context(), c.mate, desk.Callback.ID, desk.Callback.Fence, callback.SkipLater)
			return err
		},
		"hand over": func(t *testing.T, c team, desk callback.Desk) error {
			to := callback.Handover{CallerID: c.boss.UserID, Words: "请接手"}
			_, err := c.Callbacks.Transfer(t.Context(), c.mate, desk.Callback.ID, desk.Callback.Fence, to)
			return err
		},
	}
	for name, giveBack := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c := inTeams(t, db)
				needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
				c.Pass(time.Hour)
				if err := giveBack(t, c, c.Claim(t, c.mate)); err != nil {
					t.Fatal(err)
				}
				c.opensAt(t, taskstest.Morning.Add(2*time.Hour))
			})
		})
	}
}

// What a rule brings to a skill waits for it from then, and a fall-through that changes holds for what is open too.
func TestTheWaitForASkillBeginsInItsPool(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		c.Pass(time.Hour)
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
		c.fallsAfter(t, 3*time.Hour)
		c.Pass(time.Minute)
		c.Work(t, skill.JobSort, c.Callbacks.SortSkills) // the second walk moves nothing
		c.opensAt(t, taskstest.Morning.Add(4*time.Hour))
	})
}
