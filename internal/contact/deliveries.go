package contact

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/clock"
)

// Delivery is how a source brings resolved contacts.
type Delivery struct {
	Source Source
	Last   clock.Instant // when the last came in; none: none within the last month
	Usual  time.Duration // nearly all of its silences were shorter than this, of the last month; 0 where too little came to say
	Today  int           // how many came in since an instant, counted up to mostDelivered
}

const (
	deliveriesOf  = 31 * 24 * time.Hour
	mostDelivered = 100_000
	// mostTimes is of how many deliveries, the newest, the silences between them are looked at.
	mostTimes = 1000
	// fewTimes are too few to say what is usual.
	fewTimes = 5
)

// Deliveries returns how each source brings resolved contacts, and how many came in since an instant, by the name of the source.
func (s *Service) Deliveries(ctx context.Context, since clock.Instant) ([]Delivery, error) {
	st, now := store{s.db.View(ctx)}, s.now()
	sources, err := st.sources()
	if err != nil {
		return nil, err
	}
	all := make([]Delivery, len(sources))
	for i, source := range sources {
		d := Delivery{Source: source}
		times, err := st.receivedTimes(source.ID, now.Add(-deliveriesOf), mostTimes)
		if err != nil {
			return nil, fmt.Errorf("look when source %d was heard of: %w", source.ID, err)
		}
		if d.Usual = usualSilence(times); len(times) > 0 {
			d.Last = times[0]
		}
		if d.Today, err = st.receivedSince(source.ID, since, mostDelivered); err != nil {
			return nil, fmt.Errorf("count what source %d brought: %w", source.ID, err)
		}
		all[i] = d
	}
	return all, nil
}

// usualSilence is what nineteen of twenty silences between times were no longer than; 0 for too few. The times go backwards.
func usualSilence(times []clock.Instant) time.Duration {
	if len(times) < fewTimes {
		return 0
	}
	gaps := make([]time.Duration, len(times)-1)
	for i := range gaps {
		gaps[i] = times[i].Sub(times[i+1])
	}
	slices.Sort(gaps)
	return gaps[(len(gaps)*19-1)/20]
}
