package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// convertFile returns what becomes of the rows of a file.
func convertFile(t testing.TB, mapping, file string) []converted {
	t.Helper()
	m, err := ParseMapping([]byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	r, err := table.Open(t.Context(), strings.NewReader(file), m.TableOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	head, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	c, err := newConverter(m, head.Cells, r.Found())
	if err != nil {
		t.Fatal(err)
	}
	var all []converted
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c.convert(row))
	}
}

// workbookOf returns an XLSX file with these rows.
func workbookOf(t testing.TB, rows ...[]any) string {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// said is what a report would say of a row: its codes, with column and value.
func said(c converted) string {
	var parts []string
	for _, f := range c.problems {
		parts = append(parts, fmt.Sprintf("rejected %s %s %q", f.Name, f.Code, f.Value))
	}
	for _, f := range c.warnings {
		parts = append(parts, fmt.Sprintf("%s %s %q", f.Name, f.Code, f.Value))
	}
	return strings.Join(append(parts, strings.Fields(c.skipped)...), "; ")
}

// answered is the value of a row's only answer, or "".
func answered(c converted) string {
	if len(c.input.Answers) == 0 {
		return ""
	}
	return fmt.Sprint(*c.input.Answers[0].Value)
}

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
		got := convertFile(t, csat, "id,score,said\nT-1,"+c.cell+",\n")[0]
		if len(got.problems) > 0 || got.input.ExternalID != "T-1" || answered(got) != c.want || said(got) != c.said {
			t.Errorf("%q: %q, said %q; want %q, said %q", c.cell, answered(got), said(got), c.want, c.said)
		}
		if f := got.warnings; c.said != "" && c.cell != "#N/A" && c.cell != "4-非常满意" && !strings.Contains(f[0].Problem, "1-5") {
			t.Errorf("%q: %q does not name the scale", c.cell, f[0].Problem)
		}
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
	}
}

