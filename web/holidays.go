package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
	"aftercall/internal/table"
)

const holidaysPath = "/settings/holidays"

// holidaysPage shows the special days by country and year, and takes files of them.
type holidaysPage struct {
	page
	Years   []calendarRow
	Shown   calendarYear
	Name    string // of what is shown
	Days    []holidayRow
	MayEdit bool
	Form    form
	Wrong   []fieldProblem // of the file, by line
	Draft   *calendarDraft // a file that was read, and what it would change
}

func (*holidaysPage) template() string { return "holidays" }

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

func (s *Server) holidaysRoutes() []route {
	admin, readers := []account.Role{account.Admin}, []account.Role{account.Supervisor}
	return []route{
		{method: http.MethodGet, path: holidaysPath, roles: readers, handle: s.showHolidays},
		{method: http.MethodPost, path: holidaysPath, roles: admin, body: uploadBody(hours.MaxCalendarFile), handle: s.readHolidays},
		{method: http.MethodPost, path: holidaysPath + "/publish", roles: admin, body: 4 * hours.MaxCalendarFile, handle: s.publishHolidays},
		{method: http.MethodGet, path: holidaysPath + "/sample.csv", roles: readers, handle: s.sampleHolidays},
		{method: http.MethodGet, path: holidaysPath + "/export.csv", roles: readers, handle: s.exportHolidays},
	}
}

func holidaysSamples() []view {
	row := calendarRow{calendarYear{"CN", 2026}, "CN", "/x", 2, 1}
	day := holidayRow{hours.Holiday{Region: "CN", Day: 20000, Kind: hours.PublicHoliday, Name: "国庆节"}, "Thu"}
	working := day
	working.Kind = hours.WorkingDay
	return []view{
		&holidaysPage{},
		&holidaysPage{
			Years: []calendarRow{row}, Shown: row.calendarYear, Name: "CN 2026", Days: []holidayRow{day, working}, MayEdit: true, Form: form{Error: "wrong"},
			Wrong: []fieldProblem{{Line: 3, Name: "date", Problem: "is no date", Value: "x"}}, Draft: &calendarDraft{Changes: []string{"CN 2026"}, CSV: "a"},
		},
		&holidaysPage{MayEdit: true, Draft: &calendarDraft{}},
	}
}

func (s *Server) showHolidays(c *gin.Context) error {
	return s.renderHolidays(c, http.StatusOK, &holidaysPage{})
}

func (s *Server) renderHolidays(c *gin.Context, status int, p *holidaysPage) error {
	rules, _, err := s.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	p.Years = s.calendarRows(c, rules.Calendar)
	year, _ := strconv.Atoi(c.Query("year"))
	p.Shown = calendarYear{c.Query("country"), year}
	if year == 0 && len(p.Years) > 0 {
		p.Shown = p.Years[0].calendarYear
	}
	for _, day := range rules.Calendar {
		if yearOf(day) == p.Shown {
			p.Days = append(p.Days, holidayRow{day, s.dayName(c, (int(day.Day)+3)%7)}) // 1970-01-01 was a Thursday
		}
	}
	p.Name = s.regionName(c, p.Shown.Region) + " " + strconv.Itoa(p.Shown.Year)
	p.MayEdit = viewer(c).Is(account.Admin)
	p.page = s.page(c, "holidays.title")
	p.Crumbs = []crumb{{Text: s.t(c, "hours.title"), Href: hoursPath}}
	return s.renderStatus(c, status, p)
}

