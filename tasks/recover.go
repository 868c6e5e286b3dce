package tasks

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// LowScore is an answer that calls for a recovery.
type LowScore struct {
	ResponseID int64
	CustomerID int64 // who answered, and is called: the resolution may have been corrected since it was frozen
	Resolution contact.Resolution
	Value      int
	Scale      string // such as "1-5"
	AnsweredAt clock.Instant
}

// Recover plans a recovery callback for a low score, once per resolution and by another caller than the one who asked. An answer
// older than the policy follows up, such as one of an import, and one about a contact that was reopened since get none.
func (s *Service) Recover(ctx context.Context, ticket outbox.Ticket, low LowScore) error {
	now := s.at(ticket.At)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		r := low.Resolution
		policy, err := s.inForce(tx)
		if err != nil {
			return err
		}
		if now.Sub(low.AnsweredAt) > policy.MaxAge.Duration() || !r.ReopenedAt.IsZero() {
			return nil
		}
		existing, err := store{tx}.callbackIDs([]int64{r.ID})
		if err != nil || existing[callbackKey{r.ID, RecoveryCallback, 1}] != 0 {
			return err
		}
		return s.recover(tx, low, now)
	})
	if err != nil {
		return fmt.Errorf("recover response %d: %w", low.ResponseID, err)
	}
	return nil
}

func (s *Service) recover(tx database.Tx, low LowScore, now clock.Instant) error {
	r := low.Resolution
	asker, err := store{tx}.asker(r.ID)
	if err != nil {
		return err
	}
	v, subject, err := s.judgeCall(tx, low.CustomerID, now)
	if err != nil {
		return err
	}
	c := Callback{
		ResolutionID: r.ID, ContactID: r.ContactID, CustomerID: low.CustomerID, PersonID: subject.PersonID, TeamID: r.TeamID,
		Kind: RecoveryCallback, Round: 1, MaxAttempts: MaxAttempts, Priority: PriorityRecovery, State: Waiting, WaitReason: ReasonPlanned, ReadyAt: now, NotFor: asker,
		DueAt: now.Add(RecoveryWithin), ExpiresAt: now.Add(callbackLife), OriginRef: low.ResponseID, OriginValue: low.Value,
		OriginScale: low.Scale, CreatedAt: now, ChangedAt: now,
	}
	if !v.Allowed && !v.AllowedFrom.IsZero() {
		c.WaitReason, c.ReadyAt = reasonOf(v.First), v.AllowedFrom
	}
	return s.addCallbacks(tx, now, []Callback{c}, map[int64]permission.Subject{low.CustomerID: subject})
}
