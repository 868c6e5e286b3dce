package database_test

import (
	"context"
	"errors"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestListenersHearOfWhatWasCommittedAndOfNothingElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		heard, stop := db.Listen("news")
		other, stopOther := db.Listen("other")
		defer stopOther()
		hears := func(ear <-chan struct{}) bool {
			select {
			case <-ear:
				return true
			default:
				return false
			}
		}
		early := false
		notify := func(result error) {
			err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
				tx.Notify("news")
				tx.Notify("news")
				early = early || hears(heard)
				return result
			})
			if !errors.Is(err, result) {
				t.Fatal(err)
			}
		}
		notify(errors.New("broken"))
		if hears(heard) {
			t.Error("heard of what was rolled back")
		}
		notify(nil)
		if early || !hears(heard) {
			t.Error("not heard after the commit, or before it")
		}
		if hears(other) {
			t.Error("heard of another topic")
		}
		stop()
		notify(nil)
		if hears(heard) {
			t.Error("heard after the end")
		}
	})
}
