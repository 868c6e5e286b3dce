package values

import (
	"strconv"
	"strings"
)

// ID reads a text that names something by digits as one that programs may have taken for a number: 2.0000001E7 is 20000001 and
// 20000001.0 is 20000001. Of 2.02611E+17 the digits are gone, and lost says so. Anything else is what it says, without the apostrophe
// that tells a spreadsheet that it is text.
func ID(text string) (id string, lost bool) {
	if strings.LastIndexByte(text, '\'') == 0 && len(text) > 1 {
		text = strings.TrimLeft(text[1:], " ")
	}
	if len(text) < 4 || len(text) > 40 || text[0] < '0' || text[0] > '9' {
		return text, false
	}
	if point := strings.IndexByte(text, '.'); point >= minFloatDigits && strings.Trim(text[point+1:], "0") == "" && len(text) > point+1 {
		if _, width := leading(text); width == point {
			return text[:point], false
		}
	}
	e := strings.LastIndexAny(text, "eE")
	if e != 1 && (e < 3 || text[1] != '.') {
		return text, false
	}
	digits := text[:1] + strings.TrimPrefix(text[1:e], ".")
	if _, width := leading(digits); width != len(digits) {
		return text, false
	}
	return expand(text, digits, text[e+1:])
}

// minFloatDigits is from how many digits on ".0" is what a program made of a whole number: 1.0 may be a version.
const minFloatDigits = 5

// expand writes digits with an exponent as a whole number. Spreadsheets write E+17 and round; programs write E7 or E17, and the shortest
// digits that still mean the number.
func expand(text, digits, exponent string) (string, bool) {
	rounds := strings.HasPrefix(exponent, "+")
	power, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
	if err != nil || power < 0 || len(exponent) > 4 {
		return text, false
	}
	exact := len(strings.TrimRight(digits, "0")) <= power+1 && power <= 15
	switch {
	case rounds && (len(digits) != power+1 || power > 14):
		return text, true
	case rounds:
		return digits, false
	case power < 7 || len(digits) < 2: // 123E5 and 1.5E3 are names
		return text, false
	case !exact:
		return text, true
	}
	digits = strings.TrimRight(digits, "0")
	return digits + strings.Repeat("0", power+1-len(digits)), false
}
