package desk

import (
	"github.com/gin-gonic/gin"

	"aftercall/tasks/callback/pause"
	"aftercall/web/frame"
)

// pauseView is the pause in the foot of the desk, or the reasons for one.
type pauseView struct {
	On      bool
	Reason  string
	Seconds int64    // it has lasted
	Choices []choice // when there is none
}

func (h *handlers) pauseView(c *gin.Context) (pauseView, error) {
	p, on, err := h.pauses.Current(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return pauseView{}, err
	}
	if on {
		return pauseView{On: true, Reason: h.T(c, "pause_reason."+string(p.Reason)), Seconds: int64(p.Lasts(h.Now()).Seconds())}, nil
	}
	var view pauseView
	for i, reason := range pause.Reasons() {
		view.Choices = append(view.Choices, choice{Value: string(reason), Label: h.T(c, "pause_reason."+string(reason)), Digit: i + 1})
	}
	return view, nil
}

// startPause begins a pause. A callback at hand stays; after it nothing is claimed.
func (h *handlers) startPause(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	if err := h.pauses.Start(c.Request.Context(), frame.Viewer(c), pause.Reason(f.Get("pause_reason"))); err != nil {
		return err
	}
	return h.toDesk(c, nil)
}

func (h *handlers) endPause(c *gin.Context) error {
	if err := h.pauses.End(c.Request.Context(), frame.Viewer(c)); err != nil {
		return err
	}
	return h.toDesk(c, nil)
}
