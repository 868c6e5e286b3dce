package desk

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// saveDraft keeps what is typed and extends the lease; only scripts call it.
func (h *handlers) saveDraft(c *gin.Context) error {
	id, f, err := submitted(c)
	if err != nil {
		return err
	}
	until, err := h.callbacks.SaveDraft(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), h.outcomeOf(f))
	if err != nil {
		return h.deskProblem(c, err)
	}
	tag, err := h.noticesTag(c)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"saved": h.clockTime(h.Now()), "lease": h.clockTime(until), "notices": tag})
	return nil
}

// beat tells an open desk how its claim stands: until when, what has come in between in the caller's words, and whether they may dial; and
// which notices are pinned. The desk says in it that its caller wraps up.
func (h *handlers) beat(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	fence, err := strconv.ParseInt(c.Query("fence"), 10, 64)
	if err != nil {
		fence = 0
	}
	pulse, err := h.callbacks.Beat(c.Request.Context(), frame.Viewer(c), id, fence)
	if err != nil {
		return err
	}
	if c.Query("wrap_up") != "" && !pulse.Lost {
		if err := h.floor.WrapUp(c.Request.Context(), frame.Viewer(c), fence); err != nil {
			return err
		}
	}
	tag, err := h.noticesTag(c)
	if err != nil {
		return err
	}
	text := h.pulseText(c, pulse)
	c.JSON(http.StatusOK, gin.H{
		"lease": h.clockTime(pulse.LeaseUntil), "text": text, "lost": pulse.Lost, "lapsed": pulse.Lapsed,
		"reason": pulse.Forbidden, "notices": tag,
		"dial": !pulse.Lost && pulse.Cancelled == "" && pulse.Forbidden == "",
	})
	return nil
}

// pulseText says what stands between the caller and the call; empty when nothing does.
func (h *handlers) pulseText(c *gin.Context, p callback.Pulse) string {
	reason := func(code callback.Reason) string { return h.T(c, "reason."+string(code)) }
	switch {
	case p.Recorded != nil && p.Lost:
		return h.T(c, "desk.already_recorded")
	case p.Cancelled != "":
		return h.T(c, "desk.cancelled", "reason", reason(p.Cancelled))
	case p.Freed != nil:
		return h.T(c, "desk.freed", "name", p.Freed.By, "time", h.shortTime(p.Freed.At), "why", p.Freed.Why)
	case p.Lost:
		return h.T(c, "desk.lost")
	case p.Forbidden != "" && p.From.IsZero():
		return h.T(c, "desk.forbidden", "reason", reason(p.Forbidden))
	case p.Forbidden != "":
		return h.T(c, "desk.forbidden_until", "reason", reason(p.Forbidden), "when", h.byText(c, p.From))
	case p.Lapsed:
		return h.T(c, "desk.lapsed", "time", h.shortTime(p.LeaseUntil))
	}
	return ""
}

// shortTime is the time of day of the centre as people say it.
func (h *handlers) shortTime(at clock.Instant) string { return at.In(h.Zone).Format("15:04") }

// deskProblem tells the desk's script what went wrong, in the caller's words.
func (h *handlers) deskProblem(c *gin.Context, err error) error {
	if c.GetHeader("Accept") != "application/json" || fault.KindOf(err) == fault.Internal {
		return err
	}
	answer := gin.H{}
	if f, ok := fault.Of(err); ok {
		if reason := f.Args["reason"]; reason != nil {
			answer["reason"] = reason
			err = f.With("reason", h.T(c, fmt.Sprintf("reason.%s", reason)))
		}
		if rings := f.Args["rings"]; rings != nil {
			answer["rung"] = rings
		}
	}
	answer["problem"] = h.FaultText(c, err)
	frame.RetryAfterStatus(c, frame.StatusOf(err))
	c.JSON(frame.StatusOf(err), answer)
	return nil
}
