package database

import (
	"context"
	"database/sql/driver"

	"gorm.io/gorm"

	"aftercall/internal/clock"
)

// Writer is the handle that writes, for tests of who waits for it.
func (db *DB) Writer(ctx context.Context) *gorm.DB { return db.write.WithContext(ctx) }

// SchemaLease is how long a lease to migrate lasts.
const SchemaLease = schemaLease

// TakeSchema takes or renews the lease to migrate.
func (db *DB) TakeSchema(ctx context.Context, me string, now clock.Instant) (bool, error) {
	return db.acquireSchema(ctx, me, now)
}

// ForgetFailures lets time pass since the hosts failed.
func (db *DB) ForgetFailures() {
	for _, node := range *db.nodes.nodes {
		node.failed.Store(0)
	}
}

// Watched reports whether somebody watches.
func (db *DB) Watched() bool {
	db.health.mu.Lock()
	defer db.health.mu.Unlock()
	return db.health.watched
}

// Hosts returns the hosts of an address.
func Hosts(address string) ([]string, error) {
	_, hosts, err := mysqlConfig(address)
	return hosts, err
}

// Shown returns what the server shows, as a node is asked whether it works.
func (db *DB) Shown(ctx context.Context, query string) (text string, err error) {
	pool, err := db.read.DB()
	if err != nil {
		return "", err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	err = conn.Raw(func(bare any) error {
		text, err = shown(ctx, bare.(driver.QueryerContext), query)
		return err
	})
	return text, err
}

// MigrateDownTo takes the schema back to what it was at a version.
func (db *DB) MigrateDownTo(ctx context.Context, version int64) error {
	handle := db.write
	if db.dialect == MySQL {
		handle = db.read
	}
	sqlDB, err := handle.DB()
	if err != nil {
		return err
	}
	provider, err := db.migrator(sqlDB)
	if err != nil {
		return err
	}
	_, err = provider.DownTo(ctx, version)
	return err
}
