package flow

import (
	"fmt"

	"aftercall/campaign"
	"aftercall/internal/database"
	"aftercall/survey"
	"aftercall/tasks/callback"
)

// Satisfaction adapts survey to the interface that campaign declares: Answers.
type Satisfaction struct{ Surveys *survey.Service }

var _ campaign.Answers = Satisfaction{}

// LastScores returns the newest valid answer about satisfaction of each customer who gave one.
func (s Satisfaction) LastScores(tx database.Tx, customerIDs []int64) (map[int64]campaign.Score, error) {
	newest, err := s.Surveys.NewestScores(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	scores := make(map[int64]campaign.Score, len(newest))
	for id, r := range newest {
		scores[id] = campaign.Score{ResponseID: r.ID, Band: r.ScoreBand, At: r.FirstAnsweredAt}
	}
	return scores, nil
}

// CallScores adapts survey to the interface that callback declares: Scores.
type CallScores struct{ Surveys *survey.Service }

var _ callback.Scores = CallScores{}

// ScoreOf returns the answer that counts about a resolution, and false when there is none.
func (s CallScores) ScoreOf(tx database.Tx, resolutionID int64) (callback.Answered, bool, error) {
	given, found, err := s.Surveys.Rating(tx, resolutionID)
	if err != nil {
		return callback.Answered{}, false, fmt.Errorf("what was answered about resolution %d: %w", resolutionID, err)
	}
	return callback.Answered{Value: given.Value, Scale: given.Scale, Via: string(given.Via), At: given.AnsweredAt}, found, nil
}
