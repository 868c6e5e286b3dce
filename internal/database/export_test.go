package database

import (
	"context"

	"gorm.io/gorm"
)

// Writer is the handle that writes, for tests of who waits for it.
func (db *DB) Writer(ctx context.Context) *gorm.DB { return db.write.WithContext(ctx) }

// Hosts returns the hosts of an address.
func Hosts(address string) ([]string, error) {
	_, hosts, err := mysqlConfig(address)
	return hosts, err
}
