package policies

import (
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/permission"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// policyWords reads a policy out in the reader's language.
type policyWords struct {
	t       func(key string, args ...any) string
	fields  map[policy.Field]policy.FieldInfo
	reasons map[policy.Reason]string // the policy's own
}

// ruleSentence is a rule as people say it: for whom, then what is done. Read with a colon between them.
type ruleSentence struct {
	When string
	Then []string
}

// policyWords returns the words for a policy; fields are those a condition can ask about.
func (h *handlers) policyWords(c *gin.Context, fields []policy.FieldInfo, reasons map[policy.Reason]string) policyWords {
	w := policyWords{fields: make(map[policy.Field]policy.FieldInfo, len(fields)), reasons: reasons}
	w.t = func(key string, args ...any) string { return h.T(c, key, args...) }
	for _, f := range fields {
		w.fields[f.Field] = f
	}
	return w
}

// sentence reads a rule out; first says whether it is the first of its policy.
func (w policyWords) sentence(rule policy.Rule, first bool) ruleSentence {
	sentence := ruleSentence{When: w.when(rule.When, first)}
	nothing := rule.Nothing
	if a, b := nothing[policy.FollowUpCallback], nothing[policy.FollowUpSurvey]; a != "" && a == b {
		sentence.Then = append(sentence.Then, w.t("policy.then_nothing", "reason", w.reason(a)))
		return sentence
	}
	if reason := nothing[policy.FollowUpCallback]; reason != "" {
		sentence.Then = append(sentence.Then, w.t("policy.then_no_callback", "reason", w.reason(reason)))
	}
	if rule.Callback != nil {
		sentence.Then = append(sentence.Then, w.callback(*rule.Callback))
	}
	if reason := nothing[policy.FollowUpSurvey]; reason != "" {
		sentence.Then = append(sentence.Then, w.t("policy.then_no_survey", "reason", w.reason(reason)))
	}
	if rule.Survey != nil {
		sentence.Then = append(sentence.Then, w.survey(*rule.Survey))
	}
	return sentence
}

// when names the resolutions a rule is about.
func (w policyWords) when(conditions []policy.Condition, first bool) string {
	if len(conditions) == 0 && first {
		return w.t("policy.every_contact")
	}
	if len(conditions) == 0 {
		return w.t("policy.everything_left")
	}
	clauses := make([]string, len(conditions))
	for i, c := range conditions {
		clauses[i] = w.condition(c)
	}
	return w.t("policy.contacts_where", "conditions", strings.Join(clauses, w.t("policy.and")))
}

func (w policyWords) condition(c policy.Condition) string {
	if w.fields[c.Field].Kind == policy.YesNoField {
		return w.yesNo(c)
	}
	says := "policy_says." + string(c.Op)
	switch kind := w.fields[c.Field].Kind; {
	case kind == policy.LevelField && (c.Op == policy.AtLeast || c.Op == policy.AtMost):
		says = "policy_says.level_" + string(c.Op)
	case kind == policy.TagsField && (c.Op == policy.Known || c.Op == policy.Unknown):
		says = "policy_says.tags_" + string(c.Op)
	}
	return w.t(says, "field", w.field(c.Field), "values", w.values(c))
}

func (w policyWords) isAttribute(f policy.Field) bool {
	_, ok := f.Attribute()
	return ok
}

// yesNo reads out a condition whose answer is yes or no: each field has a phrase for both, an attribute is named.
func (w policyWords) yesNo(c policy.Condition) string {
	answer := policy.No
	if len(c.Values) > 0 && c.Values[0] == policy.Yes {
		answer = policy.Yes
	}
	if w.isAttribute(c.Field) {
		return w.t("policy_says.attribute_"+answer, "field", w.field(c.Field))
	}
	return w.t("policy_" + answer + "." + string(c.Field))
}

// field is the name of what a condition asks about.
func (w policyWords) field(f policy.Field) string {
	name, ok := f.Attribute()
	if !ok {
		return w.t("policy_field." + string(f))
	}
	if label := w.fields[f].Label; label != "" {
		name = label
	}
	return w.t("policy_field.attribute", "name", name)
}

// values lists what a condition compares with: "a", "b" or "c".
func (w policyWords) values(c policy.Condition) string {
	words := make([]string, len(c.Values))
	for i, v := range c.Values {
		words[i] = w.value(c.Field, v)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], w.t("policy.comma")) + w.t("policy.or") + words[last]
}

// value is one value: a word of ours where the field has a fixed choice, else as it was typed, in quotes unless it is a number.
func (w policyWords) value(f policy.Field, value string) string {
	switch info := w.fields[f]; {
	case len(info.Choices) > 0:
		return w.choice(f, value)
	case info.Kind == policy.NumberField:
		return value
	}
	return w.t("policy.quoted", "value", value)
}

// choicePrefixes is where the words of fields with a fixed choice are.
var choicePrefixes = map[policy.Field]string{
	policy.ContactChannel: "channel.", policy.ContactSeverity: "severity.", policy.HistoryLastBand: "mood.",
}

// choice is a value of a field with a fixed choice.
func (w policyWords) choice(f policy.Field, value string) string {
	return w.t(choicePrefixes[f] + value)
}

// reason is why nothing is planned: in the policy's own words, or in ours.
func (w policyWords) reason(r policy.Reason) string {
	if text := w.reasons[r]; text != "" {
		return text
	}
	return w.t("reason." + string(r))
}

func (w policyWords) callback(a policy.CallbackAction) string {
	parts := []string{w.t("policy.then_callback", "kind", w.t("callback_kind."+string(a.Kind)), "priority", a.Priority)}
	if a.Delay > 0 {
		parts = append(parts, w.t("policy.then_delay", "span", frame.SpanText(w.t, a.Delay)))
	}
	parts = append(parts, w.t("policy.then_within", "span", frame.SpanText(w.t, a.Within)))
	if a.Team != "" {
		parts = append(parts, w.t("policy.then_team", "team", a.Team))
	}
	if a.Script != "" {
		parts = append(parts, w.t("policy.then_script", "script", w.t("callback_kind."+a.Script)))
	}
	parts = append(parts, w.t("policy.then_attempts", "count", a.Attempts),
		w.t("policy.then_given_up", "span", frame.SpanText(w.t, a.Expiry)))
	return strings.Join(parts, w.t("policy.clause"))
}

func (w policyWords) survey(a policy.SurveyAction) string {
	parts := []string{w.t("policy.then_survey_at_once", "channels", w.channels(a.Channels))}
	if a.Delay > 0 {
		parts[0] = w.t("policy.then_survey", "channels", w.channels(a.Channels), "span", frame.SpanText(w.t, a.Delay))
	}
	if a.Survey != policy.SurveyFamily {
		parts = append(parts, w.t("policy.then_which", "survey", a.Survey))
	}
	if a.Share < policy.Everybody {
		parts = append(parts, w.t("policy.then_share", "share", a.Share.String()))
	}
	if a.Reminders > 0 {
		parts = append(parts, w.t("policy.then_reminder", "span", frame.SpanText(w.t, a.RemindAfter)))
	}
	parts = append(parts, w.t("policy.then_open", "span", frame.SpanText(w.t, a.Expiry)))
	return strings.Join(parts, w.t("policy.clause"))
}

// channels lists the channels of a survey in the order in which they are tried.
func (w policyWords) channels(list []permission.Channel) string {
	words := make([]string, len(list))
	for i, ch := range list {
		words[i] = w.t("survey_by." + string(ch))
	}
	return strings.Join(words, w.t("policy.then"))
}
