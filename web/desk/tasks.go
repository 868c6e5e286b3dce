package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// tasksPage is one list of a caller's own callbacks, and how long each of them is.
type tasksPage struct {
	frame.Page
	List     worklist.MineList
	Rows     []tasksRow
	Tabs     []tasksTab
	Date     string // of MineDone; empty for whenever
	Drafts   []draftCard
	Handoffs []handoff.Row // what the caller follows, or is asked
	Pager    frame.Pager
	Narrow   bool // by a date: an empty list says so
}

func (*tasksPage) Template() string { return "tasks" }

// MostCounted is up to how many rows of a list are counted.
func (*tasksPage) MostCounted() int { return worklist.MostCounted }

// tasksRow is a callback with where it opens and the time its list is ordered by.
type tasksRow struct {
	worklist.Row
	List    worklist.MineList
	Href    string
	Correct string // address of the form for its last outcome; empty where there is none
	At      clock.Instant
	Until   clock.Instant // the end of the span that the customer named; none where they named one time
	Overdue bool
}

// tasksTab leads to one of the lists.
type tasksTab struct {
	List    worklist.MineList
	Href    string
	Count   int
	Current bool
}

// draftCard is what was typed about a callback, in words.
type draftCard struct {
	worklist.DraftRow
	Own   bool // nobody else has the callback
	Lines []draftLine
}

type draftLine struct{ Label, Text string }

// dayPage is what a caller did on one day.
type dayPage struct {
	frame.Page
	Day           worklist.Day
	Date          string
	Before, After string // addresses; After is empty for today
	ReachRate     float64
	Today         bool
	Own           performance.Own
	Lines         []dayLine
}

// dayLine is one figure of a day, with the same of its week and of a usual day.
type dayLine struct {
	Key              string // of its label: day.own_<key>
	Day, Week, Usual string
}

func (*dayPage) Template() string { return "day" }

func (h *handlers) tasksRoutes() []frame.Route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/tasks", Roles: caller, Handle: h.own(h.showTasks)},
		{Method: http.MethodPost, Path: "/tasks/drafts/:id/discard", Roles: caller, Handle: h.discardDraft},
		{Method: http.MethodGet, Path: "/day", Roles: caller, Handle: h.own(h.showDay)},
	}
}

// showTasks shows one of the lists; above the first one stands what was typed and lost its claim.
func (h *handlers) showTasks(c *gin.Context) error {
	list := worklist.MineList(c.DefaultQuery("list", string(worklist.MineToday)))
	if !slices.Contains(worklist.MineLists(), list) {
		return frame.ErrNoPage
	}
	f := worklist.MineFilter{List: list, After: mineKey(frame.ListKey(c)), Limit: frame.PageSize + 1}
	p := &tasksPage{List: list}
	viewer := frame.Viewer(c)
	if date := c.Query("date"); date != "" && list == worklist.MineDone {
		var err error
		if f.Date, err = dayOf(date, 0); err != nil {
			return err
		}
		p.Date, p.Narrow = date, true
	}
	mine, err := h.worklist.MyTasks(c.Request.Context(), viewer, f)
	if err != nil {
		return err
	}
	mine.Rows, p.Pager = frame.Paged(c, mine.Rows, func(r worklist.Row) string { return mineKeyText(f.Key(r)) })
	for _, r := range mine.Rows {
		row := tasksRowOf(r, f, viewer, mine.At)
		if attempt := mine.Last[r.Callback.ID]; attempt != 0 {
			row.Correct = fmt.Sprintf("%s/attempts/%d/correct", callbackPath(r.Callback.ID), attempt)
		}
		p.Rows = append(p.Rows, row)
	}
	drafts := mine.Drafts
	if list == worklist.MineDrafts {
		drafts, p.Pager = frame.Paged(c, drafts, func(d worklist.DraftRow) string { return mineKeyText(d.Key()) })
	} else if list == worklist.MineToday && mine.Counts[worklist.MineDrafts] > 0 {
		left, err := h.worklist.MyTasks(c.Request.Context(), viewer, worklist.MineFilter{List: worklist.MineDrafts, Limit: newestDrafts})
		if err != nil {
			return err
		}
		drafts = left.Drafts
	}
	if p.Drafts, err = h.draftCards(c, drafts); err != nil {
		return err
	}
	var all int
	if p.Handoffs, all, err = h.followed(c, list); err != nil {
		return err
	}
	mine.Counts[worklist.MineInProgress] += all
	p.Tabs = tasksTabs(list, mine.Counts)
	p.Page = h.Page(c, "tasks.title")
	return h.Render(c, p)
}

