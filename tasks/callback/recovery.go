package callback

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// The priorities of what no policy plans, among its groups.
const (
	priorityPromise  = 1 // an appointment
	priorityRecovery = 2
)

// LowScore is an answer that calls for a recovery.
type LowScore struct {
	ResponseID int64
	CustomerID int64 // who answered, and is called: the resolution may have been corrected since it was frozen
	Resolution contact.Resolution
	Value      int
	Scale      string // such as "1-5"
	AnsweredAt clock.Instant
	MaxAge     time.Duration // an answer older than this is not followed up
}

// Recover is the job that plans a recovery callback for a low score: one per resolution, but for those called off, one at a time per
// contact, and never for the caller who asked. It cancels what else was to be asked about the contact, unless a caller is at work on it.
// Where a second call after a reply is to be made anyway, that one asks for the score again: the customer is called once.
// It plans nothing for an answer older than LowScore.MaxAge, such as one of an import, or for a contact that was reopened since.
func (s *Service) Recover(ctx context.Context, ticket outbox.Ticket, low LowScore) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		r := low.Resolution
		if now.Sub(low.AnsweredAt) > low.MaxAge || !r.ReopenedAt.IsZero() {
			return nil
		}
		round, err := nextRecovery(tx, r.ID)
		if err != nil || round == 0 {
			return err
		}
		recovered, err := store{tx}.contactsRecovered([]int64{r.ContactID})
		if err != nil || recovered[r.ContactID] {
			return err
		}
		if promised, err := recoverInSecond(tx, low); err != nil || promised {
			return err
		}
		if err := s.recover(tx, low, round, now); err != nil {
			return err
		}
		open, err := store{tx}.openBesidesRecoveries([]int64{r.ContactID})
		if err != nil {
			return err
		}
		return s.supersede(tx, open, now)
	})
	if err != nil {
		return fmt.Errorf("recover response %d: %w", low.ResponseID, err)
	}
	return nil
}

// nextRecovery returns the round of the recovery that a low score of a resolution calls for; 0 for none, where there was one that was not
// called off: a customer who changes the score up and down again is called.
func nextRecovery(tx database.Tx, resolutionID int64) (int, error) {
	before, err := store{tx}.recoveriesOf(resolutionID)
	round := 1
	for _, c := range before {
		if c.State != Cancelled || c.CloseReason != ReasonCorrected {
			return 0, err
		}
		round = max(round, c.Round+1)
	}
	return round, err
}

func (s *Service) recover(tx database.Tx, low LowScore, round int, now clock.Instant) error {
	r := low.Resolution
	asker, err := store{tx}.asker(r.ID)
	if err != nil {
		return err
	}
	v, subject, err := s.JudgeCall(tx, low.CustomerID, r.ContactID, now)
	if err != nil {
		return err
	}
	set, err := s.outcomes.InForce(tx)
	if err != nil {
		return err
	}
	c := Callback{
		ResolutionID: r.ID, ContactID: r.ContactID, CustomerID: low.CustomerID, PersonID: subject.PersonID, TeamID: r.TeamID,
		Kind: RecoveryKind, Round: round, MaxAttempts: set.Kinds[string(RecoveryKind)].Attempts, Priority: priorityRecovery, NotFor: asker,
		State: Waiting, WaitReason: ReasonPlanned, NotBefore: now, ReadyAt: now,
		DueAt: now.Add(recoveryWithin), ExpiresAt: now.Add(callbackLife), OriginRef: low.ResponseID, OriginValue: low.Value,
		OriginScale: low.Scale, CreatedAt: now, ChangedAt: now,
	}
	if !v.Allowed && !v.AllowedFrom.IsZero() {
		c.WaitReason, c.ReadyAt = Reason(v.First), v.AllowedFrom
	}
	return s.Add(tx, now, []Callback{c}, map[int64]permission.Subject{low.CustomerID: subject})
}

// CallOff is the job that cancels the open recovery of a response that is not a low score any more, unless it has begun.
func (s *Service) CallOff(ctx context.Context, ticket outbox.Ticket, resolutionID, responseID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		open, err := store{tx}.openCallbacks([]int64{resolutionID})
		if err != nil {
			return err
		}
		for _, seen := range open {
			if seen.Kind != RecoveryKind || seen.OriginRef != responseID {
				continue
			}
			c, err := store{tx}.lockCallback(seen.ID)
			if err != nil || c.closed() || c.inHand(now) || c.begun() {
				return err
			}
			return s.giveUp(tx, &c, ReasonCorrected, now)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("call the recovery of response %d off: %w", responseID, err)
	}
	return nil
}
