package followup

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// fillActs adds what a supervisor can do to a callback, and who has it.
func (h *handlers) fillActs(c *gin.Context, p *callbackPage) error {
	cb := p.Desk.Callback
	p.InHand = cb.State == callback.Claimed && cb.LeaseUntil.After(p.Desk.At)
	names, err := h.accounts.UserNames(c.Request.Context(), []int64{cb.CallerID, cb.ReservedFor})
	if err != nil {
		return err
	}
	p.Holder, p.For = names[cb.CallerID], names[cb.ReservedFor]
	if !p.Open {
		return nil
	}
	to, err := h.callbacks.Receivers(c.Request.Context(), account.Viewer{Role: p.viewer.Role, TeamIDs: p.viewer.TeamIDs}, cb.ID)
	if err != nil {
		return err
	}
	p.Callers = []frame.Option{{Value: "0", Label: h.T(c, "callbacks.anybody")}}
	for _, colleague := range to.Callers {
		label := colleague.Name
		if to.Lacking[colleague.UserID] {
			label = h.T(c, "callbacks.without_skill", "name", label, "skill", to.Skill)
		}
		p.Callers = append(p.Callers, frame.Option{Value: strconv.FormatInt(colleague.UserID, 10), Label: label})
	}
	_, p.Choices = frame.CallbackChoices(func(key string, args ...any) string { return h.T(c, key, args...) })
	p.Earliest = p.Desk.At.In(h.Zone).Format(frame.LocalInput)
	return nil
}

// actOn does one thing to the callback of the address. What is refused comes back in the form of that thing.
func (h *handlers) actOn(kind callback.ActKind) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := frame.PathID(c, "id")
		if err != nil {
			return err
		}
		f, err := frame.FormOf(c)
		if err != nil {
			return err
		}
		act, err := h.typedAct(kind, f, h.Now())
		if err == nil {
			act.Promised = true
			err = h.callbacks.Do(c.Request.Context(), frame.Viewer(c), id, act)
		}
		if err != nil {
			return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
				return h.renderCallback(c, status, map[callback.ActKind]frame.Form{kind: f})
			})
		}
		return h.Redirect(c, callbackPath(id), frame.Done("act.done_"+string(kind)))
	}
}

// typedAct reads what is to be done from a form, of one callback or of many.
func (h *handlers) typedAct(kind callback.ActKind, f frame.Form, now clock.Instant) (callback.Act, error) {
	act := callback.Act{Kind: kind, Free: f.Get("free") != "", Why: f.Get("why")}
	var problems []fault.Field
	switch kind {
	case callback.ActReassign:
		caller, err := strconv.ParseInt(f.Get("caller"), 10, 64)
		if act.CallerID = caller; err != nil { // nobody chosen is not anybody
			problems = []fault.Field{{Name: "caller", Code: "required", Problem: "is required", Value: f.Get("caller")}}
		}
	case callback.ActPriority:
		act.Priority, _ = strconv.Atoi(f.Get("priority")) // anything else is no priority there is
	case callback.ActMove, callback.ActPause:
		act.At, problems = h.TypedTime("at", f.Get("at"))
	case callback.ActRelease, callback.ActCancel:
	}
	if len(problems) > 0 {
		return act, fault.InvalidFields(problems...)
	}
	return act, act.Check(now)
}

// resumeCallback ends the pause of a callback that waited for something inside.
func (h *handlers) resumeCallback(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	if _, err := h.callbacks.Resume(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderCallback(c, status, map[callback.ActKind]frame.Form{callback.ActPause: f})
		})
	}
	return h.Redirect(c, callbackPath(id), frame.Done("callbacks.resumed"))
}
