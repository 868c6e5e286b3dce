package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks"
)

// tasksPage is a caller's own callbacks.
type tasksPage struct {
	page
	Mine tasks.Mine
}

func (*tasksPage) template() string { return "tasks" }

// dayPage is what a caller did on one day.
type dayPage struct {
	page
	Day           tasks.Day
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
	row := tasks.Row{Callback: tasks.Callback{
		ID: 1, Kind: tasks.RecoveryCallback, State: tasks.Waiting, WaitReason: tasks.ReasonAppointment, CallResult: tasks.Reached,
		BusinessResult: tasks.Solved, CloseReason: tasks.ReasonUnreachable, AppointmentAt: 1, DueAt: 1, ClosedAt: 1,
	}, Customer: "c", Category: "c", Product: "p", Caller: "c", Reserved: "r", Team: "t"}
	rows := []tasks.Row{row}
	attempt := tasks.Attempt{StartedAt: 1, EndedAt: 2, ClaimedAt: 1, CallResult: tasks.Reached, BusinessResult: tasks.Solved, Note: "n"}
	return []view{
		&tasksPage{},
		&tasksPage{Mine: tasks.Mine{
			Appointments: rows, InProgress: rows, Recoveries: rows, Done: rows, At: 2,
			Drafts: []tasks.DraftRow{{Row: row, Typed: tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved, Note: "n"}, SavedAt: 1}},
		}},
		&dayPage{Today: true},
		&dayPage{Date: "2026-11-22", Before: "/day", After: "/day", ReachRate: .5, Day: tasks.Day{
			Dialled: 2, Reached: 1, Finished: 1, Handling: time.Minute, Results: []tasks.ResultCount{{Result: tasks.Reached, Count: 1}},
			Attempts: []tasks.DayAttempt{{Attempt: attempt, Row: row}, {Attempt: tasks.Attempt{StartedAt: 1}, Row: row}},
		}},
	}
}

func (s *Server) showTasks(c *gin.Context) error {
	mine, err := s.Tasks.MyTasks(c.Request.Context(), viewer(c))
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
	if err := s.Tasks.DiscardDraft(c.Request.Context(), viewer(c), id); err != nil {
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
	day, err := s.Tasks.MyDay(c.Request.Context(), viewer(c), date)
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
