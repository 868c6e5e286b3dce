package flow

import (
	"aftercall/campaign"
	"aftercall/internal/database"
	"aftercall/survey"
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
