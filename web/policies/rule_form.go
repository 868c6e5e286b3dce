package policies

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// What a rule can say about a kind of follow-up, as the form has it.
const (
	saysPlan    = "plan"
	saysNothing = "nothing"
	saysNoMore  = "" // it leaves the kind to the rules below
)

// ownReason is the choice of a reason in the centre's own words.
const ownReason = "own"

// conditionField is the name of a part of the nth condition in the form.
func conditionField(n int, part string) string { return "when." + strconv.Itoa(n) + "." + part }

// maxFormConditions bounds how many conditions a form is read for.
const maxFormConditions = 100

// formOfPolicyRule is the form of a rule as it stands.
func formOfPolicyRule(rule policy.Rule) frame.Form {
	v := url.Values{"name": {rule.Name}}
	for n, c := range rule.When {
		v.Set(conditionField(n, "field"), string(c.Field))
		v.Set(conditionField(n, "op"), string(c.Op))
		v[conditionField(n, "values")] = c.Values
	}
	callback, survey := policy.DefaultCallback(), policy.DefaultSurvey()
	setSays(v, "callback", rule.Callback != nil, rule.Nothing[policy.FollowUpCallback])
	setSays(v, "survey", rule.Survey != nil, rule.Nothing[policy.FollowUpSurvey])
	if rule.Callback != nil {
		callback = *rule.Callback
	}
	if rule.Survey != nil {
		survey = *rule.Survey
	}
	setCallback(v, callback)
	setSurvey(v, survey)
	return frame.Form{Values: v}
}

func setSays(v url.Values, kind string, planned bool, nothing policy.Reason) {
	switch {
	case planned:
		v.Set(kind, saysPlan)
	case nothing != "":
		v.Set(kind, saysNothing)
		v.Set(kind+"_reason", string(nothing))
	default:
		v.Set(kind, saysNoMore)
	}
}

func setCallback(v url.Values, a policy.CallbackAction) {
	v.Set("callback_kind", string(a.Kind))
	v.Set("callback_priority", strconv.Itoa(a.Priority))
	v.Set("callback_team", a.Team)
	v.Set("callback_script", a.Script)
	v.Set("callback_attempts", strconv.Itoa(a.Attempts))
	setSpan(v, "callback_delay", a.Delay)
	setSpan(v, "callback_within", a.Within)
	setSpan(v, "callback_expiry", a.Expiry)
}

func setSurvey(v url.Values, a policy.SurveyAction) {
	v.Set("survey_which", a.Survey)
	v.Set("survey_family", a.Family)
	v.Set("survey_channels", strings.Join(channelCodes(a.Channels), ","))
	v.Set("survey_reminders", strconv.Itoa(a.Reminders))
	v.Set("survey_share", strings.TrimSuffix(a.Share.String(), "%"))
	setSpan(v, "survey_delay", a.Delay)
	setSpan(v, "survey_remind_after", a.RemindAfter)
	setSpan(v, "survey_expiry", a.Expiry)
}

// policyRuleForm reads a rule out of its form and collects what is wrong.
type policyRuleForm struct {
	form     frame.Form
	problems []fault.Field
	reasons  map[policy.Reason]string // of the policy, and those the form adds
	used     policy.Codes
}

// policyRuleOf reads the rule of a form. It returns fault.Invalid with the names of the form's fields; what the policy refuses as a
// whole is said when it is saved. Reasons are the policy's own; a new one is added, by a code that is not used.
func policyRuleOf(f frame.Form, id policy.RuleID, reasons map[policy.Reason]string, used policy.Codes) (policy.Rule, error) {
	r := policyRuleForm{form: f, reasons: reasons, used: used}
	rule := policy.Rule{ID: id, Name: strings.TrimSpace(f.Get("name")), When: conditionsOf(f), Nothing: map[policy.Kind]policy.Reason{}}
	switch f.Get("callback") {
	case saysPlan:
		rule.Callback = r.callback()
	case saysNothing:
		rule.Nothing[policy.FollowUpCallback] = r.reason("callback_reason")
	}
	switch f.Get("survey") {
	case saysPlan:
		rule.Survey = r.survey()
	case saysNothing:
		rule.Nothing[policy.FollowUpSurvey] = r.reason("survey_reason")
	}
	if len(r.problems) > 0 {
		return rule, fault.InvalidFields(r.problems...)
	}
	return rule, nil
}

// conditionsOf reads the rows of conditions in their order.
func conditionsOf(f frame.Form) []policy.Condition {
	var list []policy.Condition
	for n := range maxFormConditions {
		field := policy.Field(f.Get(conditionField(n, "field")))
		if field == "" {
			break
		}
		c := policy.Condition{Field: field, Op: policy.Op(f.Get(conditionField(n, "op")))}
		if c.Op != policy.Known && c.Op != policy.Unknown {
			for _, typed := range f.Values[conditionField(n, "values")] {
				c.Values = append(c.Values, valuesByLine(typed)...)
			}
		}
		list = append(list, c)
	}
	return list
}

// valuesByLine returns the values in a text that has one on each line: a value may have commas of its own.
func valuesByLine(typed string) []string {
	var list []string
	for line := range strings.Lines(typed) {
		if value := strings.TrimSpace(line); value != "" {
			list = append(list, value)
		}
	}
	return list
}

