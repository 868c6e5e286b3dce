package campaign

import (
	"fmt"
	"io"
	"regexp"

	"aftercall/internal/table"
)

// csvSheet writes what Excel opens by a double click: UTF-8 with a byte order mark, every cell quoted, and an apostrophe before
// what it would take for a number or a formula. Machines read XLSX, where a phone number is an exact text cell.
type csvSheet struct{ w *table.CSVWriter }

// looksLikeNumber is what Excel would round or strip of its zeros.
var looksLikeNumber = regexp.MustCompile(`^(0[0-9]+|[0-9]{12,})$`)

func newCSV(w io.Writer) (*csvSheet, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return &csvSheet{table.NewCSVWriter(w)}, nil
}

func (s *csvSheet) row(cells []cell) error {
	record := make([]string, len(cells))
	for i, c := range cells {
		record[i] = c.text
		if c.exact && looksLikeNumber.MatchString(c.text) {
			record[i] = "'" + c.text
		}
	}
	return s.w.Row(record...)
}

// close finishes the file. The receipt is on the export's page: lines of another shape would break who reads the file.
func (s *csvSheet) close([]receiptLine) error { return s.w.Flush() }

func (s *csvSheet) free() error { return nil }
