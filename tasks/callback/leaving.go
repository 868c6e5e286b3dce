package callback

import (
	"context"
	"fmt"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/text"
)

// Whoever stops calling, or calls for another team from now on, keeps nothing: what they are at work on is freed, and what is kept for
// them becomes anybody's.

// JobLeft is the kind of the job that hands back what was too much for one transaction, and what a user took while they were changed. ref:
// the user.
const JobLeft = "callback.left"

// Codes of what callers have in hand: account.Held.
const (
	HeldInHand      = "in_hand"
	HeldAppointment = "appointments"
	HeldPaused      = "paused"
	HeldKept        = "kept"
)

const (
	backAtOnce  = 200              // callbacks in one transaction
	lookForMore = 10 * time.Second // after which what began before is over
)

// mayKeep reports whether a user, as they are, may have a callback of a team in hand or kept for them.
func mayKeep(as account.Viewer, teamID int64) bool {
	return as.Is(account.Caller) && as.SeesTeam(teamID)
}

// HeldBy returns what a user has in hand and would have no more as they are to be, kind by kind.
func (s *Service) HeldBy(tx database.Tx, as account.Viewer, now clock.Instant) ([]account.Held, error) {
	inHand, err := store{tx}.inHands(as.UserID, now, SlotCurrent, SlotNext)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, c := range inHand {
		if !c.closed() && !mayKeep(as, c.TeamID) {
			n++
		}
	}
	kept, err := store{tx}.keptByTeam(as.UserID, now)
	if err != nil {
		return nil, err
	}
	var sum keptCount
	for _, k := range kept {
		if !mayKeep(as, k.TeamID) {
			sum.Appointments, sum.Paused, sum.Kept = sum.Appointments+k.Appointments, sum.Paused+k.Paused, sum.Kept+k.Kept
		}
	}
	return []account.Held{
		{What: HeldInHand, Count: n},
		{What: HeldAppointment, Count: sum.Appointments},
		{What: HeldPaused, Count: sum.Paused},
		{What: HeldKept, Count: sum.Kept},
	}, nil
}

// HandBack takes from a user what they may have no more as they are now. What they are at work on is ready for anybody, or closed as
// unreachable if its attempts are used up; what they typed stays their draft, and stands before whoever calls next as well. Appointments,
// pauses and what was kept for them keep their times and are anybody's. A user with more than 200 is done by a job, which also finds what
// they took at this moment. Call it after the row of the user was written: callbacks are locked behind it.
func (s *Service) HandBack(tx database.Tx, by, as account.Viewer, now clock.Instant) error {
	if _, err := s.handBackSome(tx, by, as, now); err != nil {
		return fmt.Errorf("hand back what user %d has: %w", as.UserID, err)
	}
	return s.HandBackSoon(tx, as.UserID, now.Add(lookForMore))
}

// HandBackSoon has a job do what HandBack does, from an instant on.
func (s *Service) HandBackSoon(tx database.Tx, userID int64, at clock.Instant) error {
	now := s.now()
	moved, err := outbox.Reschedule(tx, now, JobLeft, userID, at)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobLeft, userID, outbox.Urgent, at))
}

// HandBackRest is HandBack for a job: what is left of it, by what the user is now.
func (s *Service) HandBackRest(ctx context.Context, ticket outbox.Ticket, userID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		as, err := account.UserAsViewer(tx, userID)
		if err != nil {
			if fault.Is(err, fault.NotFound) {
				return ticket.Done(tx)
			}
			return err
		}
		more, err := s.handBackSome(tx, account.Viewer{}, as, now)
		if err != nil {
			return err
		}
		if more {
			return ticket.Again(tx, now)
		}
		return ticket.Done(tx)
	})
	if err != nil {
		return fmt.Errorf("hand back the rest of user %d: %w", userID, err)
	}
	return nil
}

// handBackSome hands back at most backAtOnce callbacks and reports whether there may be more.
func (s *Service) handBackSome(tx database.Tx, by, as account.Viewer, now clock.Instant) (more bool, err error) {
	ids, err := store{tx}.toHandBack(as, now)
	if err != nil {
		return false, err
	}
	locked, err := store{tx}.lockCallbacks(ids)
	if err != nil {
		return false, err
	}
	for i := range locked {
		if err := s.handBackOne(tx, by, as, &locked[i], now); err != nil {
			return false, err
		}
	}
	return len(ids) >= backAtOnce, nil
}

func (s *Service) handBackOne(tx database.Tx, by, as account.Viewer, c *Callback, now clock.Instant) error {
	if mayKeep(as, c.TeamID) {
		return nil
	}
	inHand := c.inHandsOf(as.UserID, now)
	if !inHand && (c.closed() || c.ReservedFor != as.UserID) {
		return nil // somebody else was first
	}
	if inHand && c.Slot == SlotCurrent {
		if err := s.passOnWords(tx, c, as.UserID); err != nil {
			return err
		}
	}
	if err := c.handBack(as.UserID, now); err != nil {
		return err
	}
	for i := range c.changes {
		c.changes[i].UserID = by.UserID
	}
	return s.keep(tx, c, now)
}

// passOnWords puts what a caller typed about a callback and did not finish before whoever calls next. It stays their draft.
func (s *Service) passOnWords(tx database.Tx, c *Callback, callerID int64) error {
	typed, savedAt, err := store{tx}.draft(c.ID, callerID)
	if err != nil || savedAt.Before(c.ClaimedAt) {
		return err
	}
	var words []string
	for _, said := range []string{c.NoteForNext, typed.Note, typed.NoteForNext} {
		if said = strings.TrimSpace(said); said != "" && !strings.Contains(strings.Join(words, "\n"), said) {
			words = append(words, said)
		}
	}
	c.NoteForNext = text.Cut(strings.Join(words, "\n"), maxNote)
	return nil
}

// inHandsOf reports whether a user is at work on the callback, or was when it was cancelled and has not been told.
func (c *Callback) inHandsOf(userID int64, now clock.Instant) bool {
	return c.CallerID == userID && (c.inHand(now) || c.cancelledUnderClaim())
}

// handBack takes the callback from a user who may have it no more, whether it is in their hands or kept for them. What they have promised
// stays promised, by anybody.
func (c *Callback) handBack(userID int64, now clock.Instant) error {
	change := Change{Kind: ChangeHandedBack, ForUserID: userID}
	if !c.AppointmentAt.IsZero() {
		change.Reason = string(ReasonAppointment)
	}
	if c.inHandsOf(userID, now) {
		return c.leave(userID, c.Fence, change, now, func() error {
			c.makeReady(now)
			if c.ReservedFor == userID {
				c.ReservedFor = 0
			}
			return nil
		})
	}
	change.FromState = c.State
	c.ReservedFor, c.ChangedAt = 0, now
	c.note(change)
	return nil
}
