package policy

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
)

// policyText is a policy as it is written to a file; reader knows the same keys.
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

// Format writes the policy as YAML that Parse reads as the same policy. Its version is not in it, nor is anything secret.
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
			Survey: a.Survey, Channels: codes(a.Channels), Delay: a.Delay.String(), Reminders: &a.Reminders,
			RemindAfter: a.RemindAfter.String(), Expiry: a.Expiry.String(), Family: a.Family, Sample: a.Share.String(),
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
