package flow_test

import (
	"context"
	"errors"
	"testing"

	"gorm.io/gorm"

	"aftercall/internal/database"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/tasks/queue"
)

// deaths lets a worker die at a step of a try. The steps are the beginnings of its transactions, and the moments before and after a
// message leaves: what it had begun in the database is rolled back, as when the process is killed there.
type deaths struct {
	kind string // of the jobs whose tries may die
	at   []int  // at which step of each try, from 1; 0 and past the last: it lives
	step int
	next int
	died int
	last gorm.ConnPool // of the newest transaction
}

var errDied = errors.New("the worker died")

// watch counts the transactions of a database.
func (d *deaths) watch(t *testing.T, db *database.DB) {
	t.Helper()
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		calls, seen := tx.Gorm().Callback(), func(g *gorm.DB) {
			if _, inTx := g.Statement.ConnPool.(gorm.TxCommitter); inTx && g.Statement.ConnPool != d.last {
				d.last = g.Statement.ConnPool
				d.pass()
			}
		}
		return errors.Join(
			calls.Create().Before("*").Register("deaths", seen), calls.Query().Before("*").Register("deaths", seen),
			calls.Update().Before("*").Register("deaths", seen), calls.Delete().Before("*").Register("deaths", seen),
			calls.Row().Before("*").Register("deaths", seen), calls.Raw().Before("*").Register("deaths", seen),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pass goes one step on, and dies if it is the one.
func (d *deaths) pass() {
	if d.step++; d.step == d.next {
		d.next = 0
		d.died++
		panic(errDied)
	}
}

// alive runs what is not the worker's.
func (d *deaths) alive(do func()) {
	step, next := d.step, d.next
	d.next = 0
	do()
	d.step, d.next = step, next
}

// handlers returns those whose tries die.
func (d *deaths) handlers(all map[string]flow.Handler) map[string]queue.Handler {
	mortal := map[string]queue.Handler{}
	for kind, handler := range all {
		mortal[kind] = handler
	}
	mortal[d.kind] = func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
		d.step, d.next = 0, 0
		if len(d.at) > 0 {
			d.next, d.at = d.at[0], d.at[1:]
		}
		defer func() { d.next = 0 }()
		return all[d.kind](ctx, ticket, ref)
	}
	return mortal
}
