package roster

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// Limits of a file of rosters.
const (
	MaxFile   = 4 << 20
	maxIssues = 100 // that are told
)

// columns are the names by which a column is known. One that is a date has a person's day in each row, as rosters in spreadsheets do.
var columns = map[string][]string{
	"login": {"login", "user", "登录名", "工号", "账号", "帐号"},
	"date":  {"date", "day", "日期", "排班日期"},
	"shift": {"shift", "班次", "排班", "班别"},
	"from":  {"from", "start", "begin", "开始", "上班", "开始时间", "上班时间"},
	"until": {"until", "to", "end", "结束", "下班", "结束时间", "下班时间"},
	"":      {"", "name", "team", "weekday", "no", "姓名", "班组", "小组", "星期", "序号", "备注", "note"}, // nobody reads these
}

// Read is what a file says, and what is wrong with it: then nothing of it is taken.
type Read struct {
	Cells  []Cell
	Wrong  []fault.Field // with their lines; the first 100
	Unread int           // more that is wrong
	Rows   int
}

// refuse notes what is wrong with a line.
func (r *Read) refuse(line int, f fault.Field) {
	f.Line, f.Value = line, fault.Shorten(f.Value, fault.MaxShown)
	if len(r.Wrong) < maxIssues {
		r.Wrong = append(r.Wrong, f)
		return
	}
	r.Unread++
}

// ReadFile reads a file of shifts without changing anything: CSV or XLSX whose first row names the columns. Either login, date and shift
// (or from and until), a row for each person's day or shift; or login and a column for each date. It returns fault.Invalid for what is no
// such file, and fault.TooLarge beyond 4 MiB or 20,000 days; what is wrong with rows is in what it returns.
func (s *Service) ReadFile(ctx context.Context, viewer account.Viewer, file io.Reader) (Read, error) {
	var read Read
	shifts, err := s.Shifts(ctx)
	if err != nil {
		return read, err
	}
	in, err := table.Open(ctx, file, table.Options{MaxBytes: 16 * MaxFile})
	if err != nil {
		return read, err
	}
	defer func() { _ = in.Close() }()
	l := &lines{in: in, read: &read, shifts: shifts, found: map[place]*found{}}
	if err := l.head(s); err != nil {
		return read, err
	}
	for {
		row, err := in.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return read, s.name(s.db.View(ctx), viewer, l)
		case errors.As(err, &bad):
			read.Rows++
			read.refuse(bad.Field.Line, bad.Field)
			continue
		case err != nil:
			return read, err
		}
		read.Rows++
		l.take(row)
		if len(l.order) > MaxCells {
			return Read{}, errTooMany
		}
	}
}

// lines reads the rows of a file.
type lines struct {
	in     *table.Reader
	read   *Read
	shifts []Shift
	times  *values.Times
	zone   *Service
	known  map[string]int    // column of each name
	dates  map[int]clock.Day // columns that are a date
	found  map[place]*found
	order  []place
}

// place is a day of somebody as the file names them.
type place struct {
	login string
	day   clock.Day
}

type found struct {
	line    int
	entries []Entry
}

// head reads the first row.
func (l *lines) head(s *Service) error {
	row, err := l.in.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		var bad *table.RowError
		if !errors.As(err, &bad) {
			return err
		}
	}
	is := l.in.Found()
	if l.times, err = values.NewTimes(nil, s.zone, is.Workbook, is.Date1904); err != nil {
		return err
	}
	l.zone, l.known, l.dates = s, map[string]int{}, map[int]clock.Day{}
	var problems fault.Problems
	for i, cell := range row.Cells {
		name := strings.ToLower(text.ID(cell))
		column, known := columnOf(name)
		d, isDate := l.day(cell)
		switch {
		case !known && isDate:
			l.dates[i] = d
		case !known:
			problems.Refuse("header", "roster_column", "is no column of a roster, and no date", cell)
		default:
			if _, twice := l.known[column]; twice && column != "" {
				problems.Refuse("header", "column_twice", "is there twice; put both into one, or into two files", cell)
			}
			l.known[column] = i
		}
	}
	_, login := l.known["login"]
	_, date := l.known["date"]
	if !login || date == (len(l.dates) > 0) {
		problems.Refuse("header", "roster_header", "must name login, and either date and shift or one column for each date", "")
	}
	for i := range problems {
		problems[i].Line = 1
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}

