package permission

import (
	"database/sql"

	"aftercall/internal/database"
)

type store struct{ database.Tx }

// read returns what a query finds. It goes around gorm, which takes twice as long: facts are most of what a judgement reads.
func read[T any](s store, scan func(rows *sql.Rows, row *T) error, query string, args ...any) ([]T, error) {
	rows, err := s.Gorm().Raw(query, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var row T
		if err := scan(rows, &row); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, s.Judged(rows.Err())
}

func groupBy[K comparable, V any](rows []V, key func(V) K) map[K][]V {
	groups := make(map[K][]V, len(rows))
	for _, row := range rows {
		groups[key(row)] = append(groups[key(row)], row)
	}
	return groups
}
