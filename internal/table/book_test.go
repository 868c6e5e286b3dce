package table_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"aftercall/internal/table"
)

const (
	transitional = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	strict       = "http://purl.oclc.org/ooxml/officeDocument/relationships"
)

// part is a file inside a workbook.
type part struct{ name, body string }

// zipOf packs parts.
func zipOf(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, p.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// book is a workbook whose XML is written by hand: what stands before its sheets, and of each sheet its name with more attributes, and
// its XML from the first row on.
type book struct {
	properties string
	office     string
	shared     string
	styles     string
	sheets     []part
}

func (b book) bytes(t testing.TB) []byte {
	t.Helper()
	if b.office == "" {
		b.office = transitional
	}
	var list, relations strings.Builder
	relate := func(id, kind, target string) {
		fmt.Fprintf(&relations, `<Relationship Id="%s" Type="%s/%s" Target="%s"/>`, id, b.office, kind, target)
	}
	relate("r1", "officeDocument", "xl/workbook.xml")
	parts := []part{{"_rels/.rels", `<Relationships>` + relations.String() + `</Relationships>`}}
	relations.Reset()
	for i, s := range b.sheets {
		file := fmt.Sprintf("worksheets/sheet%d.xml", i+1)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, s.name, i+1, i+1)
		relate(fmt.Sprintf("rId%d", i+1), "worksheet", file)
		parts = append(parts, part{"xl/" + file, `<?xml version="1.0" encoding="UTF-8"?>` + "\n<worksheet><sheetData>" + s.body})
	}
	if b.shared != "" {
		relate("rIdS", "sharedStrings", "sharedStrings.xml")
		parts = append(parts, part{"xl/sharedStrings.xml", "<sst>" + b.shared + "</sst>"})
	}
	if b.styles != "" {
		relate("rIdF", "styles", "styles.xml")
		parts = append(parts, part{"xl/styles.xml", "<styleSheet>" + b.styles + "</styleSheet>"})
	}
	head := `<workbook xmlns:r="` + b.office + `">` + b.properties
	return zipOf(t, append(parts,
		part{"xl/workbook.xml", head + `<sheets>` + list.String() + `</sheets></workbook>`},
		part{"xl/_rels/workbook.xml.rels", `<Relationships>` + relations.String() + `</Relationships>`},
	)...)
}

// rowsOf writes rows of texts as a sheet; a cell that begins with < is written as it is.
func rowsOf(rows ...string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, cell := range strings.Split(row, "|") {
			switch {
			case strings.HasPrefix(cell, "<"):
				b.WriteString(cell)
			case cell != "":
				fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+j, i+1, cell)
			}
		}
		b.WriteString("</row>")
	}
	return b.String() + "</sheetData>"
}

// opened returns what became of a workbook: a text for each row, and what was found out.
func (b book) opened(t testing.TB, opts table.Options) ([]string, table.Found) {
	t.Helper()
	r, err := table.Open(t.Context(), bytes.NewReader(b.bytes(t)), opts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rest(t, r) {
		text := strings.Join(row.Cells, "/")
		if row.Hidden {
			text += " (hidden)"
		}
		got = append(got, fmt.Sprintf("%d %s", row.Line, text))
	}
	return got, r.Found()
}

func TestASheetIsReadAsEveryProgramWritesIt(t *testing.T) {
	t.Parallel()
	want := []string{"1 Ticket/Phone/Closed/Score/Note", "2 20000001/13912340001/46346.416666666664/5/a & b"}
	const (
		shared = `<si><t>Ticket</t></si><si><t>Phone</t></si><si><t>Closed</t></si><si><t>Score</t></si><si><t>Note</t></si>` +
			`<si><t>a &amp; b</t></si>`
		heading = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>` +
			`<c r="D1" t="s"><v>3</v></c><c r="E1" t="s"><v>4</v></c></row>`
		end = `</row></sheetData>`
	)
	for name, row := range map[string]string{
		"Excel": `<row r="2" spans="1:5" x14ac:dyDescent="0.25"><c r="A2"><v>20000001</v></c><c r="B2" s="2"><v>13912340001</v></c>` +
			`<c r="C2" s="1"><v>46346.416666666664</v></c><c r="D2"><v>5</v></c><c r="E2" t="s"><v>5</v></c>`,
		"Apache POI": "\n" + `<row r="2"><c r="A2"><v>2.0000001E7</v></c><c r="B2" t="n"><v>1.3912340001E10</v></c>` + "\n" +
			`<c r="C2" s="1" t="n"><v>46346.416666666664</v></c><c r="D2" t="n"><v>5.0</v></c>` +
			`<c r="E2" t="inlineStr"><is><t>a &amp; b</t></is></c>`,
		"LibreOffice": `<row r="2" customFormat="false" ht="12.8" hidden="false" outlineLevel="0" collapsed="false">` +
			`<c r="A2" s="0" t="n"><v>20000001</v></c><c r="B2" s="0" t="n"><v>13912340001</v></c>` +
			`<c r="C2" s="1" t="n"><v>46346.416666666664</v></c><c r="D2" s="0" t="n"><v>5</v></c>` +
			`<c r="E2" s="0" t="str"><f aca="false">&quot;a &quot;&amp;A1</f><v>a &amp; b</v></c>`,
		"Google Sheets": `<row r="2"><c r="A2" s="1"><v>2.0000001E7</v></c><c r="B2" s="1"><v>1.3912340001E10</v></c>` +
			`<c r="C2" s="2"><v>46346.416666666664</v></c><c r="D2" s="1"><v>5.0</v></c><c r="E2" s="1" t="s"><v>5</v></c>`,
		"openpyxl": `<row r="2"><c r="A2" t="n"><v>20000001</v></c><c r="B2" t="n"><v>13912340001</v></c>` +
			`<c r="C2" t="n"><v>46346.416666666664</v></c><c r="D2" t="n"><v>5</v></c>` +
			`<c r="E2" t="inlineStr"><is><t xml:space="preserve">a &amp; b</t></is></c>`,
		"no addresses, prefixes": `<x:row><x:c><x:v> 20000001 </x:v></x:c><x:c><x:v>+13912340001</x:v></x:c>` +
			`<x:c><x:v>4.6346416666666664E4</x:v></x:c><x:c><x:v>05E0</x:v></x:c><x:c t='str'><x:v><![CDATA[a & b]]></x:v></x:c></x:row>`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, office := range []string{transitional, strict} {
				got, _ := book{office: office, shared: shared, sheets: []part{{"S", heading + row + end}}}.opened(t, table.Options{})
				if !slices.Equal(got, want) {
					t.Errorf("\n got %q\nwant %q", got, want)
				}
			}
		})
	}
}