func (s *Server) calendarRows(c *gin.Context, calendar []hours.Holiday) []calendarRow {
	found := map[calendarYear]*calendarRow{}
	for _, day := range calendar {
		key := yearOf(day)
		if found[key] == nil {
			found[key] = &calendarRow{calendarYear: key, Country: s.regionName(c, key.Region), Href: holidaysPath + "?country=" + key.Region + "&year=" + strconv.Itoa(key.Year)}
		}
		if day.Kind == hours.WorkingDay {
			found[key].Working++
		} else {
			found[key].Holidays++
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
func (s *Server) readHolidays(c *gin.Context) error {
	_, file, err := sentFile(c, hours.MaxCalendarFile)
	if err != nil {
		return s.refuseHolidays(c, err)
	}
	days, err := hours.ParseHolidays(file)
	if err != nil {
		return s.refuseHolidays(c, err)
	}
	return s.renderDraft(c, http.StatusOK, days, form{})
}

func (s *Server) renderDraft(c *gin.Context, status int, days []hours.Holiday, f form) error {
	rules, _, err := s.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	replaced, _ := hours.WithHolidays(rules.Calendar, days)
	draft := &calendarDraft{Changes: s.calendarChanges(c, rules.Calendar, replaced), CSV: calendarCSV(days)}
	return s.renderHolidays(c, status, &holidaysPage{Draft: draft, Form: f})
}

func (s *Server) publishHolidays(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	days, err := hours.ParseHolidays(strings.NewReader(f.Get("csv")))
	if err != nil {
		return s.refuseHolidays(c, err)
	}
	var change hours.CalendarChange
	note := strings.TrimSpace(f.Get("note"))
	if note == "" {
		err = errNoNote
	} else {
		change, err = s.Permission.ImportHolidays(c.Request.Context(), viewer(c), days, note)
	}
	if err != nil {
		f, unmendable := s.refusedForm(c, f, err)
		if unmendable != nil {
			return unmendable
		}
		return s.renderDraft(c, statusOf(err), days, f)
	}
	year := yearOf(days[0])
	to := holidaysPath + "?country=" + year.Region + "&year=" + strconv.Itoa(year.Year)
	return s.redirect(c, to, done("holidays.published", "added", change.Added, "changed", change.Changed, "removed", change.Removed))
}

// refuseHolidays shows the page with what is wrong with a file, line by line.
func (s *Server) refuseHolidays(c *gin.Context, cause error) error {
	f, unmendable := s.refusedForm(c, form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	p := &holidaysPage{Form: f}
	if flt, _ := fault.Of(cause); len(flt.Fields) > 0 && f.Errors["file"] == "" {
		p.Wrong = s.problemsInFile(c, flt.Fields, flt.Args)
	}
	return s.renderHolidays(c, statusOf(cause), p)
}

// sampleCalendar shows how a file is written: the days around one National Day.
const sampleCalendar = "country,date,kind,name\nCN,2026-10-01,holiday,国庆节\nCN,2026-10-02,holiday,国庆节\nCN,2026-10-10,working,国庆节调休\nFR,2026-07-14,holiday,Fête nationale\n"

func (s *Server) sampleHolidays(c *gin.Context) error {
	return sendCSV(c, "holidays-sample.csv", sampleCalendar)
}

func (s *Server) exportHolidays(c *gin.Context) error {
	rules, _, err := s.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	return sendCSV(c, "holidays.csv", calendarCSV(rules.Calendar))
}

// calendarCSV writes special days as ParseHolidays reads them.
func calendarCSV(days []hours.Holiday) string {
	rows := [][]string{{"country", "date", "kind", "name"}}
	for _, h := range days {
		rows = append(rows, []string{h.Region, h.Day.String(), string(h.Kind), h.Name})
	}
	return csvText(rows)
}

// csvText writes rows as CSV.
func csvText(rows [][]string) string {
	var b strings.Builder
	w := table.NewCSVWriter(&b)
	for _, row := range rows {
		_ = w.Row(row...)
	}
	_ = w.Flush() // a strings.Builder takes everything
	return b.String()
}

// sendCSV answers with a file to keep; the byte order mark is for Excel, which otherwise guesses the encoding.
func sendCSV(c *gin.Context, name, text string) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", []byte("\ufeff"+text))
	return nil
}
