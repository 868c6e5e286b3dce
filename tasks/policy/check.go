package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"aftercall/internal/fault"
)

// Limits of a policy.
const (
	maxRules      = 200
	maxConditions = 20
	maxValues     = 100
	maxValue      = 190 // characters
	maxRuleName   = 100
	maxReasons    = 100
)

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Check returns an error that names every value of the policy that is wrong, with its rule, or nil. What a policy names that is
// kept elsewhere (attributes, teams, surveys) is checked when it is saved.
func (p *Policy) Check() error {
	c := checker{}
	c.policy(p)
	return c.fault(nil)
}

// checker collects what is wrong with a policy.
type checker struct {
	rule     string // whose values are checked; empty: those of the whole policy
	path     string // of the rule in the text
	problems []fault.Field
	paths    []string // of each problem
}

// enter begins a rule.
func (c *checker) enter(i int, id string) {
	c.path = fmt.Sprintf("rules[%d].", i)
	if c.rule = id; id == "" {
		c.rule = fmt.Sprintf("rule %d", i+1)
	}
}

// leave ends the rules.
func (c *checker) leave() { c.rule, c.path = "", "" }

// refuse names a field that is wrong; of a rule, the rule too. What the caller knows more about the problem can be put into it.
func (c *checker) refuse(field, code, problem, value string) *fault.Field {
	const shown = 60
	if utf8.RuneCountInString(value) > shown {
		value = string([]rune(value)[:shown]) + "…"
	}
	name := field
	if c.rule != "" {
		name = c.rule + ": " + field
	}
	c.problems = append(c.problems, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	c.paths = append(c.paths, c.path+field)
	return &c.problems[len(c.problems)-1]
}

const maxProblems = 50 // more help nobody

// fault returns the problems with their lines in a text, where there is one; nil without problems.
func (c *checker) fault(body []byte) error {
	if len(c.problems) == 0 {
		return nil
	}
	n := min(len(c.problems), maxProblems)
	if len(body) > 0 {
		withLines(c.problems[:n], c.paths[:n], body)
	}
	return fault.InvalidFields(c.problems[:n]...)
}

func (c *checker) policy(p *Policy) {
	c.between("max_age", p.MaxAge, time.Hour, 90*day)
	if len(p.Rules) > maxRules {
		c.refuse("rules", "too_many", "has more than 200 rules", "")
		return
	}
	c.reasons(p.Reasons)
	seen := make(map[RuleID]bool, len(p.Rules))
	for i := range p.Rules {
		r := &p.Rules[i]
		c.enter(i, string(r.ID))
		c.identity(r, seen)
		c.conditions(r.When)
		c.actions(p, r)
	}
	c.leave()
}

// reasons checks the centre's own reasons: a code nobody else uses, and a text.
func (c *checker) reasons(own map[Reason]string) {
	if len(own) > maxReasons {
		c.refuse("reasons", "too_many", "has more than 100 reasons", "")
		return
	}
	for reason, text := range own {
		field := "reasons." + string(reason)
		switch {
		case !codePattern.MatchString(string(reason)):
			c.refuse("reasons", "code_form", "must be small letters, digits and _, at most 40, the first a letter", string(reason))
		case slices.Contains(reservedReasons(), reason):
			c.refuse(field, "reason_reserved", "is a reason of aftercall itself; choose another code", string(reason))
		case strings.TrimSpace(text) == "":
			c.refuse(field, "required", "is required", "")
		default:
			c.text(field, text, maxRuleName)
		}
	}
}

func (c *checker) identity(r *Rule, seen map[RuleID]bool) {
	switch {
	case r.ID == "":
		c.refuse("id", "required", "is required", "")
	case !codePattern.MatchString(string(r.ID)):
		c.refuse("id", "code_form", "must be small letters, digits and _, at most 40, the first a letter", string(r.ID))
	case slices.Contains(OutsideRules(), r.ID):
		c.refuse("id", "rule_reserved", "is a rule of aftercall itself; choose another code", string(r.ID))
	case seen[r.ID]:
		c.refuse("id", "rule_twice", "is the code of another rule already", string(r.ID))
	}
	seen[r.ID] = true
	c.text("name", r.Name, maxRuleName)
}

// text checks a text that people read.
func (c *checker) text(field, text string, most int) {
	switch {
	case utf8.RuneCountInString(text) > most:
		c.refuse(field, "too_long", fmt.Sprintf("must have at most %d characters", most), text)
	case !printable(text) || strings.TrimSpace(text) != text:
		c.refuse(field, "not_storable", "must be one line of printable text without spaces around it", "")
	}
}

func (c *checker) conditions(conditions []Condition) {
	if len(conditions) > maxConditions {
		c.refuse("when", "too_many", "has more than 20 conditions", "")
		return
	}
	for i := range conditions {
		c.condition(fmt.Sprintf("when[%d]", i), &conditions[i])
	}
}

func (c *checker) condition(path string, when *Condition) {
	info, ok := fieldInfo(when.Field)
	if !ok {
		c.refuse(path+".field", "policy_field_unknown", "is no field a policy can ask about", string(when.Field))
		return
	}
	if !slices.Contains(info.Kind.Ops(), when.Op) {
		c.refuse(path+".op", "policy_op", "is no comparison for this field; there are "+Listed(info.Kind.Ops()), string(when.Op))
		return
	}
	least, most := when.Op.values()
	if n := len(when.Values); n < least || n > most {
		c.refuse(path+".values", "policy_values", fmt.Sprintf("must have %d to %d values", least, most), "")
		return
	}
	for _, v := range when.Values {
		c.value(path+".values", info, v)
	}
}

// value checks one value of a condition against the kind of its field. An attribute's kind is checked when the policy is saved.
func (c *checker) value(field string, info FieldInfo, v string) {
	switch info.Kind {
	case ChoiceField, LevelField:
		if !slices.Contains(info.Choices, v) {
			c.refuse(field, "unknown_value", "must be one of "+strings.Join(info.Choices, ", "), v)
		}
	case NumberField:
		if _, ok := parseNumber(v); !ok {
			c.refuse(field, "not_a_number", "must be a number", v)
		}
	case YesNoField:
		if v != Yes && v != No {
			c.refuse(field, "not_yes_or_no", "must be yes or no", v)
		}
	case TextField, TagsField, anyField:
		if v == "" {
			c.refuse(field, "required", "is required", "")
		}
		c.text(field, v, maxValue)
	}
}

// actions checks what a rule says.
func (c *checker) actions(p *Policy, r *Rule) {
	if r.Callback == nil && r.Survey == nil && len(r.Nothing) == 0 {
		c.refuse("id", "rule_empty", "says neither callback nor survey nor nothing", string(r.ID))
	}
	for kind, reason := range r.Nothing {
		c.nothing(p, r, kind, reason)
	}
	if r.Callback != nil {
		c.callback(p, r.Callback)
	}
	if r.Survey != nil {
		c.survey(p, r.Survey)
	}
}

func (c *checker) nothing(p *Policy, r *Rule, kind Kind, reason Reason) {
	field := "nothing." + string(kind)
	switch {
	case !slices.Contains(Kinds(), kind):
		c.refuse("nothing", "unknown_value", "must be callback or survey", string(kind))
	case kind == FollowUpCallback && r.Callback != nil || kind == FollowUpSurvey && r.Survey != nil:
		c.refuse(field, "rule_contradicts", "contradicts what the rule plans", string(reason))
	case reason == "":
		c.refuse(field, "required", "is required", "")
	case !slices.Contains(ReasonsForNothing(), reason) && p.Reasons[reason] == "":
		c.refuse(field, "reason_unknown", "is neither a reason of aftercall nor one under reasons", string(reason))
	}
}

func (c *checker) callback(p *Policy, a *CallbackAction) {
	if !slices.Contains(PlannedCallbacks(), a.Kind) {
		c.refuse("callback.kind", "unknown_value", "must be one of "+Listed(PlannedCallbacks()), string(a.Kind))
	}
	if a.Script != "" && !slices.Contains(Scripts(), a.Script) {
		c.refuse("callback.script", "unknown_value", "must be one of "+strings.Join(Scripts(), ", "), a.Script)
	}
	c.number("callback.priority", a.Priority, 1, PriorityLast)
	c.number("callback.attempts", a.Attempts, 1, MaxAttempts)
	c.delay("callback.delay", a.Delay, p.MaxAge)
	c.between("callback.within", a.Within, 10*time.Minute, 30*day)
	if a.Within.Duration() <= 30*day { // else what is wrong is said already
		c.between("callback.expiry", a.Expiry, a.Within.Duration(), 60*day)
	}
	c.text("callback.team", a.Team, maxRuleName)
}

func (c *checker) survey(p *Policy, a *SurveyAction) {
	c.text("survey.survey", a.Survey, maxRuleName)
	if a.Survey == "" {
		c.refuse("survey.survey", "required", "is required", "")
	}
	if !codePattern.MatchString(a.Family) {
		c.refuse("survey.family", "code_form", "must be small letters, digits and _, at most 40, the first a letter", a.Family)
	}
	if len(a.Channels) == 0 {
		c.refuse("survey.channels", "required", "is required", "")
	}
	for i, channel := range a.Channels {
		switch {
		case !slices.Contains(SurveyChannels(), channel):
			c.refuse("survey.channels", "unknown_value", "must be one of "+Listed(SurveyChannels()), string(channel))
		case slices.Contains(a.Channels[:i], channel):
			c.refuse("survey.channels", "channel_twice", "names a channel twice", string(channel))
		}
	}
	c.number("survey.reminders", a.Reminders, 0, 1)
	c.delay("survey.delay", a.Delay, p.MaxAge)
	c.between("survey.expiry", a.Expiry, time.Hour, 90*day)
	if a.Reminders > 0 {
		c.between("survey.remind_after", a.RemindAfter, time.Hour, a.Expiry.Duration()-time.Second)
	}
	if a.Share < 1 || a.Share > Everybody {
		c.refuse("survey.sample", "share_range", "must be more than nothing and at most 100%", a.Share.String())
	}
}

func (c *checker) number(field string, n, least, most int) {
	if n < least || n > most {
		c.refuse(field, "number_range", fmt.Sprintf("must be %d to %d", least, most), strconv.Itoa(n)).
			Args = map[string]any{"least": least, "most": most}
	}
}

// between checks a length of time, which is kept in whole seconds.
func (c *checker) between(field string, s Span, least, most time.Duration) {
	if s.Duration() < least || s.Duration() > most || s.Duration()%time.Second != 0 {
		c.refuse(field, "span_range", fmt.Sprintf("must be %s to %s", Span(least), Span(most)), s.String()).
			Args = map[string]any{"least": Span(least), "most": Span(most)}
	}
}

// delay checks how long after the resolution something may be due: beyond the policy's age nothing is planned.
func (c *checker) delay(field string, s, maxAge Span) {
	if s < 0 || s > maxAge || s.Duration()%time.Second != 0 {
		c.refuse(field, "delay_range", fmt.Sprintf("must be at most max_age, which is %s", maxAge), s.String()).Args = map[string]any{
			"most": maxAge,
		}
	}
}
