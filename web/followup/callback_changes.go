package followup

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// keptFor are the changes that may keep a callback for somebody from then on.
var keptFor = []callback.ChangeKind{
	callback.ChangeOffered, callback.ChangeTransferred, callback.ChangePaused, callback.ChangeReserved, callback.ChangeAbsent,
}

// changeLines says in words what became of a callback.
func (h *handlers) changeLines(c *gin.Context, changes []callback.ChangeRow) []frame.TimelineLine {
	lines := make([]frame.TimelineLine, len(changes))
	for i, change := range changes {
		key, reason := "callback_change."+string(change.Kind), ""
		if change.For != "" && slices.Contains(keptFor, change.Kind) {
			key += "_for"
		}
		switch {
		case change.Reason == "":
		case change.Kind == callback.ChangeHandedBack:
			if change.Reason == string(callback.ReasonAppointment) {
				key += "_appointment" // it was promised
			}
		default:
			reason = h.changeReason(c, change.Change)
		}
		lines[i] = frame.TimelineLine{
			At: change.At, Text: h.T(c, key, "reason", reason, "name", change.For), Actor: change.By, Note: change.Detail,
		}
	}
	return lines
}

// changeReason is the reason of a change in words; what it is depends on the kind.
func (h *handlers) changeReason(c *gin.Context, change callback.Change) string {
	switch change.Kind {
	case callback.ChangeSkipped:
		return h.T(c, "skip_reason."+change.Reason)
	case callback.ChangePrioritised:
		return h.T(c, "policy.priority_"+change.Reason, "n", change.Reason)
	case callback.ChangeMoved:
		at, _ := strconv.ParseInt(change.Reason, 10, 64)
		return h.Format(h.Lang(c)).Moment(clock.Instant(at))
	default:
		return h.T(c, "reason."+change.Reason)
	}
}
