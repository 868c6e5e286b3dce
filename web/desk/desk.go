package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// shiftGoal is how many callbacks an eight-hour shift finishes at a mean of 185 seconds: the yardstick in the foot.
const shiftGoal = 120

// deskPage is where a caller works: the callback at hand with everything to know and to fill in, or why there is none.
type deskPage struct {
	frame.Page
	Desk     callback.Desk // its Callback.ID is 0 when the caller holds none
	Facts    deskFacts
	Low      lowScore
	Handoff  deskHandoff
	History  []contactLine
	Sayings  sayings
	Timeline []frame.TimelineLine
	Form     frame.Form
	Fields   outcomeFields
	Choices  deskChoices
	Supply   callback.Supply // when none is held
	Why      []frame.SupplyRow
	Up       *frame.UpstreamView
	SupplyAt string // names what an empty desk is shown of the queue
	Notices  deskNotices
	Day      worklist.Day
	Goal     int
	Pause    pauseView
	Now      int64 // in milliseconds: a browser's clock may be wrong
}

func (*deskPage) Template() string { return "desk" }

// Held reports whether the caller holds a callback.
func (p *deskPage) Held() bool { return p.Desk.Callback.ID != 0 }

// NextAt is when the next callback is expected, in milliseconds; 0 when that is not known.
func (p *deskPage) NextAt() int64 { return int64(p.Supply.Next) / 1000 }

// DraftAt is when the draft was saved, in milliseconds; 0 when there is none.
func (p *deskPage) DraftAt() int64 { return int64(p.Desk.DraftAt) / 1000 }

func (h *handlers) deskRoutes() []frame.Route {
	caller := []account.Role{account.Caller, account.Supervisor}
	routes := []frame.Route{
		{Method: http.MethodGet, Path: "/desk", Roles: caller, Handle: h.own(h.showDesk)},
		{Method: http.MethodGet, Path: "/desk/supply", Roles: caller, Handle: h.own(h.lookForSupply)},
		{Method: http.MethodGet, Path: "/desk/:id/beat", Roles: caller, Handle: h.own(h.beat)},
		{Method: http.MethodGet, Path: "/desk/:id/own-time", Roles: caller, Handle: h.own(h.ownTime)},
	}
	for _, r := range []struct {
		path   string
		handle func(*gin.Context) error
	}{
		{"/desk/claim", h.claimCallback},
		{"/desk/next", h.prefetchNext},
		{"/desk/pause", h.startPause},
		{"/desk/resume", h.endPause},
		{"/desk/:id/dial", h.dialCallback},
		{"/desk/:id/draft", h.saveDraft},
		{"/desk/:id/finish", h.finishCallback},
		{"/desk/:id/undo", h.undoOutcome},
		{"/desk/:id/skip", h.skipCallback},
		{"/desk/:id/release", h.releaseCallback},
	} {
		routes = append(
			routes,
			frame.Route{Method: http.MethodPost, Path: r.path, Roles: caller, Handle: h.own(r.handle)},
			// A refused form leaves its address in the bar, and people come back to it.
			frame.Route{Method: http.MethodGet, Path: r.path, Roles: caller, Handle: h.backToDesk},
		)
	}
	return routes
}

// own notes that the desk was heard of, and refuses what a page sends that somebody else has opened: two people share a browser, and the
// second has logged in.
func (h *handlers) own(handle func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if user := c.GetHeader("Desk-User"); user != "" && user != strconv.FormatInt(frame.Viewer(c).UserID, 10) {
			return fault.New(fault.Conflict, "desk_other_user", "somebody else has logged in here; open the desk again")
		}
		if err := h.floor.Seen(c.Request.Context(), frame.Viewer(c)); err != nil {
			return err
		}
		return handle(c)
	}
}

// showDesk shows the callback the caller holds, with what they have typed so far, or why there is none. It never claims.
func (h *handlers) showDesk(c *gin.Context) error { return h.renderNow(c) }

// backToDesk leads from an address that is only posted to. Whose callback it was is told by that no more than by posting.
func (h *handlers) backToDesk(c *gin.Context) error {
	if c.Param("id") == "" {
		return h.Redirect(c, "/desk")
	}
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.callbacks.Beat(c.Request.Context(), frame.Viewer(c), id, 0); err != nil {
		return err
	}
	return h.Redirect(c, "/desk")
}

// inPlace reports whether a script of the desk asks, which puts the page it gets in the place of the one that is shown.
func inPlace(c *gin.Context) bool { return c.GetHeader("Desk-User") != "" }

