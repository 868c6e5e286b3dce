package imports_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"aftercall/internal/clock"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/table"
)

// rejected returns the file of the rows that were not taken, as it is downloaded.
func (c centre) rejected(t *testing.T, run imports.Run) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\ufeff")
	err := c.WriteRejected(t.Context(), run.ID, table.NewCSVWriter(&b), "reason",
		func(r imports.Reason) string { return r.Field + " " + r.Problem })
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const rejecting = `
region: CN
columns: {external_id: id, status: state, customer.name: name, customer.phones: phone, opened_at: opened, resolved_at: done,
	talk_seconds: talk}
answers: [{metric: csat, column: score}]
`

// Rows that were not taken come back as they stood, are mended, and are taken with the same mapping: wherever the mapping says that the
// headings stand, whatever it says of delimiter and encoding, and with everything else of the rows as it was.
func TestRejectedRowsAreMendedAndTakenWithTheSameMapping(t *testing.T) {
	t.Parallel()
	const file = "id;state;name;phone;opened;done;talk;score\n" +
		"T-1;resolved;王敏;13912340001;;2026-11-20 10:00;;5\n" +
		"-2;lost;=1+1;+8613912340002;2026-11-19 08:00;2026-11-20 10:00;2:23;-\n" +
		"+3;lost;\"say \"\"hi\"\"; bye\";139 1234 0003;;2026-11-20 10:00;;4\n"
	gb, err := simplifiedchinese.GBK.NewEncoder().String("导出的工单\n2026-11\n" + file)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ mapping, file string }{
		"found out":    {rejecting, file},
		"named":        {"delimiter: \";\"\nencoding: gbk\nheader_line: 3\n" + rejecting, gb},
		"with a title": {"header_line: 3\n" + rejecting, "导出的工单\n2026-11\n" + file},
		"of a sheet":   {"sheet: D\n" + rejecting, file},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentre(t, dbtest.SQLite(t))
			n := imports.NewRun{SourceID: c.source, Filename: "工单.csv", Mapping: parse(t, tt.mapping)}
			run, err := c.ImportFile(t.Context(), n, opener(tt.file), nil)
			if err != nil || run.Rejected != 2 {
				t.Fatalf("%+v %v", run, err)
			}
			back := c.rejected(t, run)
			if n := strings.Count(back, "state must be one of open, pending, resolved, reopened"); n != 2 {
				t.Errorf("%d rows have their reason:\n%s", n, back)
			}
			run, err = c.ImportFile(t.Context(), n, opener(strings.ReplaceAll(back, `"lost"`, `"resolved"`)), nil)
			if err != nil || run.Accepted != 2 || run.Warnings != 0 {
				t.Errorf("%s, mended: %+v %v\n%s", name, countsOf(run), err, back)
			}
			for where, want := range map[string]int{
				"external_id = '-2' AND talk_seconds = 143 AND opened_at > 0": 1, "external_id = '+3' AND talk_seconds IS NULL": 1,
			} {
				if got := c.count(t, "contacts", where); got != want {
					t.Errorf("%d contacts where %s:\n%s", got, where, back)
				}
			}
			if got := c.count(t, "customers", `name IN ('=1+1', 'say "hi"; bye')`); got != 2 {
				t.Errorf("%d of the names came back:\n%s", got, back)
			}
			if got := c.count(t, "imported_answers", "1 = 1"); got != 2 {
				t.Errorf("%d answers, want 2", got)
			}
		})
	}
}

// bookOf returns a workbook that counts its days from 1900 or 1904.
func bookOf(t *testing.T, from1904 bool, rows ...[]any) string {
	t.Helper()
	book := excelize.NewFile()
	err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from1904})
	for i, cells := range rows {
		err = errors.Join(err, book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells))
	}
	file, err2 := book.WriteToBuffer()
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

// A workbook's times and durations are numbers of days. In the file of rejected rows they are text that is read as the same, also where
// the mapping names its formats, and whatever year the workbook counts from.
func TestRejectedRowsOfAWorkbookKeepTheirTimes(t *testing.T) {
	t.Parallel()
	joined := strings.ReplaceAll(rejecting, "resolved_at: done", "resolved_at: {join: [done, at]}")
	for from1904, named := range map[bool]string{false: "excel", true: "excel_1904"} {
		for _, mapping := range []string{
			rejecting, "dates: [\"MM/DD/YYYY\", \"YYYY-DD-MM H:mm\"]\n" + rejecting, "dates: [" + named + "]\n" + rejecting, joined,
		} {
			t.Run(named+", "+mapping, func(t *testing.T) {
				day := 46346.0
				if from1904 {
					day -= 1462
				}
				row := []any{"T-1", "lost", "Ann", 13912340001, day - 1 + 0.375, day + 0.4166666666666667, 143.0 / 86400, 5, nil}
				if mapping == joined {
					row[5], row[8] = day, 0.4166666666666667
				}
				c := newCentre(t, dbtest.SQLite(t))
				n := imports.NewRun{SourceID: c.source, Mapping: parse(t, mapping)}
				file := bookOf(t, from1904, []any{"id", "state", "name", "phone", "opened", "done", "talk", "score", "at"}, row)
				run, err := c.ImportFile(t.Context(), n, opener(file), nil)
				if err != nil || run.Rejected != 1 {
					t.Fatalf("%+v %v", run, err)
				}
				back := strings.ReplaceAll(c.rejected(t, run), `"lost"`, `"resolved"`)
				run, err = c.ImportFile(t.Context(), n, opener(back), nil)
				if diff := cmp.Diff(counts{Read: 1, Accepted: 1, Resolved: 1}, countsOf(run)); diff != "" || err != nil {
					t.Errorf("%t %s: %v %s\n%s", from1904, mapping, err, diff, back)
				}
				opened, resolved := time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
				if got := c.count(t, "contacts", "talk_seconds = 143 AND opened_at = ?", clock.At(opened)); got != 1 {
					t.Errorf("%t %s: the times of the contact are others:\n%s", from1904, mapping, back)
				}
				if got := c.count(t, "resolutions", "resolved_at = ?", clock.At(resolved)); got != 1 {
					t.Errorf("%t %s: the time of the resolution is another:\n%s", from1904, mapping, back)
				}
			})
		}
	}
}
