package imports

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"aftercall/internal/contact"
)

// Columns are one or more columns of the file, by their heading. Of several, phones, e-mails and tags take all; every other field takes
// the first one that has a value or, with Join, all of them together: a day and a time of day.
type Columns struct {
	Headings []string
	Join     bool
}

// UnmarshalYAML reads a heading, a list of headings, or join: and such a list.
func (c *Columns) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if err := unmarshal(&one); err == nil {
		*c = Columns{Headings: []string{one}}
		return nil
	}
	var several []string
	if err := unmarshal(&several); err == nil {
		*c = Columns{Headings: several}
		return nil
	}
	var joined map[string][]string
	if err := unmarshal(&joined); err != nil || len(joined) != 1 || len(joined["join"]) == 0 {
		return errors.New("columns must be a heading, a list of headings, or join: with a list of headings")
	}
	*c = Columns{Headings: joined["join"], Join: true}
	return nil
}

// MarshalYAML writes one heading plainly.
func (c Columns) MarshalYAML() (any, error) {
	switch {
	case c.Join:
		return map[string][]string{"join": c.Headings}, nil
	case len(c.Headings) == 1:
		return c.Headings[0], nil
	}
	return c.Headings, nil
}

// Participant says which columns name somebody who took part.
type Participant struct {
	Role  string `yaml:"role"`
	Agent string `yaml:"agent,omitempty"`
	Team  string `yaml:"team,omitempty"`
}

// Answer says which columns hold an answer that came with the contact.
type Answer struct {
	Metric string           `yaml:"metric"`
	Column string           `yaml:"column"`
	Scale  string           `yaml:"scale,omitempty"`  // the metric's usual one when empty
	Values map[string]Worth `yaml:"values,omitempty"` // words in the file → value, "*" for any other word; numbers need none
	// words that say that nobody answered: a rating the system gave by itself. As the value, or as the comment beside it
	NoAnswer   []string `yaml:"no_answer,omitempty"`
	Comment    string   `yaml:"comment,omitempty"`
	AnsweredAt string   `yaml:"answered_at,omitempty"`
	// until how many days after the first answer a changed one counts; always when absent
	RevisableDays *int `yaml:"revisable_days,omitempty"`
}

// scale returns the scale of the answer as the mapping writes it, or the usual one.
func (a Answer) scale() string { return cmp.Or(a.Scale, contact.UsualScale(a.Metric)) }

// Worth is the value that a word stands for; without one the word is no answer. It is written as a number, or as "".
type Worth struct{ Value *int }

// UnmarshalYAML reads a whole number, also as 5.0 or "5", or nothing or "" for no answer.
func (w *Worth) UnmarshalYAML(unmarshal func(any) error) error {
	var value any
	if err := unmarshal(&value); err != nil {
		return fmt.Errorf("read what a word stands for: %w", err)
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	if value == nil || text == "" || text == "null" || text == "~" {
		*w = Worth{}
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != float64(int(n)) {
		return fmt.Errorf("a word stands for a whole number, or for \"\" if it is no answer: %q is neither", text)
	}
	w.Value = new(int(n))
	return nil
}

// MarshalYAML writes the number, or "" for no answer.
func (w Worth) MarshalYAML() (any, error) {
	if w.Value == nil {
		return "", nil
	}
	return *w.Value, nil
}
