package table_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/table"
)

func TestANumberIsReadWithAllItsDigitsWhoeverWroteIt(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string]string{
		"13912340001": "13912340001", "1.3912340001E10": "13912340001", "1.3912340001e+10": "13912340001", "13912340001.0": "13912340001",
		"2.0000001E7": "20000001", "5.0": "5", "5.": "5", ".5": "0.5", "0": "0", "-3": "-3", "-3.0": "-3",
		"+5": "5", "1E3": "1000", "1E-3": "0.001",
		"0.30000000000000004": "0.3", "1.1000000000000001": "1.1", "4.4999999999999991": "4.5", "1234.5600000000001": "1234.56",
		"46346.416666666664": "46346.416666666664", "46346.375": "46346.375", "0.123456789012345": "0.123456789012345",
		"007": "007", "123456789012345": "123456789012345", "1.23456789012345E14": "123456789012345",
		"1234567890123456": "1234567890123456", "1.234567890123456E15": "1234567890123456", // small enough to be exact
		"110101199003071234": "110101199003071234", // more digits than calculating leaves
		"2.02611E+17":        "2.02611E+17", "2.0261100000000001E+17": "2.02611E+17", "202611000000000000": "2.02611E+17",
		"1.1010119900307123E17": "1.10101199003071E+17", "110101199003071230": "1.10101199003071E+17",
		"1234567890123450":       "1.23456789012345E+15",
		"1.7976931348623157E308": "1.7976931348623157E308", "1E-300": "1E-300",
		"": "", "abc": "abc", "1,5": "1,5", "NaN": "NaN", "0x10": "0x10",
		"1e": "1e", "--1": "--1", "1.2.3": "1.2.3", ".": ".", "1_000": "1_000",
	} {
		t.Run(stored, func(t *testing.T) {
			b := book{sheets: []part{{"S", rowsOf("x|y", `<c r="A2"><v>`+stored+`</v></c><c r="B2"><v>1</v></c>`)}}}
			if got, _ := b.opened(t, table.Options{}); got[1] != "2 "+want+"/1" {
				t.Errorf("%s is read as %q, want %s", stored, got[1], want)
			}
		})
	}
}

func TestAFormulaThatWasNeverCalculatedIsNoZero(t *testing.T) {
	t.Parallel()
	sheet := []part{{"S", rowsOf("a|b|c", `<c><f>A1</f><v>0</v></c><c><f>A1</f><v>7</v></c><c><v>0</v></c>`)}}
	for properties, want := range map[string]string{"": "0/7/0", `<calcPr calcId="124519" fullCalcOnLoad="1"/>`: "/7/0"} {
		t.Run(properties, func(t *testing.T) {
			rows := readAll(t, book{properties: properties, sheets: sheet}.bytes(t), table.Options{})
			if got := strings.Join(rows[1].Cells, "/"); got != want || (len(rows[1].Faults) == 1) == (properties == "") {
				t.Errorf("%s: %s %v", properties, got, rows[1].Faults)
			}
		})
	}
}

func TestLeadingZerosOfAFormatArePartOfANumber(t *testing.T) {
	t.Parallel()
	b := book{
		styles: `<numFmts><numFmt numFmtId="164" formatCode="0000000"/><numFmt numFmtId="165" formatCode="0.00"/>` +
			`<numFmt numFmtId="166" formatCode="00000;@"/></numFmts><cellStyleXfs><xf numFmtId="164"/></cellStyleXfs>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>`,
		sheets: []part{{"S", rowsOf("a|b|c|d|e|f|g",
			`<c s="1"><v>12345</v></c><c s="0"><v>12345</v></c><c s="2"><v>12345</v></c><c s="3"><v>1.2E1</v></c>`+
				`<c s="1"><v>123456789</v></c><c s="1"><v>0.5</v></c><c s="9"><v>7</v></c>`)}},
	}
	if got, _ := b.opened(t, table.Options{}); got[1] != "2 0012345/12345/12345/00012/123456789/0.5/7" {
		t.Errorf("%q", got)
	}
}

func TestANumberIsReadAsItsFormatShowsIt(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		`&quot;T-&quot;0000000`: "T-0012345/T-0000001/1.5", `\T\-0`: "T-12345/T-1/1.5", `&quot;INC&quot;0`: "INC12345/INC1/1.5",
		"[h]:mm:ss": "12345/24:00:00/36:00:00", "[HH]:MM": "12345/24:00:00/36:00:00",
		"0%": "1234500%/100%/150%", "0.00%": "1234500%/100%/150%",
		"General": "12345/1/1.5", "0&quot;分&quot;": "12345/1/1.5", "h:mm:ss": "12345/1/1.5",
		"&quot;open": "12345/1/1.5", "@": "12345/1/1.5",
	} {
		t.Run(format, func(t *testing.T) {
			b := book{
				styles: `<numFmts><numFmt numFmtId="164" formatCode="` + format + `"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>`,
				sheets: []part{{"S", rowsOf("a|b|c", `<c s="0"><v>12345</v></c><c s="0"><v>1</v></c><c s="0"><v>1.5</v></c>`)}},
			}
			if got, _ := b.opened(t, table.Options{}); got[1] != "2 "+want {
				t.Errorf("%s: %q", format, got)
			}
		})
	}
	b := book{
		styles: `<cellXfs><xf numFmtId="46"/><xf numFmtId="9"/></cellXfs>`,
		sheets: []part{{"S", rowsOf("a|b|c", `<c s="0"><v>1.0416666666666667</v></c><c s="1"><v>0.8</v></c><c s="0"><v>0.25</v></c>`)}},
	}
	if got, _ := b.opened(t, table.Options{}); got[1] != "2 25:00:00/80%/0.25" {
		t.Errorf("%q", got)
	}
}

