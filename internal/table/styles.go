package table

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// maxStyles is how many styles of a workbook are looked at; Excel has no more.
const maxStyles = 1 << 16

// readStyles returns, for each style of cells, how many digits it shows at least: a number 12345 with the format 0000000 is the ticket
// 0012345 to everybody who sees it, and in every CSV file made of it.
func (w *workbook) readStyles(name string) (digits []int8, err error) {
	t, err := w.part(name, &w.spent)
	if errors.Is(err, errNoPart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	formats := map[string]int8{}
	inCells, padded := false, false
	for {
		err := t.next()
		if errors.Is(err, io.EOF) || len(digits) > maxStyles || len(formats) > maxStyles {
			break
		}
		if err != nil {
			return nil, err
		}
		switch {
		case string(t.name) == "cellXfs" && t.kind != textToken:
			inCells = t.kind == startTag
		case t.kind != startTag:
		case string(t.name) == "numFmt":
			if n := zeros(t.attribute("formatCode")); n > 0 {
				formats[t.attribute("numFmtId")] = n
			}
		case string(t.name) == "xf" && inCells:
			n := formats[t.attribute("numFmtId")]
			digits, padded = append(digits, n), padded || n > 0
		}
	}
	if !padded {
		return nil, nil
	}
	return digits, nil
}

// zeros returns how many digits a format shows at least that is nothing but zeros; 0 for any other.
func zeros(format string) int8 {
	format, _, _ = strings.Cut(format, ";")
	if len(format) < 2 || len(format) > exactDigits || strings.Trim(format, "0") != "" {
		return 0
	}
	return int8(len(format))
}

// padded returns a number as a style shows it.
func (w *workbook) padded(number string, style []byte) string {
	if w.digits == nil {
		return number
	}
	n, err := strconv.Atoi(string(style))
	if err != nil || n < 0 || n >= len(w.digits) || strings.Trim(number, "0123456789") != "" || number == "" {
		return number
	}
	return strings.Repeat("0", max(int(w.digits[n])-len(number), 0)) + number
}
