package callback

import (
	"encoding/json"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// The refusals of putting callbacks back.
var (
	errSince    = fault.New(fault.Conflict, "callback_moved_on", "something has happened to this callback since: it stays as it is")
	errWasHeld  = fault.New(fault.Conflict, "callback_was_held", "a caller had this callback in hand: it cannot be given back to them")
	errReplaced = fault.New(fault.Conflict, "callback_replaced", "another callback asks the same by now: this one stays cancelled")
)

// was is what an act of a supervisor changes about a callback.
type was struct {
	state

	State     State         `json:"state"`
	NotBefore clock.Instant `json:"not_before,omitzero"`
}

// asWas returns what the callback is, as JSON for Restore, without what anybody wrote: that an act leaves alone.
func (c *Callback) asWas() (string, error) {
	is := c.asState()
	is.Note, is.NoteForNext = "", ""
	b, err := json.Marshal(was{State: c.State, NotBefore: c.NotBefore, state: is})
	if err != nil {
		return "", fmt.Errorf("write what callback %d was before: %w", c.ID, err)
	}
	return string(b), nil
}

// Restore puts callbacks back to what an act found, where nothing has happened to them since, in the transaction of whoever keeps that. It
// returns what came of each in the order of the ids, each once. What may not be made by now waits, or ends, as if it were planned anew. It
// locks the callbacks by id, before everything else.
func (s *Service) Restore(tx database.Tx, viewer account.Viewer, acted []Acted, why string, now clock.Instant) ([]Acted, error) {
	if !viewer.Is(account.Supervisor) {
		return nil, errActRight
	}
	byID := make(map[int64]Acted, len(acted))
	ids := make([]int64, len(acted))
	for i, a := range acted {
		byID[a.CallbackID], ids[i] = a, a.CallbackID
	}
	ids = database.Distinct(ids)
	locked, err := store{tx}.lockConversations(ids)
	if err != nil {
		return nil, err
	}
	all := make([]Acted, len(ids))
	for i, id := range ids {
		all[i] = Acted{CallbackID: id, Refused: errNoCallback}
		c := locked[id]
		if c == nil || !viewer.SeesTeam(c.TeamID) {
			continue
		}
		refused, err := s.restore(tx, viewer, c, byID[id], why, now)
		if err != nil {
			return nil, err
		}
		all[i].Refused = refused
	}
	return all, nil
}

// restore puts one callback back, or returns why not. What was refused is no error.
func (s *Service) restore(
	tx database.Tx, viewer account.Viewer, c *Callback, a Acted, why string, now clock.Instant,
) (refused, err error) {
	if a.Before == "" {
		return errWasHeld, nil
	}
	last, err := store{tx}.lastChange(*c)
	if err != nil {
		return nil, err
	}
	if last != a.After {
		return errSince, nil
	}
	var before was
	if err := json.Unmarshal([]byte(a.Before), &before); err != nil {
		return nil, fmt.Errorf("read what callback %d was before: %w", c.ID, err)
	}
	if c.State == Cancelled {
		if replaced, err := s.replaced(tx, *c); err != nil || replaced {
			return errReplaced, err
		}
	}
	return nil, s.putBack(tx, viewer, c, before, why, now)
}

// replaced reports whether another open callback asks what a cancelled one would ask.
func (s *Service) replaced(tx database.Tx, c Callback) (bool, error) {
	open, err := store{tx}.openCallbacks([]int64{c.ResolutionID})
	for _, other := range open {
		if other.ID != c.ID && other.Kind == c.Kind {
			return true, err
		}
	}
	return false, err
}

func (s *Service) putBack(tx database.Tx, viewer account.Viewer, c *Callback, before was, why string, now clock.Instant) error {
	from := c.State
	before.Note, before.NoteForNext = c.Note, c.NoteForNext
	c.take(before.state)
	c.NotBefore, c.CloseReason, c.ClosedAt, c.LeaseUntil, c.ChangedAt = before.NotBefore, "", 0, 0, now
	if c.State = Waiting; c.WaitReason == "" {
		c.WaitReason = ReasonPlanned
	}
	c.note(Change{Kind: ChangeRestored, FromState: from, ForUserID: c.ReservedFor})
	c.noteWho(viewer, why)
	if from == Cancelled && c.DecisionID != nil {
		if err := s.decisions.CallbackRestored(tx, *c.DecisionID, c.Round); err != nil {
			return err
		}
	}
	if c.ReadyAt.After(now) {
		return s.keep(tx, c, now)
	}
	return s.offer(tx, c, now)
}
