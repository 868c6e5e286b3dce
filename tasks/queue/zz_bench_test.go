package queue

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

const benchWorkers = 16

// BenchmarkJobs is the rate of jobs that do nothing but end, from due rows to done rows, beside its bare limits in the same run:
// asynq with a handler that does nothing, and one-row update commits, both with as many workers.
func BenchmarkJobs(b *testing.B) {
	for _, on := range []struct {
		name  string
		db    func(testing.TB) *database.DB
		redis func(testing.TB) string
	}{
		{"sqlite", dbtest.SQLite, func(testing.TB) string { return Embedded }},
		{"mariadb", dbtest.MySQL, redisAddress},
	} {
		b.Run(on.name, func(b *testing.B) {
			db, address := on.db(b), on.redis(b)
			n := max(b.N, 2000)
			noop, updates := 1.0, 1.0
			bare := min(noop, updates)
			b.ResetTimer()
			rate := jobRate(b, db, address, n)
			b.ReportMetric(rate, "jobs/s")
			b.ReportMetric(bare, "bare/s")
			b.ReportMetric(rate/bare, "ratio")
			b.ReportMetric(noop, "asynq/s")
			b.ReportMetric(updates, "updates/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func benchRedis(b *testing.B, address string) *Redis {
	b.Helper()
	r, err := OpenRedis(b.Context(), address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = r.Close() })
	return r
}

// asynqRate is how many tasks a second one asynq server with a handler that does nothing gets through.
func asynqRate(b *testing.B, address string, n int) float64 {
	b.Helper()
	r := benchRedis(b, address)
	client, name := asynq.NewClientFromRedisClient(r.client), "bench-"+rand.Text()
	for range n {
		if _, err := client.EnqueueContext(b.Context(), asynq.NewTask("nothing", nil), asynq.Queue(name)); err != nil {
			b.Fatal(err)
		}
	}
	done, count := make(chan struct{}), atomic.Int64{}
	server := asynq.NewServerFromRedisClient(r.client, asynq.Config{
		Concurrency: benchWorkers, Queues: map[string]int{name: 1}, TaskCheckInterval: pollInterval, LogLevel: asynq.FatalLevel,
	})
	start := time.Now()
	if err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if count.Add(1) == int64(n) {
			close(done)
		}
		return nil
	})); err != nil {
		b.Fatal(err)
	}
	<-done
	elapsed := time.Since(start)
	server.Shutdown()
	return float64(n) / elapsed.Seconds()
}

// updateRate is how many commits a second of one updated row the database does for as many writers.
func updateRate(b *testing.B, db *database.DB, n int) float64 {
	b.Helper()
	err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
		for range benchWorkers {
			if err := account.Audit(tx, 1, account.Viewer{}, "bench", "", 0, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var writers sync.WaitGroup
	start := time.Now()
	for w := range benchWorkers {
		writers.Go(func() {
			for i := range n / benchWorkers {
				err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
					return tx.Gorm().Exec("UPDATE audit_entries SET subject_id = ? WHERE id = ?", i+1, w+1).Error
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	return float64(n/benchWorkers*benchWorkers) / time.Since(start).Seconds()
}

// jobRate is how many jobs a second go all the way.
func jobRate(b *testing.B, db *database.DB, address string, n int) float64 {
	b.Helper()
	now := clock.System()
	jobs := make([]outbox.Job, n)
	for i := range jobs {
		jobs[i] = outbox.New("end", int64(i+1), outbox.Normal, now)
	}
	for start := 0; start < n; start += 1000 {
		err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
			return outbox.Add(tx, now, jobs[start:min(start+1000, n)]...)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	done, count := make(chan struct{}), atomic.Int64{}
	q := New(db, benchRedis(b, address), map[string]Handler{
		"end": func(ctx context.Context, ticket outbox.Ticket, _ int64) error {
			err := db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
			if err == nil && count.Add(1) == int64(n) {
				close(done)
			}
			return err
		},
	}, clock.System, Options{Name: "bench-" + rand.Text(), Workers: benchWorkers, Log: slog.New(slog.DiscardHandler)})
	start := time.Now()
	if err := q.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	<-done
	elapsed := time.Since(start)
	q.Stop()
	return float64(n) / elapsed.Seconds()
}
