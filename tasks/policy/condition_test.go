package policy

import (
	"testing"

	"aftercall/internal/contact"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	seconds := func(n int64) *int64 { return &n }
	f := &Facts{
		Now:        morning,
		Resolution: contact.Resolution{No: 2, Category: "宽带报修", Severity: contact.High, Complaint: true},
		Contact:    contact.Contact{Tags: `["回访","vip"]`, TalkSeconds: seconds(100), WrapUpSeconds: seconds(20)},
		Language:   "zh-CN", Region: "US-FL",
		Attributes: map[string]string{
			"level":  "gold",
			"spend":  "1200.50",
			"active": "TRUE",
			"flag":   "1",
			"code":   "007",
			"seats":  "many",
			"old":    "1",
		},
		AttributeKinds: map[string]FieldKind{
			"level": TextField, "spend": NumberField, "active": YesNoField,
			"flag": YesNoField, "code": TextField, "seats": NumberField, "other": TextField,
		},
		CSAT: &Score{Value: 2, Band: Dissatisfied}, AnsweredAt: morning.Add(-3*day - 1),
	}
	for _, tt := range []struct {
		name  string
		field Field
		op    Op
		value []string
		want  bool
	}{
		{"a text is one of the values", ContactCategory, Is, []string{"移机", "宽带报修"}, true},
		{"a text is none of the values", ContactCategory, IsNot, []string{"移机"}, true},
		{"what is not known is none of any values", ContactProduct, IsNot, []string{"宽带"}, true},
		{"what is not known is not any value", ContactProduct, Is, []string{"宽带"}, false},
		{"known", ContactCategory, Known, nil, true},
		{"unknown", ContactProduct, Unknown, nil, true},
		{"a level is at least a lower one", ContactSeverity, AtLeast, []string{"medium"}, true},
		{"a level is at least itself", ContactSeverity, AtLeast, []string{"high"}, true},
		{"a level is not at least a higher one", ContactSeverity, AtLeast, []string{"critical"}, false},
		{"a level is at most itself", ContactSeverity, AtMost, []string{"high"}, true},
		{"a level is one of the values", ContactSeverity, Is, []string{"low", "high"}, true},
		{"a level is none of the values", ContactSeverity, IsNot, []string{"low", "critical"}, true},
		{"yes", ContactComplaint, Is, []string{Yes}, true},
		{"no", ContactAutoClosed, Is, []string{No}, true},
		{"one of the tags", ContactTags, Has, []string{"vip", "b2b"}, true},
		{"none of the tags", ContactTags, HasNot, []string{"b2b"}, true},
		{"a customer without tags has none of them", CustomerTags, HasNot, []string{"b2b"}, true},
		{"handling times add up", ContactHandling, AtLeast, []string{"120"}, true},
		{"and no more", ContactHandling, AtLeast, []string{"121"}, false},
		{"resolved again", ContactResolutionNo, AtLeast, []string{"2"}, true},
		{"a language without its country", CustomerLanguage, Is, []string{"zh"}, true},
		{"a language with another country", CustomerLanguage, Is, []string{"zh-TW"}, false},
		{"a country without its state", CustomerRegion, Is, []string{"US"}, true},
		{"a state", CustomerRegion, Is, []string{"US-FL"}, true},
		{"a prefix is no part", CustomerLanguage, Is, []string{"z"}, false},
		{"an attribute as text", AttributeField("level"), Is, []string{"gold"}, true},
		{"an attribute as a number", AttributeField("spend"), AtLeast, []string{"1200.5"}, true},
		{"an attribute as a number, too little", AttributeField("spend"), AtLeast, []string{"1200.51"}, false},
		{"an attribute as a number, written otherwise", AttributeField("spend"), Is, []string{"1200.5"}, true},
		{"a word is no number", AttributeField("seats"), AtLeast, []string{"0"}, false},
		{"a word is known where a number is expected", AttributeField("seats"), Known, nil, true},
		{"true is yes", AttributeField("active"), Is, []string{Yes}, true},
		{"1 is yes where yes is asked for", AttributeField("flag"), Is, []string{Yes}, true},
		{"a code of digits is itself", AttributeField("code"), Is, []string{"007"}, true},
		{"a code of digits is no number", AttributeField("code"), Is, []string{"7"}, false},
		{"1 is not yes where a text is asked for", AttributeField("old"), Is, []string{Yes}, false},
		{"what is not registered any more is a text", AttributeField("old"), Is, []string{"01"}, false},
		{"what is not registered any more is still itself", AttributeField("old"), Is, []string{"1"}, true},
		{"an attribute nobody sent", AttributeField("other"), Unknown, nil, true},
		{"the last answer's value", HistoryLastCSAT, AtMost, []string{"2"}, true},
		{"the last answer's band", HistoryLastBand, Is, []string{Dissatisfied}, true},
		{"no recommendation was ever asked", HistoryLastNPS, AtLeast, []string{"0"}, false},
		{"whole days since the last answer", HistoryLastAnswerDays, Is, []string{"3"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Condition{Field: tt.field, Op: tt.op, Values: tt.value}
			if got := c.holds(f); got != tt.want {
				t.Errorf("%s %s %v is %v", tt.field, tt.op, tt.value, got)
			}
		})
	}
}

// Every field says what must be loaded for it, and a policy asks for no more than its rules do.
func TestOnlyWhatRulesAskForIsLoaded(t *testing.T) {
	t.Parallel()
	p := Default(0)
	if n := p.needs(); n != 0 {
		t.Errorf("the built-in policy loads %b", n)
	}
	for _, info := range Fields([]Attribute{{Name: "x", Kind: TextField}}) {
		p := Policy{Rules: []Rule{{When: []Condition{{Field: info.Field}}}}}
		if p.needs() != info.loads {
			t.Errorf("%s loads %b, want %b", info.Field, p.needs(), info.loads)
		}
	}
}
