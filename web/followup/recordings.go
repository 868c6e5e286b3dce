package followup

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/web/frame"
)

// openRecording leads to where a recording can be heard, which is written into the audit each time. Its address is in no page: a browser
// asks for it here, keeps nothing of the answer, and does not tell the other side which page it came from.
func (h *handlers) openRecording(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	attempt, err := frame.PathID(c, "attempt")
	if err != nil {
		return err
	}
	url, err := h.calls.Recording(c.Request.Context(), frame.Viewer(c), id, attempt)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Redirect(http.StatusSeeOther, url)
	return nil
}