func TestTrueAndFalseOfAWorkbookAreWords(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, complaint: complaint}\nanswers: [{metric: csat, column: score}]\n"
	const listed = "columns: {external_id: id, complaint: complaint}\nanswers: [{metric: csat, column: score, values: {TRUE: 5, FALSE: 1}}]\n"
	text := "id,complaint,score\nT-1,TRUE,TRUE\nT-2,FALSE,FALSE\n"
	book := workbookOf(t, []any{"id", "complaint", "score"}, []any{"T-1", "TRUE", "TRUE"}, []any{"T-2", "false", "false"})
	for _, f := range []string{book, text} {
		if rows := convertFile(t, m, f); answered(rows[0])+answered(rows[1]) != "" || !isYes(rows[0].input.Complaint) || isYes(rows[1].input.Complaint) {
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

func TestADayAndATimeInTwoColumnsAreJoined(t *testing.T) {
	t.Parallel()
	const m = "zone: Asia/Shanghai\ncolumns: {external_id: id, resolved_at: {join: [Date, Time]}, customer.name: {join: [First, Last]}, opened_at: [A, B]}\n"
	rows := convertFile(t, m, "id,Date,Time,First,Last,A,B\n"+
		"T-1,2026-11-05,09:05,Ann,Lee,,2026-11-01\nT-2,2026-11-05,,Ann,,2026-11-02,2026-11-01\nT-3,,,,,,\nT-4,,09:05,,,,\nT-5,2026-11-05,x,,,,\n")
	at := func(day, hour, minute int) clock.Instant {
		return clock.At(time.Date(2026, 11, day, hour-8, minute, 0, 0, time.UTC))
	}
	for i, want := range []struct {
		resolved, opened clock.Instant
		name, said       string
	}{
		{at(5, 9, 5), at(1, 0, 0), "Ann Lee", ""},
		{at(5, 0, 0), at(2, 0, 0), "Ann", `Date + Time time_missing "2026-11-05"`},
		{0, 0, "", ""},
		{0, 0, "", `rejected Date + Time bad_date "09:05"`},
		{0, 0, "", `rejected Date + Time bad_date "2026-11-05 x"`},
	} {
		in := rows[i].input
		if in.ResolvedAt != want.resolved || in.OpenedAt != want.opened || in.Customer.Name != want.name || said(rows[i]) != want.said {
			t.Errorf("row %d: %s %s %q %s", i+1, in.ResolvedAt, in.OpenedAt, in.Customer.Name, said(rows[i]))
		}
	}
}

func TestAWorkbooksDayAndTimeAreJoinedAndItsDurationsAreParts(t *testing.T) {
	t.Parallel()
	const m = "zone: Asia/Shanghai\ncolumns: {external_id: id, resolved_at: {join: [Date, Time]}, talk_seconds: talk}\n"
	file := workbookOf(t, []any{"id", "Date", "Time", "talk"}, []any{1391234000123, 46331, 0.378472222222222, 0.00165509259259259})
	row := convertFile(t, m, file)[0]
	if want := clock.At(time.Date(2026, 11, 5, 1, 5, 0, 0, time.UTC)); row.input.ResolvedAt != want || *row.input.TalkSeconds != 143 {
		t.Errorf("%s %d %s", row.input.ResolvedAt, *row.input.TalkSeconds, said(row))
	}
	if row.input.ExternalID != "1391234000123" {
		t.Errorf("the id became %q", row.input.ExternalID)
	}
}

func TestADaylightSavingHourIsTakenAndReported(t *testing.T) {
	t.Parallel()
	const m = "zone: America/New_York\ncolumns: {external_id: id, resolved_at: done}\n"
	rows := convertFile(t, m, "id,done\nT-1,2026-03-08 02:30\nT-2,2026-11-01 01:30\nT-3,0000-00-00 00:00:00\n")
	for i, want := range []string{
		`done time_skipped "2026-03-08 02:30 → 2026-03-08 03:30:00-04:00"`, `done time_twice "2026-11-01 01:30 → 2026-11-01 01:30:00-04:00"`, "",
	} {
		if got := said(rows[i]); got != want || (i < 2) != (rows[i].input.ResolvedAt != 0) {
			t.Errorf("row %d: %s", i+1, got)
		}
	}
}

func TestAnIDWhoseDigitsAreGoneRejectsTheRow(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, customer.reference: ref, order_reference: order, customer.phones: phone}\n"
	rows := convertFile(t, m, "id,ref,order,phone\n2.02611E+17,1,1,\nT-2,2.02611E+17,1.39E+10,1.3912340001E10\n2.0000001E7,20000001.0,123E5,13912340001.0\n")
	if got := said(rows[0]); got != `rejected id digits_lost "2.02611E+17"` {
		t.Error(got)
	}
	in := rows[1].input
	if got := said(rows[1]); got != `ref digits_lost "2.02611E+17"; order digits_lost "1.39E+10"` || in.Customer.Reference+in.OrderRef != "" {
		t.Errorf("%s %+v", got, in)
	}
	if in.Customer.Phones[0] != "13912340001" {
		t.Errorf("%q", in.Customer.Phones)
	}
	in = rows[2].input
	if in.ExternalID != "20000001" || in.Customer.Reference != "20000001" || in.OrderRef != "123E5" || in.Customer.Phones[0] != "13912340001" {
		t.Errorf("%+v", in)
	}
}

func TestAnErrorCellIsEmptyAndRejectsARowThatIsNothingWithoutIt(t *testing.T) {
	t.Parallel()
	const m = `
columns: {external_id: id, status: state, customer.name: name, customer.phones: [phone, phone2], talk_seconds: talk, resolved_at: done}
participants: [{role: handled, agent: agent}]
attributes: {tier: tier}
`
	rows := convertFile(t, m, "id,state,name,phone,phone2,talk,done,agent,tier\n"+
		"#N/A,resolved,Lin,,,,,,\n#REF!,resolved,Bo,,,,,,\nT-3,resolved,#N/A,#VALUE!,13912340001,#DIV/0!,2026-11-05,#REF!,######\n")
	for i, want := range []string{
		`rejected id error_cell "#N/A"`, `rejected id error_cell "#REF!"`,
		`name error_cell "#N/A"; phone error_cell "#VALUE!"; done`,
	} {
		if got := said(rows[i]); i < 2 && got != want || i == 2 && len(rows[i].warnings) != 5 {
			t.Errorf("row %d: %s", i+1, got)
		}
	}
	in := rows[2].input
	if in.Customer.Name != "" || len(in.Participants) != 0 || in.TalkSeconds != nil || len(in.Customer.Attributes) != 0 || len(in.Customer.Phones) != 1 {
		t.Errorf("%+v", in)
	}
}

func TestACellWithBadBytesIsKeptWherePeopleReadIt(t *testing.T) {
	t.Parallel()
	m, err := ParseMapping([]byte("columns: {external_id: id, customer.name: name, customer.emails: mail, status: state}\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := newConverter(m, []string{"id", "name", "mail", "state"}, table.Found{})
	if err != nil {
		t.Fatal(err)
	}
	bad := func(cell int, value string) converted {
		cells := []string{"T-1", "王敏", "a@example.org", "resolved"}
		cells[cell] = value
		return c.convert(table.Row{Line: 7, Cells: cells, Faults: []table.Fault{{Cell: cell, Code: table.BadEncoding}}})
	}
	for cell, want := range []string{
		`rejected id bad_encoding "王\ufffd"`, `name bad_encoding "王\ufffd"`, `mail bad_encoding "王\ufffd"`, `rejected state bad_encoding "王\ufffd"`,
	} {
		if got := said(bad(cell, "王\ufffd")); got != strings.ReplaceAll(want, `\ufffd`, "\ufffd") && got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if in := bad(1, "王\ufffd").input; in.Customer.Name != "王" {
		t.Errorf("the name is %q", in.Customer.Name)
	}
	if in := bad(2, "a\ufffd@example.org").input; len(in.Customer.Emails) != 0 {
		t.Errorf("the e-mail is %q", in.Customer.Emails)
	}
}

func TestSumsRemarksAndHeadingsAreNoContacts(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, customer.name: name, resolved_at: done, talk_seconds: talk}\n"
	for row, want := range map[string]string{
		"合计,,,120": totalRow, "总计：12,,,": totalRow, ",合计,,3": totalRow, ",,,Total: 120": totalRow, "Total,,,120": totalRow, "Grand Total,,,1": totalRow,
		"共 12 条,,,": totalRow, "小计,,,5": totalRow, "SUM,,,5": totalRow, "Total rows: 24,,,": totalRow, "合 计,,,5": totalRow, "Average,,,5": totalRow,
		"共计3笔,,,": totalRow, "总计,,-,5": totalRow,
		"备注：不含测试工单,,,": noteRow, "导出时间：2026-11-30 10:00,,,": noteRow, ",以上数据不含测试,,": noteRow, "* test tickets left out,,,": noteRow,
		"Note: no tests,,,": noteRow, "Exported by Mo,,,": noteRow, "制表人：王敏,,,": noteRow, ",anything at all,,": noteRow,
		"id,name,done,talk":    headingRow,
		"T-1,Lin,2026-11-05,5": "", "T-1,,,": "", "Total,Lin,2026-11-05,5": "", "TOTAL-17,Lin,,5": "", "Notebook-1,,,": "", "共和国-1,,,": "",
		",Lin,2026-11-05,5": "", "Summer,Lin,,5": "", "Counter 5,Lin,,": "", "注册-1,,,": "",
	} {
		if got := convertFile(t, m, "id,name,done,talk\n"+row+"\n")[0]; got.skipped != want {
			t.Errorf("%q: %q, want %q", row, got.skipped, want)
		}
	}
}

func TestAHeadingThatStandsTwiceIsNamedWithItsPlaces(t *testing.T) {
	t.Parallel()
	header := []string{"Ticket ", "Phone", "phone", "Phone", "Score", "Score", "", "e\u0301tat", "\ufeffName"}
	try := func(mapping string) (*converter, error) {
		m, err := ParseMapping([]byte(mapping))
		if err != nil {
			t.Fatal(err)
		}
		return newConverter(m, header, table.Found{})
	}
	_, err := try("columns: {external_id: Ticket, customer.phones: Phone}\nanswers: [{metric: csat, column: score}]\nattributes: {tier: Gone}\n")
	f, _ := fault.Of(err)
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Name+" "+field.Code+": "+field.Problem)
	}
	want := []string{
		"answers[0].column duplicate_column: is the heading of the columns 5 and 6; write score#1 or score#2",
		"attributes.tier unknown_column: is not a column of the file; it has " + strings.Join(header, ", "),
		"columns.customer.phones duplicate_column: is the heading of the columns 2 and 4; write Phone#1 or Phone#2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c, err := try("columns: {external_id: ticket, customer.phones: [Phone#2, Phone#1, phone], category: \"#7\", customer.name: name, product: état}\n" +
		"answers: [{metric: csat, column: Score#2}]\nparticipants: [{role: took, agent: Phone#1}]\nattributes: {tier: Score#1}\n")
	if err != nil {
		t.Fatal(err)
	}
	in := c.convert(table.Row{Cells: []string{"T-1", "a", "b", "c", "1", "2", "seven", "open", "Lin"}}).input
	value := 2
	want2 := contact.Input{
		ExternalID: "T-1", Category: "seven", Product: "open",
		Customer:     contact.InputCustomer{Name: "Lin", Phones: []string{"c", "a", "b"}, Attributes: map[string]string{"tier": "1"}},
		Participants: []contact.InputParticipant{{Role: "took", Agent: "a"}},
		Answers:      []contact.InputAnswer{{Metric: "csat", Scale: "1-5", Value: &value}},
	}
	if diff := cmp.Diff(want2, in); diff != "" {
		t.Error(diff)
	}
	names := ColumnNames(header)
	if diff := cmp.Diff([]string{"Ticket", "Phone#1", "phone", "Phone#2", "Score#1", "Score#2", "#7", "e\u0301tat", "Name"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestOneOfManyColumnNamesIsEachColumn(t *testing.T) {
	t.Parallel()
	header := []string{"a", "A", "a", "a#2", "", "#1", " a ", "b", "b\u200b", "B#1"}
	h := newHeadings(header)
	for i, name := range ColumnNames(header) {
		if found := h.matches(name); len(found) != 1 || found[0] != i {
			t.Errorf("column %d is named %q, which is %v", i+1, name, found)
		}
	}
}

func isYes(b *bool) bool { return b != nil && *b }
