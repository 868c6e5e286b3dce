package table_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/metrics"
	"strings"
	"testing"

	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// cost is what reading a file took.
type cost struct {
	work  int64 // bytes looked at
	bytes int64 // of memory allocated
	rows  int
	err   error // what reading ended with; nil at the end of the file
}

// allocated returns the bytes this process has allocated. Tests that use it do not run beside others.
func allocated() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// read reads a whole file and keeps nothing.
func read(ctx context.Context, file []byte) (c cost) {
	before := allocated()
	defer func() { c.bytes = allocated() - before }()
	r, err := table.Open(ctx, bytes.NewReader(file), table.Options{})
	if err != nil {
		c.err = err
		return c
	}
	defer func() { _ = r.Close() }()
	for {
		_, err := r.Next()
		var bad *table.RowError
		if err != nil && !errors.As(err, &bad) {
			if !errors.Is(err, io.EOF) {
				c.err = err
			}
			c.work = r.Work()
			return c
		}
		c.rows++
	}
}

// checkText holds the reading of a text file of n bytes against what is promised: linear in n.
func (c cost) checkText(t *testing.T, n int) {
	t.Helper()
	if most := int64(16<<20 + 8*n); c.work > most {
		t.Errorf("%d bytes were looked at in a file of %d", c.work, n)
	}
	if most := int64(48<<20 + 150*n); c.bytes > most {
		t.Errorf("%d bytes were allocated for a file of %d", c.bytes, n)
	}
}

func codeOf(err error) string {
	f, ok := fault.Of(err)
	if !ok {
		return fmt.Sprint(err)
	}
	return f.Kind.String() + ": " + f.Code
}

// Not parallel: what is allocated is measured.
func TestQuotesAreReadInLinearTimeAndMemory(t *testing.T) {
	long := strings.Repeat("x", 190)
	for name, block := range map[string]string{
		"an open quote over thousands of lines with pairs": `"start` + "\n" + strings.Repeat(long+`a""b`+"\n", 4990),
		"the same in short lines":                          `"start` + "\n" + strings.Repeat(`a""b`+"\n", 4990),
		"a pair in every cell":                             `"start` + "\n" + strings.Repeat(`"",""`+"\n", 4990),
		"quotes that open again and again":                 strings.Repeat("x\"y,\"z\n"+strings.Repeat(`a""b`+"\n", 5), 2000),
		"one line":                                         strings.Repeat(`"a""b",`, 900) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := []byte("id,text\n" + strings.Repeat(block, 4<<20/len(block)))
			c := read(t.Context(), file)
			c.checkText(t, len(file))
			if c.err != nil && codeOf(c.err) != "too large: file_quotes" {
				t.Error(c.err)
			}
		})
	}
}

func TestALineThatIsTooLongIsRefusedAndNeverCut(t *testing.T) {
	t.Parallel()
	file := "id,text\n1," + strings.Repeat("x", 3<<20) + "\n2,fine\n"
	rows := readAll(t, []byte(file), table.Options{})
	if len(rows) != 3 || rows[1].Cells[0] != "!row_too_long" || rows[2].Cells[1] != "fine" {
		t.Errorf("%d rows, second %.40v", len(rows), rows[min(1, len(rows)-1)])
	}
}

const (
	sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
	sst       = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
)

