package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/web/frame"
)

// ownTime says to the script of the desk whether the caller works when an appointment of their own would be, in words, and the nearest
// time at which they do.
func (h *handlers) ownTime(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	o := h.outcomeOf(frame.Form{Values: c.Request.URL.Query()})
	own, err := h.callbacks.OwnTimeAt(c.Request.Context(), frame.Viewer(c), id, o.AppointmentAt, o.AppointmentUntil)
	if err != nil {
		return err
	}
	answer := gin.H{"text": ""}
	if own.Absent {
		answer["text"] = h.T(c, "desk.off_shift")
		if !own.Nearest.IsZero() {
			answer["nearest"] = own.Nearest.In(h.Zone).Format(frame.LocalInput)
			answer["label"] = h.T(c, "desk.nearest_shift", "when", h.whenText(c, own.Nearest))
		}
	}
	c.JSON(http.StatusOK, answer)
	return nil
}
