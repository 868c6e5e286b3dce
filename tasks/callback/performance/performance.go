// Package performance is what callers and their teams did: attempts, reached, finished, talk, wrap-up, hours, skips, expired leases,
// handoffs and second conversations, by day. It reads the tables of package callback, which does not know it.
//
// A day is counted when it is over, into one row for each caller, team and kind of callback (caller_days) and one for each caller's hours
// (caller_hours); what is not counted yet, above all today, is read from the attempts each time. A correction counts the caller's day
// anew. Rows are always made from all that there is of a caller's day, never added to: counting again gives the same.
//
// Whoever counts a day writes its guard row first; nothing else is locked. What the figures mean is in docs/callers.md.
package performance

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// The kinds of job this package adds.
const (
	JobRoll    = "performance.roll"    // nightly: counts the days that are over
	JobRecount = "performance.recount" // ref: attempt; counts the day of its caller anew
)

// Figures are sums, and what they are shared by.
type Figures struct {
	Attempts int // calls tried; those with an abusive customer are in no figure but the hours
	Reached  int // of them, with the customer on the line
	Finished int // callbacks closed by a result

	Handled     int           // attempts with an outcome
	HandledTime time.Duration // from their claim to the outcome
	Talks       int           // calls of which the line's times are known
	TalkTime    time.Duration // from answered to hung up
	Wraps       int           // of them, those with an outcome
	WrapTime    time.Duration // from hung up to the outcome
	WrapTalk    time.Duration // the talk of those

	Skips    int // passed on
	Expired  int // claims that ended by their lease
	Handoffs int // opened
	Seconds  int // second conversations, such as recoveries, that were closed
	Solved   int // of them, those the customer called solved

	Worked time.Duration // hours of work; none where the figures are of one team or kind, as hours are of a person
}

// Add adds other figures.
func (f *Figures) Add(o Figures) {
	f.Attempts, f.Reached, f.Finished = f.Attempts+o.Attempts, f.Reached+o.Reached, f.Finished+o.Finished
	f.Handled, f.HandledTime = f.Handled+o.Handled, f.HandledTime+o.HandledTime
	f.Talks, f.TalkTime = f.Talks+o.Talks, f.TalkTime+o.TalkTime
	f.Wraps, f.WrapTime, f.WrapTalk = f.Wraps+o.Wraps, f.WrapTime+o.WrapTime, f.WrapTalk+o.WrapTalk
	f.Skips, f.Expired, f.Handoffs = f.Skips+o.Skips, f.Expired+o.Expired, f.Handoffs+o.Handoffs
	f.Seconds, f.Solved, f.Worked = f.Seconds+o.Seconds, f.Solved+o.Solved, f.Worked+o.Worked
}

// Empty reports whether nothing was done.
func (f Figures) Empty() bool { return f == Figures{} }

// leastHours is from when figures per hour are told: of a few minutes they say nothing.
const leastHours = 30 * time.Minute

// Share is one number by another, and false where there is nothing to share by.
func Share(part, of int) (float64, bool) {
	if of == 0 {
		return 0, false
	}
	return float64(part) / float64(of), true
}

// PerHour is a number by the hours worked, and false for less than half an hour.
func (f Figures) PerHour(n int) (float64, bool) {
	if f.Worked < leastHours {
		return 0, false
	}
	return float64(n) / f.Worked.Hours(), true
}

// ATT is the mean talk, ACW the mean wrap-up, AHT the mean of both together, and Handling the mean from claim to outcome; false where no
// call's times are known.
func (f Figures) ATT() (time.Duration, bool) { return mean(f.TalkTime, f.Talks) }

// ACW is the mean wrap-up; see ATT.
func (f Figures) ACW() (time.Duration, bool) { return mean(f.WrapTime, f.Wraps) }

// AHT is the mean of talk and wrap-up; see ATT.
func (f Figures) AHT() (time.Duration, bool) { return mean(f.WrapTalk+f.WrapTime, f.Wraps) }

// Handling is the mean time from claim to outcome; see ATT.
func (f Figures) Handling() (time.Duration, bool) { return mean(f.HandledTime, f.Handled) }

func mean(sum time.Duration, n int) (time.Duration, bool) {
	if n == 0 {
		return 0, false
	}
	return (sum / time.Duration(n)).Truncate(time.Microsecond), true
}

// Handoffs knows what callers sent back inside. This package does not import who keeps that.
type Handoffs interface {
	// OpenedBy returns the handoffs that callers opened within [from, until).
	OpenedBy(tx database.Tx, callerIDs []int64, from, until clock.Instant) ([]Opened, error)
}

// Opened is a handoff with who opened it about which callback.
type Opened struct {
	CallerID   int64
	CallbackID int64
	At         clock.Instant
}

