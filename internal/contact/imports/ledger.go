package imports

import (
	"cmp"
	"encoding/json"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// Reject is a row that was not taken, as it stood in the file; of a workbook, as a text file would have it.
type Reject struct {
	ID      int64
	RunID   int64
	Line    int64
	Reasons string // JSON array of Reason
	Cells   string // JSON array of strings
}

// Reason is why a row was not taken.
type Reason struct {
	Field   string // heading of the column, or name of the field
	Code    string // translated under "problem.<code>"
	Problem string // English
}

// TableName names the table.
func (Reject) TableName() string { return "import_rejects" }

// read returns the cells and what is wrong with them.
func (r Reject) read() (cells []string, reasons []Reason) {
	_ = json.Unmarshal([]byte(r.Cells), &cells) // we wrote both ourselves
	_ = json.Unmarshal([]byte(r.Reasons), &reasons)
	return cells, reasons
}

// maxRejectBytes is how large a row may be to be kept; what is larger is reported, and not kept.
const maxRejectBytes = 64 << 10

// ledger is a run after a batch of rows, with what the batch adds to its report.
type ledger struct {
	converter *converter
	run       Run
	summary   Summary
	issues    []Issue
	rejects   []Reject
	examples  bool // rows are kept as examples of their outcome
}

// add counts what became of a row.
func (l *ledger) add(p pending, o contact.Outcome) {
	run := &l.run
	run.RowsRead++
	run.LastLine = int64(p.row.Line)
	run.Resolved += int64(o.Resolved)
	outcome := string(o.Status)
	switch o.Status {
	case contact.Accepted:
		run.Accepted++
	case contact.Updated:
		run.Updated++
	case contact.Duplicate:
		run.Duplicates++
	case contact.Rejected:
		if p.skipped != "" {
			outcome = string(RowSkipped)
			run.Skipped++
			break
		}
		run.Rejected++
		l.reject(p.row, o.Problems)
	}
	l.report(p, o)
	if l.examples && l.summary.wants(outcome) {
		l.summary.show(outcome, p.row, l.converter.timeCells())
	}
}

// report writes what is wrong or doubtful about a row.
func (l *ledger) report(p pending, o contact.Outcome) {
	if o.Status == contact.Rejected {
		severity := RowRejected
		if p.skipped != "" {
			severity = RowSkipped
		}
		for _, f := range o.Problems {
			l.note(l.issue(p.row, severity, f))
		}
		return
	}
	warnings := append(p.warnings[:len(p.warnings):len(p.warnings)], o.Warnings...)
	if len(warnings) > 0 {
		l.run.Warnings++
	}
	for _, f := range warnings {
		l.note(l.issue(p.row, RowCorrected, f))
	}
	if o.Status != contact.Duplicate {
		l.summary.count(p.input.Answers, o.Warnings)
	}
}

func (l *ledger) note(i Issue) {
	l.summary.note(i)
	if int64(len(l.issues)) < maxIssues-min(l.run.Rejected+l.run.Warnings, maxIssues) {
		l.issues = append(l.issues, i)
	}
}

// reject keeps a row that was not taken.
func (l *ledger) reject(row table.Row, problems []fault.Field) {
	if l.run.Rejected > maxIssues || len(row.Cells) == 0 {
		return
	}
	reasons := make([]Reason, len(problems))
	for i, f := range problems {
		heading, _ := l.place(row, f)
		reasons[i] = Reason{Field: heading, Code: f.Code, Problem: f.Problem}
	}
	why, err := json.Marshal(reasons)
	cells, err2 := json.Marshal(l.converter.asText(row))
	if err != nil || err2 != nil || len(cells) > maxRejectBytes {
		return
	}
	l.rejects = append(l.rejects, Reject{RunID: l.run.ID, Line: int64(row.Line), Reasons: string(why), Cells: string(cells)})
}

// place returns the column a problem is about, and the value as it stands in the file. What knows its line was said of the row itself;
// intake speaks of fields.
func (l *ledger) place(row table.Row, f fault.Field) (heading, value string) {
	if f.Line != 0 {
		return f.Name, f.Value
	}
	heading, value = l.converter.heading(f.Name, row)
	return heading, cmp.Or(value, f.Value)
}

// issue is a line of the report.
func (l *ledger) issue(row table.Row, severity Severity, f fault.Field) Issue {
	heading, value := l.place(row, f)
	return Issue{
		RunID: l.run.ID, Line: int64(row.Line), Severity: severity, Field: lastOf(heading),
		Code: f.Code, Problem: text.Cut(f.Problem, 512), Value: text.Cut(value, 191),
	}
}
