package table

import (
	"context"
	"errors"
	"io"

	"aftercall/internal/fault"
)

// Limits of one row. A quote that is never closed would otherwise swallow the rest of the file.
const (
	maxRecordBytes = 1 << 20
	maxRecordLines = 5000
	maxColumns     = 1000
)

// Limits of a file, whatever Options allow. A small file must not cost much: what it unpacks to is bounded by what it has, and whatever
// else it can ask for by a number.
const (
	defaultMaxBytes  = 4 << 30
	maxUnpackRatio   = 100       // bytes a file may unpack to for each of its own; what Apache POI takes for a bomb
	freeUnpacked     = 64 << 20  // bytes it may unpack to however small it is
	maxWorkbookBytes = 256 << 20 // of an XLSX file, which is read as a whole
	maxUnpacked      = 2 << 30   // bytes of the parts of a workbook that are read
	maxStrings       = 4 << 20   // texts that cells of a workbook share
	maxStringBytes   = 256 << 20 // of all of them
	maxText          = 1 << 30   // bytes of all cells of a workbook, a shared text counted wherever it stands
	maxCells         = 100 << 20 // of a workbook, gaps between cells counted; and one for each byte unpacked beyond
	freeCells        = 1 << 20
	maxParts         = 10_000  // files inside a workbook, and its sheets
	maxTokenBytes    = 4 << 20 // of one tag or text inside a workbook
)

var (
	errUnpacksTooFar = fault.New(fault.TooLarge, "file_unpacks_too_far",
		"the file unpacks to more than 100 times its size; save it again, or as .csv")
	errTooManyParts = fault.New(fault.TooLarge, "file_too_many_parts",
		"the workbook has more than 10,000 parts; save it again, or as .csv")
	errTooManyStrings = fault.New(fault.TooLarge, "file_too_many_strings",
		"the workbook has more than 4 million different texts; split it, or save it as .csv")
	errTooMuchText = fault.New(fault.TooLarge, "file_too_much_text",
		"the cells of the workbook have more text than can be read; split it, or save it as .csv")
	errTooManyCells = fault.New(fault.TooLarge, "file_too_many_cells",
		"the workbook has too many cells, or gaps between them; split it, or save it as .csv")
	errCellTooLong = fault.New(fault.TooLarge, "file_cell_too_long", "the workbook has a cell or a tag of more than 4 MiB")
	errQuotes      = fault.New(fault.TooLarge, "file_quotes",
		"too many quotes in the file are never closed; it is no CSV file, or has another delimiter")
)

func errTooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "file_too_large", "the file is larger than allowed, or unpacks to more").With("mib", max(limit>>20, 1))
}

// source is the file as it was given: it counts what is read of it, keeps why reading failed, and ends with its context.
type source struct {
	ctx  context.Context //nolint:containedctx // lives as long as one reading
	r    io.Reader
	read int64
	err  error // of reading, not of what was read
}

// Read returns bytes of the file.
func (s *source) Read(p []byte) (int, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.read += int64(n)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if s.err = s.alive(); s.err == nil { // the context's end is not told by whom it stopped first
		s.err = err
	}
	return n, s.err
}

// alive returns an error when nobody waits for the file any more, or too long.
func (s *source) alive() error {
	switch err := s.ctx.Err(); {
	case errors.Is(err, context.DeadlineExceeded):
		s.err = fault.Wrap(err, fault.TooLarge, "file_takes_too_long", "reading the file takes too long; split it, or save it as .csv")
	case err != nil:
		s.err = err
	}
	return s.err
}

// blame returns why reading stopped: a limit that was met, the source itself, or the file, which then has the given fault.
func (s *source) blame(err error, code, message string) error {
	if s.err != nil {
		return s.err
	}
	if _, ok := fault.Of(err); ok {
		return err
	}
	return fault.Wrap(err, fault.Invalid, code, message)
}

// unpacked reads what a file unpacks to, within the limits. What is not packed passes as it is.
type unpacked struct {
	*source
	r     io.Reader
	limit int64
	spent *int64 // by all parts of the file
}

// Read returns unpacked bytes.
func (u unpacked) Read(p []byte) (int, error) {
	if err := u.alive(); err != nil {
		return 0, err
	}
	n, err := u.r.Read(p)
	switch *u.spent += int64(n); {
	case *u.spent > u.limit:
		return 0, errTooLarge(u.limit)
	case *u.spent > max(freeUnpacked, maxUnpackRatio*u.read):
		return 0, errUnpacksTooFar
	}
	return n, err
}
