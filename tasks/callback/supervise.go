package callback

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/internal/text"
)

// Acted is what an act did to one callback.
type Acted struct {
	CallbackID int64
	Refused    error  // a fault that says why nothing was done; nil where it was
	Before     string // what the callback was, as JSON for Restore; empty where it was in somebody's hands: that does not come back
	After      string // by what Restore knows that nothing has happened to it since
}

// Do does one thing to one callback. It returns fault.Invalid for an act that cannot be done, fault.Forbidden to who runs no floor,
// fault.NotFound for a callback the viewer does not see, and fault.Conflict for one that is closed, in a caller's hands unless it may be
// taken out of them, or to whom it cannot go.
//
// Who has it in hand is told at the next beat who took it and why, and what they typed stays their draft.
func (s *Service) Do(ctx context.Context, viewer account.Viewer, callbackID int64, act Act) error {
	act.Why = strings.TrimSpace(text.Lines(act.Why))
	if act.Why != "" && viewer.UserID == 0 && viewer.Name != "" { // a token is no user: its name stands before what it says
		act.Why = viewer.Name + ": " + act.Why
	}
	now := s.now()
	if err := act.Check(now); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		acted, err := s.DoAll(tx, viewer, []int64{callbackID}, act, now)
		if err == nil {
			err = acted[0].Refused
		}
		if err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "callback."+string(act.Kind), "callback", callbackID, "")
	})
	if err != nil {
		return fmt.Errorf("%s callback %d: %w", act.Kind, callbackID, err)
	}
	return nil
}

