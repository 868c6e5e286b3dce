package imports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const csat = `
columns: {external_id: id}
answers: [{metric: csat, column: score, comment: said, scale: 1-5, values: {非常满意: 5, "4.5": 5, "N/A": "", 差: 1, skipped: null, "TRUE": 5},
  no_answer: [系统默认好评, 超时默认满意]}]
`

func TestAnAnswerThatCannotBeReadIsLeftOutAndTheContactTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cell, want, said string }{
		{"5", "5", ""},
		{"5.0", "5", ""},
		{"５", "5", ""},
		{"5/5", "5", ""},
		{"5分", "5", ""},
		{"★★★★☆", "4", ""},
		{"非常满意", "5", ""},
		{" 非常满意\u200b ", "5", ""},
		{"5-非常满意", "5", ""},
		{"4.5", "5", ""}, // listed
		{"true", "5", ""},
		{"N/A", "", ""},
		{"-", "", ""},
		{"skipped", "", ""},
		{"", "", ""},
		{"系统默认好评", "", ""},
		{"系统默认好评！", "", ""},
		{"超时默认满意", "", ""},
		{"3.5", "", `score between_values "3.5"`},
		{"0", "", `score out_of_scale "0"`},
		{"-1", "", `score out_of_scale "-1"`},
		{"6", "", `score out_of_scale "6"`},
		{"5/10", "", `score other_scale "5/10"`},
		{"100%", "", `score other_scale "100%"`},
		{"☆☆☆☆☆", "", `score stars_unclear "☆☆☆☆☆"`},
		{"great", "", `score not_a_rating "great"`},
		{"4-非常满意", "", `score rating_contradicts "4-非常满意"`},
		{"FALSE", "", `score not_a_rating "FALSE"`},
		{"#N/A", "", `score error_cell "#N/A"`},
	} {
		t.Run(c.cell, func(t *testing.T) {
			got := convertFile(t, csat, "id,score,said\nT-1,"+c.cell+",\n")[0]
			if len(got.problems) > 0 || got.input.ExternalID != "T-1" || answered(got) != c.want || said(got) != c.said {
				t.Errorf("%q: %q, said %q; want %q, said %q", c.cell, answered(got), said(got), c.want, c.said)
			}
			if f := got.warnings; c.said != "" && c.cell != "#N/A" && c.cell != "4-非常满意" && !strings.Contains(f[0].Problem, "1-5") {
				t.Errorf("%q: %q does not name the scale", c.cell, f[0].Problem)
			}
		})
	}
}

func TestARatingTheSystemGaveIsNoAnswerWhateverItsValue(t *testing.T) {
	t.Parallel()
	rows := convertFile(t, csat, "id,score,said\nT-1,5,系统默认好评!\nT-2,5,快递很快\n")
	if answered(rows[0]) != "" || answered(rows[1]) != "5" {
		t.Errorf("%+v", rows)
	}
}

func TestAnyOtherWordHasTheValueOfTheStar(t *testing.T) {
	t.Parallel()
	for star, want := range map[string][]string{
		`""`: {"4", "", "", "", ""}, "3": {"4", "3", "", "", "5"},
	} {
		t.Run(star, func(t *testing.T) {
			m := "columns: {external_id: id, complaint: c}\nvalues: {complaint: {投诉: \"true\", \"*\": \"false\"}}\n" +
				"answers: [{metric: csat, column: score, values: {\"*\": " + star + "}}]\n"
			rows := convertFile(t, m, "id,score,c\nT-1,4,投诉\nT-2,whatever,其他\nT-3,9,-\nT-4,-,\nT-5,5,x\n")
			for i, row := range rows {
				if i == 4 {
					continue // a number is read whatever the star says
				}
				if answered(row) != want[i] || len(row.problems) > 0 {
					t.Errorf("*: %s, row %d: %q, want %q; %s", star, i, answered(row), want[i], said(row))
				}
			}
			if answered(rows[4]) != "5" || !isYes(rows[0].input.Complaint) || isYes(rows[1].input.Complaint) {
				t.Errorf("%+v", rows)
			}
		})
	}
}

func TestTrueAndFalseOfAWorkbookAreWords(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, complaint: complaint}\nanswers: [{metric: csat, column: score}]\n"
	const listed = "columns: {external_id: id, complaint: complaint}\n" +
		"answers: [{metric: csat, column: score, values: {TRUE: 5, FALSE: 1}}]\n"
	text := "id,complaint,score\nT-1,TRUE,TRUE\nT-2,FALSE,FALSE\n"
	book := workbookOf(t, []any{"id", "complaint", "score"}, []any{"T-1", "TRUE", "TRUE"}, []any{"T-2", "false", "false"})
	for _, f := range []string{book, text} {
		rows := convertFile(t, m, f)
		if answered(rows[0])+answered(rows[1]) != "" || !isYes(rows[0].input.Complaint) || isYes(rows[1].input.Complaint) {
			t.Errorf("%s %s", said(rows[0]), said(rows[1]))
		}
		if rows := convertFile(t, listed, f); answered(rows[0]) != "5" || answered(rows[1]) != "1" {
			t.Errorf("%s %s", said(rows[0]), said(rows[1]))
		}
	}
}

func TestAnAnswersTimeThatCannotBeReadLosesTheAnswerAlone(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id}\nanswers: [{metric: nps, column: score, answered_at: at}]\n"
	rows := convertFile(t, m, "id,score,at\nT-1,9,2026-11-05 10:00\nT-2,9,05/11/2026\nT-3,9,-\n")
	if got := []string{answered(rows[0]), answered(rows[1]), answered(rows[2])}; !cmp.Equal(got, []string{"9", "", "9"}) {
		t.Error(got)
	}
	if said(rows[1]) != `at ambiguous_date "05/11/2026"` || len(rows[1].problems) > 0 {
		t.Error(said(rows[1]))
	}
}

func isYes(b *bool) bool { return b != nil && *b }
