package address

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"aftercall/internal/text"
)

// Limits of an e-mail address, in bytes.
const (
	maxLocal = 64
	maxEmail = 191
)

// Email returns an e-mail address in its normal form, or "" if it cannot be one: lower case, NFKC, the domain as it is asked for in
// DNS, without what cannot be seen, a mailto: before it, a name around it or a full stop after it.
func Email(raw string) string {
	if isPlain(raw) {
		return shaped(raw) // what nearly every address looks like
	}
	if len(raw) > maxRaw || !utf8.ValidString(raw) {
		return ""
	}
	text := folded(raw)
	for inner := unwrapped(text); inner != text; inner = unwrapped(text) {
		text = folded(inner)
	}
	if made := shapedWithHost(text); made != "" {
		return made
	}
	if alone := unremarked(text); alone != text {
		return Email(alone)
	}
	return ""
}

// shapedWithHost returns the address that a folded text is, or "".
func shapedWithHost(text string) string {
	local, domain, _ := strings.Cut(text, "@")
	if strings.ContainsFunc(domain, noDomain) {
		return ""
	}
	return shaped(local + "@" + host(domain))
}

var (
	// remarked is a remark beside an address: in brackets, or a word of Han letters, which no blank sets apart from another address.
	remarked = regexp.MustCompile(`^[(\[【〔「『<]?[^@]*[)\]】〕」』>]\s*|\s*[(\[【〔「『<][^@]*[)\]】〕」』>]?$|` +
		`^(?:[\p{Han}\d]*\p{Han}\s+)+|(?:\s+\p{Han}+)+$`)
	// around is the sign of an address with blanks beside it.
	around = regexp.MustCompile(`\s*@\s*`)
)

// unremarked returns a folded text without a remark and without blanks around its @.
func unremarked(text string) string {
	return around.ReplaceAllString(remarked.ReplaceAllString(text, ""), "@")
}

// isPlain reports whether an address is made of nothing that its normal form would change.
func isPlain(raw string) bool {
	for i := range len(raw) {
		c := raw[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '@' && c != '-' && c != '_' && c != '+' {
			return false
		}
	}
	return !strings.HasSuffix(raw, ".")
}

// shaped returns the address if it looks like one.
func shaped(text string) string {
	local, domain, found := strings.Cut(text, "@")
	if !found || local == "" || len(local) > maxLocal || len(text) > maxEmail || strings.ContainsFunc(text, foreign) {
		return ""
	}
	i := strings.LastIndex(domain, ".")
	if i <= 0 || len(domain)-i < 3 || strings.ContainsFunc(domain, noDomain) || strings.Contains(domain, "..") {
		return ""
	}
	return text
}

// foreign reports whether a character stands in no address that anybody uses.
func foreign(r rune) bool {
	return strings.ContainsRune(",;:<>\"()[]\\", r) || unicode.IsSpace(r) || text.Hidden(r) || isBracket(r)
}

// noDomain reports whether a character stands in no domain. What is not refused here may be made one by host: a quotation mark after
// an address would make it somebody else's.
func noDomain(r rune) bool {
	return r < 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_", r) || r >= 0x80 && unicode.IsPunct(r)
}

// isBracket reports whether a character is a bracket or a quotation mark of any language.
func isBracket(r rune) bool {
	return r > 0x7F && unicode.In(r, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf)
}

// folded joins the spellings of one text.
func folded(s string) string {
	for {
		next := norm.NFKC.String(strings.ToLower(text.Visible(s)))
		next = strings.ReplaceAll(next, "\u3002", ".") // the full stop of a Chinese keyboard
		next = strings.TrimLeftFunc(next, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("\"'`*([{•·", r) || isBracket(r)
		})
		next = strings.TrimRightFunc(next, func(r rune) bool { return unicode.IsSpace(r) || r == '.' || r != '>' && noDomain(r) })
		if next == s || len(next) > 4*maxRaw {
			return next
		}
		s = next
	}
}

// unwrapped returns what a folded text has an address in, one layer less: of mailto:ann@example.org?subject=x, of Ann <ann@example.org>,
// of E-mail: ann@example.org.
func unwrapped(text string) string {
	if link, found := strings.CutPrefix(text, "mailto:"); found {
		link, _, _ = strings.Cut(strings.TrimPrefix(link, "//"), "?")
		if plain, err := url.PathUnescape(link); err == nil && utf8.ValidString(plain) {
			return plain
		}
		return link
	}
	if before, inner, found := strings.Cut(text, "<"); found && strings.HasSuffix(inner, ">") && !strings.Contains(before, "@") {
		return inner[:len(inner)-1]
	}
	label, inner, found := strings.Cut(text, ":")
	if found && !strings.HasPrefix(inner, "/") && !strings.ContainsFunc(label, noLabel) && !slices.Contains(headers, label) {
		return inner
	}
	return text
}

// headers are fields of a message that name somebody else than who wrote it.
var headers = []string{"to", "cc", "bcc", "subject", "sender"}

// noLabel reports whether a character stands in no word that says what an address is, such as E-mail, SMTP or 邮箱.
func noLabel(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != ' ' && r != '-' }

// lookup maps domains as browsers do, and refuses less: what it does not know stays as it was written.
var lookup = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))

// host returns a domain as it is asked for in DNS.
func host(domain string) string {
	if ascii, err := lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// Earlier returns what earlier forms made of an e-mail address, where that is something else than its normal form: as it is written
// here, and with its domain in letters. Hashes that were stored under them are found with it.
func Earlier(raw string) []string {
	normal := Email(raw)
	if normal == raw && !strings.Contains(normal, "xn--") {
		return nil
	}
	var earlier []string
	for _, text := range []string{strings.TrimSpace(raw), inLetters(normal)} {
		if made := emailV1(text); made != "" && made != normal && !slices.Contains(earlier, made) {
			earlier = append(earlier, made)
		}
	}
	return earlier
}

// inLetters returns an address with its domain as people write it.
func inLetters(normal string) string {
	local, domain, _ := strings.Cut(normal, "@")
	letters, err := lookup.ToUnicode(domain)
	if err != nil {
		return normal
	}
	return local + "@" + letters
}

// emailV1 is the first version of the form.
func emailV1(raw string) string {
	local, domain, found := strings.Cut(raw, "@")
	if !found || local == "" || len(local) > 64 || len(raw) > 191 || strings.ContainsAny(raw, " \t\r\n,;<>\"()\\") {
		return ""
	}
	i := strings.LastIndex(domain, ".")
	if i <= 0 || len(domain)-i < 3 || strings.Contains(domain, "@") || strings.Contains(domain, "..") {
		return ""
	}
	return strings.ToLower(raw)
}
