package imports

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

func importsSamples() []frame.View {
	var runs []importRow
	for _, state := range []imports.State{
		imports.Draft, imports.Checking, imports.Checked, imports.Waiting, imports.Running, imports.Stopped, imports.Done, imports.Failed,
	} {
		runs = append(runs, importRow{Source: "s", Since: clock.Instant(len(runs) % 2), Run: imports.Run{
			ID: 1, Filename: "tickets.csv", State: state, RowsTotal: 100, RowsRead: 40,
			Accepted: 30, Duplicates: 5, Updated: 1, Rejected: 4, Warnings: 2, Skipped: 1,
			Resolved: 20, Rate: 10, StartedAt: 1, ShiftToNow: true, WithoutAnswers: true,
		}})
	}
	views := []frame.View{
		&importsPage{},
		&importsPage{
			Runs: runs, Sources: []contact.Source{{ID: 1, Name: "s"}},
			Pager: frame.Pager{Older: "/x"}, Active: true, Form: frame.Form{Error: "e"},
		},
	}
	for _, run := range runs[1:] {
		views = append(views, &importPage{Run: run}, &importPage{
			Run: run, Cause: "cause", More: "/x", Contacts: "/x", Report: sampleReport(), Issues: []issueRow{{
				Issue: imports.Issue{Line: 3, Severity: imports.RowRejected, Field: "phone", Value: "12"}, Text: "is not a number",
			}, {Issue: imports.Issue{Line: 4, Severity: imports.RowCorrected, Field: "phone"}, Text: "corrected"}},
		})
	}
	return append(views, matchSamples()...)
}

func matchSamples() []frame.View {
	return []frame.View{
		&matchPage{},
		&matchPage{
			Run: imports.Run{ID: 1, Filename: "tickets.csv"}, Preview: imports.Preview{Header: []string{"id"}, Lines: 3},
			How: []string{"UTF-8"}, First: []table.Row{{Line: 2, Cells: []string{"T-1"}}}, Remembers: "r", Tried: &imports.Run{RowsRead: 3},
			Others: sampleReport().Groups, Sheets: []frame.Option{{Value: "s", Label: "s"}},
			Columns: []matchColumn{{Heading: "id", Example: "T-1", Field: "external_id", Groups: sampleReport().Groups}},
			Fields:  []frame.Option{{Value: "", Label: "skip"}, {Value: "external_id", Label: "id"}},
			Values: []matchValues{{
				Field: "status", Heading: "state", Rows: []matchValue{{"closed", "resolved"}},
				Options: []frame.Option{{Value: "resolved", Label: "Resolved"}},
			}},
			Sources: []contact.Source{{ID: 1, Name: "s"}}, Saved: []frame.Option{{Value: "1", Label: "mine"}},
			Form: frame.Form{Error: "e"}, Problems: []frame.FieldProblem{{Name: "zone", Problem: "unknown", Value: "x"}},
		},
	}
}

func sampleReport() reportView {
	return reportView{
		How: []string{"UTF-8"}, Summary: imports.Summary{Headings: []string{"id"}}, Answers: []answerRow{{"CSAT", "1-5", 5, 3}},
		Groups: []groupRow{
			{
				Group: imports.Group{Severity: imports.RowRejected, Rows: 3}, Name: "Created", Text: "is no date",
				Shown: "x", Where: "2, 3",
				Dates: []string{"YYYY"}, Readings: []readingRow{{"YYYY", "x"}}, Others: true,
			},
			{Group: imports.Group{Severity: imports.RowCorrected, Rows: 1}, Name: "phone", Text: "corrected", Where: "4"},
			{Group: imports.Group{Severity: imports.RowSkipped, Rows: 1}, Name: "row", Text: "total", Where: "5"},
		},
		Examples: []exampleRow{{imports.Example{Line: 2, Cells: []string{"T-1"}}, "accepted"}},
	}
}
