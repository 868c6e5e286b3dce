package handoff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// act does something with a handoff that somebody saw at a version: allowed says whether they may, do changes it and returns the entry of
// the log, to which who and when are added.
func (s *Service) act(
	ctx context.Context, by By, id, seen int64, allowed func(May) bool,
	do func(tx database.Tx, h *Handoff, now clock.Instant) (Entry, error),
) (after Handoff, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		h, err := store{tx}.lock(id)
		switch {
		case err != nil:
			return err
		case !by.sees(&h):
			return errNoHandoff
		case h.Version != seen:
			return errStale
		case !allowed(h.may(by)):
			return h.refusal(by)
		}
		from := h.State
		e, err := do(tx, &h, now)
		if err != nil {
			return err
		}
		if err := s.keep(tx, &h, from, by, e, now); err != nil {
			return err
		}
		after = h
		return nil
	})
	if err != nil {
		return Handoff{}, fmt.Errorf("act on handoff %d: %w", id, err)
	}
	return after, nil
}

// refusal is why somebody may not do something: the state stands against it, or it is not theirs.
func (h *Handoff) refusal(by By) error {
	if by.works(h) || by.calls(h) {
		return errState
	}
	return errRight
}

// keep stores a handoff after an act with its entry, and has it looked at when its time comes.
func (s *Service) keep(tx database.Tx, h *Handoff, from State, by By, e Entry, now clock.Instant) error {
	st := store{tx}
	h.ChangedAt = now
	if err := s.lookAt(tx, h); err != nil {
		return err
	}
	if err := st.put(h); err != nil {
		return err
	}
	e.HandoffID, e.At, e.FromState, e.State, e.UserID, e.Name = h.ID, now, from, h.State, by.UserID, by.Name
	if err := st.addEntry(&e); err != nil {
		return err
	}
	if s.opts.Tell != nil {
		if err := s.opts.Tell(tx, *h, e, now); err != nil {
			return err
		}
	}
	if by.UserID != 0 {
		if err := account.Audit(tx, now, by.Viewer, "handoff."+string(e.Act), "handoff", h.ID, e.Code); err != nil {
			return err
		}
	}
	if err := watch(tx, h, now); err != nil {
		return err
	}
	return s.callAccordingly(tx, h, from, now)
}

// callAccordingly does with the callbacks about the contact what a handoff asks for: they wait while its reply is owed, a second call
// follows the reply, and they go on where it ended without one.
func (s *Service) callAccordingly(tx database.Tx, h *Handoff, from State, now clock.Instant) error {
	switch {
	case from == h.State:
		return nil
	case h.Owed() && (from == "" || from == Replied || from == Closed):
		return s.callbacks.WaitForReply(tx, h.ContactID, now)
	case h.State == Replied && from != Closed:
		return s.planSecond(tx, h, now)
	case h.State != Closed:
		return nil
	}
	if from == Replied && h.SecondCallID != 0 && !slices.Contains(afterSecond(), h.Result) {
		if _, err := s.callbacks.GiveUpSecond(tx, h.SecondCallID, now); err != nil {
			return err
		}
	}
	return s.callbacks.GoOn(tx, h.ContactID, now)
}

// end closes a handoff, and says so in its log.
func (s *Service) end(tx database.Tx, h *Handoff, by By, result Result, e Entry, now clock.Instant) error {
	from := h.State
	h.close(result, now)
	e.Act, e.Code, e.TeamID, e.ForUserID = ActClosed, string(result), h.FromTeamID, h.ForCaller
	return s.keep(tx, h, from, by, e, now)
}

// words is a text that somebody must write.
func words(written string) (string, error) {
	written, err := wordsIfAny("words", written)
	if err == nil && written == "" {
		err = fault.InvalidFields(fault.Field{Name: "words", Code: "required", Problem: "must not be empty"})
	}
	return written, err
}

// wordsIfAny is a text that somebody may write.
func wordsIfAny(field, written string) (string, error) {
	written = strings.TrimSpace(text.Lines(written))
	var wrong fault.Problems
	if wrong.Limit(field, written, MaxWords); len(wrong) > 0 {
		return "", fault.InvalidFields(wrong...)
	}
	return written, nil
}

func knownTeam(tx database.Tx, teamID int64) error {
	found, err := account.TeamNames(tx, []int64{teamID})
	if err != nil {
		return fmt.Errorf("read the team: %w", err)
	}
	if len(found) == 0 {
		return fault.InvalidFields(fault.Field{Name: "team", Code: "handoff_team", Problem: "is no team here"})
	}
	return nil
}