// toDesk ends what was done at the desk: a form is led to the desk, a script gets it at once. The callback is what the caller holds by
// now, where that is known.
func (h *handlers) toDesk(c *gin.Context, held *callback.Desk, messages ...frame.Flash) error {
	switch {
	case !inPlace(c):
		return h.Redirect(c, "/desk", messages...)
	case held != nil:
		return h.renderDesk(c, http.StatusOK, *held, frame.Form{Values: h.outcomeValues(held.Draft)}, messages...)
	}
	return h.renderNow(c, messages...)
}

// renderNow shows the desk as it is, with what is typed so far.
func (h *handlers) renderNow(c *gin.Context, messages ...frame.Flash) error {
	desk, err := h.callbacks.Current(c.Request.Context(), frame.Viewer(c))
	switch {
	case errors.Is(err, callback.ErrNothingReady):
		return h.renderEmptyDesk(c, messages...)
	case err != nil:
		return err
	}
	return h.renderDesk(c, http.StatusOK, desk, frame.Form{Values: h.outcomeValues(desk.Draft)}, messages...)
}

// renderDesk shows a held callback with a form as it was typed.
func (h *handlers) renderDesk(c *gin.Context, status int, desk callback.Desk, f frame.Form, messages ...frame.Flash) error {
	ctx := c.Request.Context()
	questions, err := h.surveys.Current(ctx)
	if err != nil {
		return err
	}
	set, err := h.callbacks.Outcomes(ctx)
	if err != nil {
		return err
	}
	oneTime(f, desk.Times)
	p := &deskPage{Desk: desk, Facts: h.deskFacts(c, desk), Form: f, Fields: h.outcomeFields(c, f, desk, set, questions)}
	p.Choices = h.deskChoices(c, f, desk, set)
	if p.Sayings, err = h.sayings(c, desk); err != nil {
		return err
	}
	if p.Handoff, err = h.deskHandoff(c, desk.Callback); err != nil {
		return err
	}
	if p.Fields.Goes, err = h.handoffs.WouldGo(ctx, frame.Viewer(c), desk.Callback); err != nil {
		return err
	}
	if p.Low, err = h.lowScore(c, desk.Callback, questions); err != nil {
		return err
	}
	if p.History, err = h.history(c, desk); err != nil {
		return err
	}
	events, err := h.timelines.CallbackTimeline(ctx, frame.Viewer(c), desk.Callback)
	if err != nil {
		return err
	}
	p.Timeline = h.TimelineLines(c, events)
	return h.renderPage(c, status, p, messages)
}

// renderEmptyDesk says what there is to claim, or why there is nothing.
func (h *handlers) renderEmptyDesk(c *gin.Context, messages ...frame.Flash) error {
	supply, err := h.callbacks.Supply(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	pulse, err := h.floor.Pulse(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	p := &deskPage{Supply: supply, Why: h.SupplyRows(c, supply), Up: h.UpstreamOf(c, pulse.Upstream)}
	if p.SupplyAt, err = h.supplyTag(c, pulse); err != nil {
		return err
	}
	return h.renderPage(c, http.StatusOK, p, messages)
}

// renderPage adds what every desk has, and writes it. Whatever address was posted to, the page is the desk's.
func (h *handlers) renderPage(c *gin.Context, status int, p *deskPage, messages []frame.Flash) error {
	var err error
	if p.Day, err = h.worklist.MyDay(c.Request.Context(), frame.Viewer(c), 0); err != nil {
		return err
	}
	if p.Pause, err = h.pauseView(c); err != nil {
		return err
	}
	if p.Notices, err = h.deskNotices(c, p.Desk.Contact.Category); err != nil {
		return err
	}
	p.Goal, p.Now = shiftGoal, int64(h.Now())/1000
	p.Page = h.Page(c, "desk.title")
	p.Path = "/desk"
	if len(messages) > 0 {
		p.Flash = &messages[len(messages)-1]
	}
	return h.RenderStatus(c, status, p)
}

// oneTime leaves of an appointment either the proposed time or the one that was typed: the second would win over a proposal that is
// chosen later.
func oneTime(f frame.Form, proposed []clock.Instant) {
	chosen := formInt(f, "appointment")
	if slices.Contains(proposed, clock.Instant(chosen)) {
		f.Values.Del("appointment_at")
	} else {
		f.Values.Del("appointment")
	}
}
