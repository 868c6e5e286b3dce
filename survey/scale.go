package survey

import (
	"fmt"

	"aftercall/internal/figures"
)

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