// tasksRowOf leads to the desk while the callback is in the viewer's hands, else to its own page.
func tasksRowOf(r worklist.Row, f worklist.MineFilter, viewer account.Viewer, now clock.Instant) tasksRow {
	row := tasksRow{Row: r, List: f.List, At: f.Key(r).At, Href: callbackPath(r.Callback.ID)}
	if r.Callback.HeldBy(viewer, now) {
		row.Href = "/desk"
	}
	row.Overdue = r.Callback.Overdue(now)
	if !r.Callback.AppointmentAt.IsZero() && (f.List == worklist.MineToday || f.List == worklist.MineLater) {
		row.At, row.Until = r.Callback.AppointmentAt, r.Callback.AppointmentUntil
	}
	return row
}

// newestDrafts is how many of what was left stand above the first list.
const newestDrafts = 3

// tasksTabs leaves out the lists that are usually empty while they are.
func tasksTabs(current worklist.MineList, counts map[worklist.MineList]int) []tasksTab {
	var tabs []tasksTab
	for _, list := range worklist.MineLists() {
		rare := list == worklist.MineLater || list == worklist.MineDrafts
		if rare && counts[list] == 0 && list != current {
			continue
		}
		tabs = append(tabs, tasksTab{List: list, Href: "/tasks?list=" + string(list), Count: counts[list], Current: list == current})
	}
	return tabs
}

// mineKeyText and mineKey write a place in a list into the address and back.
func mineKeyText(k worklist.MineKey) string { return fmt.Sprintf("%d-%d", k.At, k.ID) }

func mineKey(text string) worklist.MineKey {
	at, id, _ := strings.Cut(text, "-")
	instant, err1 := strconv.ParseInt(at, 10, 64)
	number, err2 := strconv.ParseInt(id, 10, 64)
	if err1 != nil || err2 != nil {
		return worklist.MineKey{}
	}
	return worklist.MineKey{At: clock.Instant(instant), ID: number}
}

// draftCards says in words all that was typed.
func (h *handlers) draftCards(c *gin.Context, drafts []worklist.DraftRow) ([]draftCard, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	questions, err := h.surveys.Current(c.Request.Context())
	if err != nil {
		return nil, err
	}
	cards := make([]draftCard, len(drafts))
	for i, d := range drafts {
		own := d.Row.Callback.CallerID == frame.Viewer(c).UserID
		cards[i] = draftCard{DraftRow: d, Own: own, Lines: h.draftLines(c, d.Typed, questions)}
	}
	return cards, nil
}

func (h *handlers) draftLines(c *gin.Context, typed callback.Outcome, questions survey.Questionnaire) []draftLine {
	var lines []draftLine
	add := func(key, text string) {
		if text != "" {
			lines = append(lines, draftLine{Label: h.T(c, key), Text: text})
		}
	}
	if typed.CallResult != "" {
		add("desk.call_result", h.T(c, "call_result."+string(typed.CallResult)))
	}
	if typed.BusinessResult != "" {
		add("desk.business_result", h.T(c, "business_result."+string(typed.BusinessResult)))
	}
	if !typed.AppointmentAt.IsZero() {
		text := typed.AppointmentAt.In(h.Zone).Format("2006-01-02 15:04")
		if !typed.AppointmentUntil.IsZero() {
			text += "–" + typed.AppointmentUntil.In(h.Zone).Format("15:04")
		}
		add("desk.appointment", text)
	}
	if typed.Answers.Rating != nil {
		add("desk.rating", strconv.Itoa(*typed.Answers.Rating))
	}
	var reasons []string
	question, _ := questions.Question(survey.KeyReasons)
	for _, o := range question.Options {
		if slices.Contains(typed.Answers.Reasons, o.Key) {
			reasons = append(reasons, o.Text.In(h.Lang(c)))
		}
	}
	add("desk.reasons", strings.Join(reasons, " · "))
	if typed.Answers.Consent {
		add("tasks.consent", h.T(c, "tasks.consent_given"))
	}
	add("desk.comment", typed.Answers.Comment)
	add("desk.note", typed.Note)
	add("desk.note_for_next", typed.NoteForNext)
	add("desk.note_for_supervisor", typed.ForSupervisor)
	return lines
}

func (h *handlers) discardDraft(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := h.callbacks.DiscardDraft(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/tasks?list=drafts", frame.Done("tasks.discarded"))
}

func (h *handlers) showDay(c *gin.Context) error {
	today := clock.DayOf(h.Now(), h.Zone)
	date, err := dayOf(c.Query("date"), today)
	if err != nil {
		return err
	}
	day, err := h.worklist.MyDay(c.Request.Context(), frame.Viewer(c), date)
	if err != nil {
		return err
	}
	p := &dayPage{Day: day, Date: date.String(), Before: "/day?date=" + (date - 1).String(), Today: date >= today}
	if !p.Today {
		p.After = "/day?date=" + (date + 1).String()
	}
	if p.Own, err = h.figures.Own(c.Request.Context(), frame.Viewer(c), date); err != nil {
		return err
	}
	p.Lines = dayLines(p.Own)
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
