package desk

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// handOverPage is where a callback in hand goes to a colleague or a team, or waits for something inside.
type handOverPage struct {
	frame.Page
	CallbackID, Fence int64
	Customer          string
	Waits             bool
	To                []frame.Option // whom it can go to; one alone is the request to choose
	Skill             string         // what it needs; empty for nothing
	Form              frame.Form
}

func (*handOverPage) Template() string { return "desk_hand_over" }

func (h *handlers) handOverRoutes() []frame.Route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/desk/:id/transfer", Roles: caller, Handle: h.showHandOver(false)},
		{Method: http.MethodPost, Path: "/desk/:id/transfer", Roles: caller, Handle: h.transferCallback},
		{Method: http.MethodGet, Path: "/desk/:id/wait", Roles: caller, Handle: h.showHandOver(true)},
		{Method: http.MethodPost, Path: "/desk/:id/wait", Roles: caller, Handle: h.pauseCallback},
		{Method: http.MethodGet, Path: "/desk/:id/pick", Roles: caller, Handle: h.backToDesk},
		{Method: http.MethodPost, Path: "/desk/:id/pick", Roles: caller, Handle: h.pickCallback},
	}
}

func (h *handlers) showHandOver(waits bool) func(*gin.Context) error {
	return func(c *gin.Context) error {
		f := frame.Form{}
		if waits {
			f.Values = map[string][]string{"paused_until": {h.Now().Add(usualWait).In(h.Zone).Format(frame.LocalInput)}}
		}
		return h.renderHandOver(c, http.StatusOK, waits, f)
	}
}

// usualWait is the proposal for how long to wait for something inside.
const usualWait = 24 * time.Hour

// renderHandOver shows the form for a callback that is in the viewer's hands. From one that is not any more it leads back to the desk.
func (h *handlers) renderHandOver(c *gin.Context, status int, waits bool, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	desk, err := h.callbacks.ByID(ctx, viewer, id)
	if err != nil {
		return err
	}
	if !desk.Callback.HeldBy(viewer, desk.At) {
		return h.Redirect(c, "/desk", frame.Refused("desk.not_yours"))
	}
	p := &handOverPage{CallbackID: id, Fence: desk.Callback.Fence, Customer: desk.Customer.DisplayName(), Waits: waits, Form: f}
	title := "desk.wait_title"
	if !waits {
		title = "desk.transfer_title"
		to, err := h.callbacks.Receivers(ctx, viewer, id)
		if err != nil {
			return err
		}
		p.To, p.Skill = h.receiverOptions(c, to), to.Skill
	}
	p.Page = h.Page(c, title)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "desk.title"), Href: "/desk"}}
	return h.RenderStatus(c, status, p)
}

// The values of whom a callback goes to: one of these, and an id.
const (
	toCaller = "caller-"
	toTeam   = "team-"
)

func (h *handlers) receiverOptions(c *gin.Context, to callback.Receivers) []frame.Option {
	options := []frame.Option{{Label: h.T(c, "desk.transfer_choose")}}
	for _, colleague := range to.Callers {
		label := colleague.Name
		if to.Lacking[colleague.UserID] {
			label = h.T(c, "desk.transfer_lacks", "name", colleague.Name, "skill", to.Skill)
		}
		options = append(options, frame.Option{Value: toCaller + strconv.FormatInt(colleague.UserID, 10), Label: label})
	}
	for _, team := range to.Teams {
		options = append(options, frame.Option{
			Value: toTeam + strconv.FormatInt(team.ID, 10), Label: h.T(c, "desk.transfer_team", "name", team.Name),
		})
	}
	return options
}

// handoverOf reads whom a callback goes to; nobody where that is not readable, which the use case refuses.
func handoverOf(f frame.Form) callback.Handover {
	to := callback.Handover{Words: f.Get("transfer_words")}
	if id, ok := strings.CutPrefix(f.Get("transfer_to"), toCaller); ok {
		to.CallerID, _ = strconv.ParseInt(id, 10, 64)
	} else if id, ok := strings.CutPrefix(f.Get("transfer_to"), toTeam); ok {
		to.TeamID, _ = strconv.ParseInt(id, 10, 64)
	}
	return to
}

func (h *handlers) transferCallback(c *gin.Context) error {
	var typed frame.Form
	err := h.giveBack(c, "desk.transferred", func(id int64, f frame.Form) (callback.Callback, error) {
		typed = f
		return h.callbacks.Transfer(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), handoverOf(f))
	})
	return h.refuseHandOver(c, false, typed, err)
}

// pauseCallback sets a callback aside until something has happened inside.
func (h *handlers) pauseCallback(c *gin.Context) error {
	var typed frame.Form
	err := h.giveBack(c, "desk.waits", func(id int64, f frame.Form) (callback.Callback, error) {
		typed = f
		until, problems := h.TypedTime("paused_until", f.Get("paused_until"))
		if len(problems) > 0 {
			return callback.Callback{}, fault.InvalidFields(problems...)
		}
		return h.callbacks.Pause(c.Request.Context(), frame.Viewer(c), id, formInt(f, "fence"), until, f.Get("pause_words"))
	})
	return h.refuseHandOver(c, true, typed, err)
}

// refuseHandOver shows the form again with what is wrong, where that can be mended there.
func (h *handlers) refuseHandOver(c *gin.Context, waits bool, f frame.Form, cause error) error {
	if kind := fault.KindOf(cause); cause == nil || kind != fault.Invalid && kind != fault.Conflict {
		return cause
	}
	refused, err := h.RefusedForm(c, f, cause)
	if err != nil {
		return err
	}
	return h.renderHandOver(c, frame.StatusOf(cause), waits, refused)
}

// pickCallback claims the callback that was chosen, and leads to the desk. What keeps it from being claimed is said on its page, and on the
// desk where that is what is in the way.
func (h *handlers) pickCallback(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	_, err = h.callbacks.Pick(c.Request.Context(), frame.Viewer(c), id)
	f, known := fault.Of(err)
	switch {
	case err == nil:
		return h.Redirect(c, "/desk")
	case !known || !fault.Is(err, fault.Conflict):
		return err
	}
	refused := frame.Refused("fault." + f.Code)
	if reason := f.Args["reason"]; reason != nil {
		refused.Args = map[string]any{"reason": h.T(c, fmt.Sprintf("reason.%s", reason))}
	}
	if f.Code == "desk_taken" {
		return h.Redirect(c, "/desk", refused)
	}
	return h.Redirect(c, callbackPath(id), refused)
}
