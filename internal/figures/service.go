package figures

import (
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Service computes figures and folds entries into roll-ups.
type Service struct {
	db   *database.DB
	zone *time.Location
	now  clock.Now
}

// New returns the service of a centre whose days are those of zone.
func New(db *database.DB, zone *time.Location, now clock.Now) *Service {
	return &Service{db: db, zone: zone, now: now}
}

// Zone returns the centre's zone: where a day begins unless a query names another one.
func (s *Service) Zone() *time.Location { return s.zone }

// Today returns the current day of the centre's zone.
func (s *Service) Today() clock.Day { return clock.DayOf(s.now(), s.zone) }

// Append adds entries in the transaction of the rows they come from. Nothing else is written: the folder does the rest, so that
// answers never wait for each other's counters.
func Append(tx database.Tx, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	for i := range entries {
		if err := entries[i].check(); err != nil {
			return err
		}
	}
	return store{tx}.insert(entries)
}

// check refuses what no feature may append: it would be folded and never found again.
func (e Entry) check() error {
	if e.Metric == "" || (e.Sign != 1 && e.Sign != -1) || e.OccurredAt.IsZero() || e.Folded || e.ID != 0 {
		return fmt.Errorf("append a %q entry: it needs a metric, a sign of 1 or -1, an instant, and no id", e.Metric)
	}
	return nil
}

// Reversal returns the entry that takes e back, recorded at an instant.
func (e Entry) Reversal(at clock.Instant) Entry {
	e.ID, e.Folded, e.Sign, e.RecordedAt = 0, false, -e.Sign, at
	return e
}
