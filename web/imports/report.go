package imports

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact/imports"
	"aftercall/internal/table"
)

// reportView is what is known of a file and its rows, in the reader's language.
type reportView struct {
	How      []string // how the file was read, and what was concluded rather than known
	Groups   []groupRow
	Answers  []answerRow
	Examples []exampleRow
	imports.Summary
}

// groupRow is one kind of problem.
type groupRow struct {
	imports.Group
	Name  string // of the column or field
	Text  string
	Shown string   // some of the values
	Where string   // the first lines
	Dates []string // formats that would read the values
	// Readings are the same with what a value of the file would be then.
	Readings []readingRow
	Others   bool // there are more lines than those shown
}

// readingRow is a format of dates with how it would read one of the values.
type readingRow struct{ Format, As string }

// answerRow is how often one value was answered.
type answerRow struct {
	Metric, Scale string
	Value         int
	Count         int64
}

// exampleRow is a row of the file with what becomes of it.
type exampleRow struct {
	imports.Example
	Label string
}

func (h *handlers) reportOf(c *gin.Context, run imports.Run) reportView {
	s := run.Report()
	v := reportView{Summary: s, How: h.howRead(c, s.Found, s.Blank), Groups: h.groupRows(c, s.Groups)}
	for _, a := range s.Answers {
		v.Answers = append(v.Answers, answerRow{h.T(c, "imports.metric_"+a.Metric), a.Scale, a.Value, a.Count})
	}
	for _, e := range s.Examples {
		v.Examples = append(v.Examples, exampleRow{e, h.T(c, "imports.outcome_"+e.Outcome)})
	}
	return v
}

// groupRows puts problems into words, the rejected ones first, each kind by how many rows it has.
func (h *handlers) groupRows(c *gin.Context, groups []imports.Group) []groupRow {
	rows := make([]groupRow, len(groups))
	for i, g := range groups {
		lines := make([]string, len(g.Lines))
		for j, line := range g.Lines {
			lines[j] = strconv.FormatInt(line, 10)
		}
		rows[i] = groupRow{
			Group: g, Name: h.fieldName(c, g.Field), Text: h.problemText(c, g.Code, g.Problem, g.Field),
			Shown: strings.Join(g.Values, " · "), Where: strings.Join(lines, ", "), Dates: g.SuggestedDates(),
			Others: g.Rows > int64(len(g.Lines)),
		}
	}
	severity := []imports.Severity{imports.RowRejected, imports.RowCorrected, imports.RowSkipped}
	slices.SortStableFunc(rows, func(a, b groupRow) int {
		if a.Severity != b.Severity {
			return slices.Index(severity, a.Severity) - slices.Index(severity, b.Severity)
		}
		return int(b.Rows - a.Rows)
	})
	return rows
}

// fieldName is the heading of a column, or the name of a field.
func (h *handlers) fieldName(c *gin.Context, field string) string {
	return h.Catalogue.TextOr(h.Lang(c), field, nil, "field."+field)
}

func (h *handlers) problemText(c *gin.Context, code, english, field string) string {
	return h.Catalogue.TextOr(h.Lang(c), english, map[string]any{"field": field}, "problem."+code)
}

// howRead says what was found out about a file.
func (h *handlers) howRead(c *gin.Context, f table.Found, blank int) []string {
	var how []string
	say := func(key string, args ...any) { how = append(how, h.T(c, key, args...)) }
	switch {
	case f.Workbook:
		say("imports.how_workbook", "sheet", f.Sheet)
		var others []string
		for _, sheet := range f.Sheets {
			if sheet.Name != f.Sheet {
				others = append(others, sheet.Name)
			}
		}
		if len(others) > 0 {
			say("imports.how_other_sheets", "sheets", strings.Join(others, h.T(c, "imports.comma")))
		}
	case f.Guessed:
		say("imports.how_guessed", "encoding", strings.ToUpper(f.Encoding))
	default:
		say("imports.how_text", "encoding", strings.ToUpper(f.Encoding))
	}
	if !f.Workbook {
		say("imports.how_delimiter", "delimiter", h.delimiterName(c, f.Delimiter))
	}
	if f.Date1904 {
		say("imports.how_1904")
	}
	if f.Filtered {
		say("imports.how_hidden")
	}
	if blank > 0 {
		say("imports.how_blank", "n", blank)
	}
	return how
}

// delimiters are the names of what stands between cells.
var delimiters = map[rune]string{'\t': "imports.tab", ',': "imports.comma_name", ';': "imports.semicolon", '|': "imports.bar"}

func (h *handlers) delimiterName(c *gin.Context, d rune) string {
	if name, named := delimiters[d]; named {
		return h.T(c, name)
	}
	return string(d)
}
