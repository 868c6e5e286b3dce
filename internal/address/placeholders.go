package address

import (
	"fmt"
	"path"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"aftercall/internal/text"
)

// Placeholders knows addresses that are nobody's: what people and programs write where there is none, and the centre's own. They are
// kept as they were written, and neither used nor taken for a customer's. The nil value knows the usual ones.
type Placeholders struct {
	domains  map[string]bool // with all below them
	exact    map[string]bool // normal forms, and digits of numbers that have none
	patterns []string        // of e-mail addresses, with *
	real     map[string]bool // normal forms of those that are somebody's after all
}

// NewPlaceholders returns the usual placeholders with the entries of a list: domains such as example.com, e-mail addresses in which *
// stands for anything, and numbers, also short ones. An entry after ! is none, though it looks like one. It fails for what is neither.
func NewPlaceholders(list []string, region string) (*Placeholders, error) {
	p := &Placeholders{domains: map[string]bool{}, exact: map[string]bool{}, real: map[string]bool{}}
	for _, entry := range list {
		entry = strings.ToLower(strings.TrimSpace(entry))
		into := p.exact
		if rest, found := strings.CutPrefix(entry, "!"); found {
			entry, into = rest, p.real
		}
		email, phone := Email(entry), Phone(entry, region)
		domain := strings.TrimPrefix(entry, "@")
		_, notAPattern := path.Match(entry, "")
		switch {
		case entry == "":
		case strings.Contains(entry, "*") && strings.Contains(entry, "@") && notAPattern == nil:
			p.patterns = append(p.patterns, entry)
		case email != "":
			into[email] = true
		case phone != "":
			into[phone] = true
		case Email("a@"+domain) != "":
			p.domains[strings.TrimPrefix(Email("a@"+domain), "a@")] = true
		case digitsOf(entry) != "" && strings.Trim(entry, usual) == "":
			into[digitsOf(entry)] = true
		default:
			return nil, fmt.Errorf("%q is neither an address, nor a domain, nor a number", entry)
		}
	}
	return p, nil
}

// Email reports whether an e-mail is a placeholder; normal is its normal form, or empty where it has none.
func (p *Placeholders) Email(raw, normal string) bool {
	if normal == "" {
		return saysNone(raw)
	}
	local, domain, _ := strings.Cut(normal, "@")
	if p != nil {
		if p.real[normal] {
			return false
		}
		if p.exact[normal] || p.owns(domain) || p.matches(normal) {
			return true
		}
	}
	return usualEmail(local, domain)
}

// Phone is Email for a phone number.
func (p *Placeholders) Phone(raw, normal string) bool {
	if normal != "" {
		if p != nil && (p.real[normal] || p.exact[normal]) {
			return p.exact[normal]
		}
		return usualPhone(normal)
	}
	digits := digitsOf(raw)
	if digits == "" {
		return saysNone(raw)
	}
	if p != nil && (p.real[digits] || p.exact[digits]) {
		return p.exact[digits]
	}
	return strings.Trim(raw, usual) == "" && made(digits)
}

