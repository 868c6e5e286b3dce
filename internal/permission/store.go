package permission

import (
	"database/sql"
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/database"
)

type store struct{ database.Tx }

// fingerprint returns the stored fingerprint of the key, after storing this one if there was none.
func (s store) fingerprint(own string) (string, error) {
	const name = "permission.key_fingerprint"
	row := map[string]any{"name": name, "value": own}
	keep := clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}
	if err := s.Gorm().Table("settings").Clauses(keep).Create(row).Error; err != nil {
		return "", fmt.Errorf("store key fingerprint: %w", err)
	}
	var stored string
	if err := s.Gorm().Table("settings").Where("name = ?", name).Pluck("value", &stored).Error; err != nil {
		return "", fmt.Errorf("read key fingerprint: %w", err)
	}
	return stored, nil
}

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
	return list, rows.Err()
}

func groupBy[K comparable, V any](rows []V, key func(V) K) map[K][]V {
	groups := make(map[K][]V, len(rows))
	for _, row := range rows {
		groups[key(row)] = append(groups[key(row)], row)
	}
	return groups
}
