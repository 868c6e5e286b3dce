package tasks

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// MaxPolicyBytes is the size of the longest policy that is read.
const MaxPolicyBytes = 128 << 10

// policyText is a policy as it is written in a file: every value as text, so that what is wrong can be named with its line.
type policyText struct {
	MaxAge  string            `yaml:"max_age"`
	Reasons map[string]string `yaml:"reasons,omitempty"`
	Rules   []ruleText        `yaml:"rules"`
}

type ruleText struct {
	ID       string          `yaml:"id"`
	Name     string          `yaml:"name,omitempty"`
	When     []conditionText `yaml:"when,omitempty"`
	Callback *callbackText   `yaml:"callback,omitempty"`
	Survey   *surveyText     `yaml:"survey,omitempty"`
	Nothing  *nothingText    `yaml:"nothing,omitempty"`
}

type conditionText struct {
	Field  string   `yaml:"field"`
	Op     string   `yaml:"op"`
	Values []string `yaml:"values,flow,omitempty"`
}

type callbackText struct {
	Kind     string `yaml:"kind,omitempty"`
	Priority *int   `yaml:"priority,omitempty"`
	Delay    string `yaml:"delay,omitempty"`
	Within   string `yaml:"within,omitempty"`
	Team     string `yaml:"team,omitempty"`
	Script   string `yaml:"script,omitempty"`
	Attempts *int   `yaml:"attempts,omitempty"`
	Expiry   string `yaml:"expiry,omitempty"`
}

type surveyText struct {
	Survey      string   `yaml:"survey,omitempty"`
	Channels    []string `yaml:"channels,flow,omitempty"`
	Delay       string   `yaml:"delay,omitempty"`
	Reminders   *int     `yaml:"reminders,omitempty"`
	RemindAfter string   `yaml:"remind_after,omitempty"`
	Expiry      string   `yaml:"expiry,omitempty"`
	Family      string   `yaml:"family,omitempty"`
	Sample      string   `yaml:"sample,omitempty"`
}

// nothingText gives one reason for both kinds, or one for each kind it names.
type nothingText struct {
	Reason   string `yaml:"reason,omitempty"`
	Callback string `yaml:"callback,omitempty"`
	Survey   string `yaml:"survey,omitempty"`
}

// ParsePolicy reads a policy. The error names every value that is wrong, with its rule and its line.
func ParsePolicy(body []byte) (Policy, error) {
	if len(body) > MaxPolicyBytes {
		return Policy{}, fault.New(fault.TooLarge, "policy_too_large", "the policy is larger than 128 KiB")
	}
	if tooDeep(body) {
		return Policy{}, unreadable("it is nested more deeply than any policy")
	}
	text, err := decodePolicy(body)
	if err != nil {
		return Policy{}, unreadable(strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	c := checker{}
	p := text.policy(&c)
	if len(c.problems) == 0 {
		c.policy(&p)
	}
	return p, c.fault(body)
}

// decodePolicy reads the values of a policy. Some bytes that are no YAML make the library panic; they are unreadable like others.
func decodePolicy(body []byte) (text policyText, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("it is not YAML")
		}
	}()
	for _, t := range lexer.Tokenize(string(body)) {
		switch t.Type { //nolint:exhaustive // everything else is the parser's
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType:
			return policyText{}, fmt.Errorf("[%d:%d] a policy has no anchors, aliases or tags", t.Position.Line, t.Position.Column)
		}
	}
	err = yaml.NewDecoder(bytes.NewReader(body), yaml.Strict()).Decode(&text)
	return text, err
}

func unreadable(reason string) error {
	return fault.New(fault.Invalid, "policy_yaml", "the policy cannot be read: "+reason).With("reason", reason)
}

