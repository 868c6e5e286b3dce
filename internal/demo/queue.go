package demo

import (
	"context"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// What the desk has to do when a demo begins, whatever the past left.
const (
	queued     = 40 // callbacks that can be claimed
	recoveries = 3  // of them, at least
	checked    = 16 // planned by hand on the day before
	missed     = 8  // calls of that day that reached nobody and are still to be made again
)

// fillTime is how long before the end fillQueue begins.
const fillTime = 30 * time.Minute

// eve is what is still to happen on the last day on which callers call.
type eve struct {
	checks   int             // callbacks to plan by hand
	promises []clock.Instant // appointments to make: within the hour after the demo begins, and one that nobody kept
	missed   int             // calls nobody takes
}

func (l *life) newEve() eve {
	y, m, d := l.until.In(l.Zone).Date()
	return eve{checks: checked, missed: missed, promises: []clock.Instant{
		l.until.Add(10 * time.Minute), l.until.Add(25 * time.Minute), l.until.Add(40 * time.Minute), l.until.Add(55 * time.Minute),
		clock.At(time.Date(y, m, d-1, 19, 0, 0, 0, l.Zone)),
	}}
}

// isEve reports whether an instant is on the last day on which callers call.
func (l *life) isEve(at clock.Instant) bool {
	return clock.DayOf(at, l.Zone) == clock.DayOf(l.until, l.Zone)-1
}

// eveOutcome returns how a call of the last day ends, until what is to happen on it has happened.
func (l *life) eveOutcome(caller account.Viewer) (callback.Outcome, bool) {
	switch e := &l.eve; {
	case l.eve.checks > 0: // not yet, or not on this day
		return callback.Outcome{}, false
	case len(e.promises) > 0:
		o := l.appointment(e.promises[0])
		if caller.UserID == l.callers[0].UserID && e.promises[0] > l.until {
			o.AppointmentFor = callback.ForMe
		}
		e.promises = e.promises[1:]
		return o, true
	case e.missed > 0:
		e.missed--
		return callback.Outcome{CallResult: callback.NoAnswer, NoteForNext: pick(l.random, l.words.forNext)}, true
	}
	return callback.Outcome{}, false
}

// fillQueue lets customers complain by link and the supervisor plan what is missing, until there is enough to call.
func (l *life) fillQueue(ctx context.Context) error {
	l.Clock.set(l.until.Add(-fillTime))
	if err := l.complain(ctx); err != nil {
		return err
	}
	l.Clock.set(l.until.Add(-5 * time.Minute))
	for range queued { // some of what is planned has to wait, for a newer contact or a cap
		l.somebodyActed = true
		if err := l.work(ctx); err != nil {
			return err
		}
		supply, err := l.Callbacks.Supply(ctx, l.callers[0])
		if err != nil || supply.Ready >= queued {
			return err
		}
		if planned, err := l.spotCheck(ctx, queued-supply.Ready); err != nil || planned == 0 {
			return err
		}
	}
	return nil
}

// complain lets customers who had left their links alone answer that they are dissatisfied, until there are recoveries.
func (l *life) complain(ctx context.Context) error {
	for _, a := range slices.Backward(l.silent) {
		if err := l.work(ctx); err != nil {
			return err
		}
		open, err := l.Worklist.List(ctx, l.lead, worklist.Filter{Kind: callback.RecoveryKind, Limit: 100})
		if err != nil {
			return err
		}
		waiting := slices.DeleteFunc(open, func(r worklist.Row) bool { return !r.Callback.ClosedAt.IsZero() || r.Callback.Attempts > 0 })
		if len(waiting) >= recoveries || l.Clock.Now() >= l.until.Add(-6*time.Minute) {
			return nil
		}
		l.Clock.set(l.Clock.Now().Add(time.Minute))
		answered := l.submission(1+l.random.IntN(2), true) // they are called at once: nothing has to be solved first
		err = l.Surveys.Submit(ctx, a.token, a.who.input.Language, answered)
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
		l.somebodyActed = true
	}
	return nil
}

// spotCheck lets the supervisor plan callbacks by hand for the newest contacts that can have one, every fourth as after a complaint.
// It returns how many.
func (l *life) spotCheck(ctx context.Context, wanted int) (planned int, err error) {
	tried := map[int64]bool{}
	for _, id := range slices.Backward(l.taken) {
		if planned == wanted {
			break
		}
		if tried[id] {
			continue
		}
		tried[id] = true
		plan := decision.HandPlan{Kind: policy.ConfirmCallback, Priority: 3, Reason: l.words.spotCheck}
		if planned%4 == 0 {
			plan.Kind, plan.Priority = policy.ComplaintCallback, 2
		}
		err := l.Decisions.PlanByHand(ctx, l.lead, id, plan)
		switch {
		case err == nil:
			planned++
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.Unavailable): // not resolved, one is open, or nothing is decided yet
		default:
			return planned, err
		}
	}
	l.somebodyActed = true
	return planned, nil
}
