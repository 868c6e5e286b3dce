package callback_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// A claim reads the heads of its pools by index: its cost must not grow with the number of callbacks that are ready.
func BenchmarkClaim(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		for _, rows := range []int{1_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", name, rows), func(b *testing.B) { benchmarkClaim(b, open(b), rows) })
		}
	}
}

func benchmarkClaim(b *testing.B, db *database.DB, rows int) {
	b.Helper()
	c := taskstest.New(b, db)
	batch := make([]contact.Input, 0, 900)
	for i := range cap(batch) {
		in := taskstest.Severe(i + 1)
		in.Participants[0].Team = fmt.Sprintf("组%d", i%9)
		batch = append(batch, in)
	}
	c.Take(b, batch...)
	c.Plan(b)
	multiply(b, db, rows)
	b.ResetTimer()
	for i := range b.N {
		viewer := taskstest.Caller(int64(i + 1))
		desk, err := c.Callbacks.Claim(b.Context(), viewer)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		c.Pass(time.Second)
		wrong := callback.Outcome{CallResult: callback.WrongNumber}
		if _, err := c.Callbacks.Finish(b.Context(), viewer, desk.Callback.ID, desk.Callback.Fence, wrong); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// multiply adds ready callbacks like those there are, of persons nobody knows, behind them.
func multiply(b *testing.B, db *database.DB, rows int) {
	b.Helper()
	g := db.View(b.Context()).Gorm()
	var seeds []callback.Callback
	if err := g.Where("state = ?", callback.Ready).Find(&seeds).Error; err != nil {
		b.Fatal(err)
	}
	more := make([]callback.Callback, 0, rows)
	for i := range rows {
		c := seeds[i%len(seeds)]
		c.ID, c.DecisionID, c.ResolutionID, c.PersonID, c.DueAt = 0, nil, int64(1e6+i), int64(1e6+i), c.DueAt.Add(time.Hour)
		more = append(more, c)
	}
	err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error { return tx.Gorm().CreateInBatches(more, 200).Error })
	if err != nil {
		b.Fatal(err)
	}
}
