package desk

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// deskPage is where a caller works: the callback they hold with everything to know and to fill in, or why there is none.
type deskPage struct {
	frame.Page
	Desk     callback.Desk // its Callback.ID is 0 when the caller holds none
	Facts    deskFacts
	Script   []string
	Timeline []frame.TimelineLine
	Form     frame.Form
	Fields   outcomeFields
	Supply   callback.Supply // when none is held
	Day      callback.Day
}

func (*deskPage) Template() string { return "desk" }

// Held reports whether the caller holds a callback.
func (p *deskPage) Held() bool { return p.Desk.Callback.ID != 0 }

func (h *handlers) deskRoutes() []frame.Route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/desk", Roles: caller, Handle: h.showDesk},
		{Method: http.MethodPost, Path: "/desk/claim", Roles: caller, Handle: h.claimCallback},
		{Method: http.MethodPost, Path: "/desk/:id/dial", Roles: caller, Handle: h.dialCallback},
		{Method: http.MethodPost, Path: "/desk/:id/draft", Roles: caller, Handle: h.saveDraft},
		{Method: http.MethodPost, Path: "/desk/:id/finish", Roles: caller, Handle: h.finishCallback},
		{Method: http.MethodPost, Path: "/desk/:id/undo", Roles: caller, Handle: h.undoOutcome},
		{Method: http.MethodPost, Path: "/desk/:id/skip", Roles: caller, Handle: h.skipCallback},
		{Method: http.MethodPost, Path: "/desk/:id/release", Roles: caller, Handle: h.releaseCallback},
	}
}

// showDesk shows the callback the caller holds, with what they have typed so far, or why there is none. It never claims.
func (h *handlers) showDesk(c *gin.Context) error {
	desk, err := h.callbacks.Current(c.Request.Context(), frame.Viewer(c))
	switch {
	case errors.Is(err, callback.ErrNothingReady):
		return h.renderEmptyDesk(c)
	case err != nil:
		return err
	}
	return h.renderDesk(c, http.StatusOK, desk, frame.Form{Values: h.outcomeValues(desk.Draft)})
}

// renderDesk shows a held callback with a form as it was typed.
func (h *handlers) renderDesk(c *gin.Context, status int, desk callback.Desk, f frame.Form) error {
	ctx := c.Request.Context()
	questions, err := h.surveys.Current(ctx)
	if err != nil {
		return err
	}
	p := &deskPage{Desk: desk, Facts: h.deskFacts(c, desk), Form: f, Fields: h.outcomeFields(c, f, desk, questions)}
	if p.Script, err = h.callbacks.Script(desk, frame.Viewer(c).Name, h.Lang(c)); err != nil {
		return err
	}
	if p.Day, err = h.callbacks.MyDay(ctx, frame.Viewer(c), 0); err != nil {
		return err
	}
	events, err := h.timelines.CallbackTimeline(c.Request.Context(), frame.Viewer(c), desk.Callback)
	if err != nil {
		return err
	}
	p.Timeline = h.TimelineLines(c, events)
	p.Page = h.Page(c, "desk.title")
	return h.RenderStatus(c, status, p)
}

// renderEmptyDesk says what there is to claim, or why there is nothing.
func (h *handlers) renderEmptyDesk(c *gin.Context) error {
	supply, err := h.callbacks.Supply(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	day, err := h.callbacks.MyDay(c.Request.Context(), frame.Viewer(c), 0)
	if err != nil {
		return err
	}
	p := &deskPage{Supply: supply, Day: day}
	p.Page = h.Page(c, "desk.title")
	return h.Render(c, p)
}

// claimCallback hands out the next callback. That there is none is no error: the desk says why.
func (h *handlers) claimCallback(c *gin.Context) error {
	_, err := h.callbacks.Claim(c.Request.Context(), frame.Viewer(c))
	switch {
	case errors.Is(err, callback.ErrClaimBusy):
		return h.Redirect(c, "/desk", frame.Refused("desk.busy"))
	case errors.Is(err, callback.ErrNothingReady):
		return h.Redirect(c, "/desk", frame.Refused("desk.nothing_ready"))
	case err != nil:
		return err
	}
	return h.Redirect(c, "/desk")
}

// finishCallback records the outcome and, unless the caller wants a break, claims the next callback.
func (h *handlers) finishCallback(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	outcome := h.outcomeOf(f)
	recorded, err := h.callbacks.Finish(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), outcome)
	switch {
	case errors.Is(err, callback.ErrStale):
		return h.Redirect(c, "/tasks#drafts", frame.Refused("desk.stale"))
	case fault.Is(err, fault.Invalid):
		return h.refuseOutcome(c, id, f, err)
	case err != nil:
		return err
	case f.Get("then") == "stop":
		return h.Redirect(c, "/desk", h.finishedFlash("desk.finished", recorded))
	}
	return h.claimAfter(c, recorded)
}

