package scripts

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/callback/script"
	"aftercall/web/frame"
)

// theirs are the texts of somebody else, who was first.
type theirs struct{ Body, Short []frame.TheirLine }

// besideMine compares what somebody else wrote with what stands in the form.
func (p *scriptPage) besideMine(other script.Script) *theirs {
	return &theirs{frame.TheirLines(other.Body, p.Form.Get("body")), frame.TheirLines(other.Short, p.Form.Get("short"))}
}

// refuseScript shows the script again with what was typed and what is wrong with it, by line. Where somebody else was first, theirs stands
// beside it and the form is based on theirs: sent once more, what was typed replaces it.
func (h *handlers) refuseScript(c *gin.Context, found script.Script, f frame.Form, cause error) error {
	p := scriptPage{Script: found, Problems: h.FieldProblems(c, cause)}
	var unmendable error
	if p.Form, unmendable = h.RefusedForm(c, f, cause); unmendable == nil && fault.Is(cause, fault.Conflict) {
		unmendable = h.lookAgain(c, &p)
	}
	if unmendable != nil {
		return unmendable
	}
	return h.renderScript(c, frame.StatusOf(cause), p)
}

// lookAgain reads what somebody else made of the script, and puts it beside what was typed.
func (h *handlers) lookAgain(c *gin.Context, p *scriptPage) error {
	ctx := c.Request.Context()
	now, err := h.scripts.ByID(ctx, p.Script.ID)
	if err != nil || !p.Form.Values.Has("body") {
		p.Script = now
		return err
	}
	names, err := h.accounts.UserNames(ctx, []int64{now.UpdatedBy})
	if err != nil {
		return err
	}
	p.Script = now
	p.Form.Now("revision", now.Revision)
	p.Form.Error = h.T(c, "scripts.conflict")
	if !now.Draft() {
		p.Form.Error = h.T(c, "scripts.conflict_published")
	}
	p.Form.Meanwhile = &frame.Meanwhile{By: names[now.UpdatedBy], At: now.UpdatedAt, Note: now.Note}
	p.Theirs = p.besideMine(now)
	return nil
}

// missed shows what was written of a draft that somebody deleted meanwhile, to be saved as a draft of its own; or returns the error.
func (h *handlers) missed(c *gin.Context, f frame.Form, err error) error {
	m := matchIn(f)
	if !fault.Is(err, fault.NotFound) || !f.Values.Has("body") || !slices.Contains(script.Kinds(), m.Kind) {
		return err
	}
	f.Error = h.T(c, "scripts.conflict_deleted")
	f.Values.Del("revision")
	return h.renderScript(c, http.StatusConflict, scriptPage{Script: script.Script{Match: m}, Form: f})
}
