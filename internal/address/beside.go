package address

import (
	"regexp"
	"strings"
	"unicode"
)

// parts are a number and what is written beside it.
type parts struct {
	number, extension, note string

	plain   bool // the note is of letters that no bracket sets apart from the number
	refused bool // letters are part of the number, or there is a second one
}

func (p parts) any() bool { return p.extension != "" || p.note != "" }

// bracketed is a remark in brackets of any kind; extended is a number with an extension, and what follows both.
var (
	bracketed = regexp.MustCompile(`[(\[{<【〔「『《][^()\[\]{}<>【】〔〕「」『』《》]*\p{L}[^()\[\]{}<>【】〔〕「」『』《》]*[)\]}>】〕」』》]`)
	extended  = regexp.MustCompile(`(?i)^(.*?\d[\s)]*)[\s,;.:(/-]*(?:转接|转|轉接|轉|[内內][线線]|分[机機]|내선|доб(?:авочный)?|доп|anexo|` +
		`interno|int|ramal|poste|durchwahl|dw|nebenstelle|e?xt(?:ensi[oó]n)?n?|x|[pw]|[*#]|,|;)(?:号|號)?[\s.:=#)-]*(\d{1,7})[#)]?(?:\D.*|)$`)
)

// partsOf takes a folded text apart.
func partsOf(text string) parts {
	var p parts
	var notes []string
	p.number = text
	if at := extended.FindStringSubmatchIndex(text); at != nil {
		p.number, p.extension = text[:at[3]], text[at[4]:at[5]]
		notes = append(notes, text[at[5]:])
	}
	p.number = bracketed.ReplaceAllStringFunc(p.number, func(s string) string {
		notes = append(notes, s)
		return " "
	})
	start := startOf(p.number)
	if start < 0 {
		return parts{refused: true}
	}
	if !strings.EqualFold(p.number[:start], "tel:") {
		notes = append(notes, p.number[:start])
	}
	p.number = p.number[start:]
	if at := strings.IndexFunc(p.number, unicode.IsLetter); at >= 0 {
		p.refused = p.refused || attached(p.number[:at], p.number[at:])
		notes = append(notes, p.number[at:])
		p.number, p.plain = p.number[:at], true
	}
	p.number = strings.Trim(p.number, " ,;:.-/|")
	p.note = remark(notes)
	p.refused = p.refused || another(p.note)
	return p
}

// attached reports whether letters go on with the number before them: 1-800-FLOWERS, 1.39E+10. Chinese has no blanks between words,
// and no letters on a keypad.
func attached(number, letters string) bool {
	first := []rune(letters)[0]
	return unicode.In(first, unicode.Latin, unicode.Cyrillic, unicode.Greek) && strings.TrimRight(number, " ,;:|/)") == number
}

// labels say that a number is one, which everybody sees.
var labels = regexp.MustCompile(`(?i)^(?:tel|telephone|telefono|telefon|phone|mobile|mob|cell|cellphone|handy|no|number|` +
	`(?:联系|客户|移动|固定)?(?:手机|电话|座机|固话|電話|手機)?(?:号码|号|號碼)?)$`)

// remark returns what was written beside a number as one text.
func remark(notes []string) string {
	var kept []string
	for _, note := range notes {
		note = strings.TrimFunc(note, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.In(r, unicode.Ps, unicode.Pe) || strings.ContainsRune(",;:.<>#-/|'\"“”‘’=", r)
		})
		if !labels.MatchString(note) {
			kept = append(kept, note)
		}
	}
	return strings.Join(kept, "; ")
}

// behind is a number with a few digits that are set apart at its end: an extension, or the ends of further numbers after a slash.
var behind = regexp.MustCompile(`^(.*\d\)?)\s*([-(/])\s*(\d{1,6})\)?$`)

// loosely reads a number that form 2 did not read.
func (p *parts) loosely(text, region string) string {
	if p.plain && parsed(text, region) != "" {
		return "" // with the letters as digits of a keypad it is a number too
	}
	if e164 := dialled(p.number, region); e164 != "" {
		return e164
	}
	at := behind.FindStringSubmatch(p.number)
	if at == nil || p.extension != "" {
		return ""
	}
	e164 := dialled(at[1], region)
	switch mobile := strings.HasPrefix(e164, "+861") && len(e164) == len("+8613912348000"); {
	case e164 == "" || mobile && at[2] == "-": // one digit too many
		return ""
	case at[2] == "/" || mobile:
		p.note = remark([]string{at[2] + at[3], p.note})
	default:
		p.extension = at[3]
	}
	return e164
}
