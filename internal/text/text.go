// Package text makes what was written elsewhere safe to keep and to compare, in one way at every door: names, ids, and text with lines.
// What is no UTF-8 is not read here: the API refuses it and files report it, and whatever still comes has U+FFFD in its place.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Lines returns a text of several lines: in NFC, with line feeds alone between lines, without other control characters than tabs, and
// with nothing blank at its end, which MySQL would ignore in a comparison and SQLite would not.
func Lines(s string) string {
	if plain(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimRightFunc(kept(s, func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}), unicode.IsSpace)
}

// Name returns a text that stands on one line: in NFC, without control characters, with nothing blank around it. Characters without a
// mark are left out, but for those that join and part letters: words of some languages need them.
func Name(s string) string {
	if plain(s) {
		return s
	}
	return strings.TrimFunc(kept(s, func(r rune) rune {
		switch {
		case isBreak(r):
			return ' '
		case unicode.IsControl(r) || Invisible(r) && !joins(r):
			return -1
		}
		return r
	}), unicode.IsSpace)
}

// ID returns a text by which something is found again: as Name does, without any character that leaves no mark, and with one plain
// blank for each run of blanks.
func ID(s string) string {
	if plain(s) && !strings.Contains(s, "  ") {
		return s
	}
	blank := true // and none at the beginning
	s = kept(s, func(r rune) rune {
		switch {
		case isBreak(r) || unicode.IsSpace(r):
			if blank {
				return -1
			}
			blank = true
			return ' '
		case unicode.IsControl(r) || Invisible(r):
			return -1
		}
		blank = false
		return r
	})
	return strings.TrimRight(s, " ")
}

// FormerID returns what an id was kept as before there was ID, or "" where that is the same: what was stored then is still found.
func FormerID(s string) string {
	former := strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	former = strings.TrimRightFunc(former, unicode.IsSpace)
	if former == ID(s) {
		return ""
	}
	return former
}

// plain reports whether there is nothing to do: printable ASCII, Han and its full stops and commas, with no blank around them.
func plain(s string) bool {
	for _, r := range s {
		if !isSolid(r) && r != ' ' && r != '。' && r != '、' && (r < '！' || r > '～') {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

// kept returns a text in NFC with its characters mapped.
func kept(s string, mapped func(rune) rune) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return norm.NFC.String(strings.Map(mapped, norm.NFC.String(s)))
}

// isBreak reports whether a control character parts words.
func isBreak(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85
}

// joins reports whether a character without a mark is part of a word, or of how a sign looks.
func joins(r rune) bool {
	return r == 0x200C || r == 0x200D || unicode.Is(unicode.Variation_Selector, r)
}
