package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// tasksPage is a caller's own callbacks.
type tasksPage struct {
	page
	Mine callback.Mine
}

func (*tasksPage) template() string { return "tasks" }

// dayPage is what a caller did on one day.
type dayPage struct {
	page
	Day           callback.Day
	Date          string
	Before, After string // addresses; After is empty for today
	ReachRate     float64
	Today         bool
}

func (*dayPage) template() string { return "day" }

func (s *Server) tasksRoutes() []route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []route{
		{method: http.MethodGet, path: "/tasks", roles: caller, handle: s.showTasks},
		{method: http.MethodPost, path: "/tasks/drafts/:id/discard", roles: caller, handle: s.discardDraft},
		{method: http.MethodGet, path: "/day", roles: caller, handle: s.showDay},
	}
}

func tasksSamples() []view {
	row := callback.Row{Callback: callback.Callback{
		ID: 1, Kind: callback.RecoveryKind, State: callback.Waiting, WaitReason: callback.ReasonAppointment, CallResult: callback.Reached,
		BusinessResult: callback.Solved, CloseReason: callback.ReasonUnreachable, AppointmentAt: 1, DueAt: 1, ClosedAt: 1,
	}, Customer: "c", Category: "c", Product: "p", Caller: "c", Reserved: "r", Team: "t"}
	rows := []callback.Row{row}
	attempt := callback.Attempt{StartedAt: 1, EndedAt: 2, ClaimedAt: 1, CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "n"}
	return []view{
		&tasksPage{},
		&tasksPage{Mine: callback.Mine{
			Appointments: rows, InProgress: rows, Recoveries: rows, Done: rows, At: 2,
			Drafts: []callback.DraftRow{{Row: row, Typed: callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "n"}, SavedAt: 1}},
		}},
		&dayPage{Today: true},
		&dayPage{Date: "2026-11-22", Before: "/day", After: "/day", ReachRate: .5, Day: callback.Day{
			Dialled: 2, Reached: 1, Finished: 1, Handling: time.Minute, Results: []callback.ResultCount{{Result: callback.Reached, Count: 1}},
			Attempts: []callback.DayAttempt{{Attempt: attempt, Row: row}, {Attempt: callback.Attempt{StartedAt: 1}, Row: row}},
		}},
	}
}

func (s *Server) showTasks(c *gin.Context) error {
	mine, err := s.Callbacks.MyTasks(c.Request.Context(), viewer(c))
	if err != nil {
		return err
	}
	p := &tasksPage{Mine: mine}
	p.page = s.page(c, "tasks.title")
	return s.render(c, p)
}

func (s *Server) discardDraft(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := s.Callbacks.DiscardDraft(c.Request.Context(), viewer(c), id); err != nil {
		return err
	}
	return s.redirect(c, "/tasks", done("tasks.discarded"))
}

func (s *Server) showDay(c *gin.Context) error {
	today := clock.DayOf(s.now(), s.opts.Zone)
	date, err := dayOf(c.Query("date"), today)
	if err != nil {
		return err
	}
	day, err := s.Callbacks.MyDay(c.Request.Context(), viewer(c), date)
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
	p.page = s.page(c, "day.title")
	return s.render(c, p)
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
