package database_test

import (
	"context"
	"errors"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// Every InTx is a part that is seen by those after it and is undone alone, and nobody else sees any until all are committed.
func TestTogetherPartsAreOneTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		put := func(ctx context.Context, key string, result error) error {
			return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
				if err := database.PutSetting(tx, key, "there"); err != nil {
					return err
				}
				return result
			})
		}
		seen := func(ctx context.Context, key string) bool {
			text, err := database.Setting(db.View(ctx), key)
			if err != nil {
				t.Fatal(err)
			}
			return text != ""
		}
		broken := errors.New("broken")
		err := db.Together(t.Context(), func(ctx context.Context) error {
			if err := db.Together(ctx, func(context.Context) error { return nil }); err == nil {
				t.Error("it began inside itself")
			}
			if err := put(ctx, "first", nil); err != nil {
				return err
			}
			if err := put(ctx, "undone", broken); !errors.Is(err, broken) {
				t.Errorf("a part that failed returned %v", err)
			}
			func() {
				defer func() { _ = recover() }()
				_ = db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
					_ = database.PutSetting(tx, "panicked", "there")
					panic("in a part")
				})
			}()
			if !seen(ctx, "first") || seen(ctx, "undone") || seen(ctx, "panicked") {
				t.Error("the parts before are not seen as they ended")
			}
			if seen(t.Context(), "first") {
				t.Error("others see what is not committed")
			}
			err := db.Snapshot(ctx, func(_ context.Context, tx database.Tx) error {
				text, err := database.Setting(tx, "first")
				if text == "" {
					t.Error("a snapshot does not see the parts before")
				}
				return err
			})
			if err != nil {
				return err
			}
			return put(ctx, "last", nil)
		})
		if err != nil || !seen(t.Context(), "first") || !seen(t.Context(), "last") || seen(t.Context(), "undone") {
			t.Errorf("not all parts were committed, and they alone: %v", err)
		}
		err = db.Together(t.Context(), func(ctx context.Context) error { return errors.Join(put(ctx, "void", nil), broken) })
		if !errors.Is(err, broken) || seen(t.Context(), "void") {
			t.Errorf("a part is left of what failed: %v", err)
		}
	})
}
