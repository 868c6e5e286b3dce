package handoffs

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// doing is an act on the handoff that was seen at a version, with what was typed for it.
type doing func(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error)

func (h *handlers) sheetRoutes() []frame.Route {
	workers := []account.Role{account.Supervisor, account.Handler}
	routes := []frame.Route{
		{Method: http.MethodGet, Path: listPath + "/:id", Roles: readers(), Handle: h.showSheet},
		{Method: http.MethodPost, Path: listPath + "/:id/seen", Roles: workers, Handle: frame.Numbered(h.seeNotices)},
		{
			Method: http.MethodPost, Path: listPath + "/:id/links/revoke", Roles: []account.Role{account.Supervisor},
			Handle: frame.Numbered(h.revokeLinks),
		},
	}
	for _, a := range []struct {
		name  string
		roles []account.Role
		do    doing
	}{
		{"claim", workers, h.claim},
		{"release", workers, h.release},
		{"reply", workers, h.reply},
		{"forward", workers, h.forward},
		{"ask", workers, h.ask},
		{"back", workers, h.sendBack},
		{"suspend", workers, h.suspend},
		{"resume", workers, h.resume},
		{"weigh", []account.Role{account.Supervisor}, h.weigh},
		{"answer", []account.Role{account.Supervisor, account.Caller}, h.answer},
		{"remark", readers(), h.remark},
		{"close", readers(), h.close},
	} {
		routes = append(
			routes,
			frame.Route{Method: http.MethodPost, Path: listPath + "/:id/" + a.name, Roles: a.roles, Handle: h.acting(a.name, a.do)},
			// A refused form leaves its address in the bar, and people come back to it.
			frame.Route{Method: http.MethodGet, Path: listPath + "/:id/" + a.name, Roles: a.roles, Handle: frame.Numbered(h.backToSheet)},
		)
	}
	return routes
}

// may reports whether the page has the form of an act.
func may(m handoff.May, act string) bool {
	return map[string]bool{
		"claim": m.Claim, "release": m.Release, "reply": m.Reply, "forward": m.Forward, "ask": m.Ask, "back": m.SendBack,
		"suspend": m.Suspend, "resume": m.Resume, "weigh": m.Weigh, "answer": m.Answer, "remark": m.Remark, "close": len(m.Close) > 0,
	}[act]
}

// backToSheet leads from an address that is only posted to.
func (h *handlers) backToSheet(c *gin.Context, id int64) error {
	if _, err := h.handoffs.ByID(c.Request.Context(), handoff.ByUser(frame.Viewer(c)), id); err != nil {
		return err
	}
	return h.Redirect(c, sheetPath(id))
}

func sheetPath(id int64) string { return fmt.Sprintf("%s/%d", listPath, id) }

// acting makes a handler of an act. What cannot be done is said on the page, with what was typed.
func (h *handlers) acting(name string, do doing) func(*gin.Context) error {
	return frame.Posted(func(c *gin.Context, f frame.Form) error {
		id, err := frame.PathID(c, "id")
		if err != nil {
			return err
		}
		typed := f.Get("seen")
		if typed == "" {
			typed = c.Query("seen") // of an undo
		}
		seen, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			seen = 0 // no version there ever was: stale
		}
		ctx, by := c.Request.Context(), handoff.ByUser(frame.Viewer(c))
		after, err := do(ctx, by, id, seen, f)
		if err != nil {
			return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error { return h.renderSheet(c, status, name, f) })
		}
		to := sheetPath(id)
		if _, err := h.handoffs.ByID(ctx, by, id); fault.Is(err, fault.NotFound) {
			to = listPath // it is another team's now
		}
		return h.Redirect(c, to, h.done(name, after))
	})
}

// done says what happens next, and takes back what can be.
func (h *handlers) done(name string, after handoff.Handoff) frame.Flash {
	said := frame.Done("handoffs.done_" + name)
	undo := map[string]string{"claim": "release", "suspend": "resume"}[name]
	if undo == "" {
		return said
	}
	return said.Undo(fmt.Sprintf("%s/%s?seen=%d", sheetPath(after.ID), undo, after.Version))
}

func (h *handlers) claim(ctx context.Context, by handoff.By, id, seen int64, _ frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Claim(ctx, by, id, seen)
}

func (h *handlers) release(ctx context.Context, by handoff.By, id, seen int64, _ frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Release(ctx, by, id, seen)
}

func (h *handlers) reply(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Reply(ctx, by, id, seen, handoff.Answer{
		Words: f.Get("words"), Remedy: handoff.Remedy(f.Get("remedy")), Links: strings.Fields(f.Get("links")),
	})
}

func (h *handlers) forward(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Forward(ctx, by, id, seen, handoff.Forwarding{
		TeamID: numberOf(f, "team"), Words: f.Get("words"), Wrongly: f.Get("wrongly") != "",
	})
}

func (h *handlers) ask(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Ask(ctx, by, id, seen, f.Get("words"))
}

func (h *handlers) sendBack(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.SendBack(ctx, by, id, seen, handoff.Mistake(f.Get("mistake")), f.Get("words"))
}

func (h *handlers) suspend(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	until, wrong := h.TypedTime("until", f.Get("until"))
	if len(wrong) > 0 {
		return handoff.Handoff{}, fault.InvalidFields(wrong...)
	}
	return h.handoffs.Suspend(ctx, by, id, seen, handoff.Suspension{
		Pretext: handoff.Pretext(f.Get("pretext")), Until: until, Words: f.Get("words"),
	})
}

func (h *handlers) resume(ctx context.Context, by handoff.By, id, seen int64, _ frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Resume(ctx, by, id, seen)
}

func (h *handlers) weigh(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Weigh(ctx, by, id, seen, handoff.Severity(numberOf(f, "severity")), f.Get("words"))
}

func (h *handlers) answer(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Answer(ctx, by, id, seen, f.Get("words"), numberOf(f, "team"))
}

func (h *handlers) remark(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Remark(ctx, by, id, seen, f.Get("words"))
}

func (h *handlers) close(ctx context.Context, by handoff.By, id, seen int64, f frame.Form) (handoff.Handoff, error) {
	return h.handoffs.Close(ctx, by, id, seen, handoff.Result(f.Get("result")), f.Get("words"))
}

// numberOf returns the number that was chosen; anything else is none.
func numberOf(f frame.Form, name string) int64 {
	n, err := strconv.ParseInt(f.Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// seeNotices notes that the viewer knows what they are told of a handoff.
func (h *handlers) seeNotices(c *gin.Context, id int64) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	if _, err := h.handoffs.ByID(ctx, handoff.ByUser(viewer), id); err != nil {
		return err
	}
	if err := h.handoffs.SeeNotices(ctx, viewer, id); err != nil {
		return err
	}
	return h.Redirect(c, listPath, frame.Done("handoffs.told_seen"))
}
