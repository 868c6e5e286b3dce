package callback

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback/outcome"
)

// Duty knows who works when. Package roster keeps that: this package does not import it.
type Duty interface {
	// Absences returns a function that tells whether one of the callers is known not to work at any time in a span within
	// [from, until). Of whom nothing is known they are taken to be there.
	Absences(
		tx database.Tx, callerIDs []int64, from, until clock.Instant,
	) (absent func(callerID int64, from, until clock.Instant) bool, err error)
}

// Kept is a callback that is kept for a caller, and when they would make it.
type Kept struct {
	CallbackID  int64
	CallerID    int64
	From, Until clock.Instant
}

// kept returns when the caller for whom an open callback is kept would make it; false where that is over, or somebody has it in hand.
func (c *Callback) kept(now clock.Instant) (Kept, bool) {
	k := Kept{CallbackID: c.ID, CallerID: c.ReservedFor, From: max(now, c.ReadyAt), Until: c.reservedUntil()}
	if c.State == Waiting && c.WaitReason == ReasonAppointment {
		k.From, k.Until = c.AppointmentAt, max(c.AppointmentUntil, c.AppointmentAt+1)
	}
	return k, c.ReservedFor != 0 && !c.closed() && !c.inHand(now) && k.Until.After(now) && k.From.Before(k.Until)
}

// KeptFor returns the callbacks that are kept for callers and still to be made, at most 500 of each caller.
func KeptFor(tx database.Tx, callerIDs []int64, now clock.Instant) ([]Kept, error) {
	open, err := store{tx}.reservedFor(callerIDs)
	if err != nil {
		return nil, err
	}
	var list []Kept
	for i := range open {
		if k, is := open[i].kept(now); is {
			list = append(list, k)
		}
	}
	return list, nil
}

// FreeAbsent lets the callbacks that are kept for a caller become anybody's, where the caller is known not to work when they would make
// them. What became of the callback says so, and supervisors are told. It is the job that follows a change of the caller's roster.
func (s *Service) FreeAbsent(ctx context.Context, ticket outbox.Ticket, callerID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		seen, err := store{tx}.reservedFor([]int64{callerID})
		if err != nil {
			return err
		}
		locked, err := store{tx}.lockCallbacks(idsOf(seen))
		if err != nil {
			return err
		}
		for i := range locked {
			if err := s.freeAbsent(tx, &locked[i], callerID, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("free what is kept for caller %d: %w", callerID, err)
	}
	return nil
}

func (s *Service) freeAbsent(tx database.Tx, c *Callback, callerID int64, now clock.Instant) error {
	k, is := c.kept(now)
	if !is || k.CallerID != callerID {
		return nil
	}
	absent, err := s.absent(tx, callerID, k.From, k.Until)
	if err != nil || !absent {
		return err
	}
	if err := s.makeAnybodys(tx, c, now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}

// dropAbsent lets a callback whose time has come be anybody's at once, where the caller it is kept for is known not to work now, and is
// not at work all the same.
func (s *Service) dropAbsent(tx database.Tx, c *Callback, now clock.Instant) error {
	if s.opts.Duty == nil || c.ReservedFor == 0 {
		return nil
	}
	absent, err := s.absent(tx, c.ReservedFor, now, now.Add(c.reservedUntil().Sub(c.ReadyAt)))
	if err != nil || !absent {
		return err
	}
	if onDuty, err := (store{tx}).onDuty(c.ReservedFor, now); err != nil || onDuty {
		return err
	}
	return s.makeAnybodys(tx, c, now)
}

// makeAnybodys lets a callback be anybody's, and tells supervisors.
func (s *Service) makeAnybodys(tx database.Tx, c *Callback, now clock.Instant) error {
	caller := c.ReservedFor
	c.ReservedFor, c.ChangedAt = 0, now
	c.note(Change{Kind: ChangeAbsent, FromState: c.State, ForUserID: caller})
	return store{tx}.insertFreed(Freed{
		CallbackID: c.ID, TeamID: c.TeamID, CallerID: caller, FreedAt: now, AppointmentAt: c.AppointmentAt,
	})
}

func (s *Service) absent(tx database.Tx, callerID int64, from, until clock.Instant) (bool, error) {
	if s.opts.Duty == nil {
		return false, nil
	}
	absent, err := s.opts.Duty.Absences(tx, []int64{callerID}, from, until)
	if err != nil {
		return false, err
	}
	return absent(callerID, from, until), nil
}

// whose makes an appointment of a caller's own anybody's, where they are known not to work then.
func (s *Service) whose(tx database.Tx, callerID int64, o Outcome) (Outcome, error) {
	if o.AppointmentFor != ForMe || o.AppointmentAt.IsZero() {
		return o, nil
	}
	absent, err := s.absent(tx, callerID, o.AppointmentAt, max(o.AppointmentUntil, o.AppointmentAt+1))
	if absent {
		o.AppointmentFor = ForAnybody
	}
	return o, err
}

// OwnTime says whether a caller can keep an appointment of their own.
type OwnTime struct {
	Absent  bool          // they are known not to work then: it would be anybody's
	Nearest clock.Instant // when they do and the customer may be called, the nearest quarter of an hour; none within a week
}

const ownAround = 7 * 24 * time.Hour // how far from a time a caller is not there at another one is looked for

// OwnTimeAt says whether the viewer works when an appointment of theirs would be, and when they do. It returns fault.NotFound for a
// callback that is not in the viewer's hands.
func (s *Service) OwnTimeAt(ctx context.Context, viewer account.Viewer, callbackID int64, at, until clock.Instant) (OwnTime, error) {
	now, tx := s.now(), s.db.View(ctx)
	c, err := store{tx}.callback(callbackID)
	if err != nil {
		return OwnTime{}, err
	}
	if c.State != Claimed || c.owner() != viewer.UserID {
		return OwnTime{}, errNoCallback
	}
	if s.opts.Duty == nil || !at.After(now) || at.Sub(now) > LongestDelay {
		return OwnTime{}, nil
	}
	absent, err := s.opts.Duty.Absences(tx, []int64{viewer.UserID}, at.Add(-ownAround), at.Add(ownAround))
	if err != nil {
		return OwnTime{}, fmt.Errorf("read who works when: %w", err)
	}
	if !absent(viewer.UserID, at, max(until, at+1)) {
		return OwnTime{}, nil
	}
	subject, err := s.whom(tx, c)
	if err != nil {
		return OwnTime{}, err
	}
	own := OwnTime{Absent: true}
	rules := s.permit.Rules()
	for off := time.Duration(0); off <= ownAround && own.Nearest.IsZero(); off += outcome.Slot {
		for _, slot := range []clock.Instant{slotOf(at).Add(-off), slotOf(at).Add(off)} {
			free := slot.After(now) && !absent(viewer.UserID, slot, slot+1) && rules.CallWindow(subject, "", slot).Open
			if free && own.Nearest.IsZero() {
				own.Nearest = slot
			}
		}
	}
	return own, nil
}
