package figures

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database"
)

var shanghai = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// at reads a time of day in the zone, with microseconds when there are any.

func at(zone *time.Location, text string) clock.Instant {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999999", text, zone)
	if err != nil {
		panic(err)
	}
	return clock.At(t)
}

func day(year, month, d int) clock.Day { return clock.DayFrom(year, time.Month(month), d) }

func centre(db *database.DB, zone *time.Location) *Service {
	return New(db, zone, clocktest.Fixed(at(zone, "2026-11-22 12:00:00")))
}

func appendAll(t interface{ Fatal(...any) }, db *database.DB, entries ...Entry) {
	err := db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		fresh := make([]Entry, len(entries))
		copy(fresh, entries)
		return Append(tx, fresh...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func csat(when clock.Instant, value int, d Dimensions) Entry {
	return Entry{
		Metric: CSAT, Scale: "1-5", Sign: 1, Value: value, Band: bandOf(value), OccurredAt: when, RecordedAt: when,
		ResolvedAt: when, Dimensions: d,
	}
}

func counter(m Metric, when clock.Instant, d Dimensions) Entry {
	return Entry{Metric: m, Sign: 1, Value: 1, Band: High, OccurredAt: when, RecordedAt: when, ResolvedAt: when, Dimensions: d}
}

// entryGen draws answers, and reversals of answers there are.

// net yields the entries as raw rows would: what was taken back is not there.

func pick(condition bool, yes, no int) int {
	if condition {
		return yes
	}
	return no
}

func noError(t interface{ Fatal(...any) }, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func gocmp(want, got any) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }

// empty makes the tables as they were in the beginning, so that each run of rapid can be repeated.

func empty(t interface{ Fatal(...any) }, db *database.DB) {
	noError(t, db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		for _, table := range []string{"score_entries", "rollups", "rollup_state", "jobs"} {
			if err := (store{tx}).exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		return nil
	}))
}

func count(t *testing.T, db *database.DB, sql string) int {
	t.Helper()
	n, err := store{db.View(t.Context())}.count(sql)
	noError(t, err)
	return n
}

func exec(t *testing.T, db *database.DB, sql string) {
	t.Helper()
	noError(t, db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return store{tx}.exec(sql) }))
}
