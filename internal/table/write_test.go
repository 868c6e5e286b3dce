package table_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"aftercall/internal/table"
)

// cellsOf splits a line as spreadsheets do that separate cells by sep: a quote counts at the beginning of a cell only, and what stands
// behind the closing one belongs to the cell as it is.
func cellsOf(line string, sep byte) []string {
	var cells []string
	for {
		var b strings.Builder
		if strings.HasPrefix(line, `"`) {
			line = line[1:]
			for {
				before, after, found := strings.Cut(line, `"`)
				b.WriteString(before)
				line = after
				if !found || !strings.HasPrefix(after, `"`) {
					break
				}
				b.WriteByte('"')
				line = after[1:]
			}
		}
		i := strings.IndexByte(line, sep)
		if i < 0 {
			return append(cells, b.String()+line)
		}
		cells, line = append(cells, b.String()+line[:i]), line[i+1:]
	}
}

// formula reports whether a spreadsheet would run a cell.
func formula(cell string) bool {
	cell = strings.TrimLeft(cell, " \t\r\n\u00a0\u3000\u200b\u2060\ufeff\u00ad")
	return cell != "" && strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫", []rune(cell)[0])
}

func checkInert(t *testing.T, cells ...string) {
	t.Helper()
	var b bytes.Buffer
	w := table.NewCSVWriter(&b)
	if err := errors.Join(w.Row(cells...), w.Flush()); err != nil {
		t.Fatal(err)
	}
	line, found := strings.CutSuffix(b.String(), "\r\n")
	if !found || strings.ContainsAny(line, "\r\n\t") {
		t.Errorf("more than one line, or a tab: %q", b.String())
	}
	for _, sep := range []byte(",;\t|") {
		for _, cell := range cellsOf(line, sep) {
			if formula(cell) {
				t.Errorf("separated by %q, %q has the formula %q", sep, line, cell)
			}
		}
	}
	if got := cellsOf(line, ','); len(got) != len(cells) {
		t.Errorf("%d cells were written, %q has %d", len(cells), line, len(got))
	}
}

// hostile are texts that some spreadsheet runs.
var hostile = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r\n=1", "\u3000=1",
	"\u00a0@x", "\u200b=1", "\u2060-1", "＝1", "＋1", "－1", "＠x", "﹦1",
	"x;=HYPERLINK(\"http://e\";\"y\");y", "x; =1", "x|+1", "x;\"=1+1", "\";=1;\"",
	"x\";\"=1\";\"", ";\"\"=1", "x;\u3000＝1", "x\t=1", "x\n=1;-2", "\"=1",
	"'=1", "a,=1", "\",\"=1", "\x00=1", "\u202e=1",
}

func TestNoCellOfACSVFileIsAFormulaWhateverSeparatesCells(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		checkInert(t, "C-1", text, "end")
		checkInert(t, text, "middle", text)
	}
}

func TestInertTextIsReadBackAsItWasMeant(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1", "张伟", "'quoted'", "-3", "O'Neil", "", "＠x"} {
		t.Run(text, func(t *testing.T) {
			if got := table.Meant(table.Inert(text)); got != text {
				t.Errorf("%q came back as %q", text, got)
			}
		})
	}
}

func TestHarmlessTextIsWrittenAsItIs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := table.NewCSVWriter(&b)
	err := errors.Join(w.Row("a;1,b", `say "hi"`, "x-1; y"), w.Flush())
	if err != nil || b.String() != "\"a;1,b\",\"say \"\"hi\"\"\",\"x-1; y\"\r\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func FuzzNoCellIsAFormula(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, a, b string) { checkInert(t, a, b, a) })
}
