package table_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/fault"
	"aftercall/internal/table"
)

func TestTheFirstVisibleSheetWithDataIsReadAndTheOthersAreListed(t *testing.T) {
	t.Parallel()
	data := rowsOf("id|name|note", "1|Lin|a", "2|Mo|b")
	list := rowsOf(strings.Split("phone|note"+strings.Repeat(";1|x", 30), ";")...)
	for name, tt := range map[string]struct {
		sheets []part
		want   string
	}{
		"one":                        {[]part{{"S", data}}, "S"},
		"two":                        {[]part{{"Nov", data}, {"Dec", data}}, "Nov"},
		"a hidden one first":         {[]part{{`old" state="hidden`, data}, {"new", data}}, "new"},
		"a very hidden one first":    {[]part{{`old" state="veryHidden`, data}, {"new", data}}, "new"},
		"an empty one first":         {[]part{{"Sheet1", "</sheetData>"}, {"data", data}}, "data"},
		"nothing but a heading":      {[]part{{"form", rowsOf("id|name|note")}, {"data", data}}, "data"},
		"a cover":                    {[]part{{"Read me", rowsOf("Report of November")}, {"data", data}}, "data"},
		"a cover of some lines":      {[]part{{"Read me", rowsOf("Report", "by Lin", "2026-11")}, {"data", data}}, "data"},
		"a cover of names":           {[]part{{"Read me", rowsOf("Author|Lin", "Date|2026-11-20", "Rows|2")}, {"data", data}}, "data"},
		"a list before a wide sheet": {[]part{{"list", list}, {"log", data}}, "list"},
		"two short lists":            {[]part{{"list", rowsOf("phone", "13912348000")}, {"more", rowsOf("phone", "1391234801")}}, "list"},
		"only a heading":             {[]part{{"a", "</sheetData>"}, {"b", rowsOf("id|name")}}, "b"},
		"nothing visible":            {[]part{{`a" state="hidden`, data}}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			got, found := book{sheets: tt.sheets}.opened(t, table.Options{})
			if found.Sheet != tt.want || len(found.Sheets) != len(tt.sheets) {
				t.Errorf("%q of %+v: %q", found.Sheet, found.Sheets, got)
			}
		})
	}
	_, found := book{sheets: []part{{"leer", "</sheetData>"}, {`old" state="veryHidden`, data}, {"new", data}}}.opened(t, table.Options{})
	want := table.Found{
		Workbook: true, Sheet: "new",
		Sheets: []table.Sheet{{Name: "leer", Empty: true}, {Name: "old", Hidden: true}, {Name: "new"}},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

func TestASheetIsFoundByItsNameHowEverItIsWritten(t *testing.T) {
	t.Parallel()
	b := book{sheets: []part{
		{"data", rowsOf("a|b", "1|2")},
		{" Tickets Nov. ", rowsOf("id|x", "7|8")},
		{"R&amp;D", rowsOf("id|x", "9|9")},
		{`geheim" state="hidden`, rowsOf("id|x", "5|5")},
	}}
	for name, want := range map[string]string{
		"Tickets Nov.": "2 7/8", "tickets nov.": "2 7/8", " TICKETS NOV. ": "2 7/8", "R&D": "2 9/9", "Geheim": "2 5/5", "": "2 1/2",
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := b.opened(t, table.Options{Sheet: name}); got[1] != want {
				t.Errorf("%q", got)
			}
		})
	}
	_, err := table.Open(t.Context(), bytes.NewReader(b.bytes(t)), table.Options{Sheet: "Dec"})
	if f, ok := fault.Of(err); !ok || f.Code != "sheet_unknown" || !strings.Contains(f.Args["sheets"].(string), "R&D") {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestAnEpochOf1904IsSaid(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]bool{
		"": false, `<workbookPr date1904="1"/>`: true, `<workbookPr codeName="x" date1904="true"></workbookPr>`: true,
		`<workbookPr date1904="0"/>`:                false,
		`<x:workbookPr xmlns:x="x" date1904='on'/>`: true, `<workbookPr defaultThemeVersion="1"/>`: false,
	} {
		t.Run(properties, func(t *testing.T) {
			_, found := book{properties: properties, sheets: []part{{"S", rowsOf("a|b", "1|2")}}}.opened(t, table.Options{})
			if found.Date1904 != want {
				t.Errorf("%s: %v", properties, found.Date1904)
			}
		})
	}
}

