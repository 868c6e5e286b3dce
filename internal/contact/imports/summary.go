package imports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// Summary is what is known of a run beside its counts: how its file was read, and what became of its rows, by kind.
type Summary struct {
	Source   string // name of the source that was asked for
	Found    table.Found
	Headings []string
	Blank    int // rows of nothing but delimiters
	Groups   []Group
	Answers  []AnswerCount

	// of a check only
	NewCustomers, KnownCustomers int
	Examples                     []Example
}

// Group is one kind of problem of a run: the same thing wrong with the same column.
type Group struct {
	Severity Severity
	Field    string // heading of the column, or name of the field
	Code     string // translated under "problem.<code>"
	Problem  string // English
	Rows     int64
	Lines    []int64  // the first few
	Values   []string // some of the values that came, each once
}

// AnswerCount is how many answers of one value came with the contacts that were taken.
type AnswerCount struct {
	Metric, Scale string
	Value         int
	Count         int64
}

// Example is a row of a file with what becomes of it.
type Example struct {
	Outcome string // accepted, updated, duplicate, rejected or skipped
	Line    int64
	Cells   []string
}

// Limits of a summary, which is written with every few hundred rows.
const (
	maxGroups      = 60
	groupLines     = 5
	groupValues    = 8
	groupValueSize = 80 // characters
	maxExamples    = 3  // of each outcome
	exampleSize    = 60 // characters of a cell
	exampleCells   = 60
	maxAnswers     = 300
)

// ambiguousDate is the code of a time with more than one reading.
const ambiguousDate = "ambiguous_date"

// SuggestedDates returns date formats that would read every value the problem was met with; none for other problems.
func (g Group) SuggestedDates() []string {
	if g.Code != "bad_date" && g.Code != ambiguousDate {
		return nil
	}
	return values.SuggestDates(g.Values)
}

// Advice returns what to write into the mapping to mend the problem, beginning with "; ", or "".
func (g Group) Advice() string {
	tries := make([]string, 0, 2)
	for _, format := range g.SuggestedDates() {
		tries = append(tries, fmt.Sprintf("dates: [%q]", format))
	}
	if len(tries) == 0 {
		return ""
	}
	return "; try " + strings.Join(tries, " or ")
}

// Report returns the summary of the run.
func (r Run) Report() Summary {
	var s Summary
	if r.Summary != "" {
		_ = json.Unmarshal([]byte(r.Summary), &s) // we wrote it ourselves
	}
	return s
}

func (s Summary) encode() (string, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("write summary: %w", err)
	}
	return string(body), nil
}

// clone returns a copy that can be added to while the original stays as it is.
func (s Summary) clone() Summary {
	s.Groups, s.Answers, s.Examples = slices.Clone(s.Groups), slices.Clone(s.Answers), slices.Clone(s.Examples)
	for i, g := range s.Groups {
		s.Groups[i].Lines, s.Groups[i].Values = slices.Clone(g.Lines), slices.Clone(g.Values)
	}
	return s
}

// note adds a line of the report to its group. What is beyond the limit of groups is one group of its own.
func (s *Summary) note(i Issue) {
	same := func(g Group) bool { return g.Severity == i.Severity && g.Field == i.Field && g.Code == i.Code }
	at := slices.IndexFunc(s.Groups, same)
	if at < 0 && len(s.Groups) >= maxGroups {
		i = Issue{Line: i.Line, Severity: i.Severity, Field: "row", Code: "other_problems", Problem: "has a problem of yet another kind"}
		at = slices.IndexFunc(s.Groups, same)
	}
	if i.Code == ambiguousDate { // what is said of one value need not hold for the others
		i.Problem = "has the day, the month and the year in an order that is not said"
	}
	if at < 0 {
		s.Groups = append(s.Groups, Group{Severity: i.Severity, Field: i.Field, Code: i.Code, Problem: i.Problem})
		at = len(s.Groups) - 1
	}
	g := &s.Groups[at]
	g.Rows++
	if len(g.Lines) < groupLines {
		g.Lines = append(g.Lines, i.Line)
	}
	if value := text.Cut(i.Value, groupValueSize); value != "" && len(g.Values) < groupValues && !slices.Contains(g.Values, value) {
		g.Values = append(g.Values, value)
	}
}

// count counts the answers that came with a contact, but for those that were left out.
func (s *Summary) count(answers []contact.InputAnswer, warnings []fault.Field) {
	for i, a := range answers {
		about := "answers[" + strconv.Itoa(i) + "]"
		leftOut := func(f fault.Field) bool {
			return strings.HasPrefix(f.Name, about) && f.Code != "shortened" && f.Code != "in_the_future"
		}
		if a.Value == nil || slices.ContainsFunc(warnings, leftOut) {
			continue
		}
		c := AnswerCount{Metric: a.Metric, Scale: a.Scale, Value: *a.Value}
		at, found := slices.BinarySearchFunc(s.Answers, c, func(a, b AnswerCount) int {
			return cmp.Or(strings.Compare(a.Metric, b.Metric), strings.Compare(a.Scale, b.Scale), a.Value-b.Value)
		})
		if !found && len(s.Answers) >= maxAnswers {
			continue
		}
		if !found {
			s.Answers = slices.Insert(s.Answers, at, c)
		}
		s.Answers[at].Count++
	}
}

// wants reports whether there are few examples of an outcome yet.
func (s *Summary) wants(outcome string) bool {
	shown := 0
	for _, e := range s.Examples {
		if e.Outcome == outcome {
			shown++
		}
	}
	return shown < maxExamples
}

// show keeps a row as an example of its outcome. times are the cells with moments, which a workbook keeps as numbers.
func (s *Summary) show(outcome string, row table.Row, times []int) {
	if len(row.Cells) == 0 {
		return // it could not be split into cells
	}
	cells := make([]string, min(len(row.Cells), exampleCells))
	for i := range cells {
		cells[i] = text.Cut(cellOf(row, i), exampleSize)
		if s.Found.Workbook && slices.Contains(times, i) {
			cells[i] = WorkbookTime(cells[i], s.Found)
		}
	}
	s.Examples = append(s.Examples, Example{Outcome: outcome, Line: int64(row.Line), Cells: cells})
}
