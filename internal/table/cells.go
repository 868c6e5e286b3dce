package table

import (
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
)

// errorValues are what spreadsheets show, and write into text files, where a formula has no value.
var errorValues = map[string]bool{
	"#N/A": true, "#REF!": true, "#VALUE!": true, "#DIV/0!": true, "#NAME?": true, "#NUM!": true, "#NULL!": true, "#ERROR!": true,
	"#SPILL!": true, "#CALC!": true, "#FIELD!": true, "#BLOCKED!": true, "#CONNECT!": true, "#BUSY!": true, "#UNKNOWN!": true,
	"#GETTING_DATA": true,
}

// checkText returns what a cell of text says, and adds a fault to its row where that is not what it seems.
func checkText(row *Row, at int, text string) string {
	if isBroken(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
		row.fault(at, BadEncoding, text)
		return text
	}
	return checkValue(row, at, text)
}

// checkValue is checkText for a text that is not broken.
func checkValue(row *Row, at int, text string) string {
	if text == "" {
		return text
	}
	switch text[0] {
	case '#', 'E':
		if isErrorValue(text) {
			row.fault(at, ErrorCell, text)
			return ""
		}
	case '=', '\'':
		return kept(text)
	}
	return text
}

// kept returns a number that was written so that a spreadsheet keeps all its digits: ="0012", or '0012.
func kept(text string) string {
	if inner, found := strings.CutPrefix(text, `="`); found {
		if inner, found = strings.CutSuffix(strings.TrimRight(inner, " \t"), `"`); found && !strings.Contains(inner, `"`) {
			return inner
		}
		return text
	}
	if digits, found := strings.CutPrefix(text, "'"); found && strings.Trim(strings.TrimPrefix(digits, "+"), "0123456789") == "" {
		if strings.Trim(digits, "+") != "" {
			return digits
		}
	}
	return text
}

// isBroken reports whether a text has bytes that are no characters, or what was put in the place of such.
func isBroken(text string) bool {
	const first = 0xef // byte of U+FFFD
	return !utf8.ValidString(text) || strings.IndexByte(text, first) >= 0 && strings.Contains(text, "\uFFFD")
}

// isErrorValue reports whether a text is an error value, or the signs that fill a column too narrow for its date.
func isErrorValue(text string) bool {
	text = strings.TrimSpace(text)
	if rest, found := strings.CutPrefix(text, "Err:5"); found { // of LibreOffice, with two more digits
		return len(rest) == 2 && strings.Trim(rest, "0123456789") == ""
	}
	return errorValues[strings.ToUpper(text)] || len(text) > 2 && strings.Trim(text, "#") == ""
}

func (r *Row) fault(cell int, code, value string) {
	r.Faults = append(r.Faults, Fault{Cell: cell, Code: code, Value: shown(value)})
}

// shown returns the beginning of a value, as much of it as a report shows, without the block it was read in.
func shown(value string) string { return strings.Clone(fault.Shorten(value, fault.MaxShown)) }
