package table

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxStyles is how many styles of a workbook are looked at; Excel has no more.
const maxStyles = 1 << 16

// look is how a style shows a number, where that is another text than its digits. What people see is what every CSV file made of the
// workbook has: 12345 with the format "T-"0000000 is the ticket T-0012345.
type look struct {
	digits  int8   // shows so many at least
	before  string // shows this before them
	elapsed bool   // a number of days as hours, minutes and seconds: 1.5 is 36:00:00
	percent bool
}

// builtIn are the looks that workbooks do not spell out.
var builtIn = map[string]look{"9": {percent: true}, "10": {percent: true}, "46": {elapsed: true}}

// readStyles returns the look of each style of cells; nil where all show numbers as they are.
func (w *workbook) readStyles(name string) (looks []look, err error) {
	t, err := w.part(name, &w.spent)
	if errors.Is(err, errNoPart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	formats := maps.Clone(builtIn)
	inCells, special := false, false
	for {
		err := t.next()
		if errors.Is(err, io.EOF) || len(looks) > maxStyles || len(formats) > maxStyles {
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
			formats[t.attribute("numFmtId")] = lookOf(t.attribute("formatCode"))
		case string(t.name) == "xf" && inCells:
			l := formats[t.attribute("numFmtId")]
			looks, special = append(looks, l), special || l != look{}
		}
	}
	if !special {
		return nil, nil
	}
	return looks, nil
}

// lookOf returns the look of a format. Any that is not understood shows the number.
func lookOf(format string) look {
	format, _, _ = strings.Cut(format, ";")
	switch lower := strings.ToLower(format); {
	case strings.HasPrefix(lower, "[h]:m"), strings.HasPrefix(lower, "[hh]:m"):
		return look{elapsed: true}
	case strings.HasSuffix(format, "%") && strings.Trim(format, "0#.,%") == "":
		return look{percent: true}
	}
	before, rest := literal(format)
	if strings.Trim(rest, "0") != "" || rest == "" || len(rest) > exactDigits || len(rest) < 2 && before == "" {
		return look{}
	}
	return look{digits: int8(len(rest)), before: before}
}

// literal returns the text that a format shows first, in quotes or after backslashes, and the rest of the format.
func literal(format string) (text, rest string) {
	for {
		switch {
		case strings.HasPrefix(format, `"`):
			quoted, after, closed := strings.Cut(format[1:], `"`)
			if !closed {
				return text, format
			}
			text, format = text+quoted, after
		case strings.HasPrefix(format, `\`) && len(format) > 1:
			_, size := utf8.DecodeRuneInString(format[1:])
			text, format = text+format[1:1+size], format[1+size:]
		default:
			return text, format
		}
	}
}

// shown returns a number as a style shows it.
func (w *workbook) shown(number string, style []byte) string {
	if w.looks == nil {
		return number
	}
	n, err := strconv.Atoi(string(style))
	if err != nil || n < 0 || n >= len(w.looks) || number == "" || w.looks[n] == (look{}) {
		return number
	}
	switch l := w.looks[n]; {
	case l.elapsed:
		return elapsed(number)
	case l.percent:
		return percent(number)
	case strings.Trim(number, "0123456789") != "":
		return number
	default:
		return l.before + strings.Repeat("0", max(int(l.digits)-len(number), 0)) + number
	}
}

// elapsed returns a number of days as hours, minutes and seconds. Below one it stays a number, as a time of day is one too; and what is
// more than anybody waits is a date with a strange format.
func elapsed(number string) string {
	const secondsOfADay, longest = 24 * 60 * 60, 1000
	days, err := strconv.ParseFloat(number, 64)
	if err != nil || days < 1 || days > longest {
		return number
	}
	n := int(math.Round(days * secondsOfADay))
	return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
}

// percent returns a part as so many of a hundred.
func percent(number string) string {
	part, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	return strconv.FormatFloat(math.Round(part*1e10)/1e8, 'f', -1, 64) + "%"
}
