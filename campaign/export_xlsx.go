package campaign

import (
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/xuri/excelize/v2"

	"aftercall/internal/table"
)

// xlsxSheet writes a workbook of two sheets: the list, and its receipt. Rows are streamed through a temporary file;
// saving needs memory for the packed file.
type xlsxSheet struct {
	w      io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	head   int // style of headings
	exact  int // style of cells that stay text when somebody edits them
	rows   int
	title  string // of the receipt's sheet
}

func newXLSX(w io.Writer, folder string, text func(string) string) (*xlsxSheet, error) {
	s := &xlsxSheet{w: w, file: excelize.NewFile(excelize.Options{TmpDir: folder}), title: text("export.sheet.receipt")}
	list := text("export.sheet.list")
	err := s.file.SetSheetName("Sheet1", list)
	if err == nil {
		s.stream, err = s.file.NewStreamWriter(list)
	}
	if err == nil {
		s.head, err = s.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	}
	if err == nil {
		s.exact, err = s.file.NewStyle(&excelize.Style{NumFmt: 49}) // "@", text
	}
	if err == nil {
		err = s.stream.SetColWidth(1, len(columns()), 18)
	}
	if err == nil {
		err = s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write XLSX: %w", err), s.file.Close())
	}
	return s, nil
}

// phone is what may stand in a cell without an apostrophe although it begins with a plus.
var phone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func (s *xlsxSheet) row(cells []cell) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		value := excelize.Cell{Value: table.Inert(c.text)}
		switch {
		case s.rows == 0:
			value.StyleID = s.head
		case c.exact:
			value.StyleID = s.exact
			if phone.MatchString(c.text) {
				value.Value = c.text
			}
		}
		values[i] = value
	}
	s.rows++
	return s.set(s.stream, s.rows, values)
}

func (s *xlsxSheet) set(stream *excelize.StreamWriter, row int, values []any) error {
	name, err := excelize.CoordinatesToCellName(1, row)
	if err == nil {
		err = stream.SetRow(name, values)
	}
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

func (s *xlsxSheet) close(receipt []receiptLine) error {
	err := s.stream.Flush()
	if err == nil {
		err = s.writeReceipt(receipt)
	}
	if err == nil {
		_, err = s.file.WriteTo(s.w)
	}
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

// free removes the temporary files of the sheets.
func (s *xlsxSheet) free() error { return s.file.Close() }

func (s *xlsxSheet) writeReceipt(receipt []receiptLine) error {
	if _, err := s.file.NewSheet(s.title); err != nil {
		return err
	}
	stream, err := s.file.NewStreamWriter(s.title)
	if err != nil {
		return err
	}
	if err := stream.SetColWidth(1, 2, 36); err != nil {
		return err
	}
	for i, line := range receipt {
		if err := s.set(stream, i+1, []any{line.label, table.Inert(line.value)}); err != nil {
			return err
		}
	}
	return stream.Flush()
}
