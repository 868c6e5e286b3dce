package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"aftercall/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date. Several processes may call it at once: on MySQL they take turns under a lock. It
// returns fault.Conflict for a schema that is newer than this program.
func (db *DB) Migrate(ctx context.Context) error {
	handle := db.write
	if db.dialect == MySQL {
		handle = db.read // the writer's connections are for transactions of InTx only
	}
	sqlDB, err := handle.DB()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	unlock, err := lockSchema(ctx, sqlDB, db.dialect)
	if err != nil {
		return err
	}
	defer unlock()
	if db.dialect == MySQL {
		release, err := db.leaseSchema(ctx, sqlDB)
		if err != nil {
			return err
		}
		defer release()
	}
	provider, err := db.migrator(sqlDB)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if current > target {
		return fault.New(fault.Conflict, "schema_newer",
			fmt.Sprintf("the database has schema version %d, this program knows %d: use a newer aftercall", current, target))
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrator knows the migrations of the database's dialect.
func (db *DB) migrator(sqlDB *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+string(db.dialect))
	if err != nil {
		return nil, err
	}
	dialect := database.DialectSQLite3
	if db.dialect == MySQL {
		dialect = database.DialectMySQL
	}
	return goose.NewProvider(dialect, sqlDB, files, goose.WithDisableGlobalRegistry(true))
}

// lockSchema takes a lock of the whole server on a connection of its own and returns what gives it back.
func lockSchema(ctx context.Context, sqlDB *sql.DB, dialect Dialect) (func(), error) {
	if dialect == SQLite {
		return func() {}, nil // each migration is a transaction of the one writer
	}
	conn, err := sqlDB.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock schema: %w", err)
	}
	var got sql.NullInt64
	err = conn.QueryRowContext(ctx, "SELECT GET_LOCK(CONCAT(DATABASE(), '.aftercall.schema'), 120)").Scan(&got)
	if err == nil && got.Int64 != 1 {
		err = errors.New("another process has been migrating for two minutes")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock schema: %w", err), conn.Close())
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.aftercall.schema'))")
		_ = conn.Close()
	}, nil
}