func (p *Placeholders) owns(domain string) bool {
	for len(p.domains) > 0 && domain != "" {
		if p.domains[domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

func (p *Placeholders) matches(email string) bool {
	for _, pattern := range p.patterns {
		if matched, err := path.Match(pattern, email); err == nil && matched {
			return true
		}
	}
	return false
}

// nones are words that say there is none, in the languages of those who write them, without what parts them.
var nones = func() map[string]bool {
	words := wordsOf(`none null nil nill na nan undefined noone nobody noreply donotreply unknown anonymous anonym
		unbekannt inconnu desconocido dummy fake placeholder invalid test notavailable notprovided notapplicable notknown
		notgiven notset nothave 无 無 没有 沒有 暂无 暫無 未知 不详 不詳 不知道 未提供 未填 空 未留`)
	for _, no := range strings.Fields("no hasno haveno withno not non kein keine without withoutan ohne sin sans pasde pasd") {
		for _, whose := range []string{"", "valid", "customer", "user", "client", "guest"} {
			for _, what := range strings.Fields(`mail email mailaddress emailaddress correo courriel address adresse
				phone tel number phonenumber`) {
				words[no+whose+what] = true
			}
		}
	}
	for _, no := range strings.Fields("无 無 没有 沒有 没 沒") {
		for _, what := range strings.Fields("邮箱 电子邮箱 邮件 郵箱 电话 電話 手机 手機 号码 號碼") {
			words[no+what] = true
		}
	}
	return words
}()

// isNone reports whether a lower-case text is one of the words, whatever parts it and whichever of several it is.
func isNone(text string) bool {
	const longest = 40
	if len(text) > longest {
		return false
	}
	for _, between := range []string{"-", "_", ".", " ", "/", "'"} {
		if strings.Contains(text, between) {
			text = strings.ReplaceAll(text, between, "")
		}
	}
	return nones[text] || nones[strings.TrimRight(text, "0123456789")]
}

// nowhere are first parts of domains at which nobody has an address. typed is what people type without meaning anything, where it stands
// on both sides of the @.
var (
	nowhere = wordsOf(`nomail noemail no-mail no-email no_mail no_email none noreply no-reply nodomain no-domain invalid nowhere unknown
		fake dummy na null test`)
	typed = wordsOf("abc abcd asd asdf asdfg asdfgh qwe qwer qwert qwerty xyz foo bar mail email no user 123 1234 12345 1123")
)

func wordsOf(list string) map[string]bool {
	words := map[string]bool{}
	for _, word := range strings.Fields(list) {
		words[word] = true
	}
	return words
}

// saysNone reports whether a text that is no address says that there is none.
func saysNone(raw string) bool {
	said := strings.ToLower(norm.NFKC.String(text.Visible(raw)))
	said = strings.Trim(said, " \t\r\n@.-—–_/()（）[]【】。·*?？#")
	return said == "" && strings.TrimSpace(raw) != "" || said == "no" || isNone(said)
}

// usualEmail reports whether an address is one that people write where there is none.
func usualEmail(local, domain string) bool {
	first, _, _ := strings.Cut(domain, ".")
	switch {
	case isNone(local), nowhere[first], strings.HasSuffix(domain, ".invalid"):
		return true
	case local == first:
		return typed[local] || repeated(local)
	}
	return len(local) >= 5 && (strings.Trim(local, "0") == "" || strings.HasPrefix(ascending, local))
}

// ascending is what people type for a number.
const ascending = "1234567890123"

// repeated reports whether a text is one character again and again.
func repeated(s string) bool { return s != "" && strings.Trim(s, s[:1]) == "" }

// made reports whether digits are made up: one of them again and again, or one after the other.
func made(digits string) bool {
	const least = 5
	return strings.Trim(digits, "0") == "" || len(digits) >= least && (repeated(digits) || strings.HasPrefix(ascending, digits) ||
		strings.HasPrefix("0"+ascending, digits) || strings.HasPrefix("9876543210", digits))
}

// usualPhone reports whether a number in its normal form is one that people write where there is none.
func usualPhone(e164 string) bool {
	const few = 6
	if e164 == "+8613800138000" {
		return true // of the carrier; in China it is what is typed where there is no number
	}
	end := e164[max(1, len(e164)-few):]
	if !repeated(end) && !made(end) && end != "345678" && end != "678901" && end != "678900" && end != "567890" {
		return false // nearly every number, and telling where the country code ends takes long
	}
	if mobile, found := strings.CutPrefix(e164, "+86"); found && len(mobile) == 11 && mobile[0] == '1' {
		return repeated(mobile[3:]) || mobile[3:] == "12345678"
	}
	number, err := phonenumbers.Parse(e164, "")
	return err == nil && made(phonenumbers.GetNationalSignificantNumber(number))
}
