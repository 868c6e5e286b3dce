package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"aftercall/internal/clock"
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
	return strconv.Itoa(*c.input.Answers[0].Value)
}

func TestADayAndATimeInTwoColumnsAreJoined(t *testing.T) {
	t.Parallel()
	const m = "zone: Asia/Shanghai\ncolumns: {external_id: id, resolved_at: {join: [Date, Time]},\n" +
		"  customer.name: {join: [First, Last]}, opened_at: [A, B]}\n"
	rows := convertFile(t, m, "id,Date,Time,First,Last,A,B\n"+
		"T-1,2026-11-05,09:05,Ann,Lee,,2026-11-01\n"+
		"T-2,2026-11-05,,Ann,,2026-11-02,2026-11-01\nT-3,,,,,,\nT-4,,09:05,,,,\nT-5,2026-11-05,x,,,,\n")
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
		t.Run(fmt.Sprintf("row %d", i+1), func(t *testing.T) {
			in := rows[i].input
			if in.ResolvedAt != want.resolved || in.OpenedAt != want.opened || in.Customer.Name != want.name || said(rows[i]) != want.said {
				t.Errorf("row %d: %s %s %q %s", i+1, in.ResolvedAt, in.OpenedAt, in.Customer.Name, said(rows[i]))
			}
		})
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
		`done time_skipped "2026-03-08 02:30 → 2026-03-08 03:30:00-04:00"`,
		`done time_twice "2026-11-01 01:30 → 2026-11-01 01:30:00-04:00"`, "",
	} {
		t.Run(fmt.Sprintf("row %d", i+1), func(t *testing.T) {
			if got := said(rows[i]); got != want || (i < 2) != (rows[i].input.ResolvedAt != 0) {
				t.Errorf("row %d: %s", i+1, got)
			}
		})
	}
}

func TestAnIDWhoseDigitsAreGoneRejectsTheRow(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, customer.reference: ref, order_reference: order, customer.phones: phone}\n"
	rows := convertFile(t, m,
		"id,ref,order,phone\n2.02611E+17,1,1,\nT-2,2.02611E+17,1.39E+10,1.3912340001E10\n2.0000001E7,20000001.0,123E5,13912340001.0\n")
	if got := said(rows[0]); got != `rejected id digits_lost "2.02611E+17"` {
		t.Error(got)
	}
	in := rows[1].input
	if got := said(rows[1]); got != `ref digits_lost "2.02611E+17"; order digits_lost "1.39E+10"` ||
		in.Customer.Reference+in.OrderRef != "" {
		t.Errorf("%s %+v", got, in)
	}
	if in.Customer.Phones[0] != "13912340001" {
		t.Errorf("%q", in.Customer.Phones)
	}
	in = rows[2].input
	if in.ExternalID != "20000001" || in.Customer.Reference != "20000001" ||
		in.OrderRef != "123E5" || in.Customer.Phones[0] != "13912340001" {
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
		"#N/A,resolved,Lin,,,,,,\n#REF!,resolved,Bo,,,,,,\n"+
		"T-3,resolved,#N/A,#VALUE!,13912340001,#DIV/0!,2026-11-05,#REF!,######\nT-4,resolved,,,,,#N/A,,\n")
	if got := said(rows[3]); !strings.HasPrefix(got, `rejected done error_cell "#N/A"`) {
		t.Errorf("a resolution without its time: %s", got)
	}
	for i, want := range []string{
		`rejected id error_cell "#N/A"`, `rejected id error_cell "#REF!"`,
		`name error_cell "#N/A"; phone error_cell "#VALUE!"; done`,
	} {
		t.Run(fmt.Sprintf("row %d", i+1), func(t *testing.T) {
			if got := said(rows[i]); i < 2 && got != want || i == 2 && len(rows[i].warnings) != 5 {
				t.Errorf("row %d: %s", i+1, got)
			}
		})
	}
	in := rows[2].input
	if in.Customer.Name != "" || len(in.Participants) != 0 || in.TalkSeconds != nil ||
		len(in.Customer.Attributes) != 0 || len(in.Customer.Phones) != 1 {
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
		`rejected id bad_encoding "王\ufffd"`, `name bad_encoding "王\ufffd"`, `mail bad_encoding "王\ufffd"`,
		`rejected state bad_encoding "王\ufffd"`,
	} {
		t.Run("cell "+strconv.Itoa(cell), func(t *testing.T) {
			if got := said(bad(cell, "王\ufffd")); got != strings.ReplaceAll(want, `\ufffd`, "\ufffd") && got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
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
		"合计,,,120": totalRow, "总计：12,,,": totalRow, ",合计,,3": totalRow, ",,,Total: 120": totalRow, "Total,,,120": totalRow,
		"Grand Total,,,1": totalRow,
		"共 12 条,,,":       totalRow, "小计,,,5": totalRow, "SUM,,,5": totalRow, "Total rows: 24,,,": totalRow, "合 计,,,5": totalRow,
		"Average,,,5": totalRow,
		"共计3笔,,,":     totalRow, "总计,,-,5": totalRow,
		"备注：不含测试工单,,,": noteRow, "导出时间：2026-11-30 10:00,,,": noteRow, ",以上数据不含测试,,": noteRow, "* test tickets left out,,,": noteRow,
		"Note: no tests,,,": noteRow, "Exported by Mo,,,": noteRow, "制表人：王敏,,,": noteRow, ",anything at all,,": noteRow,
		"Page 1 of 3,,,": noteRow, "--- End of report ---,,,": noteRow, "(2 rows affected),,,": noteRow, "==========,,,": noteRow,
		"and the second line of a text": noteRow, "word": noteRow, "T-1 (old),Lin,,": "",
		"id,name,done,talk":    headingRow,
		"T-1,Lin,2026-11-05,5": "", "T-1,,,": "", "Total,Lin,2026-11-05,5": "", "TOTAL-17,Lin,,5": "", "Notebook-1,,,": "", "共和国-1,,,": "",
		",Lin,2026-11-05,5": "", "Summer,Lin,,5": "", "Counter 5,Lin,,": "", "注册-1,,,": "",
	} {
		t.Run(row, func(t *testing.T) {
			if got := convertFile(t, m, "id,name,done,talk\n"+row+"\n")[0]; got.skipped != want {
				t.Errorf("%q: %q, want %q", row, got.skipped, want)
			}
		})
	}
}
