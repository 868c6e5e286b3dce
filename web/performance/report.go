package performance

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/table"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/performance"
	"aftercall/web/frame"
)

const performancePath = "/performance"

// reportPage is figures with their sum.
type reportPage struct {
	frame.Page
	Asked   asked
	Rows    []reportRow
	Total   reportRow
	Report  performance.Report
	Columns []string // the codes of the figures, in their order
	Periods []frame.Option
	Bys     []frame.Option
	Teams   []frame.Option
	Kinds   []frame.Option
	Team    string
	CSV     string // addresses of the same as files
	XLSX    string
	Caller  string // of whom alone the figures are
	All     string // the address without that
}

func (*reportPage) Template() string { return "performance" }

// reportRow is one line of figures.
type reportRow struct {
	Name  string
	Href  string
	Cells []figure
}

func (h *handlers) reportRoutes() []frame.Route {
	readers := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: performancePath, Roles: readers, Handle: h.showReport},
		{Method: http.MethodGet, Path: performancePath + "/export.csv", Roles: readers, Handle: h.exportCSV},
		{Method: http.MethodGet, Path: performancePath + "/export.xlsx", Roles: readers, Handle: h.exportXLSX},
	}
}

func (h *handlers) read(c *gin.Context) (*reportPage, error) {
	a, err := h.readAsked(c)
	if err != nil {
		return nil, err
	}
	report, err := h.performance.Report(c.Request.Context(), frame.Viewer(c), a.Filter)
	if err != nil {
		return nil, err
	}
	p := &reportPage{Asked: a, Report: report, Columns: columns(report.Handoffs)}
	for _, row := range report.Rows {
		p.Rows = append(p.Rows, h.row(c, p, row))
	}
	p.Total = reportRow{Name: h.T(c, "performance.total"), Cells: cellsOf(p.Columns, report.Total, a.Whole(), nil)}
	return p, nil
}

func (h *handlers) showReport(c *gin.Context) error {
	p, err := h.read(c)
	if err != nil {
		return err
	}
	teams, err := h.accounts.Teams(c.Request.Context())
	if err != nil {
		return err
	}
	viewer := frame.Viewer(c)
	p.Teams = []frame.Option{{Label: h.T(c, "performance.all_teams")}}
	for _, t := range teams {
		if viewer.SeesTeam(t.ID) {
			p.Teams = append(p.Teams, frame.Option{Value: strconv.FormatInt(t.ID, 10), Label: t.Name})
		}
	}
	if p.Asked.TeamID != nil {
		p.Team = strconv.FormatInt(*p.Asked.TeamID, 10)
	}
	p.Periods = frame.EnumOptions(h.Site, c, "performance_period.", periods())
	p.Bys = frame.EnumOptions(h.Site, c, "performance_by.", performance.Bys())
	p.Kinds = frame.FilterOptions(h.Site, c, "performance.all_kinds", "callback_kind.", callback.Kinds())
	p.CSV, p.XLSX = performancePath+"/export.csv?"+p.Asked.query(), performancePath+"/export.xlsx?"+p.Asked.query()
	if p.Asked.CallerID != 0 {
		everybody := p.Asked
		everybody.CallerID = 0
		p.All = performancePath + "?" + everybody.query()
	}
	p.Page = h.Page(c, "performance.title")
	return h.Render(c, p)
}

// row is one line with the address of what is behind its name.
func (h *handlers) row(c *gin.Context, p *reportPage, row performance.Row) reportRow {
	a, r := p.Asked, reportRow{Name: row.Name}
	link := func(string) string { return r.Href }
	switch {
	case row.Others:
		r.Name = h.T(c, "performance.other_teams")
		link = nil
	case a.By == performance.ByCaller:
		one := a
		one.CallerID = row.ID
		r.Href = performancePath + "?" + one.query("by", string(performance.ByDay))
		link = func(what string) string {
			if !listable(what) {
				return ""
			}
			return performancePath + "/rows?" + one.query("what", what)
		}
	default:
		r.Href = performancePath + "?" + a.narrowed(row)
	}
	switch {
	case a.By == performance.ByKind && row.Kind != "":
		r.Name = h.T(c, "callback_kind."+string(row.Kind))
	case a.By == performance.ByDay:
		r.Name = row.Day.String()
	case a.By == performance.ByTeam && row.ID == 0 && !row.Others:
		r.Name = h.T(c, "performance.no_team")
	}
	r.Cells = cellsOf(p.Columns, row.Figures, p.Report.Hours, link)
	return r
}

// exported are the figures as rows of a file: whole numbers, and beside each mean what it is of.
func (h *handlers) exported(c *gin.Context) ([][]any, error) {
	p, err := h.read(c)
	if err != nil {
		return nil, err
	}
	head := []any{h.T(c, "performance_by."+string(p.Asked.By))}
	for _, column := range fileColumns {
		head = append(head, h.T(c, "performance_file."+column.code))
	}
	rows := [][]any{head}
	add := func(name string, f performance.Figures, hours bool) {
		row := []any{name}
		for _, column := range fileColumns {
			row = append(row, column.of(f, hours))
		}
		rows = append(rows, row)
	}
	for i, row := range p.Report.Rows {
		add(p.Rows[i].Name, row.Figures, p.Report.Hours)
	}
	add(p.Total.Name, p.Report.Total, p.Asked.Whole())
	return rows, nil
}

func (h *handlers) exportCSV(c *gin.Context) error {
	rows, err := h.exported(c)
	if err != nil {
		return err
	}
	texts := make([][]string, len(rows))
	for i, row := range rows {
		for _, value := range row {
			text := ""
			if value != nil {
				text = fmt.Sprint(value)
			}
			texts[i] = append(texts[i], text)
		}
	}
	return frame.SendCSV(c, "performance.csv", texts)
}

func (h *handlers) exportXLSX(c *gin.Context) error {
	rows, err := h.exported(c)
	if err != nil {
		return err
	}
	return frame.SendBook(c, "performance.xlsx", table.BookSheet{Name: h.T(c, "performance.title"), Rows: rows})
}