func TestAWholeNumberOfFifteenDigitsIsTheSameInEverySpelling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-999_999_999_999_999, 999_999_999_999_999).Draw(t, "n")
		plain := strconv.FormatInt(n, 10)
		exponent := strconv.FormatFloat(float64(n), 'E', -1, 64)
		for _, spelling := range []string{
			plain, plain + ".0", exponent, strings.Replace(exponent, "E+", "E", 1), strings.ToLower(exponent), " " + plain + " ",
			fmt.Sprintf("%.16E", float64(n)),
		} {
			if got := table.NumberText(spelling); got != plain {
				t.Errorf("%q is read as %s, want %s", spelling, got, plain)
			}
		}
	})
}

func TestAFractionKeepsWhatATimeNeeds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := float64(rapid.Int64Range(36526*86_400_000, 73050*86_400_000).Draw(t, "milliseconds")) / 86_400_000
		got, err := strconv.ParseFloat(table.NumberText(strconv.FormatFloat(at, 'f', -1, 64)), 64)
		if err != nil || math.Abs(got-at)*86_400_000_000 > 1 {
			t.Errorf("%v became %v: %v", at, got, err)
		}
	})
}

func TestEveryKindOfCellSaysWhatItSays(t *testing.T) {
	t.Parallel()
	faulty := func(value string) []table.Fault { return []table.Fault{{Cell: 1, Code: table.ErrorCell, Value: value}} }
	for name, tt := range map[string]struct {
		cell, want string
		faults     []table.Fault
	}{
		"true":                  {`<c r="B2" t="b"><v>1</v></c>`, "TRUE", nil},
		"false":                 {`<c r="B2" t="b"><v>0</v></c>`, "FALSE", nil},
		"false as a word":       {`<c r="B2" t="b"><v>false</v></c>`, "FALSE", nil},
		"a date of ISO":         {`<c r="B2" t="d"><v>2026-11-20T10:00:00</v></c>`, "2026-11-20T10:00:00", nil},
		"a formula":             {`<c r="B2"><f>SUM(A1:A2)</f><v>7.0</v></c>`, "7", nil},
		"a formula of text":     {`<c r="B2" t="str"><f>A1</f><v>x</v></c>`, "x", nil},
		"an empty formula":      {`<c r="B2" t="str"><f>""</f><v></v></c>`, "", nil},
		"a formula, not run":    {`<c r="B2"><f>A1&amp;B1</f></c>`, "", faulty("=A1&B1")},
		"a formula of openpyxl": {`<c r="B2"><f>A1</f><v></v></c>`, "", faulty("=A1")},
		"a formula of zero":     {`<c r="B2"><f>A1</f><v>0</v></c>`, "0", nil},
		"not available":         {`<c r="B2" t="e"><v>#N/A</v></c>`, "", faulty("#N/A")},
		"a lost reference":      {`<c r="B2" t="e"><f>#REF!</f><v>#REF!</v></c>`, "", faulty("#REF!")},
		"a pasted error":        {`<c r="B2" t="inlineStr"><is><t>#VALUE!</t></is></c>`, "", faulty("#VALUE!")},
		"a text that is lost":   {`<c r="B2" t="s"><v>9</v></c>`, "", faulty("?9")},
		"rich text":             {`<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t> b</t></r></is></c>`, "a b", nil},
		"shared rich text":      {`<c r="B2" t="s"><v>0</v></c>`, "张伟", nil},
		"a text of digits":      {`<c r="B2" t="inlineStr"><is><t>1.3912340001E10</t></is></c>`, "1.3912340001E10", nil},
		"entities":              {`<c r="B2" t="str"><v>&lt;&#65;&#x4f60;&gt;&quot;&apos;&nbsp;</v></c>`, `<A你>"'&nbsp;`, nil},
		"a > in an attribute":   {`<c r="B2" cm="a>b" t="b"><v>1</v></c>`, "TRUE", nil},
		"a comment":             {`<c r="B2"><!-- > no --><v>1</v></c>`, "1", nil},
		"an empty cell":         {`<c r="B2" s="3"/>`, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := book{
				shared: `<si><r><t>张</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh><r><t>伟</t></r></si>`,
				sheets: []part{{"S", rowsOf("x|y", `<c r="A2"><v>1</v></c>`+tt.cell+`<c r="C2"><v>2</v></c>`)}},
			}
			rows := readAll(t, b.bytes(t), table.Options{})
			want := table.Row{Line: 2, Cells: []string{"1", tt.want, "2"}, Faults: tt.faults}
			if diff := cmp.Diff(want, rows[1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}
