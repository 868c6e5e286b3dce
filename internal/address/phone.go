package address

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/width"
)

// Phone returns a phone number as E.164, or "" if it is not one. A number without a country code is read as one of the region. An
// extension is left out: it cannot be dialled as part of the number. Letters within a number are refused: on a keypad they would be
// digits of somebody else's.
func Phone(raw, region string) string {
	if region == "CN" && isMainlandMobile(raw) {
		return "+86" + raw // what most of the rows of a Chinese centre look like; parsing costs 50 times as much
	}
	if len(raw) > maxRaw || !utf8.ValidString(raw) {
		return ""
	}
	text := strings.Trim(width.Fold.String(unmarked(raw)), " \t\r\n,;.=\"'“”‘’")
	if scheme, rest, found := strings.Cut(text, ":"); found && strings.EqualFold(scheme, "tel") {
		if plain, err := url.PathUnescape(rest); err == nil && utf8.ValidString(plain) {
			text = "tel:" + plain
		}
	}
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
		case Invisible(r) || unicode.IsMark(r):
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
	digits := 0
	for _, r := range rest {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits >= enough
}

// extension is how one is written at the end of a number, other than in a link.
var extension = regexp.MustCompile(`(?i)(?:e?xt(?:ensi[oó]n)?n?|anexo|int|доб|x)[:.\s]*\d{1,20}#?\s*$`)

// lettered reports whether letters stand within or after a number. Those before it say what it is, as in "Tel. 139".
func lettered(text string) bool {
	start := strings.IndexFunc(text, func(r rune) bool { return r == '+' || unicode.IsDigit(r) })
	if start < 0 {
		return true
	}
	number, _, _ := strings.Cut(text[start:], ";") // what follows are the parameters of a link
	return strings.ContainsFunc(extension.ReplaceAllString(number, ""), unicode.IsLetter)
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
	return raw[1] == '3' || raw[1] == '8' || (raw[1] == '5' && raw[2] != '4')
}
