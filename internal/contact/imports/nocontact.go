package imports

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// Reasons for which a row is no contact.
const (
	totalRow   = "total_row"   // sums at the end of a report
	noteRow    = "note_row"    // a remark: when the file was made, by whom, what it leaves out
	headingRow = "heading_row" // the headings again, as reports print them on each page
)

// totals and notes are how such rows begin, in lower case.
var (
	totals = []string{
		"合计", "总计", "小计", "共计", "总数", "汇总", "累计", "总和", "平均", "平均值", "均值", "本页合计", "本页小计", "页合计", "以上合计",
		"total", "totals", "grand total", "sub total", "subtotal", "sub-total", "sum", "average", "avg", "mean", "count", "overall",
	}
	notes = []string{
		"备注", "注", "说明", "制表", "制表人", "制表时间", "导出时间", "导出人", "导出日期", "打印时间", "打印日期", "打印人", "统计时间",
		"统计日期", "统计周期", "数据来源", "生成时间", "审核人", "填表人", "以上", "本表",
		"note", "notes", "remark", "remarks", "exported", "export date", "generated", "printed", "created by", "source", "report",
		"as of", "date range", "filters", "filter", "end of report", "confidential", "copyright", "©", "*",
	}
)

// noContact returns why a row is no contact, or "". Rows without an id are looked at, and those whose id is a word for a sum or a remark.
func (c *converter) noContact(row table.Row) string {
	id, first := cellOf(row, c.id), firstCell(row)
	if id != "" && c.width > 2 && c.isLone(row, id) && !isTotal(id) {
		return noteRow
	}
	if id != "" && (isUsual(id) || !isTotal(id) && !isNote(id)) {
		if id != first && c.isSummed(row, first) {
			return totalRow
		}
		return c.repeated(row, id)
	}
	switch {
	case first == "" || id != "" && id != first:
		return ""
	case isTotal(first) && !c.hasTime(row):
		return totalRow
	case c.width > 2 && filledCells(row) == 1 && (id == "" || isNote(first)):
		return noteRow
	}
	return ""
}

// isSummed reports whether a row has a word for a sum, and below everything else, also below the ids, nothing but numbers.
func (c *converter) isSummed(row table.Row, first string) bool {
	if isUsual(first) || !isTotal(first) || c.hasTime(row) {
		return false
	}
	for i := range row.Cells {
		if value := cellOf(row, i); value != "" && value != first && strings.Trim(value, "0123456789.,%E+- ") != "" {
			return false
		}
	}
	return true
}

// isLone reports whether what stands as an id is all there is in its row, and goes on as no id does: "Page 1 of 3", "--- end of report",
// or the second line of a text that nobody put in quotes. A row of a text file that ends there says nothing else either.
func (c *converter) isLone(row table.Row, id string) bool {
	if len(row.Cells) > 1 && (row.Cells[0] != "" && row.Cells[1] != "" || filledCells(row) != 1) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(id)
	return strings.ContainsAny(id, " \u3000\u00a0") || strings.ContainsRune("-=_~*(（<《…", first) || len(row.Cells) == 1 && !c.workbook
}

// isUsual is the short way for nearly every id: it does not begin as the words do.
func isUsual(id string) bool {
	if id[0] >= 0x80 || id[0] == '*' {
		return false
	}
	return !mayBegin[id[0]|0x20] || len(id) > 1 && (id[1]|0x20 < 'a' || id[1]|0x20 > 'z')
}

// mayBegin are the letters that totals and notes begin with.
var mayBegin = func() (set [256]bool) {
	for _, word := range slices.Concat(totals, notes) {
		set[word[0]|0x20] = true
	}
	return set
}()

func filledCells(row table.Row) (n int) {
	for i := range row.Cells {
		if row.Cells[i] != "" && cellOf(row, i) != "" {
			n++
		}
	}
	return n
}

// isTotal reports whether a text is a word for a sum, perhaps with the sum: "合计：12", "共 12 条", "Total rows: 12".
func isTotal(cell string) bool {
	said := text.Fold(cell)
	if said != "" && said[0] >= 0x80 {
		said = strings.ReplaceAll(said, " ", "") // 合 计
	}
	if rest, found := strings.CutPrefix(said, "共"); found && len(rest) < 20 && strings.IndexAny(rest, "0123456789") == 0 {
		return true
	}
	for _, word := range totals {
		if rest, found := strings.CutPrefix(said, word); found {
			rest = strings.TrimLeft(strings.Trim(rest, " :=()（）0123456789.,%条行笔单个次人"), " ")
			if rest == "" || isCounted(rest) {
				return true
			}
		}
	}
	return false
}

// isCounted reports whether a word behind "total" is what is counted.
func isCounted(word string) bool {
	switch strings.Trim(word, " :=0123456789") {
	case "rows", "records", "tickets", "cases", "items", "count", "calls", "工单", "记录", "数据", "条数", "行数":
		return true
	}
	return false
}

// isNote reports whether a text begins as a remark does, and goes on as none of an id would.
func isNote(cell string) bool {
	said := text.Fold(cell)
	for _, word := range notes {
		if rest, found := strings.CutPrefix(said, word); found {
			return rest == "" || strings.ContainsAny(rest[:1], " :;,.)(") || rest[0] >= 0x80 && word != "注" || word == "*" || word == "©"
		}
	}
	return false
}

// repeated reports the headings standing in the file again.
func (c *converter) repeated(row table.Row, id string) string {
	if id == "" || c.id >= len(c.header) || id != c.header[c.id] || filledCells(row) < 2 {
		return ""
	}
	for i := range row.Cells {
		if value := cellOf(row, i); value != "" && (i >= len(c.header) || value != c.header[i]) {
			return ""
		}
	}
	return headingRow
}

// anyTime is before all that happened to contacts: a number of a workbook that would be an earlier one is a sum.
var anyTime = clock.At(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC))

// hasTime reports whether a row says when something happened: then it is a contact with an odd id.
func (c *converter) hasTime(row table.Row) bool {
	for i := range c.columns {
		col := &c.columns[i]
		if col.at == nil {
			continue
		}
		for _, cell := range col.cells {
			text := cellOf(row, cell)
			if text == "" {
				continue
			}
			at, flaw := c.dates.Read(text)
			if (flaw == nil || flaw.Assumed) && at > anyTime {
				return true
			}
		}
	}
	return false
}
