package handoff

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// Waits tells callback which contacts wait for a reply. It keeps nothing.
type Waits struct{}

var _ callback.Handoffs = Waits{}

// Waiting implements callback.Handoffs.
func (Waits) Waiting(tx database.Tx, contactIDs []int64) (map[int64]bool, error) {
	return Waiting(tx, contactIDs)
}

// afterSecond returns the results that a second call can have.
func afterSecond() []Result { return []Result{Solved, NotSolved, Unreachable, Unsaid, NotCalled} }

// planSecond plans the call in which the customer hears the reply. Where they must not be called any more, the handoff ends, and
// supervisors are told.
func (s *Service) planSecond(tx database.Tx, h *Handoff, now clock.Instant) error {
	r, err := contact.ResolutionByID(tx, h.ResolutionID)
	if err != nil {
		return err
	}
	id, refused, err := s.callbacks.PlanSecond(tx, callback.Second{
		Resolution: r, CustomerID: h.CustomerID, ForCaller: h.ForCaller, Words: h.Reply,
	}, now)
	if err != nil {
		return err
	}
	if refused != "" {
		return s.endUncalled(tx, h, NotCalled, now)
	}
	h.SecondCallID = id
	return store{tx}.putSecond(h.ID, id)
}

// endUncalled ends a handoff whose customer did not hear the reply, or did not say whether it is solved: supervisors are told.
func (s *Service) endUncalled(tx database.Tx, h *Handoff, result Result, now clock.Instant) error {
	if err := s.tellSupervisors(tx, h, NoticeUnreachable, now); err != nil {
		return err
	}
	return s.end(tx, h, program, result, Entry{}, now)
}

// Settle is the job that follows what became of a second call: it is solved, or the next round begins, or nobody was reached. An outcome
// that was corrected since changes what it had led to, as far as nobody has begun with it.
func (s *Service) Settle(ctx context.Context, ticket outbox.Ticket, callbackID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		handoffs, err := store{tx}.ofSecondCall(callbackID)
		if err != nil || len(handoffs) == 0 {
			return err
		}
		c, solved, err := s.callbacks.SaidLast(tx, callbackID)
		if err != nil {
			return err
		}
		for i := range handoffs {
			if err := s.settle(tx, &handoffs[i], c, solved, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle the second call %d: %w", callbackID, err)
	}
	return nil
}

// resultOf is what a closed second call makes of its handoff.
func resultOf(c callback.Callback, solved outcome.Solved) Result {
	switch {
	case c.State == callback.Finished && c.CloseReason == callback.ReasonUnreachable,
		c.State == callback.Cancelled && c.CloseReason == callback.ReasonExpired:
		return Unreachable
	case c.State == callback.Cancelled && c.CloseReason == callback.ReasonByHand:
		return Unsaid
	case c.State == callback.Cancelled:
		return NotCalled
	case solved == outcome.Yes:
		return Solved
	case solved == outcome.No:
		return NotSolved
	case c.BusinessResult == "":
		return Unreachable
	}
	return Unsaid
}

func (s *Service) settle(tx database.Tx, h *Handoff, c callback.Callback, solved outcome.Solved, now clock.Instant) error {
	closed := c.State == callback.Finished || c.State == callback.Cancelled
	result := resultOf(c, solved)
	switch {
	case h.State == Replied && closed:
		return s.endAfter(tx, h, c, result, now)
	case h.State != Closed:
		return nil
	case h.Result == SettledAtSource: // its own call, because no policy planned one
		if closed && result == NotSolved && h.NextID == 0 {
			return s.openNext(tx, h, c, now)
		}
		return nil
	case !slices.Contains(afterSecond(), h.Result) || closed && h.Result == result:
		return nil
	}
	return s.resettle(tx, h, c, closed, result, now)
}

// resettle follows a corrected outcome of a second call.
func (s *Service) resettle(tx database.Tx, h *Handoff, c callback.Callback, closed bool, result Result, now clock.Instant) error {
	next, begun, err := s.takeBackNext(tx, h, now)
	if err == nil && begun && !closed { // the next round has a call of its own
		_, err = s.callbacks.GiveUpSecond(tx, c.ID, now)
	}
	if err != nil || begun {
		return err
	}
	from := h.State
	if !closed {
		h.State, h.Result, h.ClosedAt, h.OpenKey = Replied, "", 0, openKey(h.Kind, h.ContactID)
		_, taken, err := store{tx}.lockOpen(h.Kind, h.ContactID)
		if err == nil && taken { // what was opened since has a call of its own
			_, err = s.callbacks.GiveUpSecond(tx, c.ID, now)
		}
		if err != nil || taken {
			return err
		}
		return s.keep(tx, h, from, program, Entry{Act: ActReopened}, now)
	}
	if next && result != NotSolved {
		h.NextID = 0
	}
	return s.endAfter(tx, h, c, result, now)
}

// takeBackNext withdraws the round after, and reports whether there was one and whether somebody had begun with it, who is told instead.
func (s *Service) takeBackNext(tx database.Tx, h *Handoff, now clock.Instant) (there, begun bool, err error) {
	if h.Result != NotSolved || h.NextID == 0 {
		return false, false, nil
	}
	next, err := store{tx}.lock(h.NextID)
	if err != nil || next.State == Closed {
		return true, false, err
	}
	begun = next.State != Open
	return true, begun, s.withdraw(tx, &next, now)
}

// endAfter closes a handoff with the result of its second call, and opens the next round where it is not solved.
func (s *Service) endAfter(tx database.Tx, h *Handoff, c callback.Callback, result Result, now clock.Instant) error {
	if slices.Contains([]Result{Unreachable, Unsaid, NotCalled}, result) {
		return s.endUncalled(tx, h, result, now)
	}
	err := s.end(tx, h, program, result, Entry{Words: c.Note}, now)
	if err != nil || result != NotSolved {
		return err
	}
	return s.openNext(tx, h, c, now)
}

// openNext opens the next round, which weighs more.
func (s *Service) openNext(tx database.Tx, h *Handoff, c callback.Callback, now clock.Instant) error {
	next, err := s.OpenIn(tx, Opening{OpenedBy: c.CallerID}.by(), Opening{
		Kind: h.Kind, ResolutionID: c.ResolutionID, CustomerID: h.CustomerID, CallbackID: c.ID, Via: ViaDesk, OpenedBy: c.CallerID,
		ForCaller: c.CallerID, TeamID: h.TeamID, FromTeamID: h.FromTeamID, Severity: max(Urgent, h.Severity-1), Note: c.Note, SaidAt: now,
		Round: h.Round + 1, PreviousID: h.ID,
	}, now)
	if err != nil {
		return err
	}
	h.NextID = next.ID
	return store{tx}.putNext(h.ID, next.ID)
}

// tellSupervisors tells the supervisors of the team that owes the reply, and of the one that opened it.
func (s *Service) tellSupervisors(tx database.Tx, h *Handoff, code NoticeCode, now clock.Instant) error {
	return store{tx}.tell(Notice{
		HandoffID: h.ID, Code: code, Told: account.Supervisor, TeamID: h.TeamID, FromTeamID: h.FromTeamID, At: now,
	})
}
