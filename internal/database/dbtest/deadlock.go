package dbtest

import (
	"context"
	"testing"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"aftercall/internal/database"
)

// Deadlock watches the statements that run in the transactions of an SQLite database, and can let one of them lose a deadlock, once:
// it fails with the error on which InTx begins again. What then begins again finds that others took the next thousand ids of every
// table meanwhile.
type Deadlock struct {
	t    testing.TB
	db   *database.DB
	tx   gorm.ConnPool // that ran the newest statement
	seen int
	// Transactions are the numbers, from 1, of the first statement of each.
	transactions []int

	loses, skips int // statements, from 1; 0 for none
	after        bool
	struck       bool
}

// WatchDeadlock begins to watch. No transaction may be open.
func WatchDeadlock(t testing.TB, db *database.DB) *Deadlock {
	t.Helper()
	d := &Deadlock{t: t, db: db}
	err := db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		calls := tx.Gorm().Callback() // the writer's
		for _, register := range []func(string, func(*gorm.DB)) error{
			calls.Create().Before("gorm:create").Register,
			calls.Query().Before("gorm:query").Register, calls.Update().Before("gorm:update").Register,
			calls.Delete().Before("gorm:delete").Register, calls.Row().Before("gorm:row").Register, calls.Raw().Before("gorm:raw").Register,
		} {
			if err := register("deadlock:before", d.before); err != nil {
				return err
			}
		}
		for _, register := range []func(string, func(*gorm.DB)) error{
			calls.Create().After("gorm:create").Register,
			calls.Query().After("gorm:query").Register, calls.Update().After("gorm:update").Register,
			calls.Delete().After("gorm:delete").Register, calls.Raw().After("gorm:raw").Register,
		} {
			if err := register("deadlock:after", d.afterwards); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Lose lets the statement with a number, from 1, lose a deadlock: before it does anything, or after everything it does. After the last
// one of a transaction that is as if its COMMIT had lost it.
func (d *Deadlock) Lose(statement int, after bool) { d.loses, d.after = statement, after }

// SkipIDs lets others take ids before the transaction that begins with a statement, as they do when it loses a deadlock.
func (d *Deadlock) SkipIDs(statement int) { d.skips = statement }

// Seen returns how many statements have run in transactions.
func (d *Deadlock) Seen() int { return d.seen }

// Transactions returns of each transaction the numbers of its first and its last statement.
func (d *Deadlock) Transactions() [][2]int {
	all := make([][2]int, len(d.transactions))
	for i, first := range d.transactions {
		last := d.seen
		if i+1 < len(all) {
			last = d.transactions[i+1] - 1
		}
		all[i] = [2]int{first, last}
	}
	return all
}

// Struck reports whether a statement has lost its deadlock.
func (d *Deadlock) Struck() bool { return d.struck }

func (d *Deadlock) before(g *gorm.DB) {
	if g.DryRun { // part of another statement
		return
	}
	d.seen++
	if d.tx != g.Statement.ConnPool {
		d.tx = g.Statement.ConnPool
		d.transactions = append(d.transactions, d.seen)
		if d.skips == d.seen || d.struck && d.skips == 0 {
			d.skips = d.seen
			d.skipIDs(g)
		}
	}
	d.strike(g, false)
}

func (d *Deadlock) afterwards(g *gorm.DB) {
	if !g.DryRun {
		d.strike(g, true)
	}
}

func (d *Deadlock) strike(g *gorm.DB, after bool) {
	if d.seen == d.loses && d.after == after && !d.struck {
		d.struck = true
		_ = g.AddError(&mysql.MySQLError{Number: 1213, Message: "Deadlock found when trying to get lock; try restarting transaction"})
	}
}

func (d *Deadlock) skipIDs(g *gorm.DB) {
	for _, sql := range []string{
		"UPDATE sqlite_sequence SET seq = seq + 1000",
		`INSERT INTO sqlite_sequence (name, seq) SELECT name, 1000 FROM sqlite_master
			WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)`,
	} {
		if _, err := d.tx.ExecContext(g.Statement.Context, sql); err != nil {
			d.t.Error(err)
		}
	}
}
