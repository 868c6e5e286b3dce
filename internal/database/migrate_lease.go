package database

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"aftercall/internal/clock"
)

const (
	// schemaLease is how long a cluster waits for a process that died while it migrated.
	schemaLease = 2 * time.Minute
	// schemaRenew is how often the one that migrates says that it lives, schemaAsk how often the others ask.
	schemaRenew, schemaAsk = 10 * time.Second, 500 * time.Millisecond
)

var errMigrating = errors.New("another process has been migrating for minutes")

// leaseSchema keeps the processes on other nodes of a Galera cluster from migrating, until what it returns is called. A server's own
// lock is known to that server only; a row is certified by all. It does nothing elsewhere.
func (db *DB) leaseSchema(ctx context.Context, sqlDB *sql.DB) (func(), error) {
	var name, on string
	err := sqlDB.QueryRowContext(ctx, "SHOW GLOBAL VARIABLES LIKE 'wsrep_on'").Scan(&name, &on)
	if errors.Is(err, sql.ErrNoRows) || err == nil && on != "ON" {
		return func() {}, nil
	}
	if err == nil { // as the first migration does
		_, err = sqlDB.ExecContext(ctx,
			`CREATE TABLE IF NOT EXISTS settings (name VARCHAR(191) NOT NULL DEFAULT '', value MEDIUMTEXT NOT NULL,
			PRIMARY KEY (name)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`)
	}
	if err != nil {
		return nil, fmt.Errorf("lock schema: %w", err)
	}
	me := rand.Text()
	for began := clock.System(); ; wait(ctx, schemaAsk, nil) {
		mine, err := db.acquireSchema(ctx, me, clock.System())
		switch {
		case err == nil && mine:
			return db.holdSchema(ctx, me), nil
		case err == nil && clock.System().Sub(began) > schemaLease+schemaRenew:
			err = errMigrating
		}
		if err != nil {
			return nil, fmt.Errorf("lock schema: %w", err)
		}
	}
}

// holdSchema renews the lease until what it returns is called, which gives it back.
func (db *DB) holdSchema(ctx context.Context, me string) func() {
	renewing, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for wait(renewing, schemaRenew, nil); renewing.Err() == nil; wait(renewing, schemaRenew, nil) {
			_, _ = db.acquireSchema(renewing, me, clock.System()) // the next one will do
		}
	}()
	return func() {
		stop()
		<-done
		_, _ = db.acquireSchema(context.WithoutCancel(ctx), me, clock.Instant(0).Add(-schemaLease)) // else it lapses
	}
}

// acquireSchema takes or renews the lease, and reports whether it is mine now. One statement looks and writes: what was read before it
// may be old on another node. A lease that was over in 1970 is free.
func (db *DB) acquireSchema(ctx context.Context, me string, now clock.Instant) (mine bool, err error) {
	const row = "schema.lease"
	err = db.InTx(ctx, func(_ context.Context, tx Tx) error {
		if _, err := EnsureSetting(tx, row, ""); err != nil {
			return err
		}
		r := tx.gorm.Exec("UPDATE settings SET value = ? WHERE name = ? AND (value < ? OR value LIKE ?)",
			fmt.Sprintf("%020d %s", now.Add(schemaLease), me), row, fmt.Sprintf("%020d", now), "% "+me)
		mine = r.RowsAffected == 1
		return r.Error
	})
	return mine, err
}