// finishedFlash says that an outcome was recorded, and offers to undo it while that is possible.
func (h *handlers) finishedFlash(key string, recorded callback.Recorded) frame.Flash {
	done := frame.Done(key)
	if recorded.UndoUntil.IsZero() {
		return done
	}
	return done.Undo(fmt.Sprintf("/desk/%d/undo", recorded.Callback.ID))
}

// undoOutcome takes back the outcome that was just recorded: the callback is at hand again with what was typed.
func (h *handlers) undoOutcome(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	_, err = h.callbacks.Undo(c.Request.Context(), frame.Viewer(c), id)
	if f, ok := fault.Of(err); ok && fault.Is(err, fault.Conflict) {
		return h.Redirect(c, "/desk", frame.Refused("fault."+f.Code))
	}
	if err != nil {
		return err
	}
	return h.Redirect(c, "/desk", frame.Done("desk.undone"))
}

// claimAfter hands out the next callback after a finished one. That there is none takes nothing from what was finished.
func (h *handlers) claimAfter(c *gin.Context, recorded callback.Recorded) error {
	if _, err := h.callbacks.Claim(c.Request.Context(), frame.Viewer(c)); err != nil {
		if fault.KindOf(err) == fault.Internal {
			h.Log.ErrorContext(c.Request.Context(), "claim after finish failed", "error", err)
		}
		return h.Redirect(c, "/desk", h.finishedFlash("desk.finished_last", recorded))
	}
	return h.Redirect(c, "/desk", h.finishedFlash("desk.finished", recorded))
}

// refuseOutcome shows the desk again with everything in place and what is missing in words.
func (h *handlers) refuseOutcome(c *gin.Context, id int64, f frame.Form, cause error) error {
	desk, err := h.callbacks.Current(c.Request.Context(), frame.Viewer(c))
	if err != nil || desk.Callback.ID != id {
		return cause
	}
	refusedForm, err := h.RefusedForm(c, f, cause)
	if err != nil {
		return err
	}
	return h.renderDesk(c, frame.StatusOf(cause), desk, refusedForm)
}

func (h *handlers) skipCallback(c *gin.Context) error {
	return h.giveBack(c, "desk.skipped", func(id int64, f frame.Form) (callback.Callback, error) {
		return h.callbacks.Skip(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), callback.SkipReason(f.Get("skip_reason")))
	})
}

func (h *handlers) releaseCallback(c *gin.Context) error {
	return h.giveBack(c, "desk.released", func(id int64, f frame.Form) (callback.Callback, error) {
		return h.callbacks.Release(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"))
	})
}

// giveBack ends a claim without an outcome, and says so if the callback is closed by that.
func (h *handlers) giveBack(c *gin.Context, message string, end func(id int64, f frame.Form) (callback.Callback, error)) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	ended, err := end(id, f)
	switch {
	case errors.Is(err, callback.ErrStale):
		return h.Redirect(c, "/desk", frame.Refused("desk.not_yours"))
	case err != nil:
		return err
	case ended.CloseReason == callback.ReasonUnreachable:
		message = "desk.unreachable"
	}
	return h.Redirect(c, "/desk", frame.Done(message))
}

// dialCallback asks permission once more and notes that the caller dials. Scripts get JSON; without them the browser is led on to
// the telephone.
func (h *handlers) dialCallback(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	phone, err := h.callbacks.Dial(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"))
	if err != nil {
		return h.deskProblem(c, err)
	}
	if c.GetHeader("Accept") != "application/json" {
		c.Redirect(http.StatusSeeOther, "tel:"+phone)
		return nil
	}
	c.JSON(http.StatusOK, gin.H{"phone": phone})
	return nil
}

// saveDraft keeps what is typed and extends the lease; only scripts call it.
func (h *handlers) saveDraft(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	until, err := h.callbacks.SaveDraft(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), h.outcomeOf(f))
	if err != nil {
		return h.deskProblem(c, err)
	}
	c.JSON(http.StatusOK, gin.H{"saved": h.clockTime(h.Now()), "lease": h.clockTime(until)})
	return nil
}

// deskProblem tells the desk's script what went wrong, in the caller's words.
func (h *handlers) deskProblem(c *gin.Context, err error) error {
	if c.GetHeader("Accept") != "application/json" || fault.KindOf(err) == fault.Internal {
		return err
	}
	if f, ok := fault.Of(err); ok && f.Args["reason"] != nil {
		err = f.With("reason", h.T(c, fmt.Sprintf("reason.%s", f.Args["reason"])))
	}
	frame.RetryAfterStatus(c, frame.StatusOf(err))
	c.JSON(frame.StatusOf(err), gin.H{"problem": h.FaultText(c, err)})
	return nil
}
