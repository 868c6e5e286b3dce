package desk

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

// claimCallback hands out the next callback. That there is none is no error: the desk says why.
func (h *handlers) claimCallback(c *gin.Context) error {
	desk, err := h.claim(c)
	switch {
	case errors.Is(err, callback.ErrClaimBusy):
		return h.toDesk(c, nil, frame.Refused("desk.busy"))
	case errors.Is(err, callback.ErrNothingReady):
		return h.toDesk(c, nil, frame.Refused("desk.nothing_ready"))
	case err != nil:
		return err
	}
	return h.toDesk(c, desk)
}

// claim hands out the next callback, with the desk where the answer shows it at once.
func (h *handlers) claim(c *gin.Context) (*callback.Desk, error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	if !inPlace(c) {
		_, err := h.callbacks.Take(ctx, viewer)
		return nil, err
	}
	desk, err := h.callbacks.Claim(ctx, viewer)
	return &desk, err
}

// prefetchNext claims the next callback ahead, while the caller wraps up, and says whose it is; only scripts call it. On a pause nothing
// is claimed.
func (h *handlers) prefetchNext(c *gin.Context) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	_, paused, err := h.pauses.Current(ctx, viewer)
	if err != nil {
		return err
	}
	if paused {
		c.JSON(http.StatusOK, gin.H{"next": ""})
		return nil
	}
	next, err := h.callbacks.Prefetch(ctx, viewer)
	switch {
	case errors.Is(err, callback.ErrNothingReady), errors.Is(err, callback.ErrClaimBusy):
		c.JSON(http.StatusOK, gin.H{"next": ""})
		return nil
	case err != nil:
		return err
	}
	c.JSON(http.StatusOK, gin.H{"next": h.T(c, "desk.next_up", "name", next.Customer.DisplayName(),
		"kind", h.T(c, "callback_kind."+string(next.Callback.Kind)), "when", h.byText(c, next.Callback.DueAt))})
	return nil
}

// finishCallback records the outcome and, unless the caller wants a break, claims the next callback. Whatever is refused is kept as the
// draft first.
func (h *handlers) finishCallback(c *gin.Context) error {
	id, f, err := submitted(c)
	if err != nil {
		return err
	}
	set, err := h.callbacks.Outcomes(c.Request.Context())
	if err != nil {
		return err
	}
	typed := solvedBy(h.outcomeOf(f), set)
	recorded, err := h.callbacks.Finish(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), typed)
	if errors.Is(err, callback.ErrStale) && h.wasRecorded(c, id, formInt(f, "fence"), set, typed) {
		err = nil // and nothing is known that could be undone
	}
	switch {
	case errors.Is(err, callback.ErrStale) && inPlace(c):
		return h.toDesk(c, nil, frame.Refused("desk.stale"))
	case errors.Is(err, callback.ErrStale):
		return h.Redirect(c, "/tasks#drafts", frame.Refused("desk.stale"))
	case err != nil:
		h.keep(c, id, formInt(f, "fence"), typed)
		if fault.Is(err, fault.Invalid) {
			return h.refuseOutcome(c, id, f, err)
		}
		return err
	case f.Get("then") == "stop":
		return h.toDesk(c, nil, h.finishedFlash(c, recorded, "desk.finished"))
	case set.Deciding(string(typed.CallResult), string(typed.BusinessResult)).Is(outcome.Abuse):
		return h.toDesk(c, nil, h.finishedFlash(c, recorded, "desk.finished_abuse")) // nothing is handed out until they are ready
	}
	return h.claimAfter(c, h.finishedFlash(c, recorded, "desk.finished"), h.finishedFlash(c, recorded, "desk.finished_last"))
}

