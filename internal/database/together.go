package database

import (
	"context"
	"errors"
	"fmt"
)

type togetherKey struct{}

// together is the transaction of Together.
type together struct {
	tx     Tx
	broken error // a part could not be undone alone
}

// Together runs fn in one transaction and commits it if fn returns nil. Under the context that fn is given, every InTx is a part of
// it, undone alone if it fails, and every View reads what was written so far. Use it for many use cases of which nobody needs to see
// some without the others, such as a day of a demo's past: to commit each takes a seventh of their time.
// It fails at once inside a transaction, and inside itself.
//
// fn is not run again when the database gives way to another transaction: nobody else should be writing. It must start no goroutine
// that uses the context.
func (db *DB) Together(ctx context.Context, fn func(ctx context.Context) error) error {
	if whole(ctx) != nil || ctx.Value(inTxKey{}) != nil {
		return errNested
	}
	return db.once(ctx, func(ctx context.Context, tx Tx) error {
		t := &together{tx: tx}
		return errors.Join(fn(context.WithValue(ctx, togetherKey{}, t)), t.broken)
	})
}

// whole returns the transaction of Together under whose context we are, or nil.
func whole(ctx context.Context) *together {
	t, _ := ctx.Value(togetherKey{}).(*together)
	return t
}

// part runs fn as a part of the transaction.
func (t *together) part(ctx context.Context, fn func(ctx context.Context, tx Tx) error) (err error) {
	tx := t.tx
	if err := tx.savepoint(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	failed := true // also when fn panics
	defer func() {
		if failed {
			ctx = context.WithoutCancel(ctx)
			undone := errors.Join(tx.savepoint(ctx, "ROLLBACK TO SAVEPOINT part"), tx.savepoint(ctx, "RELEASE SAVEPOINT part"))
			if undone != nil {
				t.broken = undone
				err = errors.Join(err, undone)
			}
		}
	}()
	inner := tx
	inner.gorm, inner.idStep = tx.gorm.WithContext(ctx), new(int64)
	if err := fn(ctx, inner); err != nil {
		return err
	}
	failed = false
	return tx.savepoint(ctx, "RELEASE SAVEPOINT part")
}

func (tx Tx) savepoint(ctx context.Context, statement string) error {
	if _, err := tx.gorm.Statement.ConnPool.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, tx.Judged(err))
	}
	return nil
}
