package address

import (
	"regexp"
	"strings"
	"unicode"
)

// enough is how many digits a piece of a cell has that is a number by itself, and no area code, extension or end of another.
const enough = 7

// words are what stands between two numbers for an "or".
var words = regexp.MustCompile(`(\d)\s*(?:或者?|和|及|或|and|or|&|\t)\s*(\+?[(（]?\d)`)

// SplitPhones returns the phone numbers of a text that has several, each as it is written. A slash or a comma within one number does
// not part it: 030/1234567, 010-65551234,801.
func SplitPhones(text string) []string {
	if text != "" && strings.Trim(text, "0123456789+-") == "" {
		return []string{text} // what nearly every cell looks like
	}
	text = words.ReplaceAllString(text, "$1\n$2")
	var list []string
	open := false // what is in the list last is no number yet
	for _, p := range pieces(text, func(r rune) bool { return strings.ContainsRune(hard+",，/／", r) }) {
		switch whole := digitsIn(p.text) >= enough; {
		case len(list) > 0 && (open || !whole):
			list[len(list)-1] += p.before + p.text
			open = digitsIn(list[len(list)-1]) < enough
		default:
			list, open = append(list, apart(p.text)...), !whole
		}
	}
	return trimmed(list)
}

// apart returns the numbers of a text between which only blanks stand: each of them has what a mobile number has at least.
func apart(text string) []string {
	const mobile = 10
	fields := strings.Fields(text)
	for _, f := range fields {
		if digitsIn(f) < mobile {
			return []string{text}
		}
	}
	return fields
}

// SplitEmails returns the e-mail addresses of a text that has several, each as it is written. What has no @ belongs to the address
// beside it, and makes it none where nobody would write it so: the second half of "a b@example.org" is nobody's address.
func SplitEmails(text string) []string {
	if text != "" && isPlain(text) {
		return []string{text}
	}
	var list []string
	before := "" // what stands before the next address
	flush := func() {
		if before != "" {
			list = append(list, before)
		}
		before = ""
	}
	for _, p := range pieces(text, func(r rune) bool { return strings.ContainsRune(hard+",，/", r) || unicode.IsSpace(r) }) {
		addressed, parted := strings.ContainsAny(p.text, "@＠"), strings.ContainsAny(p.before, hard)
		if parted {
			flush()
		}
		last := len(list) - 1
		switch {
		case !addressed && before == "" && last >= 0 && !parted && belongs(list[last], p):
			list[last] += p.before + p.text
		case before != "":
			before += p.before + p.text
		default:
			before = p.text
		}
		if addressed {
			flush()
		}
	}
	flush()
	return list
}

// hard are characters that stand in no address and no name.
const hard = ";；、|｜\n\r"

// belongs reports whether a piece without @ is part of the address before it: a domain that is parted by a comma, a remark, or what
// the address lacks.
func belongs(last string, p piece) bool {
	return p.before == "," || p.before == "/" || Email(last) == "" || Email(last+p.before+p.text) != ""
}

// piece is a part of a text with the separators before it.
type piece struct{ before, text string }

// pieces parts a text at separators that stand outside of quotation marks and brackets.
func pieces(text string, separates func(rune) bool) []piece {
	var list []piece
	var before, within strings.Builder
	closing := rune(0)
	flush := func() {
		if strings.TrimSpace(within.String()) != "" {
			list = append(list, piece{before.String(), within.String()})
			before.Reset()
			within.Reset()
		}
	}
	for i, r := range text {
		switch {
		case closing != 0 && r == closing:
			closing = 0
		case closing != 0:
		case separates(r):
			flush()
			before.WriteRune(r)
			continue
		default:
			closing = closingOf(r, text[i:])
		}
		within.WriteRune(r)
	}
	flush()
	return list
}

// closingOf returns what ends the quotation or bracket that a text begins with; 0 where it begins with none, or nothing ends it.
func closingOf(first rune, text string) rune {
	closing := map[rune]rune{'"': '"', '<': '>', '(': ')', '（': '）', '“': '”', '[': ']', '【': '】'}[first]
	if closing != 0 && strings.ContainsRune(text[1:], closing) {
		return closing
	}
	return 0
}

func trimmed(list []string) []string {
	kept := list[:0]
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}
