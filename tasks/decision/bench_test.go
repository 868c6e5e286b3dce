package decision_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
)

// A dry run over 100,000 resolutions takes less than 30 s. Beside it, in the same run, a bare scan of the same resolutions, their
// decisions, customers and addresses: the ratio says more than the time, because machines differ.
func BenchmarkDryRun(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		for _, rows := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", name, rows), func(b *testing.B) { benchmarkDryRun(b, open(b), rows) })
		}
	}
}

func benchmarkDryRun(b *testing.B, db *database.DB, rows int) {
	b.Helper()
	c := taskstest.New(b, db)
	const days = 30
	start := c.Now()
	for part := range rows / 1000 {
		batch := make([]contact.Input, 1000)
		for i := range batch {
			n := part*1000 + i
			batch[i] = taskstest.Severe(n * 7919 % (rows / 2)) // every customer has two contacts or so
			batch[i].ExternalID, batch[i].ResolvedAt = fmt.Sprintf("B-%d", n), c.Now().Add(-time.Minute)
			batch[i].Customer.Phones = []string{fmt.Sprintf("13%09d", n*7919%(rows/2))}
			if n%3 > 0 {
				batch[i].Severity = contact.Low
			}
		}
		c.Take(b, batch...)
		c.Plan(b)
		c.Pass(days * 24 * time.Hour / time.Duration(rows/1000+1))
	}
	c.At.Store(int64(start.Add(days*24*time.Hour - time.Hour)))
	record := c.Publish(b, taskstest.ParsePolicy(b,
		"  - {id: repeats, when: [{field: history.repeat_48h, op: is, values: [\"yes\"]}], callback: {priority: 2}}\n"+
			"  - {id: vip, when: [{field: customer.tags, op: has, values: [vip]}], callback: {}}\n"+
			"  - {id: severe, when: [{field: contact.severity, op: at_least, values: [high]}], callback: {}}\n"+
			"  - {id: rest, nothing: {callback: not_needed}}\n  - {id: half, survey: {sample: 50%}}\n"))
	var scan time.Duration
	b.ResetTimer()
	for range b.N {
		run, err := c.Decisions.StartDryRun(b.Context(), taskstest.Supervisor, record.ID, days)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Decisions.RunDry(b.Context(), outbox.Ticket{}, run.ID); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if run.Total != rows {
			b.Fatalf("%d resolutions", run.Total)
		}
		scan += bareScan(b, db)
		b.StartTimer()
	}
	perRun := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(perRun, "s/run")
	b.ReportMetric(float64(rows)/perRun, "resolutions/s")
	b.ReportMetric(b.Elapsed().Seconds()/scan.Seconds(), "×scan")
}

// bareScan reads what a dry run cannot do without.
func bareScan(b *testing.B, db *database.DB) time.Duration {
	b.Helper()
	start := time.Now()
	g := db.View(context.Background()).Gorm()
	for _, rows := range []any{&[]contact.Resolution{}, &[]decision.Decision{}, &[]contact.Customer{}, &[]contact.Address{}} {
		if err := g.Find(rows).Error; err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}
