package table

import (
	"math"
	"strconv"
	"strings"
)

// numberText returns a number of a workbook as a spreadsheet shows it with all its digits: 1.391234E10 is 13912340000, 5.0 is 5, and
// 0.30000000000000004 is 0.3. A time keeps the digits it is stored with. A whole number whose last digits are gone, as spreadsheets keep
// only 15 of them, stays recognisable: 2.02611E+17. What is no number stays as it is.
func numberText(stored string) string {
	text := strings.TrimSpace(stored)
	if !isNumber(text) {
		return stored
	}
	if len(text) <= exactDigits && strings.Trim(text, "0123456789") == "" {
		return text // nearly all of them
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsInf(f, 0) || math.Abs(f) >= 1e20 || f != 0 && math.Abs(f) < 1e-9:
		return text
	case f != math.Trunc(f):
		return fraction(f)
	case math.Abs(f) < 1e15:
		if strings.ContainsAny(text, ".eE+") {
			return strconv.FormatFloat(f+0, 'f', -1, 64)
		}
		return text
	}
	return longWhole(text, f)
}

const exactDigits = 15 // what a spreadsheet keeps of a number

// isNumber reports whether a text is a number as XML has them.
func isNumber(text string) bool {
	if len(text) > 64 {
		return false
	}
	mantissa := strings.TrimLeft(text, "+-")
	if len(text)-len(mantissa) > 1 {
		return false
	}
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		exponent := mantissa[i+1:]
		mantissa = mantissa[:i]
		digits := strings.TrimLeft(exponent, "+-")
		if len(exponent)-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "" {
			return false
		}
	}
	return strings.Trim(mantissa, "0123456789.") == "" && strings.Count(mantissa, ".") <= 1 && mantissa != "" && mantissa != "."
}

// fraction writes a number that is not whole: without the last digits where they are what adding in binary leaves.
func fraction(f float64) string {
	const short = exactDigits - 2
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', exactDigits-1, 64), 64); err == nil {
		s := strconv.FormatFloat(rounded, 'f', -1, 64)
		if digits := strings.TrimLeft(strings.ReplaceAll(s, ".", ""), "-0"); len(digits) <= short {
			return s
		}
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// longWhole writes a whole number of more than 15 digits. Whoever wrote it knew all of them where it has another than a zero beyond the
// 15th, and is either small enough to be exact as a spreadsheet calculates, or has more digits than that calculation gives.
func longWhole(text string, f float64) string {
	digits := text
	if strings.ContainsAny(text, ".eE+") {
		digits = strconv.FormatFloat(f, 'f', -1, 64)
	}
	bare := strings.TrimPrefix(digits, "-")
	known := strings.Trim(bare[min(exactDigits, len(bare)):], "0") != ""
	if exact := math.Abs(f) < 1<<53; known && (exact || digits != strconv.FormatFloat(f, 'f', -1, 64)) {
		return digits
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', exactDigits-1, 64), "E")
	return strings.TrimRight(strings.TrimRight(mantissa, "0"), ".") + "E" + exponent
}
