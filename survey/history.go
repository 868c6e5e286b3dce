package survey

import (
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// Score is the core answer of one response: how satisfied a customer said they were, or whether they would recommend.
type Score struct {
	CustomerID int64
	Metric     figures.Metric
	Value      int
	Band       figures.Band
	At         clock.Instant // of the first answer
}

// scoresEach is how many answers of one customer are told: who decides by the last one needs no more.
const scoresEach = 20

// Scores returns the newest valid core answers of each of the customers who gave one, the newest first, at most 20 of each.
func (s *Service) Scores(tx database.Tx, customerIDs []int64) (map[int64][]Score, error) {
	scores := make(map[int64][]Score, len(customerIDs))
	for chunk := range slices.Chunk(customerIDs, chunkSize) {
		rows, err := store{tx}.newestScores(chunk)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			scores[row.CustomerID] = append(scores[row.CustomerID], row)
		}
	}
	return scores, nil
}
