package app

import (
	"context"
	"crypto/rand"
	"strings"

	"aftercall/internal/database"
)

// installation returns the name of this installation, made on first use: the same for every process on the same database, and
// another for every other one, so that several may share a Redis.
func installation(ctx context.Context, db *database.DB) (name string, err error) {
	draft := strings.ToLower(rand.Text()[:8])
	err = db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		name, err = database.EnsureSetting(tx, "installation", draft)
		return err
	})
	return name, err
}