func columnOf(name string) (string, bool) {
	for column, names := range columns {
		if slices.Contains(names, name) {
			return column, true
		}
	}
	return "", false
}

// day reads a date; one with a time of day is none.
func (l *lines) day(cell string) (clock.Day, bool) {
	if l.times == nil || values.IsNoTime(cell) {
		return 0, false
	}
	at, flaw := l.times.Read(cell)
	if flaw != nil || at.IsZero() {
		return 0, false
	}
	d := clock.DayOf(at, l.zone.zone)
	return d, d.Start(l.zone.zone) == at
}

func (l *lines) cell(row table.Row, column string) string {
	i, known := l.known[column]
	if !known || i >= len(row.Cells) {
		return ""
	}
	return text.Name(row.Cells[i])
}

// take reads one row.
func (l *lines) take(row table.Row) {
	for _, bad := range row.Faults {
		l.read.refuse(row.Line, fault.Field{Name: "row", Code: bad.Code, Problem: "has a value that cannot be read", Value: bad.Value})
		return
	}
	login := strings.ToLower(l.cell(row, "login"))
	if login == "" {
		l.read.refuse(row.Line, fault.Field{Name: "login", Code: "required", Problem: "is required"})
		return
	}
	if len(l.dates) == 0 {
		l.takeDay(row, login)
		return
	}
	for i, d := range l.dates {
		if i < len(row.Cells) {
			l.add(row.Line, place{login, d}, row.Cells[i], false)
		}
	}
}

func (l *lines) takeDay(row table.Row, login string) {
	d, is := l.day(l.cell(row, "date"))
	if !is {
		l.read.refuse(row.Line, fault.Field{
			Name: "date", Code: "not_a_date", Problem: "is not a date as in 2026-11-22", Value: l.cell(row, "date"),
		})
		return
	}
	typed, from, until := l.cell(row, "shift"), l.cell(row, "from"), l.cell(row, "until")
	if from != "" || until != "" {
		if kind := kindOf(strings.ToLower(text.Plain(typed))); kind == "" {
			typed = l.clock(from) + "-" + l.clock(until) // the name of the shift is what somebody calls these times
		}
	}
	l.add(row.Line, place{login, d}, typed, true)
}

// clock is a time of day as a workbook shows it: a part of a day is a number there.
func (l *lines) clock(cell string) string {
	if l.in.Found().Workbook && strings.HasPrefix(cell, "0.") {
		if seconds, ok := values.Duration(cell, true); ok {
			return minuteText(int((seconds + 30) / 60))
		}
	}
	if len(cell) == len("09:00:00") && strings.HasSuffix(cell, ":00") {
		return strings.TrimSuffix(cell, ":00")
	}
	return cell
}

// add reads what a cell says of a day; the shifts of several rows of a day are taken together.
func (l *lines) add(line int, at place, typed string, required bool) {
	entries, problem := ReadCell(l.shifts, typed)
	if problem == nil && required && len(entries) == 0 {
		problem = &fault.Field{Code: "required", Problem: "is required"}
	}
	if problem == nil {
		if before := l.found[at]; before != nil {
			entries, problem = together(before.entries, entries, typed)
		}
	}
	if problem != nil {
		problem.Name = "shift"
		l.read.refuse(line, *problem)
		return
	}
	if len(entries) == 0 {
		return
	}
	if l.found[at] == nil {
		l.order = append(l.order, at)
	}
	l.found[at] = &found{line: line, entries: entries}
}

// together are the shifts of two rows of one day.
func together(before, entries []Entry, typed string) ([]Entry, *fault.Field) {
	all := slices.Concat(before, entries)
	if slices.ContainsFunc(all, func(e Entry) bool { return e.Kind != Work }) {
		if before[0].same(entries[0]) {
			return before, nil
		}
		return nil, &fault.Field{Code: "roster_twice", Problem: "is there twice, once with a shift and once without", Value: typed}
	}
	slices.SortFunc(all, func(a, b Entry) int { return a.FromMinute - b.FromMinute })
	return all, checkDay(all, typed)
}
