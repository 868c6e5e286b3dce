package desk

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/script"
	"aftercall/web/frame"
)

// scriptService is what these pages ask of scripts.
type scriptService interface {
	Phrases(ctx context.Context, viewer account.Viewer) (script.Phrases, error)
}

// sayings are the words a caller has at hand: the script, steps of help for whom it is not solved, canned phrases for the notes.
type sayings struct {
	Script   script.Spoken
	MayOffer bool // the customer has agreed to offers before
	Help     []string
	Phrases  script.Phrases
}

// No returns the number of a step by its place.
func (sayings) No(place int) int { return place + 1 }

func (h *handlers) sayings(c *gin.Context, desk callback.Desk) (sayings, error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	var s sayings
	var err error
	if s.Script, err = h.callbacks.Script(ctx, desk, viewer.Name); err != nil {
		return s, err
	}
	if s.MayOffer, err = h.callbacks.MayOffer(ctx, desk, s.Script); err != nil {
		return s, err
	}
	if s.Help, err = h.callbacks.Help(ctx, desk); err != nil {
		return s, err
	}
	s.Phrases, err = h.scripts.Phrases(ctx, viewer)
	return s, err
}

// dialled tells what becomes of a call that was permitted: the PBX makes it, or the caller's own telephone does. Scripts get JSON; without
// them the browser is led on to the telephone.
func (h *handlers) dialled(c *gin.Context, ringing call.Ringing) error {
	if fault.KindOf(ringing.Problem) == fault.Internal && ringing.Problem != nil {
		h.Log.ErrorContext(c.Request.Context(), "the PBX was not asked", "error", ringing.Problem)
	}
	rings := ringing.Asked && ringing.Problem == nil
	if c.GetHeader("Accept") != "application/json" {
		if rings {
			return h.Redirect(c, "/desk", frame.Done("desk.ringing"))
		}
		c.Redirect(http.StatusSeeOther, ringing.Link)
		return nil
	}
	answer := gin.H{"phone": ringing.Phone, "link": ringing.Link, "rings": rings, "rung": ringing.Rings}
	if ringing.Problem != nil {
		answer["problem"] = h.FaultText(c, ringing.Problem)
	}
	c.JSON(http.StatusOK, answer)
	return nil
}
