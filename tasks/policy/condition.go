package policy

import (
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// Condition is one thing that must hold for a rule to match.
type Condition struct {
	Field  Field
	Op     Op
	Values []string // as the field's kind writes them: numbers in digits, yes or no; none for known and unknown
}

// Facts are what is known about one resolution when its follow-up is decided. What no rule of the policy asks for is left empty.
type Facts struct {
	Now            clock.Instant
	Resolution     contact.Resolution
	Contact        contact.Contact
	Source         string
	Team           string
	Resolver       string
	Language       string
	Zone           string
	Region         string
	Tags           []string             // of the customer
	Attributes     map[string]string    // of the customer
	AttributeKinds map[string]FieldKind // as they are registered now
	FirstContact   bool
	Repeat         bool
	OpenComplaint  bool
	CSAT           *Score        // the customer's newest answer about satisfaction before Now; nil: there is none
	NPS            *Score        // the newest recommendation before Now
	AnsweredAt     clock.Instant // the newest answer of any kind before Now
}

// holds reports whether the condition is true of the facts.
func (c *Condition) holds(f *Facts) bool {
	v := f.value(c.Field)
	switch c.Op {
	case Known:
		return v.known
	case Unknown:
		return !v.known
	case Is, Has:
		return v.isAnyOf(c.Values)
	case IsNot, HasNot:
		return !v.isAnyOf(c.Values)
	case AtLeast:
		n, ok := v.number(c.Values[0])
		return v.known && v.isN && ok && v.n >= n
	case AtMost:
		n, ok := v.number(c.Values[0])
		return v.known && v.isN && ok && v.n <= n
	}
	return false
}

// value is what the facts say about a field.
type value struct {
	known  bool
	texts  []string // of a text, a choice, yes or no: one; of tags: any number
	prefix bool     // a part before "-" counts as well: zh for zh-CN, US for US-FL
	levels []string // of a level, from low to high
	n      float64  // of a number or a level: its rank. Attributes may have decimals; everything else is whole
	isN    bool
}

func (v value) isAnyOf(wanted []string) bool {
	return v.known && slices.ContainsFunc(wanted, func(w string) bool {
		if n, ok := v.number(w); v.isN && ok {
			return n == v.n
		}
		return slices.ContainsFunc(v.texts, func(text string) bool { return text == w || v.prefix && strings.HasPrefix(text, w+"-") })
	})
}

// number returns a value of the condition as the field counts: the rank of a level, or the number itself.
func (v value) number(text string) (float64, bool) {
	if v.levels != nil {
		i := slices.Index(v.levels, text)
		return float64(i), i >= 0
	}
	return parseNumber(text)
}

// parseNumber reads a decimal number as people write it: no exponents, no infinities.
func parseNumber(text string) (float64, bool) {
	if text == "" || len(text) > maxNumber || strings.Trim(text, "0123456789.-") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

const maxNumber = 15 // digits that a float64 keeps exactly

func textValue(text string) value {
	if text == "" {
		return value{}
	}
	return value{known: true, texts: []string{text}}
}

func prefixValue(text string) value {
	v := textValue(text)
	v.prefix = true
	return v
}

func tagsValue(tags []string) value { return value{known: len(tags) > 0, texts: tags} }

func numberValue(n int64, known bool) value { return value{known: known, n: float64(n), isN: true} }

func yesNoValue(yes bool) value {
	if yes {
		return textValue(Yes)
	}
	return textValue(No)
}

// value reads a field; one that is none is not known.
func (f *Facts) value(field Field) value {
	info, ok := fieldInfo(field)
	if !ok {
		return value{}
	}
	return info.read(f)
}

func levelValue(levels []string, level string) value {
	rank := slices.Index(levels, level)
	return value{known: rank >= 0, levels: levels, n: float64(rank), isN: true}
}

func bandValue(s *Score) value {
	if s == nil {
		return value{}
	}
	return textValue(s.Band)
}

func scoreValue(s *Score) value {
	if s == nil {
		return numberValue(0, false)
	}
	return numberValue(int64(s.Value), true)
}

// handling is the time spent on a contact, known when any part of it is.
func handling(c contact.Contact) value {
	var total int64
	known := false
	for _, part := range []*int64{c.TalkSeconds, c.HoldSeconds, c.WrapUpSeconds} {
		if part != nil {
			total, known = total+*part, true
		}
	}
	return numberValue(total, known)
}

// attributeValue reads what a source wrote as what it is registered as: a number, yes or no in the words sources use, or the text
// itself. A number of a text attribute is a code: 0571 is not 571.
func attributeValue(text string, kind FieldKind) value {
	v := textValue(text)
	switch kind {
	case NumberField:
		v.n, v.isN = parseNumber(text)
	case YesNoField:
		switch strings.ToLower(text) {
		case "yes", "true", "y", "1", "是":
			v.texts = []string{Yes}
		case "no", "false", "n", "0", "否":
			v.texts = []string{No}
		}
	case TextField, anyField, ChoiceField, LevelField, TagsField:
	}
	return v
}
