package callback

import (
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
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

// mayBe reports whether a viewer may do the act. A machine takes back and moves what its source asked for.
func (a Act) mayBe(viewer account.Viewer) bool {
	machine := viewer.Role == account.Machine && (a.Kind == ActCancel || a.Kind == ActMove)
	return viewer.Is(account.Supervisor) || machine
}
