package database

import (
	"context"
	"errors"
	"fmt"
)

type togetherKey struct{}

// Together runs fn in one transaction and commits it if fn returns nil. Under the context that fn is given, every InTx is a part of
// it, undone alone if it fails, and every View reads what was written so far. Use it for many use cases of which nobody needs to see
// some without the others, such as a day of a demo's past: to commit each takes a third of their time.
//
// fn is not run again when the database gives way to another transaction: nobody else should be writing. It must start no goroutine
// that uses the context.
func (db *DB) Together(ctx context.Context, fn func(ctx context.Context) error) error {
	return db.once(ctx, func(ctx context.Context, tx Tx) error {
		return fn(context.WithValue(ctx, togetherKey{}, tx))
	})
}

// whole returns the transaction of Together under whose context we are.
func whole(ctx context.Context) (Tx, bool) {
	tx, ok := ctx.Value(togetherKey{}).(Tx)
	return tx, ok
}

// part runs fn as a part of the transaction.
func (tx Tx) part(ctx context.Context, fn func(ctx context.Context, tx Tx) error) (err error) {
	if err := tx.savepoint(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	failed := true // also when fn panics
	defer func() {
		if failed {
			ctx = context.WithoutCancel(ctx)
			err = joined(err, tx.savepoint(ctx, "ROLLBACK TO SAVEPOINT part"), tx.savepoint(ctx, "RELEASE SAVEPOINT part"))
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

// joined returns err as it is if nothing else went wrong.
func joined(err error, more ...error) error {
	if rest := errors.Join(more...); rest != nil {
		return errors.Join(err, rest)
	}
	return err
}
