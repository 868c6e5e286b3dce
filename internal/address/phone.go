package address

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/width"

	"aftercall/internal/text"
)

// Number is a phone number as it was read: the line it is, how to dial it, and what was written beside it.
type Number struct {
	Normal    string // E.164 of the line: what is kept, compared and hashed; empty where it is no number
	Dial      string // E.164 as it is dialled: another one where a country writes a line in several ways
	Extension string // its digits; to be dialled after a pause
	Note      string // what else was written there, such as whose number it is
}

// Dialled returns what a telephone is told to dial: the extension after a pause.
func (n Number) Dialled() string {
	if n.Extension == "" {
		return n.Dial
	}
	return n.Dial + "," + n.Extension
}

// Phone returns a phone number as E.164 of its line, or "" if it is not one. A number without a country code is read as one of the
// region. An extension and a remark beside the number are not part of it.
func Phone(raw, region string) string { return ReadPhone(raw, region).Normal }

// ReadPhone reads a phone number with what is written beside it. Letters within a number are refused: on a keypad they would be digits
// of somebody else's. So is a second number: it would be dropped without a word.
func ReadPhone(raw, region string) Number {
	if e164 := mainlandMobile(raw, region); e164 != "" {
		return Number{Normal: e164, Dial: e164}
	}
	if len(raw) > maxRaw || !utf8.ValidString(raw) {
		return Number{}
	}
	text := linked(strings.Trim(width.Fold.String(unmarked(raw)), " \t\r\n,;.=\"'“”‘’"))
	if text = calculated(text); mistakable(text, region) {
		return Number{}
	}
	e164, beside := asFormTwo(text, region), parts{number: text}
	if e164 == "" || !onlyUsual(text) {
		beside = partsOf(text)
	}
	if beheaded(text, e164) {
		return Number{}
	}
	switch {
	case e164 == "" && !beside.refused:
		e164 = beside.loosely(text, region)
	case e164 != "" && beside.any() && dialled(beside.number, region) != e164:
		beside = parts{} // the number is what form 2 made of it; what is beside it was not understood
	}
	if e164 == "" {
		return Number{}
	}
	return Number{Normal: Line(e164), Dial: e164, Extension: beside.extension, Note: beside.note}
}

// usual are the characters of a number beside which nothing is written.
const usual = "0123456789+-()./ "

// onlyUsual reports whether a text is a number beside which nothing is written.
func onlyUsual(text string) bool { return strings.Trim(text, usual) == "" }

// linked returns a text with what a link has percent-encoded.
func linked(text string) string {
	if scheme, rest, found := strings.Cut(text, ":"); found && strings.EqualFold(scheme, "tel") {
		if plain, err := url.PathUnescape(rest); err == nil && utf8.ValidString(plain) {
			return "tel:" + plain
		}
	}
	return text
}

// asFormTwo reads a number as form 2 did. Whatever is read beyond that is asked for afterwards, so that no form parts what one before
// it joined.
func asFormTwo(text, region string) string {
	for _, extension := range []string{"转", "轉", "分机", "分機"} { // the library knows only the Western words
		number, rest, _ := strings.Cut(text, extension)
		if another(rest) {
			return ""
		}
		text = number
	}
	if _, parameters, _ := strings.Cut(text, ";"); another(parameters) || lettered(text) {
		return ""
	}
	if e164 := parsed(text, region); e164 != "" {
		return e164
	}
	if abroad, found := strings.CutPrefix(text, "00"); found { // dialled so from most countries, if not from the region
		return parsed("+"+abroad, region)
	}
	return ""
}

// KnownRegion reports whether a country code is one whose phone numbers can be read.
func KnownRegion(code string) bool { return phonenumbers.GetCountryCodeForRegion(code) != 0 }

func parsed(text, region string) string {
	number, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// unmarked returns a text without what cannot be seen and without what stands on another character, such as the frame of a keycap,
// with blanks of any width as plain ones.
func unmarked(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case text.Invisible(r) || unicode.IsMark(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

// another reports whether what stands behind a number has the digits of a second one, which would be dropped without a word.
func another(rest string) bool {
	const enough = 9 // no extension has as many
	return digitsIn(rest) >= enough
}

func digitsIn(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// extension is how one is written at the end of a number, other than in a link.
var extension = regexp.MustCompile(`(?i)(?:e?xt(?:ensi[oó]n)?n?|anexo|int|доб|x)[:.\s]*\d{1,20}#?\s*$`)

// lettered reports whether letters stand within or after a number. Those before it say what it is, as in "Tel. 139".
func lettered(text string) bool {
	start := startOf(text)
	if start < 0 {
		return true
	}
	number, _, _ := strings.Cut(text[start:], ";") // what follows are the parameters of a link
	return strings.ContainsFunc(extension.ReplaceAllString(number, ""), unicode.IsLetter)
}

// startOf returns where a number begins in a text, or -1.
func startOf(text string) int {
	return strings.IndexFunc(text, func(r rune) bool { return r == '+' || unicode.IsDigit(r) })
}

// mainlandMobile returns the E.164 of a mobile number of mainland China that is written with nothing but blanks and hyphens: what most
// of the rows of a Chinese centre look like. Parsing costs 50 times as much.
func mainlandMobile(raw, region string) string {
	const longest = len("+86 139-1234-8000")
	if len(raw) > longest {
		return ""
	}
	if rest, found := strings.CutPrefix(raw, "+86"); found {
		raw = rest
	} else if region != "CN" {
		return ""
	}
	if len(raw) > len("13912348000") {
		if raw[1] == '-' || raw[1] == ' ' {
			return "" // 1-305-555-1234
		}
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, " ", ""), "-", "")
	}
	if !isMainlandMobile(raw) {
		return ""
	}
	return "+86" + raw
}

// isMainlandMobile reports whether a number is eleven digits of a block that the mobile carriers of mainland China use.
func isMainlandMobile(raw string) bool {
	if len(raw) != 11 || raw[0] != '1' {
		return false
	}
	for i := range len(raw) {
		if raw[i] < '0' || raw[i] > '9' {
			return false
		}
	}
	switch raw[1] {
	case '3', '8':
		return true
	case '5', '9':
		return raw[2] != '4'
	case '7':
		return raw[2] != '4' && raw[2] != '9'
	}
	return false
}

// Beside returns what a text says of a line beyond its number, if anything: the text is what the line was read from, in a country that
// is not known any more. It is asked of every customer who is decided about, and most texts say nothing else.
func Beside(raw, line string) Number {
	if onlyUsual(raw) && digitsIn(raw) < len(line) && !strings.HasPrefix(line, "+54") {
		return Number{}
	}
	number, err := phonenumbers.Parse(line, "")
	if err != nil {
		return Number{}
	}
	read := ReadPhone(raw, phonenumbers.GetRegionCodeForNumber(number))
	if read.Normal != line || read == (Number{Normal: line, Dial: line}) {
		return Number{}
	}
	return read
}
