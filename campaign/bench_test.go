package campaign_test

import (
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// BenchmarkCount counts an audience among 10,000 customers, which is the most that is counted while somebody waits.
func BenchmarkCount(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		b.Run(name, func(b *testing.B) {
			c := newCentre(b, open(b))
			c.add(crowd(10_000)...)
			a := c.create(everybodySatisfied())
			for b.Loop() {
				if err := c.campaigns.Recount(b.Context(), outbox.Ticket{}, a.ID); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "customers/s")
		})
	}
}
