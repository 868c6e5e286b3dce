package demo

import (
	"context"
	"errors"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/pause"
)

const (
	turn    = 4 * time.Minute // between two callbacks
	turns   = 12              // of an hour
	leaveAt = 19
	leaveBy = 18 // on the last day: what was missed in the afternoon is still to be called
)

// call lets the callers on duty work, until nothing is ready or the hour is over.
func (l *life) call(ctx context.Context, at clock.Instant) error {
	hour := at.In(l.Zone).Hour()
	if hour < 9 || hour >= leaveAt || hour >= leaveBy && l.isEve(at) || clock.DayOf(at, l.Zone) >= clock.DayOf(l.until, l.Zone) {
		return nil
	}
	onDuty, err := l.rest(ctx, at, hour)
	if err != nil {
		return err
	}
	if l.isEve(at) && hour >= 13 && l.eve.checks > 0 {
		if _, err := l.spotCheck(ctx, l.eve.checks); err != nil {
			return err
		}
		l.eve.checks = 0
		if err := l.work(ctx); err != nil {
			return err
		}
	}
	for i := range turns {
		l.Clock.set(at.Add(time.Duration(i) * turn))
		l.somebodyActed = true // a claim puts off what may not be done now
		err := l.turn(ctx, onDuty[i%len(onDuty)])
		if errors.Is(err, callback.ErrNothingReady) || errors.Is(err, callback.ErrClaimBusy) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return l.work(ctx)
}

// turn lets a caller claim a callback and make it, or pass it on.
func (l *life) turn(ctx context.Context, caller account.Viewer) error {
	desk, err := l.Callbacks.Claim(ctx, caller)
	if err != nil {
		return err
	}
	c := desk.Callback
	passed, err := l.passOn(ctx, caller, c)
	if passed || err != nil {
		return err
	}
	if _, err := l.Callbacks.Dial(ctx, caller, c.ID, c.Fence); err != nil {
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		_, err := l.Callbacks.Release(ctx, caller, c.ID, c.Fence)
		return err
	}
	o, drawn := l.eveOutcome(caller)
	if !drawn {
		o = l.outcome(desk)
	}
	seconds := 20 + l.random.IntN(25) // of ringing
	if o.BusinessResult != "" {
		seconds = 50 + l.random.IntN(170)
	}
	l.Clock.set(l.Clock.Now().Add(time.Duration(seconds) * time.Second))
	recorded, err := l.Callbacks.Finish(ctx, caller, c.ID, c.Fence, o)
	if err != nil {
		return err
	}
	return l.correct(ctx, caller, recorded.AttemptID, o)
}

// passOn lets a few callbacks be skipped, handed to a colleague or paused before they are dialled, and reports whether it was so.
func (l *life) passOn(ctx context.Context, caller account.Viewer, c callback.Callback) (passed bool, err error) {
	if l.isEve(l.Clock.Now()) {
		return false, nil
	}
	switch n := l.random.IntN(100); {
	case n < 3:
		_, err = l.Callbacks.Skip(ctx, caller, c.ID, c.Fence, pick(l.random, callback.SkipReasons()))
	case n < 5:
		to := callback.Handover{CallerID: l.colleague(caller).UserID, Words: pick(l.random, l.words.handOver)}
		if c.NotFor == to.CallerID {
			return false, nil
		}
		_, err = l.Callbacks.Transfer(ctx, caller, c.ID, c.Fence, to)
	case n < 6:
		until := l.Clock.Now().Add(time.Duration(3+l.random.IntN(24)) * time.Hour)
		_, err = l.Callbacks.Pause(ctx, caller, c.ID, c.Fence, until, pick(l.random, l.words.backOffice))
	default:
		return false, nil
	}
	return true, err
}

// colleague returns the caller who sits next to another.
func (l *life) colleague(caller account.Viewer) account.Viewer {
	for i, c := range l.callers {
		if c.UserID == caller.UserID {
			return l.callers[(i+1)%len(l.callers)]
		}
	}
	return l.callers[0]
}

// correct lets a caller notice now and then that they pressed the wrong key.
func (l *life) correct(ctx context.Context, caller account.Viewer, attemptID int64, o callback.Outcome) error {
	if l.isEve(l.Clock.Now()) || l.random.IntN(100) >= 2 {
		return nil
	}
	switch {
	case o.CallResult == callback.NoAnswer:
		o.CallResult = callback.Rejected
	case o.BusinessResult == callback.Solved:
		o.BusinessResult = phoneSolved
	default:
		return nil
	}
	l.Clock.set(l.Clock.Now().Add(time.Minute))
	return l.Callbacks.Correct(ctx, caller, attemptID, o, l.words.mistaken)
}

// rest lets callers pause: each for a quarter of an hour on a morning in three, all for lunch, and one for a training on Wednesdays. It
// returns who works in the hour that begins.
func (l *life) rest(ctx context.Context, at clock.Instant, hour int) ([]account.Viewer, error) {
	local := at.In(l.Zone)
	turned := local.YearDay() % len(l.callers)
	first, others := l.callers[turned:turned+1], append(l.callers[turned+1:len(l.callers):len(l.callers)], l.callers[:turned]...)
	switch {
	case hour == 10:
		err := l.pause(ctx, first, pause.Break)
		l.Clock.set(at.Add(14 * time.Minute))
		if err == nil {
			err = l.resume(ctx, first)
		}
		return l.callers, err
	case hour == 12:
		return l.callers, l.pause(ctx, l.callers, pause.Meal)
	case hour == 13:
		return l.callers, l.resume(ctx, l.callers)
	case hour == 16 && local.Weekday() == time.Wednesday:
		return others, l.pause(ctx, first, pause.Training)
	case hour == 17 && local.Weekday() == time.Wednesday:
		return l.callers, l.resume(ctx, first)
	}
	return l.callers, nil
}

func (l *life) pause(ctx context.Context, callers []account.Viewer, reason pause.Reason) error {
	for _, caller := range callers {
		if err := l.Pauses.Start(ctx, caller, reason); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) resume(ctx context.Context, callers []account.Viewer) error {
	for _, caller := range callers {
		if err := l.Pauses.End(ctx, caller); err != nil {
			return err
		}
	}
	return nil
}