// workbookOf packs a workbook of one sheet.
func workbookOf(t testing.TB, sheet, shared func(io.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, write func(io.Writer)) {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		write(part)
	}
	const office = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	add("_rels/.rels",
		text(`<Relationships><Relationship Id="r1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`))
	add("xl/workbook.xml", text(`<workbook xmlns:r="`+office+`"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`))
	add("xl/_rels/workbook.xml.rels",
		text(`<Relationships><Relationship Id="r1" Type="`+office+`/worksheet" Target="worksheets/sheet1.xml"/>`+
			`<Relationship Id="r2" Type="`+office+`/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`))
	add("xl/worksheets/sheet1.xml", sheet)
	if shared != nil {
		add("xl/sharedStrings.xml", shared)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func text(parts ...string) func(io.Writer) {
	return func(w io.Writer) {
		for _, p := range parts {
			_, _ = io.WriteString(w, p)
		}
	}
}

// repeated writes a text n times between two others.
func repeated(head, body string, n int, tail string) func(io.Writer) {
	return func(w io.Writer) {
		_, _ = io.WriteString(w, head)
		block := strings.Repeat(body, 1000)
		for range n / 1000 {
			_, _ = io.WriteString(w, block)
		}
		_, _ = io.WriteString(w, tail)
	}
}

// Not parallel: what is allocated is measured.
func TestAWorkbookThatIsABombIsRefusedWithTheLimitItMet(t *testing.T) {
	one := text(sheetHead, `<row><c t="s"><v>0</v></c></row>`, sheetTail)
	for _, tt := range []struct {
		name, want string
		file       []byte
	}{
		{
			name: "millions of shared texts", want: "too large: file_too_many_strings",
			file: workbookOf(t, one, repeated(sst, `<si><t/></si>`, 5_000_000, `</sst>`)),
		},
		{
			name: "shared texts that are huge", want: "too large: file_unpacks_too_far",
			file: workbookOf(t, one, repeated(sst, `<si><t>`+strings.Repeat("ab", 500)+`</t></si>`, 100_000, `</sst>`)),
		},
		{
			name: "nothing but comments", want: "too large: file_unpacks_too_far",
			file: workbookOf(t, repeated(sheetHead, `<!-- nothing to be seen here -->`, 3_000_000, sheetTail), nil),
		},
		{
			name: "an endless tag", want: "too large: file_cell_too_long",
			file: workbookOf(t, repeated(sheetHead+`<row><c><v>`, `123456789 `, 500_000, `</v></c></row>`+sheetTail), nil),
		},
		{
			name: "gaps between cells", want: "too large: file_too_many_cells",
			file: workbookOf(t, repeated(sheetHead, `<row><c r="ALL1"><v>1</v></c></row>`, 300_000, sheetTail), nil),
		},
		{
			"one long text everywhere", "too large: file_too_much_text",
			workbookOf(t, repeated(sheetHead, `<row><c t="s"><v>0</v></c></row>`, 2000, sheetTail),
				text(sst, `<si><t>`, strings.Repeat("x", 1000<<10), `</t></si></sst>`)),
		},
		{
			name: "merged cells without end", want: "too large: file_too_many_merges",
			file: workbookOf(t, func(w io.Writer) {
				_, _ = io.WriteString(w, sheetHead+`<row><c><v>1</v></c></row></sheetData><mergeCells>`)
				for i := range table.MaxMerges + 1 {
					fmt.Fprintf(w, `<mergeCell ref="A%d:C%d"/>`, i+1, i+1)
				}
			}, nil),
		},
		{
			name: "a cover of nothing but comments", want: "too large: file_unpacks_too_far",
			file: book{sheets: []part{
				{"S", strings.Repeat(`<!-- nothing to be seen here -->`, 3_000_000)}, {"T", rowsOf("a|b", "1|2")},
			}}.bytes(t),
		},
		{"nested without end", "invalid: file_damaged", workbookOf(t, repeated(sheetHead, `<a>`, 1_000_000, ""), nil)},
		{"a sheet that is cut", "invalid: file_damaged", workbookOf(t, text(sheetHead, `<row><c><v>1</v></c></row><row>`), nil)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := read(t.Context(), tt.file)
			if codeOf(c.err) != tt.want {
				t.Errorf("%s, want %s", codeOf(c.err), tt.want)
			}
			if c.bytes > 1536<<20 { // all that was ever allocated; what is held is far less
				t.Errorf("%d MiB were allocated for a file of %d KiB", c.bytes>>20, len(tt.file)>>10)
			}
		})
	}
}

// Not parallel: what is allocated is measured.
func TestMergedCellsCostNoMoreThanTheRowsTheyStandIn(t *testing.T) {
	const rows = 20_000
	for name, merges := range map[string]func(i int) string{
		"over each other":  func(i int) string { return fmt.Sprintf("A%d:ALL1048576", i+1) },
		"down all columns": func(i int) string { return fmt.Sprintf("%c%d:%c%d", 'A'+i%26, i/26*50+1, 'A'+i%26, i/26*50+50) },
		"across all rows":  func(i int) string { return fmt.Sprintf("A%d:ALL%d", i+1, i+1) },
	} {
		t.Run(name, func(t *testing.T) {
			file := workbookOf(t, func(w io.Writer) {
				_, _ = io.WriteString(w, sheetHead)
				for range rows {
					_, _ = io.WriteString(w, `<row><c><v>1</v></c><c><v>2</v></c></row>`)
				}
				_, _ = io.WriteString(w, `</sheetData><mergeCells>`)
				for i := range rows {
					fmt.Fprintf(w, `<mergeCell ref="%s"/>`, merges(i))
				}
				_, _ = io.WriteString(w, `</mergeCells></worksheet>`)
			}, nil)
			if c := read(t.Context(), file); c.err != nil || c.rows != rows || c.bytes > 64<<20 {
				t.Errorf("%d rows and %d MiB, %v", c.rows, c.bytes>>20, c.err)
			}
		})
	}
}

func TestAWorkbookOfTooManyPartsIsRefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 10_001 {
		if _, err := w.Create(fmt.Sprintf("xl/media/%d.png", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Open(t.Context(), &b, table.Options{}); codeOf(err) != "too large: file_too_many_parts" {
		t.Error(err)
	}
}

func TestAPackedTextThatIsABombIsRefused(t *testing.T) {
	t.Parallel()
	file := gzipped(t, "id\n"+strings.Repeat("1,", 500)+strings.Repeat("\n\n\n\n\n\n\n\n", 10<<20))
	r, err := table.Open(t.Context(), bytes.NewReader(file), table.Options{})
	for err == nil {
		_, err = r.Next()
	}
	if codeOf(err) != "too large: file_unpacks_too_far" {
		t.Error(err)
	}
}

func TestReadingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("1,2,3\n", 1<<20)
	for name, file := range map[string][]byte{
		"text":     []byte("a,b,c\n" + many),
		"workbook": workbookOf(t, repeated(sheetHead, `<row><c><v>1</v></c><c><v>2</v></c></row>`, 200_000, sheetTail), nil),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := table.Open(ctx, bytes.NewReader(file), table.Options{})
			if err != nil {
				t.Fatal(err)
			}
			cancel()
			rows := 0
			for ; err == nil; rows++ {
				_, err = r.Next()
			}
			if !errors.Is(err, context.Canceled) || fault.Is(err, fault.Invalid) || rows > 400_000 {
				t.Errorf("%d rows, then %v", rows, err)
			}
			late, cancel := context.WithTimeout(t.Context(), 0)
			_, err = table.Open(late, bytes.NewReader(file), table.Options{})
			cancel()
			if codeOf(err) != "too large: file_takes_too_long" {
				t.Error(err)
			}
		})
	}
}

