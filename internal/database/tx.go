package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/fault"
)

// Tx is where statements run: a transaction begun by InTx, or the pool of readers (View). Pass it on; only stores look inside.
type Tx struct {
	gorm    *gorm.DB
	dialect Dialect
	idStep  *int64    // see InsertWithIDs; 0 until it is asked for
	lanes   int       // see Lanes
	news    *[]string // topics of Notify; nil outside InTx
}

// Gorm returns the gorm handle. It is for files named store*.go only; the linter sees to it.
func (tx Tx) Gorm() *gorm.DB { return tx.gorm }

// Dialect returns the SQL the database speaks.
func (tx Tx) Dialect() Dialect { return tx.dialect }

// Lanes returns how many goroutines may gain from reading at once: a transaction is one connection, a View draws on the pool of
// readers, where one query can be answered while the rows of another are taken in.
func (tx Tx) Lanes() int { return max(1, tx.lanes) }

// Inserted returns the expression for the value that an upsert tried to insert in a column.
func (tx Tx) Inserted(column string) string {
	if tx.dialect == SQLite {
		return "excluded." + column
	}
	return "VALUES(" + column + ")"
}

// SkipLocked returns the clauses that lock the selected rows and leave out rows that others have locked. On SQLite there are
// none: its transactions exclude each other anyway, and gorm drops a plain clause.Locking there by itself.
func (tx Tx) SkipLocked() []clause.Expression {
	if tx.dialect == SQLite {
		return nil
	}
	return []clause.Expression{clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}}
}

func (db *DB) tx(g *gorm.DB) Tx { return Tx{gorm: g, dialect: db.dialect, idStep: new(int64)} }

// View returns a Tx for reads outside a transaction. Two reads of one View may see different moments: where they must agree,
// use Snapshot. While the database cannot be read, every statement of a View fails with ErrUnavailable.
func (db *DB) View(ctx context.Context) Tx {
	if t := whole(ctx); t != nil {
		return db.tx(t.tx.gorm.WithContext(ctx))
	}
	tx := db.tx(db.read.WithContext(ctx))
	tx.gorm.Error = db.health.refusal(true) // every statement fails at once with it
	tx.lanes = 2
	return tx
}

// Judged returns the error of a statement that went around gorm as gorm's would be: as ErrUnavailable where it is an outage.
func (tx Tx) Judged(err error) error {
	if translator, ok := tx.gorm.Dialector.(gorm.ErrorTranslator); ok && err != nil {
		return translator.Translate(err)
	}
	return err
}

// Snapshot runs fn on one moment of the database: all its reads see the same rows, whatever others commit meanwhile. Use it for
// checks that compare several tables. fn must only read, and should end within minutes: the database keeps old rows for it. It
// returns ErrUnavailable while the database cannot be read.
func (db *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	if whole(ctx) != nil {
		return fn(ctx, db.View(ctx)) // nobody else writes meanwhile
	}
	var options []*sql.TxOptions // on SQLite a transaction of the readers is a snapshot by itself
	if db.dialect == MySQL {
		options = append(options, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	}
	if err := db.health.refusal(true); err != nil {
		return err
	}
	return db.note(db.read.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		return fn(ctx, db.tx(g))
	}, options...))
}

type (
	inTxKey       struct{}
	backgroundKey struct{}
)

// Background marks the work under ctx as work that nobody waits for at a screen: jobs, imports, the relay. On SQLite its
// transactions queue up one at a time before the one writer, so that a caller who claims a callback waits for two of them at
// most.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// queueUp waits until no other background work is before the writer, and returns the function that ends the turn. Work at a
// screen does not wait here.
func (db *DB) queueUp(ctx context.Context) (func(), error) {
	if db.line == nil || ctx.Value(backgroundKey{}) == nil {
		return func() {}, nil
	}
	select {
	case db.line <- struct{}{}:
		return func() { <-db.line }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the writer: %w", ctx.Err())
	}
}

var errNested = errors.New("a transaction was begun inside another: one use case is one transaction")

const maxTries = 6

// InTx runs fn in one transaction and commits it if fn returns nil. One use case is one InTx: a nested call fails at once.
//
// fn may run several times: when the database gave way to another transaction (deadlock, lock wait, lost certification), or
// when the connection was lost before the commit. So fn must not touch the network, and must set captured variables anew on
// each run.
//
// InTx returns ErrUnavailable without a working database, and fault.Unavailable (database_busy) when the database still gave
// way on the last of six tries. If the connection was lost at the commit itself, the transaction may have been committed all
// the same.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	if ctx.Value(inTxKey{}) != nil {
		return errNested
	}
	ctx = context.WithValue(ctx, inTxKey{}, true)
	if t := whole(ctx); t != nil {
		return t.part(ctx, fn)
	}
	for try := 1; ; try++ {
		if err := db.health.refusal(false); err != nil {
			return err
		}
		err := db.once(ctx, fn)
		switch {
		case err == nil:
			return nil
		case try < maxTries && (repeatable(err) || moves(err, db.hosts > 1)):
		case repeatable(err) && !errors.Is(err, ErrUnavailable):
			return fault.Wrap(err, fault.Unavailable, "database_busy",
				"too many are changing the same thing at once; try again in a moment")
		default:
			return err
		}
		pause := time.Duration(rand.Int64N(int64(time.Duration(try*try) * 10 * time.Millisecond))) //nolint:gosec // jitter needs no secrecy
		select {
		case <-ctx.Done():
			return fmt.Errorf("repeat transaction: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

// once runs fn in one transaction, one time.
func (db *DB) once(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	leave, err := db.queueUp(ctx)
	if err != nil {
		return err
	}
	defer leave()
	done, err := db.acquireWriter(ctx)
	if err != nil {
		return err
	}
	defer done()
	var news []string
	err = db.note(db.write.WithContext(ctx).Transaction(func(g *gorm.DB) error { // noted before the next one has the writer
		tx := db.tx(g)
		tx.news = &news
		return fn(ctx, tx)
	}))
	if err == nil {
		db.listeners.tell(news)
	}
	return err
}

// acquireWriter waits for SQLite's one writer and returns the function that gives it back; on MySQL it does not wait. It
// returns ErrUnavailable as soon as an outage is known: otherwise each waiting transaction would in turn wait for the locked
// file.
func (db *DB) acquireWriter(ctx context.Context) (func(), error) {
	for db.writer != nil {
		changed, err := db.Outage()
		if err != nil {
			return nil, err
		}
		select {
		case db.writer <- struct{}{}:
			if err := db.health.refusal(false); err != nil {
				<-db.writer
				return nil, err
			}
			return func() { <-db.writer }, nil
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the writer: %w", ctx.Err())
		}
	}
	return func() {}, nil
}

// repeatable reports whether the database asks to run the transaction again: 1213 deadlock (also a lost certification on a
// cluster), 1205 lock wait, 1020 row changed since read (MariaDB snapshot isolation), 3101 rolled back by group replication; or ids
// were given while servers came or went.
func repeatable(err error) bool {
	var e *mysql.MySQLError
	if !errors.As(err, &e) {
		return errors.Is(err, errIDStep)
	}
	switch e.Number {
	case 1213, 1205, 1020, 3101:
		return true
	}
	return false
}