// DoAll does one thing that was checked to callbacks, each for itself, in the transaction of whoever keeps what was done. It returns what
// came of each, in the order of the ids, each once: also of those it was refused for, which stay as they are. It locks the callbacks, and
// what is held together with them, by id, before everything else.
func (s *Service) DoAll(tx database.Tx, viewer account.Viewer, ids []int64, act Act, now clock.Instant) ([]Acted, error) {
	if !act.mayBe(viewer) {
		return nil, errActRight
	}
	ids = database.Distinct(ids)
	locked, err := store{tx}.lockConversations(ids)
	if err != nil {
		return nil, err
	}
	d, err := s.begin(tx, viewer, locked, act, now)
	if err != nil {
		return nil, err
	}
	all := make([]Acted, len(ids))
	for i, id := range ids {
		all[i] = Acted{CallbackID: id, Refused: errNoCallback}
		c := locked[id]
		if c == nil || !d.seen[id] {
			continue
		}
		if all[i].Refused = d.refuses(c); all[i].Refused != nil {
			continue
		}
		if err := d.one(c, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// actable returns which of the callbacks a viewer sees: those of their teams, and of a machine those about contacts of its source.
func (s *Service) actable(tx database.Tx, viewer account.Viewer, locked map[int64]*Callback) (map[int64]bool, error) {
	seen := make(map[int64]bool, len(locked))
	var contacts map[int64]contact.Contact
	if viewer.Role == account.Machine {
		ids := make([]int64, 0, len(locked))
		for _, c := range locked {
			ids = append(ids, c.ContactID)
		}
		var err error
		if contacts, err = contact.ContactsByID(tx, ids); err != nil {
			return nil, err
		}
	}
	for id, c := range locked {
		seen[id] = viewer.SeesTeam(c.TeamID)
		if viewer.Role == account.Machine {
			seen[id] = contacts[c.ContactID].SourceID == viewer.SourceID
		}
	}
	return seen, nil
}

// colleague returns a caller to whom callbacks may go, or nil when there is none like that.
func colleague(tx database.Tx, id int64) (*account.Viewer, error) {
	all, err := account.Colleagues(tx)
	if err != nil {
		return nil, fmt.Errorf("read who may call: %w", err)
	}
	if i := slices.IndexFunc(all, func(v account.Viewer) bool { return v.UserID == id }); i >= 0 {
		return &all[i], nil
	}
	return nil, nil //nolint:nilnil // that somebody has left meanwhile is usual
}

// doing is an act on callbacks that are locked.
type doing struct {
	*Service
	tx     database.Tx
	viewer account.Viewer
	act    Act
	to     *account.Viewer // ActReassign to somebody
	now    clock.Instant
	locked map[int64]*Callback // with what is held together with them

	freed    map[int64]bool               // out of a caller's hands, by this act: also what was held together with another one
	seen     map[int64]bool               // by the viewer
	subjects map[int64]permission.Subject // ActMove: whom each of them calls
}

// begin reads what an act asks of callbacks, all at once.
func (s *Service) begin(
	tx database.Tx, viewer account.Viewer, callbacks map[int64]*Callback, act Act, now clock.Instant,
) (d doing, err error) {
	d = doing{Service: s, tx: tx, viewer: viewer, act: act, now: now, locked: callbacks, freed: make(map[int64]bool)}
	if d.seen, err = s.actable(tx, viewer, callbacks); err != nil {
		return d, err
	}
	if act.Kind == ActReassign && act.CallerID != 0 {
		d.to, err = colleague(tx, act.CallerID)
	}
	if act.Kind == ActMove {
		all := make([]Callback, 0, len(callbacks))
		for _, c := range callbacks {
			all = append(all, *c)
		}
		d.subjects, err = s.whomAll(tx, all...)
	}
	return d, err
}

// Weigh says which of the callbacks an act would be refused for by now, and why, as DoAll would. It locks and changes nothing.
func (s *Service) Weigh(ctx context.Context, viewer account.Viewer, ids []int64, act Act) (map[int64]error, error) {
	if !act.mayBe(viewer) {
		return nil, errActRight
	}
	tx, now := s.db.View(ctx), s.now()
	refused := make(map[int64]error)
	for part := range slices.Chunk(database.Distinct(ids), database.MaxIn) {
		found, err := store{tx}.callbacksByID(part)
		if err != nil {
			return nil, err
		}
		byID := make(map[int64]*Callback, len(found))
		for i := range found {
			byID[found[i].ID] = &found[i]
		}
		d, err := s.begin(tx, viewer, byID, act, now)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			why := error(errNoCallback)
			if c := byID[id]; c != nil && d.seen[id] {
				why = d.refuses(c)
			}
			if why != nil {
				refused[id] = why
			}
		}
	}
	return refused, nil
}

// one does the act to one callback for which it is not refused, and says in done what came of it.
func (d doing) one(c *Callback, done *Acted) error {
	before, err := c.asWas()
	if err != nil {
		return err
	}
	if d.act.freesHand(c, d.now) {
		if err := d.free(c); err != nil {
			return err
		}
	}
	if d.freed[c.ID] {
		before = "" // its caller does not get it back
	}
	changed, err := d.apply(c)
	if err != nil {
		return err
	}
	if changed {
		c.noteWho(d.viewer, d.act.Why)
		if err := d.keep(d.tx, c, d.now); err != nil {
			return err
		}
	}
	done.Before = before
	done.After, err = store{d.tx}.lastChange(*c)
	return err
}

// apply makes the transition of an act, and reports whether there was one: giving back what was in hand is done by then.
func (d doing) apply(c *Callback) (changed bool, err error) {
	switch d.act.Kind {
	case ActReassign:
		return true, c.reserve(d.act.CallerID, d.now)
	case ActRelease:
		if c.closed() || c.ReservedFor == 0 {
			return false, nil
		}
		return true, c.reserve(0, d.now)
	case ActPriority:
		c.prioritise(d.act.Priority, d.now)
		return true, nil
	case ActMove:
		return true, d.move(c)
	case ActPause:
		return true, c.setAside(d.act.At, d.now)
	case ActCancel:
		return true, c.cancel(ReasonByHand, d.now)
	}
	return false, errGone
}

// move gives a callback another time.
func (d doing) move(c *Callback) error {
	set, err := d.outcomes.InForce(d.tx)
	if err != nil {
		return err
	}
	return c.moveTo(d.act.At, set.Appointments, d.now)
}
