package permission

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
	"aftercall/web/frame"
)

const holidaysPath = "/settings/holidays"

// holidaysPage shows the special days by country and year, and takes files of them.
type holidaysPage struct {
	frame.Page
	Years   []calendarRow
	Shown   calendarYear
	Name    string // of what is shown
	Days    []holidayRow
	MayEdit bool
	Form    frame.Form
	Wrong   []frame.FieldProblem // of the file, by line
	Draft   *calendarDraft       // a file that was read, and what it would change
}

func (*holidaysPage) Template() string { return "holidays" }

// calendarRow is one country's year with what is stored of it.
type calendarRow struct {
	calendarYear
	Country, Href     string
	Holidays, Working int
}

// holidayRow is one special day.
type holidayRow struct {
	hours.Holiday
	Weekday string
}

// calendarDraft is a file that has been read but not published: what it replaces, and the file again for the button that publishes.
type calendarDraft struct {
	Changes []string
	CSV     string
}

func (h *handlers) holidaysRoutes() []frame.Route {
	admin, readers := []account.Role{account.Admin}, []account.Role{account.Supervisor}
	upload, text := frame.UploadBody(hours.MaxCalendarFile), int64(4*hours.MaxCalendarFile)
	return []frame.Route{
		{Method: http.MethodGet, Path: holidaysPath, Roles: readers, Handle: h.showHolidays},
		{Method: http.MethodPost, Path: holidaysPath, Roles: admin, Body: upload, Handle: h.readHolidays},
		{Method: http.MethodPost, Path: holidaysPath + "/publish", Roles: admin, Body: text, Handle: frame.Posted(h.publishHolidays)},
		{Method: http.MethodGet, Path: holidaysPath + "/sample.csv", Roles: readers, Handle: h.sampleHolidays},
		{Method: http.MethodGet, Path: holidaysPath + "/export.csv", Roles: readers, Handle: h.exportHolidays},
	}
}

func (h *handlers) showHolidays(c *gin.Context) error {
	return h.renderHolidays(c, http.StatusOK, &holidaysPage{})
}

func (h *handlers) renderHolidays(c *gin.Context, status int, p *holidaysPage) error {
	rules, err := h.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	p.Years = h.calendarRows(c, rules.Calendar)
	year, _ := strconv.Atoi(c.Query("year"))
	p.Shown = calendarYear{c.Query("country"), year}
	if year == 0 && len(p.Years) > 0 {
		p.Shown = p.Years[0].calendarYear
	}
	for _, day := range rules.Calendar {
		if yearOf(day) == p.Shown {
			p.Days = append(p.Days, holidayRow{day, h.dayName(c, (int(day.Day)+3)%7)}) // 1970-01-01 was a Thursday
		}
	}
	p.Name = h.regionName(c, p.Shown.Region) + " " + strconv.Itoa(p.Shown.Year)
	p.MayEdit = frame.Viewer(c).Is(account.Admin)
	p.Page = h.Page(c, "holidays.title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "hours.title"), Href: hoursPath}}
	return h.RenderStatus(c, status, p)
}

func (h *handlers) calendarRows(c *gin.Context, calendar []hours.Holiday) []calendarRow {
	found := map[calendarYear]*calendarRow{}
	for _, day := range calendar {
		key := yearOf(day)
		if found[key] == nil {
			found[key] = &calendarRow{
				calendarYear: key,
				Country:      h.regionName(c, key.Region),
				Href:         holidaysPath + "?country=" + key.Region + "&year=" + strconv.Itoa(key.Year),
			}
		}
		switch day.Kind {
		case hours.PublicHoliday:
			found[key].Holidays++
		case hours.WorkingDay:
			found[key].Working++
		}
	}
	rows := make([]calendarRow, 0, len(found))
	for _, row := range found {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b calendarRow) int { return a.compare(b.calendarYear) })
	return rows
}

// readHolidays reads an uploaded file and says what publishing it would change. Nothing is stored yet.
func (h *handlers) readHolidays(c *gin.Context) error {
	_, file, err := frame.SentFile(c, hours.MaxCalendarFile)
	if err != nil {
		return h.refuseHolidays(c, err)
	}
	days, err := hours.ParseHolidays(file)
	if err != nil {
		return h.refuseHolidays(c, err)
	}
	return h.renderDraft(c, http.StatusOK, days, frame.Form{})
}

func (h *handlers) renderDraft(c *gin.Context, status int, days []hours.Holiday, f frame.Form) error {
	rules, err := h.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	replaced, _ := hours.WithHolidays(rules.Calendar, days)
	draft := &calendarDraft{Changes: h.calendarChanges(c, rules.Calendar, replaced), CSV: calendarCSV(days)}
	return h.renderHolidays(c, status, &holidaysPage{Draft: draft, Form: f})
}

func (h *handlers) publishHolidays(c *gin.Context, f frame.Form) error {
	days, err := hours.ParseHolidays(strings.NewReader(f.Get("csv")))
	if err != nil {
		return h.refuseHolidays(c, err)
	}
	var change hours.CalendarChange
	note := strings.TrimSpace(f.Get("note"))
	if note == "" {
		err = errNoNote
	} else {
		change, err = h.permission.ImportHolidays(c.Request.Context(), frame.Viewer(c), days, note)
	}
	if err != nil {
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderDraft(c, status, days, f)
		})
	}
	year := yearOf(days[0])
	to := holidaysPath + "?country=" + year.Region + "&year=" + strconv.Itoa(year.Year)
	return h.Redirect(c, to, frame.Done("holidays.published", "added", change.Added, "changed", change.Changed, "removed", change.Removed))
}

// refuseHolidays shows the page with what is wrong with a file, line by line.
func (h *handlers) refuseHolidays(c *gin.Context, cause error) error {
	f, unmendable := h.RefusedForm(c, frame.Form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	p := &holidaysPage{Form: f}
	if flt, _ := fault.Of(cause); len(flt.Fields) > 0 && f.Errors["file"] == "" {
		p.Wrong = h.problemsInFile(c, flt.Fields, flt.Args)
	}
	return h.renderHolidays(c, frame.StatusOf(cause), p)
}

// SampleCalendar shows how a file is written: the days around one National Day.
const SampleCalendar = "country,date,kind,name\n" +
	"CN,2026-10-01,holiday,国庆节\nCN,2026-10-02,holiday,国庆节\nCN,2026-10-10,working,国庆节调休\n" +
	"FR,2026-07-14,holiday,Fête nationale\n"

func (h *handlers) sampleHolidays(c *gin.Context) error {
	return frame.SendText(c, "holidays-sample.csv", SampleCalendar)
}

func (h *handlers) exportHolidays(c *gin.Context) error {
	rules, err := h.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	return frame.SendText(c, "holidays.csv", calendarCSV(rules.Calendar))
}

// calendarCSV writes special days as ParseHolidays reads them.
func calendarCSV(days []hours.Holiday) string {
	rows := [][]string{{"country", "date", "kind", "name"}}
	for _, h := range days {
		rows = append(rows, []string{h.Region, h.Day.String(), string(h.Kind), h.Name})
	}
	return frame.CSVText(rows)
}
