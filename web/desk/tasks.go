package desk

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// tasksPage is a caller's own callbacks.
type tasksPage struct {
	frame.Page
	Mine callback.Mine
}

func (*tasksPage) Template() string { return "tasks" }

// dayPage is what a caller did on one day.
type dayPage struct {
	frame.Page
	Day           callback.Day
	Date          string
	Before, After string // addresses; After is empty for today
	ReachRate     float64
	Today         bool
}

func (*dayPage) Template() string { return "day" }

func (h *handlers) tasksRoutes() []frame.Route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/tasks", Roles: caller, Handle: h.showTasks},
		{Method: http.MethodPost, Path: "/tasks/drafts/:id/discard", Roles: caller, Handle: h.discardDraft},
		{Method: http.MethodGet, Path: "/day", Roles: caller, Handle: h.showDay},
	}
}

func (h *handlers) showTasks(c *gin.Context) error {
	mine, err := h.callbacks.MyTasks(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	p := &tasksPage{Mine: mine}
	p.Page = h.Page(c, "tasks.title")
	return h.Render(c, p)
}

func (h *handlers) discardDraft(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := h.callbacks.DiscardDraft(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/tasks", frame.Done("tasks.discarded"))
}

func (h *handlers) showDay(c *gin.Context) error {
	today := clock.DayOf(h.Now(), h.Zone)
	date, err := dayOf(c.Query("date"), today)
	if err != nil {
		return err
	}
	day, err := h.callbacks.MyDay(c.Request.Context(), frame.Viewer(c), date)
	if err != nil {
		return err
	}
	p := &dayPage{Day: day, Date: date.String(), Before: "/day?date=" + (date - 1).String(), Today: date >= today}
	if !p.Today {
		p.After = "/day?date=" + (date + 1).String()
	}
	if day.Dialled > 0 {
		p.ReachRate = float64(day.Reached) / float64(day.Dialled)
	}
	p.Page = h.Page(c, "day.title")
	return h.Render(c, p)
}

// dayOf reads a date as 2026-11-22; an empty one is the given day.
func dayOf(text string, today clock.Day) (clock.Day, error) {
	if text == "" {
		return today, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fault.InvalidFields(fault.Field{Name: "date", Code: "unknown_value", Problem: "must look like 2026-11-22", Value: text})
	}
	return clock.DayFrom(t.Date()), nil
}
