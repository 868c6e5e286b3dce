package figures

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// benchEntries is a day's answers of a large centre, over 60 agents and 30 categories.
func benchEntries(n int) []Entry {
	start := at(shanghai, "2026-10-01 00:00:00")
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = csat(start.Add(time.Duration(i)*time.Minute), 1+i%5, Dimensions{
			SourceID: 1, AgentID: int64(i % 60), TeamID: int64(i % 6), Channel: []string{"phone", "chat", "web"}[i%3],
			Category: string(rune('a' + i%30)), Product: string(rune('a' + i%12)), Severity: []string{"low", "high"}[i%2],
		})
	}
	return entries
}

func eachDatabase(b *testing.B, run func(b *testing.B, db *database.DB)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { run(b, dbtest.MySQL(b)) })
}

// BenchmarkFold reports how many entries a second are folded, one folder at a time.
func BenchmarkFold(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db *database.DB) {
		s := centre(db, shanghai)
		entries := benchEntries(s.batch())
		for b.Loop() {
			b.StopTimer()
			appendAll(b, db, entries...)
			b.StartTimer()
			if err := s.FoldAll(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(entries))*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}

// BenchmarkBreakdown reads 30 days by agent from roll-ups of 50,000 answers, with a tail of 500.
func BenchmarkBreakdown(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db *database.DB) {
		s := centre(db, shanghai)
		appendAll(b, db, benchEntries(50_000)...)
		if err := s.FoldAll(context.Background()); err != nil {
			b.Fatal(err)
		}
		appendAll(b, db, benchEntries(500)...)
		from := clock.DayOf(at(shanghai, "2026-10-01 00:00:00"), shanghai)
		for b.Loop() {
			if _, err := s.Breakdown(context.Background(), Query{Metric: CSAT, From: from, To: from + 29}, Agent); err != nil {
				b.Fatal(err)
			}
		}
	})
}