func TestHiddenRowsAreSaid(t *testing.T) {
	t.Parallel()
	sheet := `<row r="1"><c><v>1</v></c><c><v>1</v></c></row><row hidden="1" r="2"><c><v>2</v></c><c><v>2</v></c></row>` +
		`<row hidden='true'><c><v>3</v></c></row><row hidden="0"><c><v>4</v></c></row>` +
		`<row><c t="str"><v>hidden="1"</v></c></row></sheetData>`
	got, found := book{sheets: []part{{"S", sheet}}}.opened(t, table.Options{})
	want := []string{"1 1/1", "2 2/2 (hidden)", "3 3 (hidden)", "4 4", `5 hidden="1"`}
	if !found.Filtered || !slices.Equal(got, want) {
		t.Errorf("%q %+v", got, found)
	}
	for name, tt := range map[string]struct {
		sheet string
		want  bool
	}{
		"a hidden column":   {rowsOf("a|b", "1|2") + `<cols><col hidden="1"/></cols><autoFilter ref="A1:B2"/>`, false},
		"a filter in use":   {rowsOf("a|b", "1|2") + `<autoFilter ref="A1:B2"><filterColumn colId="1"/></autoFilter>`, true},
		"the word hidden":   {rowsOf("a|b", `1|hidden="1"`), false},
		"a row with prefix": {`<x:row hidden="1"><x:c><x:v>1</x:v></x:c></x:row></x:sheetData>`, true},
	} {
		t.Run(name, func(t *testing.T) {
			if _, found := (book{sheets: []part{{"S", tt.sheet}}}).opened(t, table.Options{}); found.Filtered != tt.want {
				t.Errorf("%s: %v", tt.sheet, found.Filtered)
			}
		})
	}
}

func TestAMergedCellStandsForItsRange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rows   []string
		merges []string
		want   []string
	}{
		"down": {
			[]string{"id|product|agent", "1|Fibre|Mo", "2", "3||Li"},
			[]string{"B2:B4", "C2:C3"},
			[]string{"1 id/product/agent", "2 1/Fibre/Mo", "3 2/Fibre/Mo", "4 3/Fibre/Li"},
		},
		"the first column": {
			[]string{"product|id|score", "Fibre|1|5", "|2|4", "Cloud|3|1"},
			[]string{"A2:A3"},
			[]string{"1 product/id/score", "2 Fibre/1/5", "3 Fibre/2/4", "4 Cloud/3/1"},
		},
		"across":    {[]string{"id|a|b", "1|x", "2|y|z"}, []string{"B2:C2"}, []string{"1 id/a/b", "2 1/x/x", "3 2/y/z"}},
		"both ways": {[]string{"id|a|b", "1|x", "2"}, []string{"B2:C3"}, []string{"1 id/a/b", "2 1/x/x", "3 2/x/x"}},
		"a title stays one": {
			[]string{"Report", "id|a|b", "1|x|y"},
			[]string{"A1:C1"},
			[]string{"1 Report", "2 id/a/b", "3 1/x/y"},
		},
		"a title of two rows": {
			[]string{"Report", "", "id|a|b", "1|x|y"},
			[]string{"A1:C2"},
			[]string{"1 Report", "3 id/a/b", "4 1/x/y"},
		},
		"a tall row is one": {
			[]string{"id|a", "1|x", "", "2|y"},
			[]string{"A2:A3", "B2:B3"},
			[]string{"1 id/a", "2 1/x", "4 2/y"},
		},
		"beyond the table": {
			[]string{"id|a", "1|x", "2|y"},
			[]string{"B2:XFD2"},
			[]string{"1 id/a", "2 1/x", "3 2/y"},
		},
		"of nothing": {
			[]string{"id|a|b", "1||x", "2||y"},
			[]string{"B2:B3"},
			[]string{"1 id/a/b", "2 1//x", "3 2//y"},
		},
		"not over what is there": {
			[]string{"id|a", "1|x", "2|y"},
			[]string{"B2:B3"},
			[]string{"1 id/a", "2 1/x", "3 2/y"},
		},
		"what is no range": {
			[]string{"id|a", "1|x", "2"},
			[]string{"B2", "B3:B2", "B0:B9", "", "::", "B2:"},
			[]string{"1 id/a", "2 1/x", "3 2"},
		},
		"absolute, in any order": {
			[]string{"id|a|b", "1|x|y", "2"},
			[]string{"$C$2:$C$3", "b2:b3"},
			[]string{"1 id/a/b", "2 1/x/y", "3 2/x/y"},
		},
		"to the end of all rows": {
			[]string{"id|a", "1|x", "2", "3"},
			[]string{"B2:B1048576"},
			[]string{"1 id/a", "2 1/x", "3 2/x", "4 3/x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			sheet := rowsOf(tt.rows...) + `<sheetProtection sheet="1"/><mergeCells><mergeCell ref="` +
				strings.Join(tt.merges, `"/><mergeCell ref="`) + `"/>`
			got, _ := book{sheets: []part{{"S", sheet + "</mergeCells></worksheet>"}}}.opened(t, table.Options{})
			if !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}
