package database_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

func openAt(t *testing.T, address string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// watch looks after a database until the test ends, and returns what it said.
func watch(t *testing.T, db *database.DB) *dbtest.Journal {
	t.Helper()
	said := &dbtest.Journal{}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { db.Watch(ctx, clock.System, slog.New(slog.NewTextHandler(said, nil))) })
	t.Cleanup(func() { cancel(); group.Wait() })
	return said
}

func write(ctx context.Context, db *database.DB) error {
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Exec("INSERT INTO persons (version) VALUES (1)").Error
	})
}

func count(ctx context.Context, db *database.DB) (n int64, err error) {
	err = db.View(ctx).Gorm().Table("persons").Count(&n).Error
	return n, err
}

// until repeats ask until it returns true. What it waits for takes seconds at most; the test's own time ends it otherwise.
func until(t *testing.T, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !ask() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-look.C:
		}
	}
}

func wantUnavailable(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("%s: %v is %s, want unavailable", what, err, fault.KindOf(err))
	}
}

func TestADatabaseThatIsGoneIsUnavailableAndSaidOnce(t *testing.T) {
	t.Parallel()
	proxy, address, _ := dbtest.MySQLProxy(t)
	db := openAt(t, address.String())
	said := watch(t, db)
	proxy.Close()
	for range 50 {
		_, err := count(t.Context(), db)
		wantUnavailable(t, "a read", err)
		wantUnavailable(t, "a transaction", write(t.Context(), db))
	}
	until(t, "the outage is known", func() bool { _, err := db.Outage(); return err != nil })
	proxy.Open()
	if err := db.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), db); err != nil {
		t.Error(err)
	}
	if got := said.Lines(); len(got) != 2 || !strings.Contains(got[0], "level=ERROR") || !strings.Contains(got[1], "used again") {
		t.Errorf("said %q, want one line that it is gone and one that it is back", got)
	}
}

// Whoever waits for an answer of a server that was stopped learns that there will be none.
func TestAServerThatIsFrozenHangsNobody(t *testing.T) {
	t.Parallel()
	proxy, address, _ := dbtest.MySQLProxy(t)
	db := openAt(t, address.String())
	said := watch(t, db)
	proxy.Freeze()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, err := count(t.Context(), db)
			wantUnavailable(t, "a read", err)
		})
		group.Go(func() { wantUnavailable(t, "a transaction", write(t.Context(), db)) })
	}
	group.Wait()
	proxy.Close()
	proxy.Open()
	if err := db.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), db); err != nil {
		t.Error(err)
	}
	if got := said.Lines(); len(got) != 2 {
		t.Errorf("said %q", got)
	}
}

// Nobody uses it, and still it is known within a second or two: that is what readiness is made of.
func TestAnOutageIsNoticedByWhoeverWatches(t *testing.T) {
	t.Parallel()
	proxy, address, _ := dbtest.MySQLProxy(t)
	db := openAt(t, address.String())
	watch(t, db)
	proxy.Close()
	until(t, "the outage is known", func() bool { _, err := db.Outage(); return err != nil })
}

// The connections in the pools died with the server. None of them may cost anybody a transaction when it is back.
func TestNoTransactionMeetsAConnectionOfBefore(t *testing.T) {
	t.Parallel()
	proxy, address, _ := dbtest.MySQLProxy(t)
	db := openAt(t, address.String())
	var group sync.WaitGroup
	for range 30 {
		group.Go(func() {
			if err := write(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	proxy.Close()
	proxy.Open()
	for range 40 {
		if err := write(t.Context(), db); err != nil {
			t.Error(err)
		}
		if _, err := count(t.Context(), db); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatAServerShowsIsRead(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	if got, err := db.Shown(t.Context(), "SHOW GLOBAL VARIABLES LIKE 'autocommit'"); got != "ON" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := db.Shown(t.Context(), "SHOW GLOBAL VARIABLES LIKE 'no such'"); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAReadOnlyServerIsUnavailable(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Exec("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'read-only'").Error
	})
	wantUnavailable(t, "1290", err)
}

func TestWhatTheServerSaysDecidesWhetherItIsUnavailable(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	for number, want := range map[int]fault.Kind{
		1047: fault.Unavailable, 1053: fault.Unavailable, 1040: fault.Unavailable, 1021: fault.Unavailable, 1114: fault.Unavailable,
		1836: fault.Unavailable, 1213: fault.Unavailable, 1205: fault.Unavailable, 1064: fault.Internal, 1146: fault.Internal,
	} {
		t.Run(strconv.Itoa(number), func(t *testing.T) {
			err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
				return tx.Gorm().Exec(fmt.Sprintf("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = %d, MESSAGE_TEXT = 'said'", number)).Error
			})
			if fault.KindOf(err) != want {
				t.Errorf("%d is %s, want %s", number, fault.KindOf(err), want)
			}
		})
	}
}

func TestAFullDiskIsUnavailableAndWhatIsThereCanBeRead(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	said := watch(t, db)
	writer := db.Writer(t.Context())
	var pages int
	if err := writer.Raw("PRAGMA page_count").Scan(&pages).Error; err != nil {
		t.Fatal(err)
	}
	writer.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	fill := func() error {
		return db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO settings (name, value) VALUES ('fill', ?)", strings.Repeat("x", 1<<20)).Error
		})
	}
	for range 20 {
		wantUnavailable(t, "a write", fill())
	}
	if _, err := db.Outage(); err == nil {
		t.Error("the outage is not known")
	}
	if _, err := count(t.Context(), db); err != nil {
		t.Error(err)
	}
	writer.Exec("PRAGMA max_page_count = 1000000")
	if err := db.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := fill(); err != nil {
		t.Error(err)
	}
	if got := said.Lines(); len(got) != 2 {
		t.Errorf("said %q", got)
	}
}

func TestALockedFileIsUnavailable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db, other := openAt(t, "sqlite:"+path), openAt(t, "sqlite:"+path)
	db.Writer(t.Context()).Exec("PRAGMA busy_timeout = 50")
	holds, release := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		err := other.InTx(t.Context(), func(context.Context, database.Tx) error { close(holds); <-release; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-holds
	watch(t, db)
	until(t, "the watch has begun", func() bool { _ = write(t.Context(), db); _, err := db.Outage(); return err != nil })
	wantUnavailable(t, "a write to a locked file", write(t.Context(), db))
	close(release)
	group.Wait()
	if err := db.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), db); err != nil {
		t.Error(err)
	}
}

func TestThoseWhoWaitBehindALockedFileAreNotKeptOneAfterTheOther(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db, other := openAt(t, "sqlite:"+path), openAt(t, "sqlite:"+path)
	db.Writer(t.Context()).Exec("PRAGMA busy_timeout = 1000")
	watch(t, db)
	until(t, "the watch has begun", func() bool { return db.Watched() })
	err := other.InTx(t.Context(), func(context.Context, database.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				wantUnavailable(t, "a write to a locked file", write(ctx, db))
			})
		}
		group.Wait()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