// withConditions returns the form with other conditions in place of its own.
func withConditions(f frame.Form, list []policy.Condition) frame.Form {
	for name := range f.Values {
		if strings.HasPrefix(name, "when.") {
			f.Values.Del(name)
		}
	}
	for name, values := range formOfPolicyRule(policy.Rule{When: list}).Values {
		if strings.HasPrefix(name, "when.") {
			f.Values[name] = values
		}
	}
	return f
}

// addCondition returns the form with one more condition about a field, to be filled in.
func addCondition(f frame.Form, info policy.FieldInfo) frame.Form {
	c := policy.Condition{Field: info.Field, Op: info.Kind.Ops()[0]}
	if info.Kind == policy.YesNoField {
		c.Values = []string{policy.Yes}
	}
	return withConditions(f, append(conditionsOf(f), c))
}

// removeCondition returns the form without its nth condition.
func removeCondition(f frame.Form, n int) frame.Form {
	list := conditionsOf(f)
	if n < 0 || n >= len(list) {
		return f
	}
	return withConditions(f, slices.Delete(list, n, n+1))
}

func (r *policyRuleForm) wrong(name, code, problem string) {
	r.problems = append(r.problems, fault.Field{Name: name, Code: code, Problem: problem, Value: r.form.Get(name)})
}

func (r *policyRuleForm) number(name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(r.form.Get(name)))
	if err != nil {
		r.wrong(name, "not_a_number", "is not a number")
	}
	return n
}

func (r *policyRuleForm) span(name string) policy.Span {
	span, err := policy.ParseSpan(strings.TrimSpace(r.form.Get(name)) + r.form.Get(name+"_unit"))
	if err != nil {
		r.wrong(name, "not_a_span", "is not a length of time")
	}
	return span
}

func (r *policyRuleForm) callback() *policy.CallbackAction {
	return &policy.CallbackAction{
		Kind: policy.CallbackKind(r.form.Get("callback_kind")), Priority: r.number("callback_priority"),
		Delay: r.span("callback_delay"), Within: r.span("callback_within"), Expiry: r.span("callback_expiry"),
		Team:   strings.TrimSpace(r.form.Get("callback_team")),
		Script: r.form.Get("callback_script"), Attempts: r.number("callback_attempts"),
	}
}

func (r *policyRuleForm) survey() *policy.SurveyAction {
	share, err := policy.ParseShare(r.form.Get("survey_share"))
	if err != nil {
		r.wrong("survey_share", "not_a_share", "is not a share in percent")
	}
	a := &policy.SurveyAction{
		Survey: r.form.Get("survey_which"), Family: strings.TrimSpace(r.form.Get("survey_family")), Share: share,
		Delay: r.span("survey_delay"), RemindAfter: r.span("survey_remind_after"), Expiry: r.span("survey_expiry"),
		Reminders: r.number("survey_reminders"),
	}
	for _, code := range frame.SplitNames(r.form.Get("survey_channels")) {
		a.Channels = append(a.Channels, permission.Channel(code))
	}
	return a
}

// reason is why nothing is planned: one of ours, one the policy has already, or a new one in words.
func (r *policyRuleForm) reason(name string) policy.Reason {
	chosen := r.form.Get(name)
	if chosen != ownReason {
		if chosen == "" {
			r.wrong(name, "required", "is required")
		}
		return policy.Reason(chosen)
	}
	text := strings.TrimSpace(r.form.Get(name + "_text"))
	if text == "" {
		r.wrong(name+"_text", "required", "is required")
	}
	for code, known := range r.reasons {
		if known == text {
			return code
		}
	}
	code := policy.Reason(codeFor(text, "reason",
		func(code string) bool { return r.used.Reason(code) || r.reasons[policy.Reason(code)] != "" }))
	r.reasons[code] = text
	return code
}

// ruleIDOf returns the code of the rule the address names; a new one is given one that never meant anything else.
func ruleIDOf(id string, f frame.Form, used policy.Codes) policy.RuleID {
	if id == newRule {
		id = codeFor(f.Get("name"), "rule", used.Rule)
	}
	return policy.RuleID(id)
}

// codeFor makes a stable code of a name: its Latin letters and digits, or a prefix where there are none, with a number where the
// code is taken.
func codeFor(name, prefix string, taken func(string) bool) string {
	var b strings.Builder
	for _, ch := range strings.ToLower(name) {
		switch {
		case ch >= 'a' && ch <= 'z' || ch >= '0' && ch <= '9' && b.Len() > 0:
			b.WriteRune(ch)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	code := strings.Trim(b.String()[:min(b.Len(), maxCode)], "_")
	if code == "" {
		code = prefix
	} else if !taken(code) {
		return code
	}
	for n := 1; ; n++ {
		if numbered := fmt.Sprintf("%s_%d", code, n); !taken(numbered) {
			return numbered
		}
	}
}

// maxCode leaves a code room for a number.
const maxCode = 30

func channelCodes(channels []permission.Channel) []string {
	list := make([]string, len(channels))
	for i, ch := range channels {
		list[i] = string(ch)
	}
	return list
}
