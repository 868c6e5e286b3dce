package table

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// utf16Of returns the encoding of text in UTF-16 that has no byte order mark, or "": its digits and delimiters have a zero byte on one
// side.
func utf16Of(sample []byte) string {
	const rare = 20 // of a Chinese text at least one character in so many is ASCII
	var zeros [2]int
	for i, b := range sample {
		if b == 0 {
			zeros[i%2]++
		}
	}
	enough := max(len(sample)/2/rare, 2)
	switch {
	case zeros[1] >= enough && zeros[1] >= 10*zeros[0] && utf16Lines(sample, 0):
		return utf16le
	case zeros[0] >= enough && zeros[0] >= 10*zeros[1] && utf16Lines(sample, 1):
		return utf16be
	}
	return ""
}

// utf16Lines reports whether what stands beside the zero bytes is text, and not the numbers of a binary file.
func utf16Lines(sample []byte, at int) bool {
	plain, odd := 0, 0
	for i := at; i+1-at < len(sample) && i < len(sample); i += 2 {
		if sample[i^1] != 0 {
			continue
		}
		switch b := sample[i]; {
		case b >= ' ' && b < 0x7f, b == '\n', b == '\r', b == '\t':
			plain++
		case b < ' ':
			odd++
		}
	}
	return plain > 20*odd
}

// isUTF8 reports whether a sample is UTF-8; unless it is the whole file, its last rune may be cut off.
func isUTF8(sample []byte, whole bool) bool {
	if utf8.Valid(sample) {
		return true
	}
	for cut := 1; !whole && cut < utf8.UTFMax && cut < len(sample); cut++ {
		if utf8.Valid(sample[:len(sample)-cut]) {
			return true
		}
	}
	return false
}

// guessEncoding returns the encoding that the bytes of a file speak for, and whether it is no more than a guess. A file that is mostly
// UTF-8 is UTF-8 with a few bad bytes, as cutting a text by bytes makes them. Otherwise it is what Excel writes on a Chinese Windows, whose
// characters are pairs of bytes, or on a western one, where a byte beyond ASCII mostly stands alone.
func guessEncoding(sample []byte, whole bool) (name string, guessed bool) {
	if isUTF8(sample, whole) {
		return utf8Name, false
	}
	good, bad := countUTF8(sample)
	if good > bad || 2*good >= bad && good > 0 && badGB(sample) > 0 {
		return utf8Name, true
	}
	if alone, pairs := countRuns(sample); alone > pairs && (notWestern(sample) == 0 || notWestern(sample) <= badGB(sample)) {
		return westernName, true
	}
	return gbName, true
}

// notWestern counts the bytes that stand for nothing in windows-1252: rare characters of GB 18030 have four bytes, of which every other
// one is a digit.
func notWestern(sample []byte) (n int) {
	for _, b := range []byte{0x81, 0x8D, 0x8F, 0x90, 0x9D} {
		n += bytes.Count(sample, []byte{b})
	}
	return n
}

// countUTF8 counts the characters beyond ASCII that are valid UTF-8, and the bytes that are not. Chinese text in GBK has three times as
// many of these as it has, by chance, of the others.
func countUTF8(sample []byte) (good, bad int) {
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		i += size
	}
	return good, bad
}

// badGB counts what is not GB 18030.
func badGB(sample []byte) int {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(sample)
	if err != nil {
		return 1
	}
	bad := 0
	for _, r := range string(text) {
		if r == utf8.RuneError {
			bad++
		}
	}
	return bad
}

// countRuns counts the bytes beyond ASCII that stand alone, and the pairs of them.
func countRuns(sample []byte) (alone, pairs int) {
	run := 0
	end := func() {
		if run == 1 {
			alone++
		}
		pairs += run / 2
		run = 0
	}
	for _, b := range sample {
		if b >= utf8.RuneSelf {
			run++
			continue
		}
		end()
	}
	end()
	return alone, pairs
}
