package campaign

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/figures"
)

// Mood is what a customer's newest answer about satisfaction says. None is a value of its own: not asked, or not answered, is
// neither satisfied nor dissatisfied.
type Mood string

// The moods.
const (
	Satisfied    Mood = "satisfied"
	Neutral      Mood = "neutral"
	Dissatisfied Mood = "dissatisfied"
	NoAnswer     Mood = "none"
)

// Moods returns every mood.
func Moods() []Mood { return []Mood{Satisfied, Neutral, Dissatisfied, NoAnswer} }

// Score is a customer's newest valid answer about satisfaction.
type Score struct {
	ResponseID int64
	Band       figures.Band
	At         clock.Instant
}

// Known is what rules can ask about one customer.
type Known struct {
	Language   string
	Tags       []string
	Resolution contact.Resolution // the newest that stands; the zero one for none
	Score      Score              // ResponseID 0 for none
}

// mood returns the value of LastScore.
func (k Known) mood() Mood {
	switch {
	case k.Score.ResponseID == 0:
		return NoAnswer
	case k.Score.Band == figures.High:
		return Satisfied
	case k.Score.Band == figures.Low:
		return Dissatisfied
	}
	return Neutral
}

// values returns what the customer has for a fact that is compared with values; none when nothing is known.
func (k Known) values(f Fact) []string {
	var v string
	switch f {
	case LastScore:
		v = string(k.mood())
	case Category:
		v = k.Resolution.Category
	case Channel:
		v = string(k.Resolution.Channel)
	case Product:
		v = k.Resolution.Product
	case Language:
		v = k.Language
	case Tag:
		return k.Tags
	case ResolvedWithin:
	}
	if v == "" {
		return nil
	}
	return []string{v}
}

// Holds reports whether the rule holds for a customer at an instant. The empty rule holds for everybody; a condition on
// something unknown does not hold.
func (r Rule) Holds(k Known, asOf clock.Instant) bool {
	holds := func(child Rule) bool { return child.Holds(k, asOf) }
	switch {
	case r.Not != nil:
		return !holds(*r.Not)
	case r.Any != nil:
		return slices.ContainsFunc(r.Any, holds)
	case r.Fact == ResolvedWithin:
		return k.Resolution.ID != 0 && k.Resolution.ResolvedAt > asOf.Add(-time.Duration(r.Days)*24*time.Hour) &&
			k.Resolution.ResolvedAt <= asOf
	case r.Fact != "":
		return slices.ContainsFunc(k.values(r.Fact), func(v string) bool { return slices.Contains(r.Values, v) })
	}
	return !slices.ContainsFunc(r.All, func(child Rule) bool { return !holds(child) })
}

// Trace is a rule applied to one customer: for each node, whether it holds and what is known about the customer.
type Trace struct {
	Rule     Rule
	Holds    bool
	At       clock.Instant // of ResolvedWithin: the newest resolution; none if there is none
	Values   []string      // of the other facts: what the customer has
	Children []Trace
}

// Trace explains the rule for a customer.
func (r Rule) Trace(k Known, asOf clock.Instant) Trace {
	t := Trace{Rule: r, Holds: r.Holds(k, asOf)}
	children := slices.Concat(r.All, r.Any)
	if r.Not != nil {
		children = []Rule{*r.Not}
	}
	for _, child := range children {
		t.Children = append(t.Children, child.Trace(k, asOf))
	}
	if r.Fact == ResolvedWithin {
		t.At = k.Resolution.ResolvedAt
	} else if r.Fact != "" {
		t.Values = k.values(r.Fact)
	}
	return t
}

// tagsOf reads the tags of a customer, which are stored as a JSON array.
func tagsOf(c contact.Customer) ([]string, error) {
	if c.Tags == "" {
		return nil, nil
	}
	var tags []string
	if err := json.Unmarshal([]byte(c.Tags), &tags); err != nil {
		return nil, fmt.Errorf("read the tags of customer %d: %w", c.ID, err)
	}
	return tags, nil
}
