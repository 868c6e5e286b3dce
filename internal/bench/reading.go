package main

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"aftercall/internal/table"
)

// The files that are read: as many rows as a large centre has in a year.
const (
	csvRows  = 1_000_000
	xlsxRows = 300_000
)

// readFlag makes this program read a file in a process of its own, whose memory is then known.
const readFlag = "-read"

// reading measures how fast files are read, and the most memory that takes. The bare limits: for CSV the standard library's reader, for
// XLSX unpacking its parts, and for memory a process that reads nothing.
func reading(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "aftercall-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var figures []figure
	_, nothing, err := readApart(ctx, "nothing", os.DevNull)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name, bare string
		rows       int
		write      func(io.Writer, int) error
	}{{"csv", "bare-csv", csvRows, writeCSV}, {"xlsx", "bare-zip", xlsxRows, writeXLSX}} {
		path := filepath.Join(dir, "contacts."+f.name)
		if err := writeFile(path, f.rows, f.write); err != nil {
			return nil, err
		}
		seconds, memory, err := readApart(ctx, "table", path)
		if err != nil {
			return nil, err
		}
		bare, _, err := readApart(ctx, f.bare, path)
		if err != nil {
			return nil, err
		}
		rows := float64(f.rows)
		figures = append(figures,
			figure{"reading/" + f.name, rows / seconds, "rows/s", rows / bare},
			figure{"reading-memory/" + f.name, memory, "MB", nothing},
		)
	}
	return figures, nil
}

// readApart reads a file in a process of its own.
func readApart(ctx context.Context, how, path string) (seconds, megabytes float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, readFlag, how, path)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("read %s: %w", path, err)
	}
	seconds = time.Since(began).Seconds()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, 0, errors.New("this system does not tell a process's memory")
	}
	return seconds, float64(usage.Maxrss) / 1024, nil
}

// readHere reads a file to its end, and keeps nothing.
func readHere(ctx context.Context, how, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = file.Close() }()
	switch how {
	case "table":
		return readTable(ctx, file)
	case "bare-csv":
		rows := csv.NewReader(bufio.NewReader(file))
		for rows.ReuseRecord = true; err == nil; {
			_, err = rows.Read()
		}
	case "bare-zip":
		err = unzip(path)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read file: %w", err)
	}
	return nil
}

func readTable(ctx context.Context, file io.Reader) error {
	r, err := table.Open(ctx, file, table.Options{})
	if err != nil {
		return fmt.Errorf("open table: %w", err)
	}
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("read table: %w", err)
	}
	return nil
}

func unzip(path string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	defer func() { _ = archive.Close() }()
	for _, part := range archive.File {
		r, err := part.Open()
		if err != nil {
			return fmt.Errorf("open part: %w", err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil { //nolint:gosec // we wrote it
			return fmt.Errorf("unpack: %w", err)
		}
		_ = r.Close()
	}
	return nil
}

func writeFile(path string, rows int, write func(io.Writer, int) error) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a file: %w", err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	if err := errors.Join(write(w, rows), w.Flush(), file.Close()); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}

func writeCSV(w io.Writer, rows int) error {
	_, err := io.WriteString(w, "Ticket,State,Customer,Phone,Email,Opened,Closed,Product,Agent,Team,Score,Note\r\n")
	for i := 0; i < rows && err == nil; i++ {
		_, err = fmt.Fprintf(w, "Q-%d,resolved,王敏%d,139%08d,c%d@example.org,2026-11-20 09:00:00,2026-11-20 10:00:00,家庭宽带,李强,夜班,%d,"+
			"\"换了 \"\"光猫\"\",\r\n重启后恢复\"\r\n", i, i, i, i, i%5+1)
	}
	return err
}

// writeXLSX writes a workbook as Excel does: with two texts of each row among those that cells share.
func writeXLSX(w io.Writer, rows int) error {
	const (
		types = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
		head  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	)
	archive := zip.NewWriter(w)
	relations := func(kind, target string, more ...string) string {
		return head + `<Relationships><Relationship Id="rId1" Type="` + types + `/` + kind + `" Target="` + target + `"/>` +
			strings.Join(more, "") + `</Relationships>`
	}
	shared := `<Relationship Id="rId2" Type="` + types + `/sharedStrings" Target="sharedStrings.xml"/>`
	var problems []error
	for _, p := range []struct {
		name  string
		write func(io.Writer)
	}{
		{"_rels/.rels", func(w io.Writer) { fmt.Fprint(w, relations("officeDocument", "xl/workbook.xml")) }},
		{"xl/workbook.xml", func(w io.Writer) {
			fmt.Fprint(w, head+`<workbook xmlns:r="`+types+`"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`)
		}},
		{"xl/_rels/workbook.xml.rels", func(w io.Writer) { fmt.Fprint(w, relations("worksheet", "worksheets/sheet1.xml", shared)) }},
		{"xl/worksheets/sheet1.xml", func(w io.Writer) { writeSheet(w, rows) }},
		{"xl/sharedStrings.xml", func(w io.Writer) { writeShared(w, rows) }},
	} {
		part, err := archive.Create(p.name)
		if err != nil {
			return fmt.Errorf("add a part: %w", err)
		}
		b := bufio.NewWriter(part)
		p.write(b)
		problems = append(problems, b.Flush())
	}
	return errors.Join(append(problems, archive.Close())...)
}

func writeSheet(w io.Writer, rows int) {
	fmt.Fprint(w, `<worksheet><sheetData>`)
	for i := range rows {
		n := i + 1
		fmt.Fprintf(w, `<row r="%d" spans="1:11"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" t="s"><v>0</v></c><c r="C%d" t="s"><v>%d</v></c>`,
			n, n, 4+2*i, n, n, 5+2*i)
		fmt.Fprintf(w, `<c r="D%d"><v>139%08d</v></c><c r="E%d" s="1"><v>46346.375</v></c><c r="F%d" s="1"><v>46346.416666666664</v></c>`,
			n, i, n, n)
		fmt.Fprintf(w, `<c r="G%d" t="s"><v>1</v></c><c r="H%d" t="s"><v>2</v></c><c r="I%d" t="s"><v>3</v></c>`, n, n, n)
		fmt.Fprintf(w, `<c r="J%d"><v>%d</v></c><c r="K%d"/></row>`, n, i%5+1, n)
	}
	fmt.Fprint(w, `</sheetData></worksheet>`)
}

func writeShared(w io.Writer, rows int) {
	fmt.Fprint(w, `<sst><si><t>resolved</t></si><si><t>家庭宽带</t></si><si><t>李强</t></si><si><t>夜班</t></si>`)
	for i := range rows {
		fmt.Fprintf(w, `<si><t>Q-%d</t></si><si><t>王敏%d</t></si>`, i, i)
	}
	fmt.Fprint(w, `</sst>`)
}