// flaky fails in the middle of a file, as a database does that is gone.
type flaky struct{ left io.Reader }

var errGone = errors.New("the database is gone")

func (f flaky) Read(p []byte) (int, error) {
	n, err := f.left.Read(p)
	if errors.Is(err, io.EOF) {
		err = errGone
	}
	return n, err
}

func TestWhatTheFileIsReadFromIsNotTheFilesFault(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"text": []byte("a,b\n1,2\n"), "packed": gzipped(t, strings.Repeat("a,b\n", 10_000))[:20],
		"workbook": workbookOf(t, text(sheetHead, sheetTail), nil),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := table.Open(t.Context(), flaky{bytes.NewReader(file)}, table.Options{})
			for err == nil {
				_, err = r.Next()
			}
			if !errors.Is(err, errGone) || fault.KindOf(err) != fault.Internal {
				t.Error(err)
			}
		})
	}
}

func FuzzWorkbook(f *testing.F) {
	for _, sheet := range []string{
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>1.5</v></c></row>`, `<row><c t="inlineStr"><is><t>x</t></is></c></row>`,
		`<row r="99"><c r="ZZZ1" t="b"><v>1</v></c></row>`,
		`<x:row><x:c t="str"><x:v>_x000D_&amp;</x:v></x:c></x:row>`, `<!DOCTYPE a [<!ENTITY b "c">]>`,
		`<row hidden="1"><c><f>1</f></c><c t="e"><v>#N/A</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/>`,
		`<row><c><v>1.5E10</v></c><c t='inlineStr'><is><t><![CDATA[x]]></t></is></c></row>`,
	} {
		f.Add(sheet, `<si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r></si>`)
	}
	f.Fuzz(func(t *testing.T, sheet, shared string) {
		file := workbookOf(t, text(sheetHead, sheet, sheetTail), text(sst, shared, `</sst>`))
		c := read(t.Context(), file)
		n := int64(len(sheet) + len(shared) + 2048)
		if c.work > 3*n { // to choose the sheet, for what stands behind its rows, and for them
			t.Errorf("%d bytes were looked at in parts of %d", c.work, n)
		}
		if c.bytes > 64<<20+1000*n {
			t.Errorf("%d bytes were allocated for parts of %d", c.bytes, n)
		}
	})
}
