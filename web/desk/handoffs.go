package desk

import (
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// deskHandoff is what was done about what a customer said, for their second call.
type deskHandoff struct {
	Sheet handoff.Sheet
	Found bool
	Links []string // of the reply
}

func (h *handlers) deskHandoff(c *gin.Context, cb callback.Callback) (deskHandoff, error) {
	var d deskHandoff
	var err error
	if d.Sheet, d.Found, err = h.handoffs.OfSecondCall(c.Request.Context(), cb); err != nil {
		return d, err
	}
	d.Links = d.Sheet.Handoff.Attached().Reply
	return d, nil
}

// followed returns the handoffs that stand on one of a caller's lists: all that they follow among what is in progress, and what they are
// asked among what is to be done today.
func (h *handlers) followed(c *gin.Context, list worklist.MineList) (rows []handoff.Row, all int, err error) {
	rows, err = h.handoffs.OfCaller(c.Request.Context(), frame.Viewer(c))
	all = len(rows)
	switch list {
	case worklist.MineInProgress:
	case worklist.MineToday:
		rows = slices.DeleteFunc(rows, func(r handoff.Row) bool { return r.Handoff.State != handoff.Asked })
	default:
		rows = nil
	}
	return rows, all, err
}
