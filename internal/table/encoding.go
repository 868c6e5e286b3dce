package table

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"aftercall/internal/fault"
)

// Names of encodings as Found has them. Others have the name of the Encoding Standard.
const (
	utf8Name    = "utf-8"
	gbName      = "gb18030"
	westernName = "windows-1252"
	utf16le     = "utf-16le"
	utf16be     = "utf-16be"
)

// aliases are names people use that the Encoding Standard does not know, or means less by: GB 18030 has all of GBK, and GBK of GB 2312.
var aliases = map[string]string{
	"gbk": gbName, "gb2312": gbName, "cp936": gbName, "936": gbName, "gb-18030": gbName, "euc-cn": gbName,
	"utf-8-sig": utf8Name, "utf8-bom": utf8Name, "utf-8-bom": utf8Name, "cp65001": utf8Name,
	"latin-1": westernName, "cp1252": westernName, "windows1252": westernName, "1252": westernName, "ansi": westernName,
	"utf16": utf16le, "utf16le": utf16le, "utf16be": utf16be, "utf-16-le": utf16le, "utf-16-be": utf16be,
	"cp950": "big5", "950": "big5", "cp932": "shift_jis", "932": "shift_jis", "cp949": "euc-kr", "949": "euc-kr",
}

// encodingOf returns the one name of an encoding and what decodes it; nil for UTF-8.
func encodingOf(wanted string) (string, encoding.Encoding, error) {
	name := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(wanted)), "_", "-")
	if alias, found := aliases[name]; found {
		name = alias
	}
	if name == "shift-jis" {
		name = "shift_jis"
	}
	e, err := htmlindex.Get(name)
	if err != nil || e == encoding.Replacement {
		return "", nil, errEncoding.With("value", wanted)
	}
	if name, err = htmlindex.Name(e); err != nil {
		return "", nil, errEncoding.With("value", wanted)
	}
	switch name {
	case utf8Name:
		return name, nil, nil
	case "gbk", gbName:
		return gbName, simplifiedchinese.GB18030, nil
	}
	return name, e, nil
}

var errEncoding = fault.New(fault.Invalid, "encoding_unknown",
	"the encoding is unknown; there are utf-8, utf-16le, utf-16be, gb18030 (gbk, gb2312), big5, shift_jis, euc-kr, "+
		"windows-1252 (latin1) and the others of the Encoding Standard")

// KnownEncoding reports whether Options may name an encoding so.
func KnownEncoding(name string) bool {
	_, _, err := encodingOf(name)
	return name == "" || err == nil
}

// decode returns a reader of a file as UTF-8, and says in found what was decided. A byte order mark is left out, and believed more than a
// name: whoever wrote it knew.
func decode(raw *bufio.Reader, wanted string, found *Found) (io.Reader, error) {
	sample, _ := raw.Peek(sampleBytes) // an error is met again by whoever reads
	for _, mark := range []struct{ bytes, name string }{{"\xef\xbb\xbf", utf8Name}, {"\xff\xfe", utf16le}, {"\xfe\xff", utf16be}} {
		if bytes.HasPrefix(sample, []byte(mark.bytes)) {
			_, _ = raw.Discard(len(mark.bytes)) // it was peeked
			return decoded(raw, mark.name, found)
		}
	}
	if wanted != "" {
		return decoded(raw, wanted, found)
	}
	if name := utf16Of(sample); name != "" {
		found.Guessed = true
		return decoded(raw, name, found)
	}
	found.Encoding = utf8Name
	return &lateGuess{raw: raw, found: found}, nil
}

func decoded(raw *bufio.Reader, wanted string, found *Found) (io.Reader, error) {
	name, e, err := encodingOf(wanted)
	if err != nil {
		return nil, err
	}
	found.Encoding = name
	switch name {
	case utf8Name:
		return raw, nil
	case utf16le: // without the standard's mind of its own about byte order marks
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case utf16be:
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return e.NewDecoder().Reader(raw), nil
}

// lateGuess passes ASCII as it is, which these encodings share, and decides where the first byte beyond it stands: that may be
// the first name in a file of a million rows.
type lateGuess struct {
	raw     *bufio.Reader
	found   *Found
	decided io.Reader
}

// Read returns bytes of text.
func (g *lateGuess) Read(p []byte) (int, error) {
	if g.decided != nil {
		return g.decided.Read(p)
	}
	if len(p) == 0 {
		return 0, nil
	}
	window, err := g.raw.Peek(1)
	if len(window) == 0 {
		return 0, err
	}
	window, _ = g.raw.Peek(min(g.raw.Buffered(), len(p)))
	plain := 0
	for plain < len(window) && window[plain] < utf8.RuneSelf {
		plain++
	}
	if plain > 0 {
		n := copy(p, window[:plain])
		_, _ = g.raw.Discard(n) // it was peeked
		return n, nil
	}
	sample, err := g.raw.Peek(sampleBytes)
	name, guessed := guessEncoding(sample, err != nil)
	if g.decided, err = decoded(g.raw, name, g.found); err != nil {
		return 0, err
	}
	g.found.Guessed = guessed
	return g.decided.Read(p)
}
