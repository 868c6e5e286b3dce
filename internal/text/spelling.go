package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Plain returns a text as values and words are read and compared: in the usual width, without what cannot be seen, with single blanks
// inside and none around.
func Plain(s string) string {
	if isSingle(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch r = narrow(r); {
		case isSolid(r):
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case unicode.IsControl(r) || Invisible(r):
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

// Fold is Plain without regard to case: how words are compared.
func Fold(s string) string { return strings.ToLower(Plain(s)) }

// Trim takes what is blank or cannot be seen off both ends of a text, and leaves the rest as it is.
func Trim(s string) string {
	if s == "" {
		return s
	}
	first, _ := utf8.DecodeRuneInString(s)
	if last, _ := utf8.DecodeLastRuneInString(s); isSolid(first) && isSolid(last) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return !isSeen(r) })
}

// IsBlank reports whether nothing of a text can be seen.
func IsBlank(s string) bool { return strings.IndexFunc(s, isSeen) < 0 }

func isSeen(r rune) bool {
	return isSolid(r) || !unicode.IsSpace(r) && !unicode.IsControl(r) && !Invisible(r)
}

// Cut returns the beginning of a text, at most so many characters.
func Cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	characters := 0
	for i := range s {
		if characters == limit {
			return s[:i]
		}
		characters++
	}
	return s
}

// isSingle is the short way for nearly every text: nothing but solid characters with single blanks between them.
func isSingle(s string) bool {
	blank := true
	for _, r := range s {
		if !isSolid(r) && (r != ' ' || blank) {
			return false
		}
		blank = r == ' '
	}
	return !blank || s == ""
}

// isSolid is the short way for nearly every character: ASCII that is printed, and Han.
func isSolid(r rune) bool { return r > ' ' && r < 0x7F || r >= 0x4E00 && r <= 0x9FFF }

// narrow returns a character in its usual width, and the usual one of a few that look alike.
func narrow(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r == 0x2212 || r == 0x2010 || r == 0x2011: // minus and hyphens
		return '-'
	case r == 0x2236 || r == 0xFE55: // ratio, small colon
		return ':'
	}
	if folded := width.LookupRune(r).Folded(); folded != 0 {
		return folded
	}
	return r
}
