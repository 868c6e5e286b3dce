package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// deskPage is where a caller works: the callback they hold with everything to know and to fill in, or why there is none.
type deskPage struct {
	page
	Desk   callback.Desk // its Callback.ID is 0 when the caller holds none
	Facts  deskFacts
	Script []string
	Story  []storyLine
	Form   form
	Fields outcomeFields
	Supply callback.Supply // when none is held
	Day    callback.Day
}

func (*deskPage) template() string { return "desk" }

// Held reports whether the caller holds a callback.
func (p *deskPage) Held() bool { return p.Desk.Callback.ID != 0 }

func (s *Server) deskRoutes() []route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []route{
		{method: http.MethodGet, path: "/desk", roles: caller, handle: s.showDesk},
		{method: http.MethodPost, path: "/desk/claim", roles: caller, handle: s.claimCallback},
		{method: http.MethodPost, path: "/desk/:id/dial", roles: caller, handle: s.dialCallback},
		{method: http.MethodPost, path: "/desk/:id/draft", roles: caller, handle: s.saveDraft},
		{method: http.MethodPost, path: "/desk/:id/finish", roles: caller, handle: s.finishCallback},
		{method: http.MethodPost, path: "/desk/:id/skip", roles: caller, handle: s.skipCallback},
		{method: http.MethodPost, path: "/desk/:id/release", roles: caller, handle: s.releaseCallback},
	}
}

// showDesk shows the callback the caller holds, with what they have typed so far, or why there is none. It never claims.
func (s *Server) showDesk(c *gin.Context) error {
	desk, err := s.Callbacks.Current(c.Request.Context(), viewer(c))
	switch {
	case errors.Is(err, callback.ErrNothingReady):
		return s.renderEmptyDesk(c)
	case err != nil:
		return err
	}
	return s.renderDesk(c, http.StatusOK, desk, form{Values: s.outcomeValues(desk.Draft)})
}

// renderDesk shows a held callback with a form as it was typed.
func (s *Server) renderDesk(c *gin.Context, status int, desk callback.Desk, f form) error {
	ctx := c.Request.Context()
	questions, err := s.Surveys.Current(ctx)
	if err != nil {
		return err
	}
	p := &deskPage{Desk: desk, Facts: s.deskFacts(c, desk), Form: f, Fields: s.outcomeFields(c, f, desk, questions)}
	if p.Script, err = s.Callbacks.Script(desk, viewer(c).Name, s.language(c)); err != nil {
		return err
	}
	if p.Day, err = s.Callbacks.MyDay(ctx, viewer(c), 0); err != nil {
		return err
	}
	events, err := s.Reads.CallbackTimeline(c.Request.Context(), viewer(c), desk.Callback)
	if err != nil {
		return err
	}
	p.Story = s.storyLines(c, events)
	p.page = s.page(c, "desk.title")
	return s.renderStatus(c, status, p)
}

// renderEmptyDesk says what there is to claim, or why there is nothing.
func (s *Server) renderEmptyDesk(c *gin.Context) error {
	supply, err := s.Callbacks.Supply(c.Request.Context(), viewer(c))
	if err != nil {
		return err
	}
	day, err := s.Callbacks.MyDay(c.Request.Context(), viewer(c), 0)
	if err != nil {
		return err
	}
	p := &deskPage{Supply: supply, Day: day}
	p.page = s.page(c, "desk.title")
	return s.render(c, p)
}

// claimCallback hands out the next callback. That there is none is no error: the desk says why.
func (s *Server) claimCallback(c *gin.Context) error {
	_, err := s.Callbacks.Claim(c.Request.Context(), viewer(c))
	switch {
	case errors.Is(err, callback.ErrClaimBusy):
		return s.redirect(c, "/desk", refused("desk.busy"))
	case errors.Is(err, callback.ErrNothingReady):
		return s.redirect(c, "/desk", refused("desk.nothing_ready"))
	case err != nil:
		return err
	}
	return s.redirect(c, "/desk")
}

