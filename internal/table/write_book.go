package table

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// BookSheet is a sheet of a workbook to be written: rows of texts, which are made inert, and numbers, the first one of headings.
type BookSheet struct {
	Name string
	Rows [][]any // of string, int and float64; nil is an empty cell
}

// WriteBook writes a workbook that is small enough to be kept in memory: some ten thousand rows.
func WriteBook(w io.Writer, sheets ...BookSheet) error {
	file := excelize.NewFile()
	err := writeSheets(file, sheets)
	if err == nil {
		_, err = file.WriteTo(w)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

func writeSheets(file *excelize.File, sheets []BookSheet) error {
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, sheet := range sheets {
		if i == 0 {
			err = file.SetSheetName("Sheet1", sheet.Name)
		} else {
			_, err = file.NewSheet(sheet.Name)
		}
		if err == nil {
			err = writeSheet(file, sheet, bold)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func writeSheet(file *excelize.File, sheet BookSheet, head int) error {
	stream, err := file.NewStreamWriter(sheet.Name)
	if err != nil {
		return err
	}
	for i, row := range sheet.Rows {
		cells := make([]any, len(row))
		for j, value := range row {
			if text, is := value.(string); is {
				value = Inert(text)
			}
			cells[j] = excelize.Cell{Value: value}
			if i == 0 {
				cells[j] = excelize.Cell{Value: value, StyleID: head}
			}
		}
		name, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = stream.SetRow(name, cells)
		}
		if err != nil {
			return err
		}
	}
	return stream.Flush()
}
