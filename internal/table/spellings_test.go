package table_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"aftercall/internal/table"
)

// cellTexts are what stands in the tables that are drawn.
var cellTexts = []string{
	"", "Lin", "张伟", "a, b; c|d\te", `he said "hi"`, "two\nlines", "5 of\n7, or so\nlines", "13912340001", " blank ", "0012",
	`27"`, "'", "=1+1", "满意",
	"https://example.org/?a=1&b=<2>", "-", "5.5", "2026-11-20 10:00", "\"",
}

// drawTable returns a heading and rows, each with an id.
func drawTable(t *rapid.T) [][]string {
	rows := [][]string{{"工单号", "客户", "备注", "Phone", "Score"}}
	for i := range rapid.IntRange(1, 12).Draw(t, "rows") {
		row := []string{"T-" + strconv.Itoa(i)}
		for j := 1; j < len(rows[0]); j++ {
			row = append(row, rapid.SampledFrom(cellTexts).Draw(t, "cell"))
		}
		rows = append(rows, row)
	}
	return rows
}

// asText writes rows as a text file in one of the ways there are.
func asText(t *rapid.T, rows [][]string) []byte {
	delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
	end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end")
	all := rapid.Bool().Draw(t, "quote all")
	var b strings.Builder
	if rapid.Bool().Draw(t, "sep") {
		b.WriteString("sep=" + delimiter + end)
	}
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(delimiter)
			}
			if all || strings.ContainsAny(cell, delimiter+"\"\n ") {
				blank := rapid.SampledFrom([]string{"", "", " "}).Draw(t, "blank")
				if strings.Contains(cell, "\n") { // a quote behind a blank opens a cell of one line
					blank = ""
				}
				cell = blank + `"` + strings.ReplaceAll(strings.ReplaceAll(cell, `"`, `""`), "\n", end) + `"` + blank
			}
			b.WriteString(cell)
		}
		b.WriteString(end)
	}
	e := rapid.SampledFrom([]encoding.Encoding{
		encoding.Nop, unicode.UTF8BOM, simplifiedchinese.GBK, littleEndian, bigEndian, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	}).Draw(t, "encoding")
	file, err := e.NewEncoder().Bytes([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "packed") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(file); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return packed.Bytes()
	}
	return file
}

// asWorkbook writes rows as a workbook with excelize, or by hand as other programs do.
func asWorkbook(tb testing.TB, t *rapid.T, rows [][]string) []byte {
	if rapid.Bool().Draw(t, "excelize") {
		book := excelize.NewFile()
		for i, row := range rows {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
				t.Fatal(err)
			}
		}
		var file bytes.Buffer
		if err := book.Write(&file); err != nil {
			t.Fatal(err)
		}
		return file.Bytes()
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&#34;").Replace
	var sheet, shared strings.Builder
	texts := 0
	for i, row := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		for j, cell := range row {
			fmt.Fprintf(&sheet, `<c r="%c%d" `, 'A'+j, i+1)
			number, err := strconv.ParseFloat(cell, 64)
			isNumber := err == nil && !strings.HasPrefix(cell, "0")
			switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case isNumber && kind == 0:
				fmt.Fprintf(&sheet, `><v>%s</v></c>`, cell)
			case isNumber && kind == 1:
				fmt.Fprintf(&sheet, `t="n"><v>%s</v></c>`, strconv.FormatFloat(number, 'E', -1, 64))
			case kind == 2:
				fmt.Fprintf(&sheet, `t="s"><v>%d</v></c>`, texts)
				fmt.Fprintf(&shared, `<si><r><t xml:space="preserve">%s</t></r></si>`, escape(cell))
				texts++
			default:
				fmt.Fprintf(&sheet, `t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, escape(cell))
			}
		}
		sheet.WriteString("</row>\n")
	}
	office := rapid.SampledFrom([]string{transitional, strict}).Draw(t, "standard")
	sheets := []part{{"Cover", rowsOf("Report")}, {"D", sheet.String() + "</sheetData>"}}
	return book{office: office, shared: shared.String(), sheets: sheets}.bytes(tb)
}

func TestATableIsTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawTable(rt)
		for name, file := range map[string][]byte{"text": asText(rt, rows), "workbook": asWorkbook(t, rt, rows)} {
			r, err := table.Open(t.Context(), bytes.NewReader(file), table.Options{})
			if err != nil {
				rt.Fatal(err)
			}
			got := rest(rt, r)
			for i, want := range rows {
				if i >= len(got) || !slices.Equal(padded(got[i].Cells, len(want)), want) || got[i].Faults != nil {
					rt.Fatalf("%s: row %d of %d is %v, want %q; %+v", name, i, len(got), got[min(i, len(got)-1)], want, r.Found())
				}
			}
		}
	})
}

// padded returns cells with those that a workbook leaves out at the end of a row.
func padded(cells []string, n int) []string {
	for len(cells) < n {
		cells = append(cells, "")
	}
	return cells
}
