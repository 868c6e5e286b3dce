// Package database opens the one database aftercall runs on, SQLite or MySQL/MariaDB, keeps its schema up to date, and runs
// transactions that are repeated when the database asks for it.
//
// Only this package and files named store*.go touch gorm; everybody else hands a Tx on.
package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"aftercall/internal/fault"
)

// Dialect names the SQL a database speaks.
type Dialect string

// The dialects.
const (
	SQLite Dialect = "sqlite"
	MySQL  Dialect = "mysql"
)

// DB is an open database. SQLite has one writer and a pool of readers; MySQL has a pool for transactions and one for reads.
type DB struct {
	dialect Dialect
	hosts   int            // MySQL's; 0 on SQLite
	nodes   nodesConnector // to these
	write   *gorm.DB
	read    *gorm.DB
	probe   *gorm.DB // for the watch
	health  *health
	line    chan struct{} // background work before SQLite's one writer; nil on MySQL
	writer  chan struct{} // who has SQLite's one writer; nil on MySQL

	listeners listeners
}

// Open opens the database at an address: sqlite:PATH, or mysql://user:password@host:port/name. A MySQL address may list several
// hosts, as in a:3306,b:3306: nodes of a cluster that all take writes; each connection goes to the first that answers. Open
// does not touch the schema; see Migrate. It returns fault.Invalid for an address or a server that is not supported, and
// fault.Unavailable for a MySQL server that cannot be reached.
func Open(ctx context.Context, address string) (*DB, error) {
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(address, "sqlite:"))
	case strings.HasPrefix(address, "mysql://"):
		return openMySQL(ctx, address)
	}
	return nil, fault.New(fault.Invalid, "database_address", "the database address must start with sqlite: or mysql://")
}

// Dialect returns the SQL the database speaks.
func (db *DB) Dialect() Dialect { return db.dialect }

// RowsPerTx returns how many rows of one kind a batch may write in one transaction. It is small on SQLite, where everybody else
// waits for the one writer.
func (db *DB) RowsPerTx() int {
	if db.dialect == SQLite {
		return 100
	}
	return 500
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.dialect == SQLite {
		return errors.Join(closeHandle(db.read), closeHandle(db.write))
	}
	return errors.Join(closeHandle(db.read), closeHandle(db.write), closeHandle(db.probe))
}

// note takes in an error of a statement and returns it, as an outage if it is one.
func (db *DB) note(err error) error { return db.health.note(err, db.hosts > 1) }

func closeHandle(g *gorm.DB) error {
	pool, err := g.DB()
	if err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	if err := pool.Close(); g.Name() == string(SQLite) {
		return err
	}
	return nil // connections that their server ended complain, and are closed all the same
}

// noExpiry is the one lifetime of prepared statements for which gorm starts no goroutine, which would never end: it would look for
// expired ones until the process does. There are few enough of them.
const noExpiry = 10 * 365 * 24 * time.Hour

func config(prepare bool) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true, // a transaction is one use case and is begun by InTx
		TranslateError:         true,
		PrepareStmt:            prepare,
		PrepareStmtMaxSize:     500,
		PrepareStmtTTL:         noExpiry,
		Logger:                 logger.Discard, // errors are returned; parameters are personal data and are never logged
		NowFunc:                func() time.Time { return time.Time{} },
	}
}

// leaveTimes keeps gorm from writing a time of its own into every field named UpdatedAt whenever a row is updated: times are handed in.
// It counts that among its hooks, of which we have none.
func leaveTimes(g *gorm.DB) { g.Statement.SkipHooks = true }
