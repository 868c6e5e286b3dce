package policy

import (
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/contact"
)

// Field is something a condition asks about. It is translated under "policy_field.<code>"; an attribute of the customer is
// "customer.attributes." and its registered name.
type Field string

// The fields.
const (
	ContactSource         Field = "contact.source"
	ContactChannel        Field = "contact.channel"
	ContactCategory       Field = "contact.category"
	ContactSubcategory    Field = "contact.subcategory"
	ContactProduct        Field = "contact.product"
	ContactSeverity       Field = "contact.severity"
	ContactComplaint      Field = "contact.complaint"
	ContactAutoClosed     Field = "contact.auto_closed"
	ContactAnswered       Field = "contact.answered" // an answer came with it
	ContactTeam           Field = "contact.team"     // of the resolver
	ContactResolver       Field = "contact.resolver"
	ContactTags           Field = "contact.tags"
	ContactHandling       Field = "contact.handling_seconds" // talk, hold and wrap-up together
	ContactResolutionNo   Field = "contact.resolution_no"    // 2 after one reopening
	ContactOrder          Field = "contact.order_reference"
	CustomerLanguage      Field = "customer.language"
	CustomerRegion        Field = "customer.region"
	CustomerZone          Field = "customer.zone"
	CustomerTags          Field = "customer.tags"
	HistoryFirstContact   Field = "history.first_contact"
	HistoryRepeat         Field = "history.repeat_48h"
	HistoryOpenComplaint  Field = "history.open_complaint"
	HistoryLastCSAT       Field = "history.last_csat"        // value, on its question's scale
	HistoryLastBand       Field = "history.last_csat_band"   // satisfied, neutral or dissatisfied
	HistoryLastNPS        Field = "history.last_nps"         // 0 to 10
	HistoryLastAnswerDays Field = "history.last_answer_days" // whole days since the newest answer of any kind
)

const attributePrefix = "customer.attributes."

// AttributeField returns the field of a registered attribute.
func AttributeField(name string) Field { return Field(attributePrefix + name) }

// Attribute returns the name of the attribute the field is about, if it is about one.
func (f Field) Attribute() (string, bool) {
	return strings.CutPrefix(string(f), attributePrefix)
}

// FieldKind is what the values of a field are.
type FieldKind string

// The kinds of field.
const (
	TextField   FieldKind = "text"
	ChoiceField FieldKind = "choice" // one of FieldInfo.Choices
	LevelField  FieldKind = "level"  // one of FieldInfo.Choices, which go from low to high
	NumberField FieldKind = "number"
	YesNoField  FieldKind = "yes_no"
	TagsField   FieldKind = "tags"
)

// The values of a yes_no field.
const (
	Yes = "yes"
	No  = "no"
)

// Op is how a condition compares. It is translated under "policy_op.<code>".
type Op string

// The comparisons. A value that is not known is none of any values, neither at least nor at most any.
const (
	Is      Op = "is"     // any of the values
	IsNot   Op = "is_not" // none of the values
	AtLeast Op = "at_least"
	AtMost  Op = "at_most"
	Has     Op = "has"     // any of the tags
	HasNot  Op = "has_not" // none of the tags
	Known   Op = "known"   // takes no values
	Unknown Op = "unknown" // takes no values
)

// Ops returns the comparisons there are for a kind of field, the usual one first.
func (k FieldKind) Ops() []Op {
	switch k {
	case TextField, ChoiceField:
		return []Op{Is, IsNot, Known, Unknown}
	case LevelField, NumberField:
		return []Op{AtLeast, AtMost, Is, IsNot, Known, Unknown}
	case YesNoField:
		return []Op{Is}
	case TagsField:
		return []Op{Has, HasNot, Known, Unknown}
	case anyField:
		return []Op{Is, IsNot, AtLeast, AtMost, Known, Unknown}
	}
	return nil
}

// values returns how many values a comparison takes.
func (o Op) values() (least, most int) {
	switch o {
	case Known, Unknown:
		return 0, 0
	case AtLeast, AtMost:
		return 1, 1
	case Is, IsNot, Has, HasNot:
	}
	return 1, maxValues
}

// FieldInfo is what a form needs to know about a field.
type FieldInfo struct {
	Field   Field
	Kind    FieldKind
	Choices []string // the values of a choice or a level
	Label   string   // of an attribute; other fields are translated
	loads   need
	read    func(*Facts) value
}

// need is what has to be loaded before a field can be read, besides the resolution.
type need uint

const (
	needContact need = 1 << iota
	needCustomer
	needSource
	needTeam
	needResolver
	needHistory
	needAnswers
	needAttributes
)

