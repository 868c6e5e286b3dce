package campaign

import (
	"strings"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Reach is how the people of an audience are to be contacted.
type Reach struct {
	Purpose permission.Purpose
	Channel permission.Channel
}

// Reaches returns every pair of purpose and channel an audience can have: marketing calls, and marketing messages by SMS and by
// e-mail.
func Reaches() []Reach {
	return []Reach{
		{permission.MarketingCall, permission.ByPhone},
		{permission.MarketingMessage, permission.BySMS},
		{permission.MarketingMessage, permission.ByEmail},
	}
}

// ReachBy returns the reach that uses a channel, or fault.Invalid.
func ReachBy(channel string) (Reach, error) {
	for _, r := range Reaches() {
		if string(r.Channel) == channel {
			return r, nil
		}
	}
	return Reach{}, fault.InvalidFields(fault.Field{
		Name: "channel", Code: "unknown_value", Problem: "must be phone, sms or email", Value: channel,
	})
}

// Audience is a rule over customer facts, and how its people are to be contacted.
type Audience struct {
	ID        int64
	Code      *string // of a built-in one
	Name      string  // a built-in one is named by its code until somebody names it: see BuiltIn
	Reach     `gorm:"embedded"`
	Rule      string // JSON; see ParseRule
	Version   int    // raised by every change of rule or reach
	Revision  int    // raised by every change; who changes an audience names the one they saw
	Counts    string // newest waterfall of a big audience, JSON; empty for none
	CountedAt clock.Instant

	CountedVersion int
	CreatedBy      int64
	CreatedAt      clock.Instant
	UpdatedAt      clock.Instant
}

// BuiltIn reports whether the audience came with the program and has not been renamed: then its name is translated under
// "audience.built_in.<code>".
func (a Audience) BuiltIn() bool { return a.Code != nil && a.Name == *a.Code }

// Definition is what people enter to describe an audience.
type Definition struct {
	Name  string
	Reach Reach
	Rule  Rule
}

const maxName = 80

func (d Definition) check() (Definition, error) {
	d.Name = strings.TrimSpace(d.Name)
	if n := utf8.RuneCountInString(d.Name); n < 1 || n > maxName {
		return d, fault.InvalidFields(fault.Field{Name: "name", Code: "audience_name_length", Problem: "must have 1 to 80 characters"})
	}
	return d, d.Rule.Check()
}

// satisfiedCode is the code of the built-in audience.
const satisfiedCode = "satisfied"

// builtIn is the first audience of a centre: resolved in the last 90 days and satisfied. That they consented, are not suppressed,
// have no open complaint and were not touched for 30 days is not part of the rule, because no audience goes without it.
func builtIn() Definition {
	return Definition{
		Name:  satisfiedCode,
		Reach: Reaches()[0],
		Rule: Rule{All: []Rule{
			{Fact: ResolvedWithin, Days: 90},
			{Fact: LastScore, Values: []string{string(Satisfied)}},
		}},
	}
}
