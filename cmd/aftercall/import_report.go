package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"aftercall/internal/app"
	"aftercall/internal/contact/imports"
	csv "aftercall/internal/table"
)

// importResult is what --json prints.
type importResult struct {
	Run            int64           `json:"run,omitempty"`
	State          imports.State   `json:"state"`
	Read           int64           `json:"read"`
	Accepted       int64           `json:"accepted"`
	Updated        int64           `json:"updated"`
	Resolved       int64           `json:"resolved"`
	Duplicates     int64           `json:"duplicates"`
	Rejected       int64           `json:"rejected"`
	Skipped        int64           `json:"skipped"`
	Warnings       int64           `json:"warnings"`
	NewCustomers   int             `json:"new_customers,omitempty"`   // of a check
	KnownCustomers int             `json:"known_customers,omitempty"` // of a check
	Answers        []answerResult  `json:"answers,omitempty"`
	Problems       []problemResult `json:"problems,omitempty"`
	Seconds        float64         `json:"seconds"`
}

type answerResult struct {
	Metric string `json:"metric"`
	Scale  string `json:"scale"`
	Value  int    `json:"value"`
	Count  int64  `json:"count"`
}

type problemResult struct {
	Severity imports.Severity `json:"severity"`
	Field    string           `json:"field"`
	Code     string           `json:"code"`
	Problem  string           `json:"problem"`
	Rows     int64            `json:"rows"`
	Lines    []int64          `json:"lines"`
	Values   []string         `json:"values,omitempty"`
	Dates    []string         `json:"try_dates,omitempty"`
}

func resultOf(run imports.Run) importResult {
	s := run.Report()
	r := importResult{
		Run: run.ID, State: run.State, Read: run.RowsRead, Accepted: run.Accepted, Updated: run.Updated, Resolved: run.Resolved,
		Duplicates: run.Duplicates, Rejected: run.Rejected, Skipped: run.Skipped, Warnings: run.Warnings,
		NewCustomers: s.NewCustomers, KnownCustomers: s.KnownCustomers, Seconds: run.UpdatedAt.Sub(run.StartedAt).Seconds(),
	}
	for _, a := range s.Answers {
		r.Answers = append(r.Answers, answerResult(a))
	}
	for _, g := range s.Groups {
		r.Problems = append(r.Problems, problemResult{
			g.Severity, g.Field, g.Code, g.Problem, g.Rows, g.Lines, g.Values, g.SuggestedDates(),
		})
	}
	return r
}

// printProblems writes how the file was read, and the problems by kind, to standard error.
func (c *cli) printProblems(s imports.Summary) {
	fmt.Fprintln(c.stderr, howRead(s))
	for _, g := range s.Groups {
		fmt.Fprintln(c.stderr, groupLine(g))
	}
}

// printImport writes what became or would become of the rows.
func (c *cli) printImport(run imports.Run, check bool) error {
	s := run.Report()
	var b strings.Builder
	fmt.Fprintf(&b, "read %d, accepted %d, updated %d, resolved %d, duplicates %d, rejected %d, skipped %d, warnings %d\n",
		run.RowsRead, run.Accepted, run.Updated, run.Resolved, run.Duplicates, run.Rejected, run.Skipped, run.Warnings)
	for _, a := range s.Answers {
		fmt.Fprintf(&b, "%s on %s: %d × %d\n", a.Metric, a.Scale, a.Value, a.Count)
	}
	if check {
		fmt.Fprintf(&b, "customers: %d new, %d known\n", s.NewCustomers, s.KnownCustomers)
		for _, e := range s.Examples {
			fmt.Fprintf(&b, "%s, line %d: %s\n", e.Outcome, e.Line, exampleLine(s.Headings, e.Cells))
		}
		fmt.Fprintln(&b, "nothing was written: the same command without --check does it")
	}
	_, err := fmt.Fprint(c.stdout, b.String())
	return err
}

// howRead says what was found out about a file, and what was concluded rather than known.
func howRead(s imports.Summary) string {
	f := s.Found
	text := "read as "
	if f.Workbook {
		text += fmt.Sprintf("XLSX, sheet %q", f.Sheet)
		var others []string
		for _, sheet := range f.Sheets {
			if sheet.Name != f.Sheet {
				others = append(others, strconv.Quote(sheet.Name))
			}
		}
		if len(others) > 0 {
			text += ", not " + strings.Join(others, ", ")
		}
		if f.Date1904 {
			text += ", dates counted from 1904"
		}
		if f.Filtered {
			text += ", with rows that are hidden there"
		}
	} else {
		text += fmt.Sprintf("%s with %s between cells", f.Encoding, delimiterName(f.Delimiter))
		if f.Guessed {
			text += " (a guess: say encoding in the mapping if it is another)"
		}
	}
	if s.Blank > 0 {
		text += fmt.Sprintf("; %d rows of nothing but delimiters", s.Blank)
	}
	return text
}

func delimiterName(d rune) string {
	if d == '\t' {
		return "tabs"
	}
	return strconv.QuoteRune(d)
}

// groupLine says one kind of problem: how many rows, what, where, and what would mend it.
func groupLine(g imports.Group) string {
	rows := "1 row"
	if g.Rows > 1 {
		rows = thousands(int(g.Rows)) + " rows"
	}
	var values []string
	for _, v := range g.Values[:min(len(g.Values), 3)] {
		values = append(values, strconv.Quote(v))
	}
	what := strings.Join(append([]string{g.Field}, strings.Join(values, ", ")), " ")
	if len(g.Values) > 3 {
		what += " …"
	}
	lines := make([]string, len(g.Lines))
	for i, l := range g.Lines {
		lines[i] = strconv.FormatInt(l, 10)
	}
	where := "lines " + strings.Join(lines, ", ")
	if len(lines) == 1 {
		where = "line " + lines[0]
	}
	if g.Rows > int64(len(g.Lines)) {
		where += " …"
	}
	return fmt.Sprintf("%s %s: %s %s; %s%s", rows, g.Severity, strings.TrimSpace(what), g.Problem, where, g.Advice())
}

// exampleLine is a row with its headings, without empty cells.
func exampleLine(headings, cells []string) string {
	var parts []string
	for i, cell := range cells {
		if cell == "" {
			continue
		}
		name := strconv.Itoa(i + 1)
		if i < len(headings) {
			name = headings[i]
		}
		parts = append(parts, name+"="+strconv.Quote(cell))
	}
	return strings.Join(parts, " ")
}

// writeRejected writes the rows that were not taken, with the reason behind them, as a file that can be mended and imported.
func writeRejected(ctx context.Context, a *app.App, run imports.Run, path string) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the rejected rows: %w", err)
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	if _, err := file.WriteString("\ufeff"); err != nil { // it is UTF-8, whatever the mapping says of the file it comes from
		return fmt.Errorf("write the rejected rows: %w", err)
	}
	return a.Imports.WriteRejected(ctx, run.ID, csv.NewCSVWriter(file), "reason",
		func(r imports.Reason) string { return r.Field + " " + r.Problem })
}
