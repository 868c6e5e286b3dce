package table

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"aftercall/internal/fault"
)

// Limits against a small file that unpacks to a huge one. Larger worksheets are unpacked to a temporary file.
const (
	unzipLimit = 1 << 30
	unzipInRAM = 32 << 20
)

// openWorkbook opens a sheet of an XLSX file. Cells are read as they are stored, so that a phone number is not 1.39E+10.
func openWorkbook(file io.Reader, opts Options) (*Reader, error) {
	book, err := excelize.OpenReader(limited(file, opts.MaxBytes), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: unzipLimit, UnzipXMLSizeLimit: unzipInRAM,
	})
	if err != nil {
		if errors.Is(err, errTooLarge) {
			return nil, errTooLarge
		}
		return nil, fault.Wrap(err, fault.Invalid, "file_workbook", "the workbook cannot be read; save it again as .xlsx")
	}
	sheet := opts.Sheet
	if sheet == "" {
		sheet = book.GetSheetName(0)
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		_ = book.Close()
		return nil, fault.Wrap(err, fault.Invalid, "sheet_unknown", "the workbook has no sheet of that name").With("sheet", sheet)
	}
	w := &workbook{rows: rows}
	return &Reader{next: w.next, isSheet: true, close: func() error {
		return errors.Join(rows.Close(), book.Close())
	}}, nil
}

type workbook struct {
	rows *excelize.Rows
	line int
}

func (w *workbook) next() (Row, error) {
	for w.rows.Next() {
		w.line++
		cells, err := w.rows.Columns()
		if err != nil {
			return Row{}, fmt.Errorf("read row %d: %w", w.line, err)
		}
		if len(cells) > maxColumns {
			return Row{}, rowError(w.line, "too_many_cells", "has more than 1000 cells", "")
		}
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			return Row{Line: w.line, Cells: cells}, nil
		}
	}
	if err := w.rows.Error(); err != nil {
		return Row{}, fault.Wrap(err, fault.Invalid, "file_damaged", "the file is damaged and cannot be read further")
	}
	return Row{}, io.EOF
}
