// Package values reads what a cell of a file says: a time, a duration, a rating, a yes or no, the digits of an id. Each has many
// spellings; what one cell alone does not settle is not guessed. Reading is a function of the text and of what the file's mapping says.
package values

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aftercall/internal/address"
)

// Flaw is what is wrong with a value or, where it was taken all the same, what was assumed.
type Flaw struct {
	Code    string // stable; translated under "problem.<code>"
	Text    string // English; the same for all values of its kind
	Assumed bool   // it was taken
	Taken   string // as what, where that is worth saying
	Args    map[string]any
}

// Plain returns a text as values are read and compared: in half width, without what cannot be seen, with single blanks inside and none
// around.
func Plain(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		r = narrow(r)
		switch {
		case isSolid(r):
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case r < ' ' || r == 0x7F || address.Invisible(r):
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isPlain is the short way for nearly every cell.
func isPlain(s string) bool {
	blank := true
	for _, r := range s {
		if !isSolid(r) && (r != ' ' || blank) {
			return false
		}
		blank = r == ' '
	}
	return !blank || s == ""
}

// narrow returns the half-width character of a full-width one, and the usual one of a few that look alike.
func narrow(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x2212 || r == 0x2010 || r == 0x2011: // minus and hyphens
		return '-'
	case r == 0x2236 || r == 0xFE55: // ratio, small colon
		return ':'
	}
	return r
}

// Fold is Plain without regard to case: how words are compared.
func Fold(s string) string { return strings.ToLower(Plain(s)) }

// Trim takes what is blank or cannot be seen off both ends of a text.
func Trim(s string) string {
	if s == "" {
		return s
	}
	first, _ := utf8.DecodeRuneInString(s)
	if last, _ := utf8.DecodeLastRuneInString(s); isSolid(first) && isSolid(last) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || address.Invisible(r) })
}

// isSolid is the short way for nearly every character: ASCII that is printed, and Han.
func isSolid(r rune) bool { return r > ' ' && r < 0x7F || r >= 0x4E00 && r <= 0x9FFF }

// blankWords are what people and programs write into a cell that has no value. A name or an id may be one of them; a number, a time, a
// rating and a yes or no cannot.
var blankWords = []string{
	"-", "--", "---", "–", "—", "——", "/", "\\", ".", "?", "n/a", "n.a.", "na", "null", "(null)", "nil", "none", "nan", "undefined",
	"\\n", "(blank)", "(empty)", "blank", "empty", "not rated", "not answered", "no answer", "no response", "unrated",
	"无", "暂无", "没有", "空", "未评价", "未评", "未评分", "未参评", "未作答", "未填", "未填写", "未知", "不适用", "无评价", "暂无评价",
}

var blankSet = func() map[string]bool {
	set := make(map[string]bool, len(blankWords))
	for _, word := range blankWords {
		set[word] = true
	}
	return set
}()

// BlankWords returns the words that say that a cell has no value.
func BlankWords() []string { return slices.Clone(blankWords) }

// IsBlank reports whether a cell says nothing, or in words that it has no value.
func IsBlank(s string) bool {
	if len(s) > 32 || s != "" && isDigit(s[0]) { // no such word begins with a digit
		return false
	}
	s = Fold(s)
	return s == "" || blankSet[s]
}

// errorValues are what a spreadsheet shows in a cell it could not compute, in its own file or in one of text.
var errorValues = []string{
	"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!",
	"#BUSY!", "#UNKNOWN!", "#GETTING_DATA", "#ERROR!", "Err:502", "Err:504", "Err:508", "Err:509", "Err:511", "Err:522",
}

// IsError reports whether a cell is an error of a spreadsheet, or a number that did not fit its column (######).
func IsError(s string) bool {
	if s == "" || s[0] != '#' && s[0] != 'E' || len(s) > 40 {
		return false
	}
	return slices.Contains(errorValues, s) || len(s) >= 3 && strings.Trim(s, "#") == ""
}

// Truth reads yes and no.
func Truth(s string) (yes, ok bool) {
	switch Fold(s) {
	case "true", "yes", "y", "t", "1", "是", "有", "真", "对", "√", "✓", "✔", "on":
		return true, true
	case "false", "no", "n", "f", "0", "否", "无", "假", "错", "不是", "没有", "×", "✗", "✘", "off":
		return false, true
	}
	return false, false
}

// bare is Plain without the apostrophe that tells a spreadsheet that a number is a text.
func bare(s string) string {
	return strings.TrimSpace(strings.TrimLeft(Plain(s), "'’"))
}

// leading returns the digits at the beginning of a text, and how many there are.
func leading(s string) (n, width int) {
	for width < len(s) && s[width] >= '0' && s[width] <= '9' {
		if width < 18 {
			n = n*10 + int(s[width]-'0')
		}
		width++
	}
	return n, width
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// cutRune returns the first character of a text and the rest.
func cutRune(s string) (r rune, rest string) {
	r, size := utf8.DecodeRuneInString(s)
	return r, s[size:]
}
