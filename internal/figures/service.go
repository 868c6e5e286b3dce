package figures

import (
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Service computes figures from entries and roll-ups, folds entries, and verifies both.
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

// Append adds entries in the transaction of the rows they come from. To correct an entry, append its Reversal and the new
// entry. Roll-ups are left to Fold, so that two answers never wait for the same counter. It returns an error for an entry
// without a metric, a sign or an instant: such an entry would be counted nowhere.
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

// Reversal returns the entry that cancels e, recorded at an instant.
func (e Entry) Reversal(at clock.Instant) Entry {
	e.ID, e.Folded, e.Sign, e.RecordedAt = 0, false, -e.Sign, at
	return e
}
