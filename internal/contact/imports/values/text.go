// Package values reads what a cell of a file says: a time, a duration, a rating, a yes or no, the digits of an id. Each has many
// spellings; what one cell alone does not settle is not guessed. Reading is a function of the text and of what the file's mapping says.
package values

import (
	"strings"
	"unicode/utf8"

	"aftercall/internal/text"
)

// Flaw is what is wrong with a value or, where it was taken all the same, what was assumed.
type Flaw struct {
	Code    string // stable; translated under "problem.<code>"
	Text    string // English; the same for all values of its kind
	Assumed bool   // it was taken
	Taken   string // as what, where that is worth saying
	Args    map[string]any
}

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

// IsBlank reports whether a cell says nothing, or in words that it has no value.
func IsBlank(s string) bool {
	if len(s) > 32 || s != "" && isDigit(s[0]) { // no such word begins with a digit
		return false
	}
	s = text.Fold(s)
	return s == "" || blankSet[s]
}

// Truth reads yes and no.
func Truth(s string) (yes, ok bool) {
	switch strings.TrimRight(strings.TrimSuffix(text.Fold(s), ".0"), ".。!") {
	case "true", "yes", "y", "t", "1", "是", "是的", "有", "真", "对", "√", "✓", "✔", "☑", "✅", "on", "checked":
		return true, true
	case "false", "no", "n", "f", "0", "否", "无", "無", "假", "错", "不是", "没有", "沒有", "×", "✗", "✘", "☐", "❌", "off", "unchecked":
		return false, true
	}
	return false, false
}

// bare is text.Plain without the apostrophe that tells a spreadsheet that a number is a text.
func bare(s string) string {
	return strings.TrimSpace(strings.TrimLeft(text.Plain(s), "'’"))
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
