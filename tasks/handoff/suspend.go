package handoff

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Suspension says why a handoff waits, and until when.
type Suspension struct {
	Pretext Pretext
	Until   clock.Instant // at most LongestPause from now
	Words   string
}

// Suspend (挂起) lets it wait for something outside; the clock stands meanwhile. It may be done MaxSuspensions times. It returns
// fault.Invalid too: "pretext", "until", "words".
func (s *Service) Suspend(ctx context.Context, by By, id, seen int64, p Suspension) (Handoff, error) {
	var wrong fault.Problems
	if fault.OneOf(&wrong, "pretext", p.Pretext, Pretexts()); len(wrong) > 0 {
		return Handoff{}, fault.InvalidFields(wrong...)
	}
	if now := s.now(); p.Until <= now || p.Until > now.Add(LongestPause) {
		return Handoff{}, fault.InvalidFields(fault.Field{
			Name: "until", Code: "handoff_until", Problem: "must be within the next seven days",
		})
	}
	written, err := words(p.Words)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Suspend },
		func(_ database.Tx, h *Handoff, now clock.Instant) (Entry, error) {
			h.State, h.Pretext, h.SuspendedAt, h.ResumeAt = Suspended, p.Pretext, now, p.Until
			h.Suspensions++
			return Entry{Act: ActSuspended, Code: string(p.Pretext), Words: written}, nil
		})
}

// Resume ends a suspension before its time.
func (s *Service) Resume(ctx context.Context, by By, id, seen int64) (Handoff, error) {
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Resume },
		func(tx database.Tx, h *Handoff, now clock.Instant) (Entry, error) {
			return Entry{Act: ActResumed}, s.resume(tx, h, now)
		})
}

// resume lets the clock go on: what of the team's time was left when it was suspended is left again.
func (s *Service) resume(tx database.Tx, h *Handoff, now clock.Instant) error {
	if h.State != Suspended {
		return nil
	}
	terms, err := termsOf(tx, h.TeamID)
	if err != nil {
		return err
	}
	c := s.clockOf(terms)
	stood := c.Between(h.SuspendedAt, now)
	h.DueAt, h.WarnAt = c.Add(h.DueAt, stood), c.Add(h.WarnAt, stood)
	h.Stood += stood.Microseconds()
	h.State, h.Pretext, h.SuspendedAt, h.ResumeAt = h.owned(), "", 0, 0
	return nil
}
