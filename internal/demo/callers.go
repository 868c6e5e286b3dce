package demo

import (
	"context"
	"errors"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// call lets the callers on duty work, until nothing is ready or the hour is over.
func (l *life) call(ctx context.Context, at clock.Instant) error {
	hour := at.In(l.Zone).Hour()
	if hour < 9 || hour >= 19 || at > l.until.Add(-quiet) {
		return nil
	}
	for i := range 12 {
		l.Clock.set(at.Add(time.Duration(i) * 4 * time.Minute))
		caller := l.callers[i%len(l.callers)]
		l.stirred = true // a claim puts off what may not be done now
		desk, err := l.Callbacks.Claim(ctx, caller)
		if errors.Is(err, callback.ErrNothingReady) || errors.Is(err, callback.ErrClaimBusy) {
			return nil
		}
		if err != nil {
			return err
		}
		c := desk.Callback
		if _, err := l.Callbacks.Dial(ctx, caller, c.ID, c.Fence); err != nil {
			if !fault.Is(err, fault.Conflict) {
				return err
			}
			if _, err := l.Callbacks.Release(ctx, caller, c.ID, c.Fence); err != nil {
				return err
			}
			continue
		}
		l.Clock.set(l.Clock.Now().Add(time.Duration(40+l.random.IntN(170)) * time.Second))
		if _, err := l.Callbacks.Finish(ctx, caller, c.ID, c.Fence, l.outcome(desk)); err != nil {
			return err
		}
	}
	return l.work(ctx)
}

// appointmentHours are whole hours at which customers may be called on every day: nobody is at noon.
var appointmentHours = []int{10, 11, 14, 15, 16, 17, 18}

// outcome draws how a call ends.
func (l *life) outcome(desk callback.Desk) callback.Outcome {
	switch n := l.random.IntN(100); {
	case n < 24:
		return callback.Outcome{CallResult: callback.NoAnswer}
	case n < 29:
		return callback.Outcome{CallResult: callback.Busy}
	case n < 33:
		return callback.Outcome{CallResult: callback.Off}
	case n < 35:
		return callback.Outcome{CallResult: callback.WrongNumber}
	case n < 40:
		return callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: l.tomorrow(pick(l.random, appointmentHours)),
			NoteForNext: pick(l.random, l.words.callNotes),
		}
	}
	return l.talk(desk)
}

func (l *life) talk(desk callback.Desk) callback.Outcome {
	who := l.byPhone[desk.Phone]
	rating := l.rating(l.hardship[desk.Resolution.Category]*.6, l.skill[desk.Resolver], who.mood+.1)
	solved := rating >= 3 || l.random.IntN(3) == 0
	o := callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Solved, Note: pick(l.random, l.words.callNotes),
		Answers: callback.Answers{Rating: &rating, Solved: &solved, Consent: l.random.IntN(100) < 12},
	}
	if !solved {
		o.BusinessResult = callback.NotSolved
		o.Note = strings.TrimSpace(pick(l.random, l.words.comments[false]) + " " + desk.Contact.Subcategory)
	}
	if rating <= 2 {
		o.Answers.Reasons = []string{l.reason(solved)}
	}
	if l.random.IntN(100) < 2 {
		return callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact}
	}
	return o
}

// tomorrow returns an hour of the next day in the centre's zone.
func (l *life) tomorrow(hour int) clock.Instant {
	y, m, d := l.Clock.Now().In(l.Zone).Date()
	return clock.At(time.Date(y, m, d+1, hour, 0, 0, 0, l.Zone))
}
