package policy

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Score is one answer a customer gave.
type Score struct {
	Metric string // csat, nps or ces
	Value  int
	Band   string // one of Bands
	At     clock.Instant
}

// How satisfied an answer is, as conditions name it.
const (
	Satisfied    = "satisfied"
	Neutral      = "neutral"
	Dissatisfied = "dissatisfied"
)

// Bands returns how satisfied an answer can be, the most satisfied first.
func Bands() []string { return []string{Satisfied, Neutral, Dissatisfied} }

// Surveys knows what customers answered, and which surveys there are. Package survey keeps them; flow connects the two.
type Surveys interface {
	// Scores returns the newest valid answers of each customer who gave one, the newest first, a few for each.
	Scores(tx database.Tx, customerIDs []int64) (map[int64][]Score, error)
	// SurveyNames returns the names of the surveys that can be sent.
	SurveyNames(ctx context.Context) ([]string, error)
}
