package permission

import (
	"sync"
	"time"
	_ "time/tzdata" // calling hours must not depend on what the machine has installed

	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
)

// Window says when a number may be called, as far as the hour of the day goes.
type Window struct {
	Zones    []string      // the zones the customer may be in; one when it is known
	Open     bool          // now is inside, in all of them
	OpensAt  clock.Instant // when it opens next; none while open, or when no hour is allowed in all zones
	ClosesAt clock.Instant // when it closes; none while closed
}

// CallWindow returns the calling hours of the subject's number at an instant; phone is E.164, empty for the first one.
func (r Rules) CallWindow(subject Subject, phone string, at clock.Instant) Window {
	zones := zonesOf(subject, Question{Subject: subject, Channel: ByPhone, Address: phone}.address())
	w := Window{Zones: make([]string, len(zones))}
	for i, z := range zones {
		w.Zones[i] = z.String()
	}
	hours := r.Hours.clamped()
	opens := hours.next(zones, at)
	switch {
	case opens.IsZero():
	case opens == at:
		w.Open, w.ClosesAt = true, hours.close(zones, at)
	default:
		w.OpensAt = opens
	}
	return w
}

// next returns the first instant from at on that lies inside the hours in every zone, or none if there is none within three days:
// then the zones have no hour in common.
func (h Hours) next(zones []*time.Location, at clock.Instant) clock.Instant {
	if len(zones) == 0 {
		return 0
	}
	for t := at; t.Sub(at) <= 3*day; {
		opens := t
		for _, zone := range zones {
			opens = max(opens, h.opens(t, zone))
		}
		if opens == t {
			return t
		}
		t = opens
	}
	return 0
}

// opens returns t if it lies inside the hours in the zone, or the next time they begin there.
func (h Hours) opens(t clock.Instant, zone *time.Location) clock.Instant {
	local := t.In(zone)
	minute := local.Hour()*60 + local.Minute()
	if minute >= h.From && minute < h.To {
		return t
	}
	y, m, d := local.Date()
	if minute >= h.To {
		d++
	}
	return clock.At(time.Date(y, m, d, 0, h.From, 0, 0, zone))
}

// close returns when the hours around t end in the first of the zones.
func (h Hours) close(zones []*time.Location, t clock.Instant) clock.Instant {
	var ends clock.Instant
	for _, zone := range zones {
		y, m, d := t.In(zone).Date()
		if end := clock.At(time.Date(y, m, d, 0, h.To, 0, 0, zone)); ends.IsZero() || end < ends {
			ends = end
		}
	}
	return ends
}

// zonesOf returns the zones the customer may be in: the one they or their source named, else those of the phone number. None
// means that nobody knows.
func zonesOf(subject Subject, phone string) []*time.Location {
	if zone := location(subject.Zone); zone != nil {
		return []*time.Location{zone}
	}
	names, err := phonenumbers.GetTimezonesForPrefix(phone)
	if err != nil {
		return nil
	}
	zones := make([]*time.Location, 0, len(names))
	for _, name := range names {
		zone := location(name)
		if zone == nil {
			return nil // "Etc/Unknown": guessing would be calling at night
		}
		zones = append(zones, zone)
	}
	return zones
}

// locations remembers parsed zones by name; a name that is no zone is remembered as nil. Loading one takes a thousand times
// longer than a verdict.
var locations sync.Map

func location(name string) *time.Location {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil
	}
	if known, ok := locations.Load(name); ok {
		return known.(*time.Location) //nolint:forcetypeassert // only this function stores
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	locations.Store(name, zone)
	return zone
}
