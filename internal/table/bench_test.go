package table_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// contactsCSV is a file of n contacts as a help desk exports them.
func contactsCSV(n int) []byte {
	var b bytes.Buffer
	b.WriteString("Ticket,State,Customer,Phone,Email,Opened,Closed,Product,Agent,Team,Score,Note\r\n")
	for i := range n {
		fmt.Fprintf(&b, "Q-%d,resolved,王敏%d,139%08d,c%d@example.org,2026-11-20 09:00:00,2026-11-20 10:00:00,", i, i, i, i)
		fmt.Fprintf(&b, "家庭宽带,李强,夜班,%d,\"换了 \"\"光猫\"\",\r\n重启后恢复\"\r\n", i%5+1)
	}
	return b.Bytes()
}

// contactsSheet writes the same as a sheet, with texts that cells share: ten of them, and two of each row.
func contactsSheet(n int) (sheet, shared func(io.Writer)) {
	words := []string{"Ticket", "resolved", "家庭宽带", "李强", "夜班", "换了光猫"}
	sheet = func(w io.Writer) {
		_, _ = io.WriteString(w, sheetHead)
		for i := range n {
			cell := func(column byte, format string, args ...any) {
				fmt.Fprintf(w, `<c r="%c%d" `+format+`</c>`, append([]any{column, i + 1}, args...)...)
			}
			fmt.Fprintf(w, `<row r="%d" spans="1:12">`, i+1)
			cell('A', `t="s"><v>%d</v>`, len(words)+2*i)
			cell('B', `t="s"><v>1</v>`)
			cell('C', `t="s"><v>%d</v>`, len(words)+2*i+1)
			cell('D', `><v>139%08d</v>`, i)
			cell('E', `s="1"><v>46346.375</v>`)
			cell('F', `s="1"><v>46346.416666666664</v>`)
			cell('G', `t="s"><v>2</v>`)
			cell('H', `t="s"><v>3</v>`)
			cell('I', `t="s"><v>4</v>`)
			cell('J', `><v>%d</v>`, i%5+1)
			cell('K', `t="s"><v>5</v>`)
			cell('L', `s="2">`)
			_, _ = io.WriteString(w, `</row>`)
		}
		_, _ = io.WriteString(w, sheetTail)
	}
	shared = func(w io.Writer) {
		_, _ = io.WriteString(w, sst)
		_, _ = io.WriteString(w, `<si><t>`+strings.Join(words, `</t></si><si><t>`)+`</t></si>`)
		for i := range n {
			fmt.Fprintf(w, `<si><t>Q-%d</t></si><si><t>王敏%d</t></si>`, i, i)
		}
		_, _ = io.WriteString(w, `</sst>`)
	}
	return sheet, shared
}

func BenchmarkRead(b *testing.B) {
	const rows = 50_000
	sheet, shared := contactsSheet(rows)
	for name, file := range map[string][]byte{"csv": contactsCSV(rows), "xlsx": workbookOf(b, sheet, shared)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if c := read(b.Context(), file); c.err != nil || c.rows < rows {
					b.Fatal(c.rows, c.err)
				}
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