// finishedFlash says what follows from an outcome, and offers to undo it while that is possible.
func (h *handlers) finishedFlash(c *gin.Context, recorded callback.Recorded, key string) frame.Flash {
	cb := recorded.Callback
	if cb.ID == 0 { // what was recorded is known from an earlier request only
		return frame.Done(key, "follows", h.T(c, "desk.recorded"))
	}
	result := h.T(c, "call_result."+string(cb.CallResult))
	follows := h.T(c, "desk.follows_closed", "result", result)
	switch {
	case cb.State == callback.Waiting && cb.WaitReason == callback.ReasonAppointment:
		when := h.spanText(c, cb.AppointmentAt, cb.AppointmentUntil)
		if cb.ReadyAt.After(cb.AppointmentAt) { // it may not be called sooner
			when = h.whenText(c, cb.ReadyAt)
		}
		follows = h.T(c, "desk.follows_appointment", "when", when)
		if recorded.OffShift {
			follows = h.T(c, "desk.follows_off_shift", "when", when)
		}
	case cb.State == callback.Waiting:
		follows = h.T(c, "desk.follows_again", "result", result, "when", h.whenText(c, cb.ReadyAt), "n", cb.Attempts, "max", cb.MaxAttempts)
	case cb.CloseReason != "":
		follows = h.T(c, "desk.follows_closed", "result", h.T(c, "reason."+string(cb.CloseReason)))
	}
	done := frame.Done(key, "follows", follows)
	if recorded.UndoUntil.IsZero() {
		return done
	}
	return done.Undo(fmt.Sprintf("/desk/%d/undo", cb.ID))
}

// undoOutcome takes back the outcome that was just recorded: the callback is at hand again with what was typed.
func (h *handlers) undoOutcome(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	desk, err := h.callbacks.Undo(c.Request.Context(), frame.Viewer(c), id)
	if f, ok := fault.Of(err); ok && fault.Is(err, fault.Conflict) {
		return h.toDesk(c, nil, frame.Refused("fault."+f.Code))
	}
	if err != nil {
		return err
	}
	return h.toDesk(c, &desk, frame.Done("desk.undone"))
}

// submitted reads the callback and the form of a request.
func submitted(c *gin.Context) (id int64, f frame.Form, err error) {
	if id, err = frame.PathID(c, "id"); err == nil {
		f, err = frame.FormOf(c)
	}
	return id, f, err
}

// wasRecorded reports whether a stale outcome is the one that was recorded under the very claim: the connection broke before the
// browser heard so, and it sent it once more. Such a one is not kept as a draft.
func (h *handlers) wasRecorded(c *gin.Context, id, fence int64, set *outcome.Set, typed callback.Outcome) bool {
	pulse, err := h.callbacks.Beat(c.Request.Context(), frame.Viewer(c), id, fence)
	return err == nil && pulse.Recorded != nil && pulse.Recorded.Is(set, typed)
}

// keep saves what was typed as the draft. That it cannot be kept is said in the log: the caller is told already what is wrong.
func (h *handlers) keep(c *gin.Context, id, fence int64, typed callback.Outcome) {
	_, err := h.callbacks.SaveDraft(c.Request.Context(), frame.Viewer(c), id, fence, typed)
	if err != nil && fault.KindOf(err) == fault.Internal {
		h.Log.ErrorContext(c.Request.Context(), "refused outcome not kept", "error", err)
	}
}

// claimAfter hands out the next callback after what was done, unless the caller is on a pause. That there is none takes nothing from
// what was done; last says so.
func (h *handlers) claimAfter(c *gin.Context, done, last frame.Flash) error {
	ctx := c.Request.Context()
	if _, paused, err := h.pauses.Current(ctx, frame.Viewer(c)); err != nil || paused {
		return h.toDesk(c, nil, done)
	}
	desk, err := h.claim(c)
	if err != nil {
		if fault.KindOf(err) == fault.Internal {
			h.Log.ErrorContext(ctx, "claim after finish failed", "error", err)
		}
		return h.toDesk(c, nil, last)
	}
	return h.toDesk(c, desk, done)
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
	id, f, err := submitted(c)
	if err != nil {
		return err
	}
	ended, err := end(id, f)
	switch {
	case errors.Is(err, callback.ErrStale):
		return h.toDesk(c, nil, frame.Refused("desk.not_yours"))
	case err != nil:
		return err
	case ended.CloseReason == callback.ReasonUnreachable:
		message = "desk.unreachable"
	case f.Get("then") == "next":
		return h.claimAfter(c, frame.Done("desk.set_aside"), frame.Done("desk.set_aside"))
	}
	return h.toDesk(c, nil, frame.Done(message))
}

// dialCallback asks permission once more, notes that the caller dials, and has the call made.
func (h *handlers) dialCallback(c *gin.Context) error {
	id, f, err := submitted(c)
	if err != nil {
		return err
	}
	ringing, err := h.calls.Ring(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), int(formInt(f, "rung")))
	if err != nil {
		return h.deskProblem(c, err)
	}
	return h.dialled(c, ringing)
}
