package table_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// readAll returns the rows of a file and, between them, the codes of rows that cannot be read.
func readAll(t testing.TB, file []byte, opts table.Options) []table.Row {
	t.Helper()
	r, err := table.Open(t.Context(), bytes.NewReader(file), opts)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var rows []table.Row
	for {
		row, err := r.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return rows
		case errors.As(err, &bad):
			rows = append(rows, table.Row{Line: bad.Field.Line, Cells: []string{"!" + bad.Field.Code}})
		case err != nil:
			t.Fatal(err)
		default:
			rows = append(rows, row)
		}
	}
}

// rest returns the rows of a reader that can be read.
func rest(t interface {
	Helper()
	Fatal(args ...any)
}, r *table.Reader,
) []table.Row {
	t.Helper()
	var rows []table.Row
	for {
		row, err := r.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return rows
		case errors.As(err, &bad):
		case err != nil:
			t.Fatal(err)
		default:
			rows = append(rows, row)
		}
	}
}

func encode(t *testing.T, e interface{ String(string) (string, error) }, s string) []byte {
	t.Helper()
	out, err := e.String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryUsualTextFileIsReadAlike(t *testing.T) {
	t.Parallel()
	const plain = "工单号,客户\n1,张伟\n"
	want := []table.Row{{Line: 1, Cells: []string{"工单号", "客户"}}, {Line: 2, Cells: []string{"1", "张伟"}}}
	for name, file := range map[string][]byte{
		"plain":           []byte(plain),
		"byte order mark": []byte("\ufeff" + plain),
		"CR LF":           []byte(strings.ReplaceAll(plain, "\n", "\r\n")),
		"no last newline": []byte(strings.TrimSuffix(plain, "\n")),
		"semicolons":      []byte(strings.ReplaceAll(plain, ",", ";")),
		"tabs":            []byte(strings.ReplaceAll(plain, ",", "\t")),
		"compressed":      gzipped(t, plain),
		"GBK":             encode(t, simplifiedchinese.GBK.NewEncoder(), plain),
		"UTF-16":          encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), plain),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, readAll(t, file, table.Options{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLineNumbersSurviveQuotedNewlinesAndBlankLines(t *testing.T) {
	t.Parallel()
	file := "id,text\n1,\"two\nlines, and a \"\"quote\"\"\"\n\n2,in \"the\" middle\n3,\"closed\" early\n"
	want := []table.Row{
		{Line: 1, Cells: []string{"id", "text"}},
		{Line: 2, Cells: []string{"1", "two\nlines, and a \"quote\""}},
		{Line: 5, Cells: []string{"2", "in \"the\" middle"}},
		{Line: 6, Cells: []string{"!text_after_quote"}},
	}
	if diff := cmp.Diff(want, readAll(t, []byte(file), table.Options{})); diff != "" {
		t.Error(diff)
	}
}

func TestBadRowNeverStopsTheRest(t *testing.T) {
	t.Parallel()
	want := []table.Row{
		{Line: 1, Cells: []string{"id", "text"}},
		{Line: 2, Cells: []string{"!unclosed_quote"}},
		{Line: 3, Cells: []string{"2", "fine"}},
		{Line: 4, Cells: []string{"3", "too"}},
	}
	got := readAll(t, []byte("id,text\n1,\"never closed\n2,fine\n3,too\n"), table.Options{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	want = []table.Row{
		{Line: 1, Cells: []string{"id"}},
		{Line: 2, Cells: []string{"\uFFFD"}, Faults: []table.Fault{{Code: table.BadEncoding, Value: "\uFFFD"}}},
		{Line: 3, Cells: []string{"2"}},
	}
	if diff := cmp.Diff(want, readAll(t, []byte("id\n\xff\xfe\n2\n"), table.Options{Encoding: "utf-8"})); diff != "" {
		t.Error(diff)
	}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	for cell, value := range map[string]any{
		"A1": "工单号", "B1": "电话", "A2": "T-1", "B2": 13912348000, "A4": "T-2", "B4": "010-65551234",
	} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	want := []table.Row{
		{Line: 1, Cells: []string{"工单号", "电话"}},
		{Line: 2, Cells: []string{"T-1", "13912348000"}},
		{Line: 4, Cells: []string{"T-2", "010-65551234"}},
	}
	if diff := cmp.Diff(want, readAll(t, file.Bytes(), table.Options{})); diff != "" {
		t.Error(diff)
	}
	if _, err := table.Open(t.Context(), &file, table.Options{Sheet: "nothing"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestFilesThatAreNoTables(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"old Excel":        {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1},
		"broken workbook":  []byte("PK\x03\x04 nothing else"),
		"broken gzip":      {0x1f, 0x8b, 1, 2, 3},
		"picture":          []byte("\x89PNG\r\n\x1a\n\x00\x00\x00"),
		"unknown encoding": nil,
	} {
		t.Run(name, func(t *testing.T) {
			opts := table.Options{}
			if file == nil {
				opts.Encoding = "klingon"
			}
			if _, err := table.Open(t.Context(), bytes.NewReader(file), opts); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		})
	}
}

func TestFileLargerThanAllowed(t *testing.T) {
	t.Parallel()
	bomb := gzipped(t, "id\n"+strings.Repeat("1234567890\n", 1_000_000))
	r, err := table.Open(t.Context(), bytes.NewReader(bomb), table.Options{MaxBytes: 2 << 20})
	for err == nil {
		_, err = r.Next()
	}
	if !fault.Is(err, fault.TooLarge) {
		t.Error(err)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a;b\r\n\"1\n\";2", "\ufeffa\tb\n\"", "\"\"\"\n,\n", "\xc4\xe3,\xba\xc3\n", "a|b\n\"x\"y|z",
		"\"start\na\"\"b\na\"\"b\n", "sep=^\ra^\"1\r2^3\" x\r", "1,2,\"x\n3,4,y\"\n", "1, \"a\" ,#N/A\n", "a\x00,\x00b\x00\n\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if bytes.HasPrefix(file, []byte("PK\x03\x04")) || bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
			t.Skip("not a text file")
		}
		read(t.Context(), file).checkText(t, len(file))
		r, err := table.Open(t.Context(), bytes.NewReader(file), table.Options{})
		if err != nil {
			return
		}
		last := 0
		for {
			row, err := r.Next()
			var bad *table.RowError
			if errors.As(err, &bad) {
				row.Line = bad.Field.Line
			} else if err != nil {
				return
			}
			if row.Line <= last {
				t.Fatalf("line %d after line %d", row.Line, last)
			}
			last = row.Line
		}
	})
}

func FuzzWrittenCSVIsReadBack(f *testing.F) {
	f.Add("a", "b\n\"c\"", "d,e", "")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		records := [][]string{{"one", "two", "three", "four", "five"}, {"id", a, b, c, d}, {"id", d, c, b, a}}
		for _, cell := range []string{a, b, c, d} {
			if strings.ContainsAny(cell, "\r\x00\x1a\ufffd\ufeff") || strings.ToValidUTF8(cell, "") != cell || len(cell) > 1000 {
				t.Skip("not what a CSV file can hold")
			}
			if strings.ContainsFunc(cell, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
				t.Skip("many of these are no text")
			}
			if cell != "" && strings.Contains("='#E", cell[:1]) {
				t.Skip("may mean something else")
			}
		}
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		if err := w.WriteAll(records); err != nil {
			t.Fatal(err)
		}
		var got [][]string
		for _, row := range readAll(t, file.Bytes(), table.Options{Delimiter: ',', Encoding: "utf-8"}) {
			got = append(got, slices.Clone(row.Cells))
		}
		if diff := cmp.Diff(records, got); diff != "" {
			t.Error(diff)
		}
	})
}
