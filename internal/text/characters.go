package text

import (
	"fmt"
	"strings"
	"unicode"
)

// Invisible reports whether a character leaves no mark where a text is read: zero width, a soft hyphen, a direction mark, a variation
// selector and the like. People paste them from web pages and chats, and never mean them.
func Invisible(r rune) bool {
	return r > 0x7F && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Hidden reports whether a character looks like nothing, or like a plain blank and is none.
func Hidden(r rune) bool {
	return Invisible(r) || unicode.IsControl(r) || r == unicode.ReplacementChar || (r > 0x7F && unicode.IsSpace(r))
}

// Visible returns a text without what is invisible.
func Visible(s string) string {
	if strings.IndexFunc(s, Invisible) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if Invisible(r) {
			return -1
		}
		return r
	}, s)
}

// abbreviations are what Unicode calls the hidden characters that turn up, whatever language is spoken.
var abbreviations = map[rune]string{
	0x00: "NUL", '\t': "TAB", '\n': "LF", '\r': "CR", 0xA0: "NBSP",
	0xAD: "SHY", 0x61C: "ALM", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ",
	0x200E: "LRM", 0x200F: "RLM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x202F: "NNBSP", 0x2060: "WJ",
	0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x3000: "IDSP", 0xFE0E: "VS15", 0xFE0F: "VS16", 0xFEFF: "BOM",
}

// Described returns a text with each hidden character named, as in "zed‹ZWSP U+200B›@example.org", and whether there is one.
func Described(s string) (string, bool) {
	if strings.IndexFunc(s, Hidden) < 0 {
		return s, false
	}
	var b strings.Builder
	for _, r := range s {
		switch name := abbreviations[r]; {
		case !Hidden(r):
			b.WriteRune(r)
		case name != "":
			fmt.Fprintf(&b, "‹%s U+%04X›", name, r)
		default:
			fmt.Fprintf(&b, "‹U+%04X›", r)
		}
	}
	return b.String(), true
}
