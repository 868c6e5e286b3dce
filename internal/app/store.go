package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"gorm.io/gorm/clause"

	"aftercall/internal/database"
)

// installation returns the name of this installation, made on first use: the same for every process on the same database, and
// another for every other one, so that several may share a Redis.
func installation(ctx context.Context, db *database.DB) (name string, err error) {
	draft := strings.ToLower(rand.Text()[:8])
	err = db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		name, err = store{tx}.ensureSetting("installation", draft)
		return err
	})
	return name, err
}

type store struct{ database.Tx }

type setting struct{ Name, Value string }

// ensureSetting returns a setting, after setting it to value if it was not there.
func (s store) ensureSetting(name, value string) (string, error) {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&setting{name, value}).Error; err != nil {
		return "", fmt.Errorf("write setting %s: %w", name, err)
	}
	var kept string
	if err := s.Gorm().Table("settings").Where("name = ?", name).Pluck("value", &kept).Error; err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, err)
	}
	return kept, nil
}
