// Package table reads files of rows as spreadsheets and help desks export them: CSV with any usual delimiter and encoding, also
// compressed, and XLSX. It reads as a stream, names the line of every row, and goes on after a row it cannot read. What it has to
// conclude about a file stands in Found, and a cell that does not say what it seems to has a Fault: nothing is guessed without a word.
// Reading is linear in the size of the file and bounded by limits.go, and stops with its context. It also writes cells that no
// spreadsheet runs as formulas.
//
//	table     what a file is       kinds, archive
//	text      lines and cells      encoding, guess; lines, parser, quotes
//	workbook  sheets and rows      tokens, tags; sheets, sheet, merges, number, styles, shared
package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"

	"aftercall/internal/fault"
)

// Options say how a file is to be read. The zero value finds everything out by itself.
type Options struct {
	Delimiter rune   // of a text file; 0: the one that the first rows agree about
	Encoding  string // of a text file, as KnownEncoding knows it; "" looks at the bytes
	Sheet     string // of a workbook; "" for the first one that is visible and has a heading and a row
	MaxBytes  int64  // after decompression; 0 for 4 GiB
}

// Row is one row of a file.
type Row struct {
	Line   int // from 1: the line it begins on, or the row of the sheet
	Cells  []string
	Hidden bool    // the workbook hides it, or a filter does
	Faults []Fault // cells that do not say what they seem to; nil nearly always
}

// Codes of a Fault.
const (
	ErrorCell   = "error_cell"   // an error value of a workbook (#N/A, #REF! …): Cells[Cell] is "", and Value has it
	BadEncoding = "bad_encoding" // bytes that are not in the file's encoding: Cells[Cell] is the text with U+FFFD where they stood
)

// Fault is a cell of a row that was read, and does not say what it seems to.
type Fault struct {
	Cell        int // from 0
	Code, Value string
}

// Found is what Open found out about a file, and what it chose: to be shown before anything is written, and kept with what was.
type Found struct {
	Workbook  bool
	Encoding  string // "utf-8", "gb18030", "utf-16le" …; "" for a workbook
	Delimiter rune   // 0 for a workbook
	Guessed   bool   // the encoding was concluded from the bytes: it was not named, has no byte order mark, and is not UTF-8 throughout
	Sheet     string
	Sheets    []Sheet // all of a workbook, in its order
	Date1904  bool    // numbers that are dates count from 1904
	Filtered  bool    // the sheet has a filter that hides rows, or hidden rows
}

// Sheet is a sheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	Empty  bool // it has no row of values
}

// RowError is a row that cannot be read. Reading goes on with the next row.
type RowError struct{ Field fault.Field }

// Error returns the line and what is wrong with it.
func (e *RowError) Error() string { return e.Field.String() }

// Reader reads a file row by row.
type Reader struct {
	next  func() (Row, error)
	close func() error
	work  func() int64 // bytes that were looked at, for tests
	found *Found
	blank *blanks
}

// blanks counts rows that have nothing but delimiters.
type blanks struct{ rows, first int }

// Next returns the next row that is not empty. It returns io.EOF after the last one, and a *RowError for a row that cannot be
// read, after which it can be called again. It returns fault.TooLarge that says which limit was met, and the error of the context.
func (r *Reader) Next() (Row, error) { return r.next() }

// Found returns what was found out about the file. After the last row it says what turned out only on the way: a file may be plain ASCII
// for a million rows before its first name.
func (r *Reader) Found() Found { return *r.found }

// Blank returns how many rows of only delimiters were passed over so far, and the line of the first of them.
func (r *Reader) Blank() (rows, first int) { return r.blank.rows, r.blank.first }

// Close frees what the reader holds, but not the file it reads from.
func (r *Reader) Close() error { return r.close() }

// sampleBytes is what is looked at to find out encoding and delimiter.
const sampleBytes = 1 << 20

// Open finds out what a file is, by its content, and returns a reader for it, which reads until ctx ends. It returns fault.Invalid for
// a file it cannot read, and fault.TooLarge for one beyond a limit.
func Open(ctx context.Context, file io.Reader, opts Options) (*Reader, error) {
	if opts.MaxBytes == 0 {
		opts.MaxBytes = defaultMaxBytes
	}
	src := &source{ctx: ctx, r: file}
	raw := bufio.NewReaderSize(src, 64<<10)
	head, err := raw.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, src.blame(err, "file_unreadable", "the file cannot be read")
	}
	if err := refuseKind(head); err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return openPacked(src, raw, opts)
	case bytes.HasPrefix(head, []byte(zipHead)):
		return openWorkbook(src, raw, false, opts)
	}
	return openText(src, raw, opts)
}

const zipHead = "PK\x03\x04"

// openPacked opens a file that was packed with gzip.
func openPacked(src *source, raw io.Reader, opts Options) (*Reader, error) {
	unzipped, err := gzip.NewReader(raw)
	if err != nil {
		return nil, src.blame(err, "file_gzip", "the file is not valid gzip")
	}
	inner := bufio.NewReader(unzipped)
	head, err := inner.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, src.blame(err, "file_gzip", "the file is not valid gzip")
	}
	if err := refuseKind(head); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte(zipHead)) {
		return openWorkbook(src, inner, true, opts)
	}
	return openText(src, inner, opts)
}
