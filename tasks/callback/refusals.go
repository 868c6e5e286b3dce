package callback

import "aftercall/internal/fault"

// The refusals of acts, beside those of transitions.
var (
	errActRight = fault.New(fault.Forbidden, "act_right", "only supervisors and administrators may do this to a callback")
	errNotHeld  = fault.New(fault.Conflict, "callback_not_held",
		"nobody has this callback in hand or kept for them: there is nothing to give back")
	errSame     = fault.New(fault.Conflict, "callback_same", "this callback is like that already")
	errPromised = fault.New(fault.Conflict, "callback_promised",
		"the customer named the time of this callback; give it another one on its own page")
	errUsedUp = fault.New(fault.Conflict, "callback_used_up",
		"the last attempt of this callback was made and has no outcome yet; when it is given back it is closed as unreachable")
	errOtherTeam = fault.New(fault.Conflict, "caller_other_team", "this caller does not see the callbacks of this team; choose another one")
	errNoCaller  = fault.New(fault.Conflict, "caller_unknown", "there is no caller like that at work any more; choose another one")
)

// refuses says what keeps the act from a callback: everything is known before something is changed.
func (d doing) refuses(c *Callback) error {
	held := c.inHand(d.now)
	switch {
	case c.closed():
		return errGone
	case held && !d.act.Free && d.act.Kind != ActPriority && d.act.Kind != ActCancel:
		return errInHand
	case c.usedUp() && d.act.Kind != ActRelease && d.act.Kind != ActCancel:
		return errUsedUp
	}
	switch d.act.Kind {
	case ActReassign:
		return d.refusesCaller(c)
	case ActRelease:
		if !held && c.ReservedFor == 0 && !d.freed[c.ID] {
			return errNotHeld
		}
	case ActPriority:
		if c.Priority == d.act.Priority {
			return errSame
		}
	case ActMove:
		if !c.AppointmentAt.IsZero() && !d.act.Promised {
			return errPromised
		}
		if !d.permit.Rules().CallWindow(d.subjects[c.ID], "", d.act.At).Open {
			return outsideHours("at")
		}
	case ActPause, ActCancel:
	}
	return nil
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
