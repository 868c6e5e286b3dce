// Package address makes the one form in which phone numbers and e-mail addresses are kept, compared and hashed. Whoever takes an
// address from outside asks here: a refusal written with an invisible character, as a link, or in full-width letters must hold for
// the customer who wrote it plainly, and the other way round.
//
// Only hashes of refused addresses are kept, so that a form cannot be made again from what is stored. Therefore a newer form may join
// spellings and never part them: Email(Earlier(x)) is Email(x) for every x. Each hash is stored with the version of its form, and is
// looked for under what every version makes of an address.
package address

import (
	"fmt"
	"strings"
	"unicode"
)

// Form is the version of the form that Email and Phone make. Version 1 lower-cased an e-mail and left everything else in it; its
// phone numbers were the same E.164. Version 2 kept a mobile of Argentina apart from the same line written without its 9, and read
// nothing that had a remark beside it.
const Form = 3

// maxRaw bounds what is looked at, in bytes; no address is that long, whatever surrounds it.
const maxRaw = 1000

// Invisible reports whether a character leaves no mark where an address is read: zero width, a soft hyphen, a direction mark, a
// variation selector and the like. People paste them with addresses from web pages and chats, and never mean them.
func Invisible(r rune) bool {
	return r > 0x7F && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// visible returns a text without what cannot be seen.
func visible(s string) string {
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

// hidden reports whether a character looks like nothing, or like a plain blank and is none.
func hidden(r rune) bool {
	return Invisible(r) || unicode.IsControl(r) || r == unicode.ReplacementChar || (r > 0x7F && unicode.IsSpace(r))
}

// abbreviations are what Unicode calls the hidden characters that turn up in addresses, whatever language is spoken.
var abbreviations = map[rune]string{
	0x00: "NUL", '\t': "TAB", '\n': "LF", '\r': "CR", 0xA0: "NBSP",
	0xAD: "SHY", 0x61C: "ALM", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ",
	0x200E: "LRM", 0x200F: "RLM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x202F: "NNBSP", 0x2060: "WJ",
	0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x3000: "IDSP", 0xFE0E: "VS15", 0xFE0F: "VS16", 0xFEFF: "BOM",
}

// Described returns a text with each hidden character named, as in "zed‹ZWSP U+200B›@example.org", and whether there is one.
func Described(s string) (string, bool) {
	if strings.IndexFunc(s, hidden) < 0 {
		return s, false
	}
	var b strings.Builder
	for _, r := range s {
		switch name := abbreviations[r]; {
		case !hidden(r):
			b.WriteRune(r)
		case name != "":
			fmt.Fprintf(&b, "‹%s U+%04X›", name, r)
		default:
			fmt.Fprintf(&b, "‹U+%04X›", r)
		}
	}
	return b.String(), true
}