// Service counts what callers did.
type Service struct {
	db       *database.DB
	outcomes *outcome.Service
	handoffs Handoffs
	now      clock.Now
	zone     *time.Location
}

// New returns a service. zone is the centre's, whose days are counted; without handoffs none are counted.
func New(db *database.DB, outcomes *outcome.Service, handoffs Handoffs, now clock.Now, zone *time.Location) *Service {
	return &Service{db: db, outcomes: outcomes, handoffs: handoffs, now: now, zone: zone}
}

func (s *Service) span(from, last clock.Day) (clock.Instant, clock.Instant) {
	return from.Start(s.zone), (last + 1).Start(s.zone)
}

// Touch has the day of an attempt's caller counted anew where it is over: its outcome was recorded, undone or corrected afterwards.
func (s *Service) Touch(ctx context.Context, attemptID int64) error {
	now := s.now()
	at, _, err := store{s.db.View(ctx)}.startOf(attemptID)
	if err != nil || at.IsZero() || clock.DayOf(at, s.zone) >= clock.DayOf(now, s.zone) {
		return err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return outbox.Add(tx, now, outbox.New(JobRecount, attemptID, outbox.Bulk, now))
	})
	if err != nil {
		return fmt.Errorf("count the day of attempt %d anew: %w", attemptID, err)
	}
	return nil
}

// Recount counts the day of an attempt's caller anew, if it was counted already. It is the job that Touch adds.
func (s *Service) Recount(ctx context.Context, ticket outbox.Ticket, attemptID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		at, caller, err := store{tx}.startOf(attemptID)
		if err != nil || at.IsZero() {
			return err
		}
		d := clock.DayOf(at, s.zone)
		if err := guardDay(tx, d); err != nil {
			return err
		}
		counted, err := rolledUntil(tx)
		if err != nil || d > counted {
			return err
		}
		return s.rollDay(tx, d, []int64{caller}, now)
	})
	if err != nil {
		return fmt.Errorf("count the day of attempt %d anew: %w", attemptID, err)
	}
	return nil
}

// Roll counts the days that are over and were not counted yet, one a run; where all are, yesterday again. It is a nightly job, of an hour
// at which the leases of the evening are over.
func (s *Service) Roll(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		d, more, err := s.nextDay(tx, now)
		if err != nil {
			return err
		}
		if more {
			err = ticket.Again(tx, now)
		} else {
			err = ticket.Done(tx)
		}
		if err != nil || d == 0 {
			return err
		}
		if err := guardDay(tx, d); err != nil {
			return err
		}
		callers, err := store{tx}.callersOf(s.span(d, d))
		if err != nil {
			return err
		}
		if err := s.rollDay(tx, d, callers, now); err != nil {
			return err
		}
		return putRolled(tx, d)
	})
	if err != nil {
		return fmt.Errorf("count what callers did: %w", err)
	}
	return nil
}

// nextDay returns the day to count, 0 for none, and whether there are more.
func (s *Service) nextDay(tx database.Tx, now clock.Instant) (d clock.Day, more bool, err error) {
	yesterday := clock.DayOf(now, s.zone) - 1
	counted, err := rolledUntil(tx)
	if err != nil {
		return 0, false, err
	}
	if counted >= yesterday {
		return yesterday, false, nil
	}
	next, err := store{tx}.firstFrom((counted + 1).Start(s.zone))
	if err != nil {
		return 0, false, err
	}
	if d = yesterday; !next.IsZero() {
		d = min(d, clock.DayOf(next, s.zone))
	}
	return d, d < yesterday, nil
}

// rollDay makes the rows of callers' days anew.
func (s *Service) rollDay(tx database.Tx, d clock.Day, callers []int64, now clock.Instant) error {
	c, err := s.count(tx, callers, d, d, now)
	if err != nil {
		return err
	}
	return store{tx}.replace(d, callers, c)
}

func guardDay(tx database.Tx, d clock.Day) error {
	return database.Guard(tx, fmt.Sprintf("performance %s", d))
}

// people returns the callers whose figures a viewer reads: themselves for callers, those who share a team with a supervisor or see all
// teams; nil for everybody.
func people(tx database.Tx, viewer account.Viewer) ([]int64, error) {
	if !viewer.Is(account.Supervisor) {
		return []int64{viewer.UserID}, nil
	}
	if viewer.SeesAllTeams() {
		return nil, nil
	}
	staff, err := account.Staff(tx, viewer)
	ids := []int64{viewer.UserID}
	for _, p := range staff {
		ids = append(ids, p.UserID)
	}
	return database.Distinct(ids), err
}

// secondKinds are the kinds of callback that are a second conversation about what went wrong.
var secondKinds = []callback.Kind{callback.RecoveryKind, callback.SecondKind}
