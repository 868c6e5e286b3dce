package survey

import (
	"slices"

	"aftercall/internal/database"
)

// NewestScores returns, for each of the customers who has one, the newest response with a valid satisfaction answer. Only its id,
// customer, band and times are filled in.
func (s *Service) NewestScores(tx database.Tx, customerIDs []int64) (map[int64]Response, error) {
	newest := make(map[int64]Response, len(customerIDs))
	for chunk := range slices.Chunk(customerIDs, chunkSize) {
		rows, err := store{tx}.scoresOf(chunk)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.FirstAnsweredAt >= newest[r.CustomerID].FirstAnsweredAt {
				newest[r.CustomerID] = r
			}
		}
	}
	return newest, nil
}
