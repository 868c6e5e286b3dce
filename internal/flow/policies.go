package flow

import (
	"context"

	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/survey"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// PolicySurveys adapts survey to the interfaces that policy and decision declare: Surveys.
type PolicySurveys struct{ Surveys *survey.Service }

var (
	_ policy.Surveys   = PolicySurveys{}
	_ decision.Surveys = PolicySurveys{}
)

// Scores returns the newest valid answers of each customer who gave one, the newest first.
func (s PolicySurveys) Scores(tx database.Tx, customerIDs []int64) (map[int64][]policy.Score, error) {
	known, err := s.Surveys.Scores(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	bands := map[figures.Band]string{figures.High: policy.Satisfied, figures.Mid: policy.Neutral, figures.Low: policy.Dissatisfied}
	scores := make(map[int64][]policy.Score, len(known))
	for id, list := range known {
		for _, score := range list {
			scores[id] = append(scores[id], policy.Score{
				Metric: string(score.Metric), Value: score.Value, Band: bands[score.Band], At: score.At,
			})
		}
	}
	return scores, nil
}

// Withdraw ends what is under way about a resolution, and reports whether the customer was asked, or may have been.
func (s PolicySurveys) Withdraw(tx database.Tx, resolutionID int64, reason policy.Reason) (bool, error) {
	return s.Surveys.Withdraw(tx, resolutionID, string(reason))
}

// SurveyNames returns the names of the surveys that can be sent.
func (s PolicySurveys) SurveyNames(ctx context.Context) ([]string, error) {
	return s.Surveys.Names(ctx)
}
