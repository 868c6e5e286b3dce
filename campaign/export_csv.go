package campaign

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
)

// csvSheet writes what Excel opens by a double click: UTF-8 with a byte order mark, CRLF, and an apostrophe before what it would
// take for a number or a formula. Machines read XLSX, where a phone number is an exact text cell.
type csvSheet struct{ w *csv.Writer }

// looksLikeNumber is what Excel would round or strip of its zeros.
var looksLikeNumber = regexp.MustCompile(`^(0[0-9]+|[0-9]{12,})$`)

func newCSV(w io.Writer) (*csvSheet, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &csvSheet{out}, nil
}

func (s *csvSheet) row(cells []cell) error {
	record := make([]string, len(cells))
	for i, c := range cells {
		record[i] = safe(c.text)
		if c.exact && looksLikeNumber.MatchString(c.text) {
			record[i] = "'" + c.text
		}
	}
	if err := s.w.Write(record); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// close finishes the file. The receipt is on the export's page: lines of another shape would break who reads the file.
func (s *csvSheet) close([]receiptLine) error {
	s.w.Flush()
	if err := s.w.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}
