// Package dbtest gives a test a real, empty, migrated database: SQLite always, MariaDB or MySQL when the address of a server is
// in AFTERCALL_TEST_MYSQL (scripts/test starts one if it is installed). Migrations run once a test program, on a template; every
// further database is a copy of it.
package dbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"aftercall/internal/database"
)

// Each runs the test once on every database there is.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t)) })
}

// SQLite returns an empty database in the test's own folder.
func SQLite(t testing.TB) *database.DB {
	t.Helper()
	return open(t, SQLiteAddress(t, t.TempDir()))
}

// SQLiteAddress puts an empty database, aftercall.db, into a folder and returns its address.
func SQLiteAddress(t testing.TB, folder string) string {
	t.Helper()
	template, err := sqliteTemplate()
	path := filepath.Join(folder, "aftercall.db")
	if err == nil {
		err = os.WriteFile(path, template, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// MySQL returns an empty database of its own on the test server, dropped afterwards, or skips the test.
func MySQL(t testing.TB) *database.DB {
	t.Helper()
	return open(t, MySQLAddress(t))
}

// MySQLAddress returns the address of an empty database of its own on the test server, dropped afterwards, or skips the test.
func MySQLAddress(t testing.TB) string {
	t.Helper()
	if os.Getenv("AFTERCALL_TEST_MYSQL") == "" {
		t.Skip("no MySQL or MariaDB: AFTERCALL_TEST_MYSQL is not set (make test sets it when one is installed; make deps installs one)")
	}
	server, err := mysqlTemplate()
	if err != nil {
		t.Fatal(err)
	}
	name := "t_" + randomName()
	t.Cleanup(func() {
		if err := server.drop(name); err != nil {
			t.Error(err)
		}
	})
	if err := server.copyTo(name); err != nil {
		t.Fatal(err)
	}
	return server.address(name)
}

// open opens a copy of a template.
func open(t testing.TB, address string) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func randomName() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// CountQueries returns how many SQL statements fn ran on the database; tests of list pages use it against N+1.
func CountQueries(t testing.TB, db *database.DB, fn func()) int {
	t.Helper()
	name := "count:" + randomName()
	var count atomic.Int64 // fn may ask from several goroutines
	inc := func(*gorm.DB) { count.Add(1) }
	calls := db.View(context.Background()).Gorm().Callback()
	for _, err := range []error{
		calls.Query().After("gorm:query").Register(name, inc),
		calls.Raw().After("gorm:raw").Register(name, inc),
		calls.Row().After("gorm:row").Register(name, inc),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	defer func() {
		_ = calls.Query().Remove(name)
		_ = calls.Raw().Remove(name)
		_ = calls.Row().Remove(name)
	}()
	fn()
	return int(count.Load())
}