// finishCallback records the outcome and, unless the caller wants a break, claims the next callback.
func (s *Server) finishCallback(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	outcome := s.outcomeOf(f)
	err = s.Callbacks.Finish(c.Request.Context(), viewer(c), id, formInt(f, "fence"), outcome)
	switch {
	case errors.Is(err, callback.ErrStale):
		return s.redirect(c, "/tasks#drafts", refused("desk.stale"))
	case fault.Is(err, fault.Invalid):
		return s.refuseOutcome(c, id, f, err)
	case err != nil:
		return err
	case f.Get("then") == "stop":
		return s.redirect(c, "/desk", done("desk.finished"))
	}
	return s.claimAfter(c)
}

// claimAfter hands out the next callback after a finished one. That there is none takes nothing from what was finished.
func (s *Server) claimAfter(c *gin.Context) error {
	if _, err := s.Callbacks.Claim(c.Request.Context(), viewer(c)); err != nil {
		if fault.KindOf(err) == fault.Internal {
			s.log.ErrorContext(c.Request.Context(), "claim after finish failed", "error", err)
		}
		return s.redirect(c, "/desk", done("desk.finished_last"))
	}
	return s.redirect(c, "/desk", done("desk.finished"))
}

// refuseOutcome shows the desk again with everything in place and what is missing in words.
func (s *Server) refuseOutcome(c *gin.Context, id int64, f form, cause error) error {
	desk, err := s.Callbacks.Current(c.Request.Context(), viewer(c))
	if err != nil || desk.Callback.ID != id {
		return cause
	}
	refusedForm, err := s.refusedForm(c, f, cause)
	if err != nil {
		return err
	}
	return s.renderDesk(c, statusOf(cause), desk, refusedForm)
}

func (s *Server) skipCallback(c *gin.Context) error {
	return s.giveBack(c, "desk.skipped", func(id int64, f form) (callback.Callback, error) {
		return s.Callbacks.Skip(c.Request.Context(), viewer(c), id, formInt(f, "fence"), callback.SkipReason(f.Get("skip_reason")))
	})
}

func (s *Server) releaseCallback(c *gin.Context) error {
	return s.giveBack(c, "desk.released", func(id int64, f form) (callback.Callback, error) {
		return s.Callbacks.Release(c.Request.Context(), viewer(c), id, formInt(f, "fence"))
	})
}

// giveBack ends a claim without an outcome, and says so if the callback is closed by that.
func (s *Server) giveBack(c *gin.Context, message string, end func(id int64, f form) (callback.Callback, error)) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	ended, err := end(id, f)
	switch {
	case errors.Is(err, callback.ErrStale):
		return s.redirect(c, "/desk", refused("desk.not_yours"))
	case err != nil:
		return err
	case ended.CloseReason == callback.ReasonUnreachable:
		message = "desk.unreachable"
	}
	return s.redirect(c, "/desk", done(message))
}

// dialCallback asks permission once more and notes that the caller dials. Scripts get JSON; without them the browser is led on to
// the telephone.
func (s *Server) dialCallback(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	phone, err := s.Callbacks.Dial(c.Request.Context(), viewer(c), id, formInt(f, "fence"))
	if err != nil {
		return s.deskProblem(c, err)
	}
	if c.GetHeader("Accept") != "application/json" {
		c.Redirect(http.StatusSeeOther, "tel:"+phone)
		return nil
	}
	c.JSON(http.StatusOK, gin.H{"phone": phone})
	return nil
}

// saveDraft keeps what is typed and extends the lease; only scripts call it.
func (s *Server) saveDraft(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	until, err := s.Callbacks.SaveDraft(c.Request.Context(), viewer(c), id, formInt(f, "fence"), s.outcomeOf(f))
	if err != nil {
		return s.deskProblem(c, err)
	}
	c.JSON(http.StatusOK, gin.H{"saved": s.clockTime(s.now()), "lease": s.clockTime(until)})
	return nil
}

// deskProblem tells the desk's script what went wrong, in the caller's words.
func (s *Server) deskProblem(c *gin.Context, err error) error {
	if c.GetHeader("Accept") != "application/json" || fault.KindOf(err) == fault.Internal {
		return err
	}
	if f, ok := fault.Of(err); ok && f.Args["reason"] != nil {
		err = f.With("reason", s.t(c, fmt.Sprintf("reason.%s", f.Args["reason"])))
	}
	retryLater(c, statusOf(err))
	c.JSON(statusOf(err), gin.H{"problem": s.faultText(c, err)})
	return nil
}
