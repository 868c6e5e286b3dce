package survey

import (
	"encoding/json"
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
)

// The languages every questionnaire is published in.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages returns the languages every text of a questionnaire must have.
func Languages() []string { return []string{Chinese, English} }

// Survey is a questionnaire by name. Invitations of one family share a cooldown.
type Survey struct {
	ID        int64
	Name      string
	Family    string
	CreatedAt clock.Instant
}

// Version is a published questionnaire. It never changes.
type Version struct {
	ID          int64
	SurveyID    int64
	Number      int           `gorm:"column:version"`
	Body        string        // JSON of a Questionnaire
	PublishedAt clock.Instant // UTC
}

// TableName names the table.
func (Version) TableName() string { return "survey_versions" }

// Questionnaire returns the published body.
func (v Version) Questionnaire() (Questionnaire, error) {
	var q Questionnaire
	if err := json.Unmarshal([]byte(v.Body), &q); err != nil {
		return q, fmt.Errorf("read survey version %d: %w", v.ID, err)
	}
	return q, nil
}

// Text is a sentence in each language.
type Text map[string]string

// In returns the text in the language, or in English.
func (t Text) In(language string) string {
	if s, ok := t[language]; ok {
		return s
	}
	return t[English]
}

// Questionnaire is what a survey asks, in the order it asks it.
type Questionnaire struct {
	Title     Text       `json:"title"`
	Thanks    Text       `json:"thanks"`
	Questions []Question `json:"questions"`
}

// Kind is how a question is answered.
type Kind string

// The kinds of question.
const (
	Rating  Kind = "rating"  // a value of a scale
	Reasons Kind = "reasons" // any number of tags
	YesNo   Kind = "yes_no"  // value 1 or 0
	Comment Kind = "comment" // free text
	Consent Kind = "consent" // a box that starts unticked; value 1 when ticked
)

// Question is one question of a version.
type Question struct {
	Key     string                  `json:"key"` // stable over versions and languages
	Kind    Kind                    `json:"kind"`
	Screen  int                     `json:"screen"` // from 1: the page it is asked on
	Text    Text                    `json:"text"`
	Metric  figures.Metric          `json:"metric,omitempty"` // what a rating or a yes/no counts for
	Rates   contact.ParticipantRole `json:"rates,omitempty"`  // whose work is rated
	Scale   *Scale                  `json:"scale,omitempty"`
	Options []Option                `json:"options,omitempty"` // tags of reasons; labels of a rating, best first
	ShowIf  *Condition              `json:"show_if,omitempty"`
	Permits []Permit                `json:"permits,omitempty"` // what ticking a consent permits, as worded
	Wording string                  `json:"wording,omitempty"` // version of the consent's wording, kept with the event
}

// Option is one thing to choose. Answers keep the key or the value, never the label.
type Option struct {
	Key   string `json:"key,omitempty"`
	Value int    `json:"value,omitempty"`
	Text  Text   `json:"text"`
}

// Condition shows a question only when an earlier rating was answered with at most a value.
type Condition struct {
	Question string `json:"question"`
	AtMost   int    `json:"at_most"`
}

// Permit is one purpose and channel that a ticked consent permits.
type Permit struct {
	Purpose permission.Purpose `json:"purpose"`
	Channel permission.Channel `json:"channel"`
}

// IsCore reports whether an answer makes an invitation evaluated and its resolution covered.
func (q Question) IsCore() bool { return q.Kind == Rating }

// shown reports whether the question is asked, given the answers so far.
func (q Question) shown(answers []Answer) bool {
	if q.ShowIf == nil {
		return true
	}
	for _, a := range answers {
		if a.Question == q.ShowIf.Question && a.Value != nil {
			return *a.Value <= q.ShowIf.AtMost
		}
	}
	return false
}

// Question returns the question with the key.
func (q Questionnaire) Question(key string) (Question, bool) {
	i := slices.IndexFunc(q.Questions, func(c Question) bool { return c.Key == key })
	if i < 0 {
		return Question{}, false
	}
	return q.Questions[i], true
}

// core returns the first question whose answer makes an invitation evaluated.
func (q Questionnaire) core() Question {
	for _, c := range q.Questions {
		if c.IsCore() {
			return c
		}
	}
	return Question{}
}

// Screens returns how many pages the questionnaire has.
func (q Questionnaire) Screens() int {
	last := 0
	for _, c := range q.Questions {
		last = max(last, c.Screen)
	}
	return last
}

// Ask returns the questions of a page that are shown, given the answers so far.
func (q Questionnaire) Ask(screen int, answers []Answer) []Question {
	var asked []Question
	for _, c := range q.Questions {
		if c.Screen == screen && c.shown(answers) {
			asked = append(asked, c)
		}
	}
	return asked
}

// Scale says which values a rating has and what they mean. It is stored on the question version, so that a later change of
// thresholds never changes what an earlier answer meant.
type Scale struct {
	Min          int `json:"min"`
	Max          int `json:"max"`
	Best         int `json:"best"`         // Min or Max: on many keypads 1 is best
	Satisfied    int `json:"satisfied"`    // the value nearest the worst that is still satisfied
	Dissatisfied int `json:"dissatisfied"` // the value nearest the best that is still dissatisfied
}

// String returns the scale as figures name it, such as "1-5".
func (s Scale) String() string { return fmt.Sprintf("%d-%d", s.Min, s.Max) }

// Has reports whether the value is on the scale.
func (s Scale) Has(value int) bool { return value >= s.Min && value <= s.Max }

// Band returns where a value falls.
func (s Scale) Band(value int) figures.Band {
	if s.Best == s.Min {
		value, s = -value, Scale{Satisfied: -s.Satisfied, Dissatisfied: -s.Dissatisfied}
	}
	switch {
	case value >= s.Satisfied:
		return figures.High
	case value <= s.Dissatisfied:
		return figures.Low
	}
	return figures.Mid
}

// usual returns the scales on which answers from elsewhere are scored, with the thresholds of docs/scores.md. An answer on any
// other scale is kept and not scored: nobody has said what its values mean.
func usual(metric figures.Metric, scale string) (Scale, bool) {
	known := map[figures.Metric][]Scale{
		figures.CSAT: {
			{Min: 1, Max: 5, Best: 5, Satisfied: 4, Dissatisfied: 2},
			{Min: 1, Max: 2, Best: 2, Satisfied: 2, Dissatisfied: 1},
			{Min: 1, Max: 3, Best: 3, Satisfied: 2, Dissatisfied: 1},
		},
		figures.NPS: {{Min: 0, Max: 10, Best: 10, Satisfied: 9, Dissatisfied: 6}},
		figures.CES: {{Min: 1, Max: 7, Best: 7, Satisfied: 5, Dissatisfied: 3}},
	}
	for i, s := range known[metric] {
		if scale == s.String() || scale == "" && i == 0 {
			return s, true
		}
	}
	return Scale{}, false
}

// yesNoBand returns where the answer to a yes/no question falls.
func yesNoBand(value int) figures.Band {
	if value == 1 {
		return figures.High
	}
	return figures.Low
}
