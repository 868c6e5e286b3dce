package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/webtest"
)

func throughText(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus {
	return c.text(h, source, facts, h.one(",", ";", "|"))
}

func throughTabs(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus {
	return c.text(h, source, facts, "\t")
}

// text writes a text file: its quotes, line ends and encoding are drawn, and whether the mapping names what can be found out.
func (c *crossing) text(h hand, source string, facts []fact, delimiter string) []contact.OutcomeStatus {
	s, all := drawSheet(h, facts, false), h.chance()
	end := h.one("\n", "\r\n", "\r")
	var b strings.Builder
	if s.header == 1 && h.chance() {
		b.WriteString("sep=" + delimiter + end)
	}
	for _, row := range s.rows {
		for i, value := range row {
			cell := ""
			if value != nil {
				cell = fmt.Sprint(value)
			}
			if i > 0 {
				b.WriteString(delimiter)
			}
			if all && value != nil || strings.ContainsAny(cell, delimiter+"\"\r\n\t") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(end)
	}
	coded := rapid.SampledFrom([]struct {
		name string
		encoding.Encoding
	}{
		{"utf-8", encoding.Nop},
		{"utf-8-sig", unicode.UTF8BOM},
		{"GB18030", simplifiedchinese.GB18030},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"utf-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	}).Draw(h.T, "encoding")
	file, err := coded.NewEncoder().String(b.String())
	webtest.Must(c.t, err)
	mapping := fmt.Sprintf("header_line: %d\n", s.header)
	if coded.name == "GB18030" || h.chance() { // what cannot be seen in a few cells is no GBK to be found out
		mapping += fmt.Sprintf("delimiter: %q\nencoding: %s\n", delimiter, coded.name)
	}
	return c.importFile(source, mapping+mappingOfFacts, file)
}

func throughExcelize(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus {
	s := drawSheet(h, facts, true)
	book := excelize.NewFile()
	webtest.Must(c.t, book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &s.from04}))
	for i, row := range s.rows {
		webtest.Must(c.t, book.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row))
	}
	file, err := book.WriteToBuffer()
	webtest.Must(c.t, err)
	return c.importFile(source, fmt.Sprintf("header_line: %d\n", s.header)+mappingOfFacts, file.String())
}

// throughBook writes the XML of a workbook by hand, as Apache POI and LibreOffice do.
func throughBook(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus {
	s := drawSheet(h, facts, true)
	var rows, shared strings.Builder
	texts := 0
	for i, row := range s.rows {
		fmt.Fprintf(&rows, `<row r="%d">`, i+1)
		for j, value := range row {
			place, _ := excelize.CoordinatesToCellName(j+1, i+1)
			text, isText := value.(string)
			var escaped bytes.Buffer
			webtest.Must(c.t, xml.EscapeText(&escaped, []byte(text)))
			switch kind := h.number(0, 2); {
			case value == nil || value == "":
			case !isText:
				rows.WriteString(h.numberCell(place, value))
			case kind == 0:
				fmt.Fprintf(&rows, `<c r="%s" s="0" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, place, &escaped)
			case kind == 1:
				fmt.Fprintf(&rows, `<c r="%s" t="str"><f aca="false">A1</f><v xml:space="preserve">%s</v></c>`, place, &escaped)
			default:
				fmt.Fprintf(&rows, `<c r="%s" t="s"><v>%d</v></c>`, place, texts)
				fmt.Fprintf(&shared, `<si><t xml:space="preserve">%s</t><rPh sb="0" eb="1"><t>ka</t></rPh></si>`, &escaped)
				texts++
			}
		}
		rows.WriteString("</row>")
	}
	const (
		office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
		main   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	)
	relation := `<Relationship Id="%s" Type="` + office + `/%s" Target="%s"/>`
	relations := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	file := zipped(c, map[string]string{
		"_rels/.rels": fmt.Sprintf(relations, fmt.Sprintf(relation, "r1", "officeDocument", "xl/workbook.xml")),
		"xl/workbook.xml": fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s"><workbookPr date1904="%t"/>`+
			`<sheets><sheet name="D" sheetId="1" r:id="r1"/></sheets></workbook>`, main, office, s.from04),
		"xl/_rels/workbook.xml.rels": fmt.Sprintf(relations, fmt.Sprintf(relation, "r1", "worksheet", "worksheets/sheet1.xml")+
			fmt.Sprintf(relation, "r2", "sharedStrings", "sharedStrings.xml")),
		"xl/sharedStrings.xml":     fmt.Sprintf(`<sst xmlns="%s">%s</sst>`, main, &shared),
		"xl/worksheets/sheet1.xml": fmt.Sprintf(`<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>`, main, &rows),
	})
	return c.importFile(source, fmt.Sprintf("header_line: %d\n", s.header)+mappingOfFacts, file)
}

// numberCell is a number or a yes or no, as programs write them.
func (h hand) numberCell(place string, value any) string {
	if yes, ok := value.(bool); ok {
		return fmt.Sprintf(`<c r="%s" t="b"><v>%d</v></c>`, place, map[bool]int{true: 1}[yes])
	}
	text := fmt.Sprint(value)
	number, err := strconv.ParseFloat(text, 64)
	if err == nil && h.chance() {
		text = strings.Replace(strconv.FormatFloat(number, 'E', -1, 64), "E+0", "E", 1)
	}
	return fmt.Sprintf(`<c r="%s"%s><v>%s</v></c>`, place, h.one("", ` t="n"`, ` s="1" t="n"`), text)
}

func zipped(c *crossing, parts map[string]string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, body := range parts {
		f, err := w.Create(name)
		webtest.Must(c.t, err)
		_, err = f.Write([]byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + body))
		webtest.Must(c.t, err)
	}
	webtest.Must(c.t, w.Close())
	return b.String()
}
