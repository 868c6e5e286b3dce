package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"aftercall/internal/fault"
)

// sqliteDialector is gorm's SQLite dialect over the pure-Go driver, whose errors gorm does not know.
type sqliteDialector struct {
	*gormsqlite.Dialector
	db *DB
}

// Initialize sets gorm up to count the ids of inserted rows from the last one, as it does for MySQL, instead of asking SQLite to
// return each: that took a third of the time of a large insert.
func (d sqliteDialector) Initialize(db *gorm.DB) error {
	if err := d.Dialector.Initialize(db); err != nil {
		return fmt.Errorf("set up gorm for sqlite: %w", err)
	}
	create := callbacks.Create(&callbacks.Config{CreateClauses: []string{"INSERT", "VALUES", "ON CONFLICT"}, LastInsertIDReversed: true})
	if err := db.Callback().Create().Replace("gorm:create", create); err != nil {
		return fmt.Errorf("set up gorm for sqlite: %w", err)
	}
	return nil
}

// Translate turns constraint violations of the pure-Go driver into gorm's errors, and others into outages.
func (d sqliteDialector) Translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return d.db.note(err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return gorm.ErrDuplicatedKey
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	}
	return d.db.note(err)
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "database_address", "sqlite: needs a file, as in sqlite:data/aftercall.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	if err := keepToOurselves(path); err != nil {
		return nil, fmt.Errorf("keep %s from others: %w", path, err)
	}
	// The writer takes its lock at BEGIN: a transaction that reads first and writes later would otherwise fail at once.
	db := &DB{dialect: SQLite, health: newHealth(), line: make(chan struct{}, 1), writer: make(chan struct{}, 1)}
	var err error
	// A cache takes twice as much memory as it says: the driver's allocator rounds a page up to 8 KiB. What a reader has cached is void as
	// soon as something was written, so that more would be of little use to it.
	if db.write, err = db.openSQLiteHandle(ctx, path, "immediate", 1, 8_000); err != nil {
		return nil, err
	}
	if db.read, err = db.openSQLiteHandle(ctx, path, "deferred", 4, 2_000); err != nil {
		return nil, errors.Join(err, closeHandle(db.write))
	}
	db.probe = db.write
	return db, nil
}

// keepToOurselves makes the file if there is none, and takes away the rights of others on it and on what SQLite keeps beside it and
// makes with the rights of the first. A file that is there is not opened: closing it would drop the locks of this process.
func keepToOurselves(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, beside := range []string{"", "-wal", "-shm", "-journal"} {
		info, err := os.Stat(path + beside)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err == nil {
			err = os.Chmod(path+beside, info.Mode().Perm()&^0o077)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) { // gone meanwhile, or another user's
			return err
		}
	}
	return nil
}

// openSQLiteHandle opens connections that cache so many KiB each.
func (db *DB) openSQLiteHandle(ctx context.Context, path, lock string, connections, cache int) (*gorm.DB, error) {
	q := url.Values{"_txlock": {lock}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "temp_store(MEMORY)",
		"wal_autocheckpoint(4000)", // pages are written back, and the disk is waited for, a quarter as often as by default
		fmt.Sprintf("cache_size(-%d)", cache),
	}}
	dsn := (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String()
	dialector, ok := gormsqlite.New(gormsqlite.Config{Conn: sql.OpenDB(sqliteConnector{&sqlite.Driver{}, dsn})}).(*gormsqlite.Dialector)
	if !ok {
		return nil, errors.New("gorm's SQLite dialect has another type than expected")
	}
	g, err := gorm.Open(sqliteDialector{dialector, db}, config(false))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	leaveTimes(g)
	sqlDB, err := g.DB()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	sqlDB.SetMaxOpenConns(connections)
	sqlDB.SetMaxIdleConns(connections)
	if err := sqlDB.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), sqlDB.Close())
	}
	return g, nil
}