// tooDeep guards the parser, whose effort grows with the square of the depth: a policy nests five levels, and uses neither anchors
// nor brackets in brackets.
func tooDeep(body []byte) bool {
	const maxOpen, maxIndent, maxMarks = 20, 60, 10
	for line := range bytes.Lines(body) {
		rest := bytes.TrimLeft(line, " ")
		marks := 0
		for len(rest) > 1 && (rest[0] == '-' || rest[0] == '?') && (rest[1] == ' ' || rest[1] == '\t') {
			rest, marks = bytes.TrimLeft(rest[2:], " \t"), marks+1
		}
		if len(line)-len(bytes.TrimLeft(line, " ")) > maxIndent || marks > maxMarks {
			return true
		}
	}
	open := 0
	for _, b := range body {
		switch b {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if open > maxOpen {
			return true
		}
	}
	return false
}

// lineOf returns the line a path stands in, or that of what contains it; 0 where nothing of it is there.
func lineOf(file *ast.File, path string) int {
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
	return 0
}

// withLines gives problems the lines of a text.
func withLines(problems []fault.Field, paths []string, body []byte) {
	if len(body) == 0 {
		return
	}
	file, err := parser.ParseBytes(body, 0)
	if err != nil {
		return
	}
	for i := range problems {
		problems[i].Line = lineOf(file, paths[i])
	}
}

// policy reads the values.
func (t policyText) policy(c *checker) Policy {
	p := Policy{MaxAge: Span(7 * day)}
	c.span("max_age", t.MaxAge, &p.MaxAge)
	for code, text := range t.Reasons {
		if p.Reasons == nil {
			p.Reasons = make(map[Reason]string, len(t.Reasons))
		}
		p.Reasons[Reason(code)] = text
	}
	for i, rule := range t.Rules {
		c.enter(i, rule.ID)
		p.Rules = append(p.Rules, rule.rule(c))
	}
	c.leave()
	return p
}

func (t ruleText) rule(c *checker) Rule {
	r := Rule{ID: RuleID(t.ID), Name: t.Name}
	for _, when := range t.When {
		r.When = append(r.When, Condition{Field: Field(when.Field), Op: Op(when.Op), Values: when.Values})
	}
	if t.Callback != nil {
		a := t.Callback.action(c)
		r.Callback = &a
	}
	if t.Survey != nil {
		a := t.Survey.action(c)
		r.Survey = &a
	}
	if n := t.Nothing; n != nil {
		r.Nothing = make(map[Kind]Reason, len(Kinds()))
		for _, kind := range Kinds() {
			reason := map[Kind]string{FollowUpCallback: n.Callback, FollowUpSurvey: n.Survey}[kind]
			if reason == "" {
				reason = n.Reason
			} else if n.Reason != "" {
				c.refuse("nothing."+string(kind), "nothing_twice", "gives a second reason beside that for both kinds", reason)
			}
			if reason != "" {
				r.Nothing[kind] = Reason(reason)
			}
		}
	}
	return r
}

func (t callbackText) action(c *checker) CallbackAction {
	a := DefaultCallback()
	set(&a.Kind, CallbackKind(t.Kind))
	setNumber(&a.Priority, t.Priority)
	setNumber(&a.Attempts, t.Attempts)
	a.Team, a.Script = t.Team, t.Script
	c.span("callback.delay", t.Delay, &a.Delay)
	c.span("callback.within", t.Within, &a.Within)
	c.span("callback.expiry", t.Expiry, &a.Expiry)
	return a
}

func (t surveyText) action(c *checker) SurveyAction {
	a := DefaultSurvey()
	set(&a.Survey, t.Survey)
	set(&a.Family, t.Family)
	setNumber(&a.Reminders, t.Reminders)
	if t.Channels != nil {
		a.Channels = nil
		for _, channel := range t.Channels {
			a.Channels = append(a.Channels, permission.Channel(channel))
		}
	}
	c.span("survey.delay", t.Delay, &a.Delay)
	c.span("survey.remind_after", t.RemindAfter, &a.RemindAfter)
	c.span("survey.expiry", t.Expiry, &a.Expiry)
	if t.Sample != "" {
		share, err := ParseShare(t.Sample)
		if err != nil {
			c.refuse("survey.sample", "share_invalid", "must be in percent with at most four decimals, as in 25% or 0.5%", t.Sample)
		}
		a.Share = share
	}
	return a
}

// set takes a value that is given.
func set[T ~string](known *T, given T) {
	if given != "" {
		*known = given
	}
}

func setNumber(known, given *int) {
	if given != nil {
		*known = *given
	}
}

// Format writes the policy as YAML that ParsePolicy reads as the same policy. Its version is not in it, nor is anything secret.
func (p *Policy) Format() string {
	text := policyText{MaxAge: p.MaxAge.String(), Rules: make([]ruleText, len(p.Rules))}
	for reason, words := range p.Reasons {
		if text.Reasons == nil {
			text.Reasons = make(map[string]string, len(p.Reasons))
		}
		text.Reasons[string(reason)] = words
	}
	for i := range p.Rules {
		text.Rules[i] = p.Rules[i].text()
	}
	body, err := yaml.MarshalWithOptions(text, yaml.IndentSequence(true))
	if err != nil {
		panic(fmt.Errorf("tasks: a policy is only text and numbers: %w", err))
	}
	return string(body)
}

func (r *Rule) text() ruleText {
	t := ruleText{ID: string(r.ID), Name: r.Name}
	for _, c := range r.When {
		t.When = append(t.When, conditionText{Field: string(c.Field), Op: string(c.Op), Values: slices.Clone(c.Values)})
	}
	if a := r.Callback; a != nil {
		t.Callback = &callbackText{
			Kind: string(a.Kind), Priority: &a.Priority, Delay: a.Delay.String(), Within: a.Within.String(), Team: a.Team, Script: a.Script,
			Attempts: &a.Attempts, Expiry: a.Expiry.String(),
		}
	}
	if a := r.Survey; a != nil {
		t.Survey = &surveyText{
			Survey: a.Survey, Channels: codes(a.Channels), Delay: a.Delay.String(), Reminders: &a.Reminders, RemindAfter: a.RemindAfter.String(),
			Expiry: a.Expiry.String(), Family: a.Family, Sample: a.Share.String(),
		}
	}
	if len(r.Nothing) > 0 {
		t.Nothing = &nothingText{Callback: string(r.Nothing[FollowUpCallback]), Survey: string(r.Nothing[FollowUpSurvey])}
		if t.Nothing.Callback == t.Nothing.Survey {
			t.Nothing = &nothingText{Reason: t.Nothing.Callback}
		}
	}
	return t
}
