package handoff

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

// Resolved is told that a source has resolved contacts. Where one of them has an open handoff about an earlier resolution, a job settles
// that when the follow-up of the new one is decided. Once more it changes nothing.
func (s *Service) Resolved(ctx context.Context, resolutions []contact.Resolution) error {
	byContact := make(map[int64]contact.Resolution, len(resolutions))
	ids := make([]int64, 0, len(resolutions))
	for _, r := range resolutions {
		if r.No > 1 { // only a reopened contact is resolved again
			byContact[r.ContactID], ids = r, append(ids, r.ContactID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	open, err := store{s.db.View(ctx)}.openOfContacts(ids)
	if err != nil || len(open) == 0 {
		return err
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		for _, h := range open {
			if h.ResolutionID >= byContact[h.ContactID].ID {
				continue
			}
			if err := lookAtSource(tx, h.ID, now, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle what was resolved again: %w", err)
	}
	return nil
}

// lookAtSource has a job look whether the source has settled a handoff: one job for each.
func lookAtSource(tx database.Tx, id int64, at, now clock.Instant) error {
	moved, err := outbox.Reschedule(tx, now, JobResolved, id, at)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobResolved, id, outbox.Normal, at))
}

// lookAgain is how soon it is looked again whether the follow-up is decided, or a call is over.
const lookAgain = 30 * time.Second

// Decided reports whether the follow-up of a resolution is decided: with it the callback a policy wants is there.
type Decided func(tx database.Tx, resolutionID int64) (bool, error)

// SettleAtSource is the job that closes a handoff whose contact was resolved again at its source: the call that asks about the new
// resolution is its second call, and is planned where no policy has.
func (s *Service) SettleAtSource(ctx context.Context, ticket outbox.Ticket, id int64, decided Decided) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		h, err := store{tx}.lock(id)
		if err != nil || h.State == Closed {
			return err
		}
		r, found, err := contact.LastResolution(tx, h.ContactID)
		if err != nil || !found || r.ID <= h.ResolutionID || !r.ReopenedAt.IsZero() {
			return err
		}
		if ready, err := decided(tx, r.ID); err != nil || !ready {
			if err != nil {
				return err
			}
			return lookAtSource(tx, id, now.Add(lookAgain), now)
		}
		if h.State == Replied && h.SecondCallID != 0 {
			if given, err := s.callbacks.GiveUpSecond(tx, h.SecondCallID, now); err != nil || !given {
				if err != nil {
					return err
				}
				return lookAtSource(tx, id, now.Add(lookAgain), now)
			}
		}
		return s.settleAtSource(tx, &h, r, now)
	})
	if err != nil {
		return fmt.Errorf("settle handoff %d at its source: %w", id, err)
	}
	return nil
}

func (s *Service) settleAtSource(tx database.Tx, h *Handoff, r contact.Resolution, now clock.Instant) error {
	if err := s.end(tx, h, program, SettledAtSource, Entry{}, now); err != nil {
		return err
	}
	open, err := s.callbacks.HasOpen(tx, r.ID)
	if err != nil || open {
		return err
	}
	callbackID, refused, err := s.callbacks.PlanSecond(tx, callback.Second{
		Resolution: r, CustomerID: h.CustomerID, ForCaller: h.ForCaller, Words: h.Reply,
	}, now)
	if err != nil {
		return err
	}
	if refused != "" {
		return s.tellSupervisors(tx, h, NoticeUnreachable, now)
	}
	return store{tx}.putSecond(h.ID, callbackID)
}

// Reopened is told that a source has reopened a contact: it is written in the log of its open handoffs, which stay.
func (s *Service) Reopened(ctx context.Context, contactID int64) error {
	open, err := store{s.db.View(ctx)}.openOfContacts([]int64{contactID})
	if err != nil || len(open) == 0 {
		return err
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		for _, seen := range open {
			h, err := store{tx}.lock(seen.ID)
			if err != nil {
				return err
			}
			known, err := store{tx}.toldSince(h.ID, ActSource, h.CreatedAt)
			if err != nil || known || h.State == Closed {
				return err
			}
			if err := s.keep(tx, &h, h.State, program, Entry{Act: ActSource}, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note that contact %d was reopened: %w", contactID, err)
	}
	return nil
}
