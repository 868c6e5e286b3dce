package desk

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// correctPage is the form on which the outcome of an attempt is put right.
type correctPage struct {
	frame.Page
	CallbackID int64
	Customer   string
	By         string // who made the attempt
	Attempt    callback.Attempt
	Form       frame.Form
	Fields     outcomeFields
	Choices    deskChoices
	Sayings    sayings
}

func (*correctPage) Template() string { return "desk_correct" }

func (h *handlers) correctRoutes() []frame.Route {
	const path = "/callbacks/:id/attempts/:attempt/correct"
	readers := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: path, Roles: readers, Handle: h.showCorrection},
		{Method: http.MethodPost, Path: path, Roles: readers, Handle: h.correctOutcome},
	}
}

// toCorrect reads the attempt that the address names.
func (h *handlers) toCorrect(c *gin.Context) (found callback.ToCorrect, err error) {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return found, err
	}
	attempt, err := frame.PathID(c, "attempt")
	if err != nil {
		return found, err
	}
	return h.callbacks.ToCorrect(c.Request.Context(), frame.Viewer(c), id, attempt)
}

// showCorrection shows an outcome as it was recorded.
func (h *handlers) showCorrection(c *gin.Context) error {
	found, err := h.toCorrect(c)
	if err != nil {
		return err
	}
	return h.renderCorrection(c, http.StatusOK, found, frame.Form{Values: h.outcomeValues(found.Typed)})
}

func (h *handlers) renderCorrection(c *gin.Context, status int, found callback.ToCorrect, f frame.Form) error {
	ctx, desk := c.Request.Context(), found.Desk
	questions, err := h.surveys.Current(ctx)
	if err != nil {
		return err
	}
	set, err := h.callbacks.Outcomes(ctx)
	if err != nil {
		return err
	}
	oneTime(f, desk.Times)
	p := &correctPage{
		CallbackID: desk.Callback.ID, Customer: desk.Customer.DisplayName(), By: desk.Callers[found.Attempt.CallerID],
		Attempt: found.Attempt, Form: f, Fields: h.outcomeFields(c, f, desk, set, questions), Choices: h.deskChoices(c, f, desk, set),
	}
	if p.Sayings, err = h.sayings(c, desk); err != nil {
		return err
	}
	p.Page = h.Page(c, "correct.title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "correct.callback", "id", desk.Callback.ID), Href: callbackPath(desk.Callback.ID)}}
	return h.RenderStatus(c, status, p)
}

// correctOutcome records what should have been recorded. What is refused stays in the form.
func (h *handlers) correctOutcome(c *gin.Context) error {
	found, err := h.toCorrect(c)
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	set, err := h.callbacks.Outcomes(ctx)
	if err != nil {
		return err
	}
	err = h.callbacks.Correct(ctx, frame.Viewer(c), found.Attempt.ID, solvedBy(h.outcomeOf(f), set), f.Get("correct_why"))
	if err != nil {
		refused, unmendable := h.RefusedForm(c, f, err)
		if unmendable != nil {
			return unmendable
		}
		return h.renderCorrection(c, frame.StatusOf(err), found, refused)
	}
	return h.Redirect(c, callbackPath(found.Desk.Callback.ID), frame.Done("correct.done"))
}

// callbackPath is the page of a callback.
func callbackPath(id int64) string { return fmt.Sprintf("/callbacks/%d", id) }
