package table_test

import (
	"slices"
	"strings"
	"testing"

	"aftercall/internal/table"
)

func TestOldAndOddTextFilesAreReadAsTheyAreMeant(t *testing.T) {
	t.Parallel()
	want := []string{"id/note", "1/a", "2/b"}
	for name, file := range map[string]string{
		"CR only":               "id,note\r1,a\r2,b\r",
		"CR and one LF":         "id,note\n1,a\r2,b\r",
		"CR and a blank line":   "id,note\r\r1,a\r2,b",
		"CR CR LF":              "id,note\r\r\n1,a\r\r\n2,b\r\r\n",
		"sep=":                  "sep=;\r\nid;note\r\n1;a\r\n2;b\r\n",
		"sep= of a tab":         "sep=\t\nid\tnote\n1\ta\n2\tb\n",
		"SEP= in quotes":        "\"SEP=|\"\nid|note\n1|a\n2|b\n",
		"sep= in UTF-16":        string(encode(t, littleEndian.NewEncoder(), "\ufeffsep=;\nid;note\n1;a\n2;b\n")),
		"a caret":               "sep=^\nid^note\n1^a\n2^b\n",
		"one NUL":               "id,note\n1,a\x00\n2,b\n",
		"a NUL in every cell":   "id\x00,note\x00\n1\x00,a\x00\n2\x00,b\x00\n",
		"NULs to fill up":       "id,note\n1,a\n2,b\n" + strings.Repeat("\x00", 4000),
		"Ctrl-Z":                "id,note\r\n1,a\r\n2,b\r\n\x1a",
		"Ctrl-Z on a line":      "id,note\n1,a\n2,b\n\x1a\n",
		"blanks nobody sees":    "id,note\n1,a\n\ufeff,\u200b\n2,b\n",
		"Ctrl-Z behind a value": "id,note\n1,a\n2,b\x1a",
		"two marks":             "\ufeff\ufeffid,note\n1,a\n2,b\n",
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, line := range lines(t, file, table.Options{}) {
				_, cells, _ := strings.Cut(line, " ")
				got = append(got, cells)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestTheDelimiterIsTheOneThatRowsAgreeAbout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file string
		want rune
	}{
		"a title above":               {"Report, November 2026, all teams, night\nid;name;note\n1;Lin;a\n2;Mo;b\n", ';'},
		"a title above tabs":          {"Report, November\n\nid\tname\n1\tLin\n2\tMo\n", '\t'},
		"commas in texts":             {"id;name;note\n1;Lin, Mo;a, b, c\n2;Mo, Lin;b, c, d\n", ';'},
		"decimal commas":              {"id;price;paid\n1;1,50;1,50\n2;2,50;2,50\n", ';'},
		"semicolons in a list":        {"id,tags\n1,a;b;c\n2,d;e;f\n", ','},
		"bars in a text":              {"id,path\n1,a|b|c\n2,d|e|f\n", ','},
		"a comma in quoted headings":  {"\"name, first\";\"id, old\";x\n1;2;3\n", ';'},
		"lines in a quoted cell":      {"id;note\n1;\"a,b\nc,d\ne,f\"\n2;x\n", ';'},
		"one column":                  {"phone\n13912348000\n13912348001\n", ','},
		"one row":                     {"id|name|note\n", '|'},
		"a stray quote near the head": {"id;name;note\n1;\"Lin;a, b\n2;Mo;b, c\n3;Wu;c\n", ';'},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := table.Open(t.Context(), strings.NewReader(tt.file), table.Options{})
			if err != nil || r.Found().Delimiter != tt.want {
				t.Errorf("%q %v", r.Found().Delimiter, err)
			}
		})
	}
	r, err := table.Open(t.Context(), strings.NewReader("sep=;\na,b;c\n"), table.Options{Delimiter: ','})
	if err != nil || r.Found().Delimiter != ',' {
		t.Errorf("the delimiter that was named: %+v %v", r, err)
	}
	if got := lines(t, "sep=;\na,b;c\n", table.Options{Delimiter: ','}); !slices.Equal(got, []string{"2 a/b;c"}) {
		t.Errorf("the delimiter that was named: %q", got)
	}
}

func TestRowsOfOnlyDelimitersAreCountedAndPassedOver(t *testing.T) {
	t.Parallel()
	file := "id,note\n\n1,a\n,\n \t, \n2,b\n\"\",\"\"\n,　\n"
	r, err := table.Open(t.Context(), strings.NewReader(file), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rows := rest(t, r); len(rows) != 3 || rows[2].Line != 6 {
		t.Errorf("%v", rows)
	}
	if rows, first := r.Blank(); rows != 4 || first != 4 {
		t.Errorf("%d blank rows from line %d", rows, first)
	}
}

func TestANumberThatWasWrittenAsTextIsTheNumber(t *testing.T) {
	t.Parallel()
	file := `="13912348000",'0012,'+8613912348000,"=""0012""",="",=1+1,="a"&"b",',it's,'a,'+,"'"` + "\n"
	want := []string{"13912348000", "0012", "+8613912348000", "0012", "", "=1+1", `="a"&"b"`, "'", "it's", "'a", "'+", "'"}
	if row := readAll(t, []byte(file), table.Options{})[0]; !slices.Equal(row.Cells, want) || row.Faults != nil {
		t.Errorf("%q %v", row.Cells, row.Faults)
	}
}

func TestAnErrorValueOfASpreadsheetIsNoTextInACSVFileEither(t *testing.T) {
	t.Parallel()
	values := []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#n/a", "#SPILL!", "Err:508", "########"}
	row := readAll(t, []byte(strings.Join(values, ",")+",#1,# of calls,Error,Err:,#N/A now\n"), table.Options{})[0]
	if len(row.Faults) != len(values) || strings.Join(row.Cells[:len(values)], "") != "" {
		t.Errorf("%q %v", row.Cells, row.Faults)
	}
	for i, f := range row.Faults {
		if f != (table.Fault{Cell: i, Code: table.ErrorCell, Value: values[i]}) {
			t.Errorf("%v", f)
		}
	}
	if got := row.Cells[len(values):]; !slices.Equal(got, []string{"#1", "# of calls", "Error", "Err:", "#N/A now"}) {
		t.Errorf("%q", got)
	}
}
