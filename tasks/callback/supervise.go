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
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// ActKind is what a supervisor does to callbacks. It is translated under "act.<code>".
type ActKind string

// What a supervisor can do to callbacks, one or many.
const (
	ActReassign ActKind = "reassign" // keep it for one caller, or for anybody
	ActRelease  ActKind = "release"  // take it out of whoever's hands, and keep it for nobody
	ActPriority ActKind = "priority" // another group of urgency
	ActMove     ActKind = "move"     // not before another time
	ActPause    ActKind = "pause"    // set aside until something has happened inside
	ActCancel   ActKind = "cancel"
)

// ActKinds returns everything a supervisor can do to callbacks.
func ActKinds() []ActKind {
	return []ActKind{ActReassign, ActRelease, ActPriority, ActMove, ActPause, ActCancel}
}

// Act is one thing done to callbacks by somebody who runs the floor, and why.
type Act struct {
	Kind     ActKind
	CallerID int64         // ActReassign: for whom; 0 for anybody
	Priority int           // ActPriority: a group, from 1, the most urgent, to 5
	At       clock.Instant // ActMove: not before; ActPause: until
	Free     bool          // what is in a caller's hands is taken out of them first; otherwise it is refused
	Promised bool          // ActMove: also where the customer named the time
	Why      string
}

const lastPriority = 5 // of the groups of package policy, which this one does not know

// The refusals of acts, beside those of transitions.
var (
	errActRight = fault.New(fault.Forbidden, "act_right", "only supervisors and administrators may do this to a callback")
	errNotHeld  = fault.New(fault.Conflict, "callback_not_held", "nobody has this callback in hand or kept for them: there is nothing to give back")
	errSame     = fault.New(fault.Conflict, "callback_same", "this callback is like that already")
	errPromised = fault.New(fault.Conflict, "callback_promised", "the customer named the time of this callback; give it another one on its own page")
	errUsedUp   = fault.New(fault.Conflict, "callback_used_up",
		"the last attempt of this callback was made and has no outcome yet; when it is given back it is closed as unreachable")
	errOtherTeam = fault.New(fault.Conflict, "caller_other_team", "this caller does not see the callbacks of this team; choose another one")
	errNoCaller  = fault.New(fault.Conflict, "caller_unknown", "there is no caller like that at work any more; choose another one")
)

// Check returns fault.Invalid, with the fields of forms, for an act that can be done to no callback.
func (a Act) Check(now clock.Instant) error {
	var fields []fault.Field
	if strings.TrimSpace(a.Why) == "" {
		fields = append(fields, fault.Field{Name: "why", Code: "required", Problem: "say why"})
	} else if err := checkWords("why", a.Why); err != nil {
		return err
	}
	switch a.Kind {
	case ActReassign, ActRelease, ActCancel:
	case ActPriority:
		if a.Priority < 1 || a.Priority > lastPriority {
			fields = append(fields, fault.Field{Name: "priority", Code: "choose", Problem: "choose a priority from 1 to 5"})
		}
	case ActMove, ActPause:
		fields = append(fields, a.checkTime(now)...)
	default:
		fields = append(fields, fault.Field{Name: "act", Code: "choose", Problem: "choose what to do", Value: string(a.Kind)})
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func (a Act) checkTime(now clock.Instant) []fault.Field {
	field := fault.Field{Name: "at", Code: "future", Problem: "choose a time that is still to come"}
	switch {
	case !a.At.After(now):
		return []fault.Field{field}
	case a.Kind == ActPause && a.At.Sub(now) > LongestPause:
		field.Code, field.Problem = "pause_too_far", "choose a time within 72 hours"
	case a.Kind == ActMove && a.At.Sub(now) > LongestDelay:
		field.Code, field.Problem = "move_too_far", "choose a time within 60 days"
	default:
		return nil
	}
	return []fault.Field{field}
}

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
	now := s.now()
	if err := act.Check(now); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		acted, err := s.DoAll(tx, viewer, []int64{callbackID}, act, now)
		if err != nil {
			return err
		}
		return acted[0].Refused
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
	seen, err := s.actable(tx, viewer, locked)
	if err != nil {
		return nil, err
	}
	d := doing{Service: s, tx: tx, viewer: viewer, act: act, now: now, locked: locked}
	if act.Kind == ActReassign && act.CallerID != 0 {
		if d.to, err = colleague(tx, act.CallerID); err != nil {
			return nil, err
		}
	}
	all := make([]Acted, len(ids))
	for i, id := range ids {
		all[i] = Acted{CallbackID: id, Refused: errNoCallback}
		c := locked[id]
		if c == nil || !seen[id] {
			continue
		}
		if err := d.one(c, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mayBe reports whether a viewer may do the act. A machine takes back and moves what its source asked for.
func (a Act) mayBe(viewer account.Viewer) bool {
	machine := viewer.Role == account.Machine && (a.Kind == ActCancel || a.Kind == ActMove)
	return viewer.Is(account.Supervisor) || machine
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
}

// one does the act to one callback, or says in done why not. Nothing of it is written then.
func (d doing) one(c *Callback, done *Acted) error {
	refused, err := d.refuses(c)
	if done.Refused = refused; err != nil || refused != nil {
		return err
	}
	before, err := c.asWas()
	if err != nil {
		return err
	}
	if d.act.freesHand(c, d.now) {
		before = "" // its caller does not get it back
		if err := d.free(c); err != nil {
			return err
		}
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

// refuses says what keeps the act from a callback: everything is known before something is changed.
func (d doing) refuses(c *Callback) (refused, err error) {
	held := c.inHand(d.now)
	switch {
	case c.closed():
		return errGone, nil
	case held && !d.act.Free && d.act.Kind != ActPriority && d.act.Kind != ActCancel:
		return errInHand, nil
	case c.usedUp() && d.act.Kind != ActRelease && d.act.Kind != ActCancel:
		return errUsedUp, nil
	}
	switch d.act.Kind {
	case ActReassign:
		return d.refusesCaller(c), nil
	case ActRelease:
		if !held && c.ReservedFor == 0 {
			return errNotHeld, nil
		}
	case ActPriority:
		if c.Priority == d.act.Priority {
			return errSame, nil
		}
	case ActMove:
		if !c.AppointmentAt.IsZero() && !d.act.Promised {
			return errPromised, nil
		}
		return d.refusesTime(c)
	case ActPause, ActCancel:
	}
	return nil, nil
}

// refusesTime refuses a time at which the customer may not be called.
func (d doing) refusesTime(c *Callback) (refused, err error) {
	subject, err := d.whom(d.tx, *c)
	if err != nil || d.permit.Rules().CallWindow(subject, "", d.act.At).Open {
		return nil, err
	}
	return outsideHours("at"), nil
}

func (d doing) refusesCaller(c *Callback) error {
	switch {
	case d.act.CallerID == 0:
		return nil
	case d.to == nil:
		return errNoCaller
	case c.NotFor == d.act.CallerID:
		return errNotFor
	case !c.mayGoTo(*d.to):
		return errOtherTeam
	}
	return nil
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
		return true, c.prioritise(d.act.Priority, d.now)
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
