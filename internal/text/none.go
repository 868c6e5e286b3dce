package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// nones are what people and programs write where a name or an id is absent, in lower case. None of them is anybody: taken for an id,
// they would make one of all who have none. Words that might be a name or an id after all, as test and na, are not among them.
var nones = func() map[string]bool {
	const list = `n/a|n.a.|#n/a|null|(null)|<null>|"null"|[null]|nil|none|(none)|<none>|nan|undefined|\n|(blank)|(empty)|[object object]|
		unknown|(unknown)|anonymous|not available|not set|not provided|no name|n/k|tbd|
		无|無|暂无|暫無|没有|沒有|空|未知|不详|不詳|未填|未填写|未提供|匿名|匿名用户|匿名客户|匿名访客|未知客户|未知用户|访客|游客|散客`
	set := map[string]bool{}
	for word := range strings.SplitSeq(list, "|") {
		set[strings.TrimSpace(word)] = true
	}
	return set
}()

// begins are the characters that these words begin with.
var begins = func() map[rune]bool {
	set := map[rune]bool{}
	for word := range nones {
		first, _ := utf8.DecodeRuneInString(word)
		set[first], set[unicode.ToUpper(first)] = true, true
	}
	return set
}()

// SaysNone reports whether a name or an id says that there is none: by a word for it, or by nothing but marks such as - and ?.
func SaysNone(s string) bool {
	const longest = 40
	if s == "" || len(s) > longest || isDigit(s[0]) || isDigit(s[len(s)-1]) { // what has a digit at either end is nearly every id
		return false
	}
	if first, _ := utf8.DecodeRuneInString(s); isLetter(first) && !begins[first] {
		return false
	}
	s = strings.ToLower(width.Fold.String(ID(s)))
	return strings.Trim(s, "-–—―_/\\.?*#~· ") == "" || nones[s]
}

// isLetter reports whether a character is of those that nearly every name begins with.
func isLetter(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF || r < 0x80 && unicode.IsLetter(r) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