// The fixed fields, in the order of a form, each with how it is read.
var fieldInfos = []FieldInfo{
	{Field: ContactSource, Kind: TextField, loads: needSource, read: func(f *Facts) value { return textValue(f.Source) }},
	{
		Field:   ContactChannel,
		Kind:    ChoiceField,
		Choices: codes(contact.Channels()),
		read:    func(f *Facts) value { return textValue(string(f.Resolution.Channel)) },
	},
	{Field: ContactCategory, Kind: TextField, read: func(f *Facts) value { return textValue(f.Resolution.Category) }},
	{
		Field: ContactSubcategory,
		Kind:  TextField,
		loads: needContact,
		read:  func(f *Facts) value { return textValue(f.Contact.Subcategory) },
	},
	{Field: ContactProduct, Kind: TextField, read: func(f *Facts) value { return textValue(f.Resolution.Product) }},
	{
		Field:   ContactSeverity,
		Kind:    LevelField,
		Choices: severities,
		read:    func(f *Facts) value { return levelValue(severities, string(f.Resolution.Severity)) },
	},
	{Field: ContactComplaint, Kind: YesNoField, read: func(f *Facts) value { return yesNoValue(f.Resolution.Complaint) }},
	{Field: ContactAutoClosed, Kind: YesNoField, read: func(f *Facts) value { return yesNoValue(f.Resolution.AutoClosed) }},
	{Field: ContactAnswered, Kind: YesNoField, read: func(f *Facts) value { return yesNoValue(f.Resolution.Answered) }},
	{Field: ContactTeam, Kind: TextField, loads: needTeam, read: func(f *Facts) value { return textValue(f.Team) }},
	{Field: ContactResolver, Kind: TextField, loads: needResolver, read: func(f *Facts) value { return textValue(f.Resolver) }},
	{Field: ContactTags, Kind: TagsField, loads: needContact, read: func(f *Facts) value { return tagsValue(f.Contact.TagList()) }},
	{Field: ContactHandling, Kind: NumberField, loads: needContact, read: func(f *Facts) value { return handling(f.Contact) }},
	{Field: ContactResolutionNo, Kind: NumberField, read: func(f *Facts) value { return numberValue(int64(f.Resolution.No), true) }},
	{Field: ContactOrder, Kind: TextField, loads: needContact, read: func(f *Facts) value { return textValue(f.Contact.OrderReference) }},
	{Field: CustomerLanguage, Kind: TextField, loads: needCustomer, read: func(f *Facts) value { return prefixValue(f.Language) }},
	{Field: CustomerRegion, Kind: TextField, loads: needCustomer, read: func(f *Facts) value { return prefixValue(f.Region) }},
	{Field: CustomerZone, Kind: TextField, loads: needCustomer, read: func(f *Facts) value { return textValue(f.Zone) }},
	{Field: CustomerTags, Kind: TagsField, loads: needCustomer, read: func(f *Facts) value { return tagsValue(f.Tags) }},
	{Field: HistoryFirstContact, Kind: YesNoField, loads: needHistory, read: func(f *Facts) value { return yesNoValue(f.FirstContact) }},
	{Field: HistoryRepeat, Kind: YesNoField, loads: needHistory, read: func(f *Facts) value { return yesNoValue(f.Repeat) }},
	{Field: HistoryOpenComplaint, Kind: YesNoField, loads: needHistory, read: func(f *Facts) value { return yesNoValue(f.OpenComplaint) }},
	{Field: HistoryLastCSAT, Kind: NumberField, loads: needAnswers, read: func(f *Facts) value { return scoreValue(f.CSAT) }},
	{
		Field:   HistoryLastBand,
		Kind:    ChoiceField,
		Choices: Bands(),
		loads:   needAnswers,
		read:    func(f *Facts) value { return bandValue(f.CSAT) },
	},
	{Field: HistoryLastNPS, Kind: NumberField, loads: needAnswers, read: func(f *Facts) value { return scoreValue(f.NPS) }},
	{Field: HistoryLastAnswerDays, Kind: NumberField, loads: needAnswers, read: func(f *Facts) value {
		return numberValue(int64(f.Now.Sub(f.AnsweredAt)/day), !f.AnsweredAt.IsZero())
	}},
}

var severities = codes(contact.Severities())

// Fields returns every field a condition can ask about, in the order of a form: the fixed ones, then the registered attributes.
func Fields(attributes []Attribute) []FieldInfo {
	list := slices.Clone(fieldInfos)
	for _, a := range attributes {
		list = append(list, FieldInfo{Field: AttributeField(a.Name), Kind: a.Kind, Label: a.Label, loads: needCustomer | needAttributes})
	}
	return list
}

// fieldInfo returns what is known about a field without looking attributes up.
func fieldInfo(field Field) (FieldInfo, bool) {
	if name, ok := field.Attribute(); ok {
		read := func(f *Facts) value { return attributeValue(f.Attributes[name], f.AttributeKinds[name]) }
		info := FieldInfo{Field: field, Kind: anyField, loads: needCustomer | needAttributes, read: read}
		return info, name != "" && utf8.RuneCountInString(name) <= maxAttributeName
	}
	i := slices.IndexFunc(fieldInfos, func(info FieldInfo) bool { return info.Field == field })
	if i < 0 {
		return FieldInfo{}, false
	}
	return fieldInfos[i], true
}

// needs returns what has to be loaded before the policy can be matched.
func (p *Policy) needs() need {
	var all need
	for _, rule := range p.Rules {
		for _, c := range rule.When {
			info, _ := fieldInfo(c.Field)
			all |= info.loads
		}
	}
	return all
}

// Listed writes codes as a sentence lists them.
func Listed[T ~string](values []T) string { return strings.Join(codes(values), ", ") }

func codes[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
