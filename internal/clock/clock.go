// Package clock is how aftercall speaks of time: instants in UTC, and a clock that is handed in, never looked up.
package clock

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Instant is a point in time: microseconds since 1970-01-01T00:00:00Z. The zero value means "none".
// It is what the database stores (BIGINT), so that both databases compare and sort it alike.
type Instant int64

// Now returns the current instant. Use cases call it once and pass the value on.
type Now func() Instant

// System is the machine's clock.
func System() Instant { return At(time.Now()) }

// StartingAt returns a clock that shows start now and runs at normal speed from there.
func StartingAt(start Instant) Now {
	origin := time.Now()
	return func() Instant { return start.Add(time.Since(origin)) }
}

// At converts a time; the zero time becomes "none".
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMicro())
}

// Given is At for a time that somebody named: the beginning of 1970 is a time, though hardly one that was meant, and not "none".
func Given(t time.Time) Instant {
	if at := At(t); at != 0 || t.IsZero() {
		return at
	}
	return 1
}

// IsZero reports whether there is no instant.
func (i Instant) IsZero() bool { return i == 0 }

// Time returns the instant in UTC; "none" becomes the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// In returns the instant in a zone, for showing and for calendar arithmetic.
func (i Instant) In(zone *time.Location) time.Time { return i.Time().In(zone) }

// Add returns the instant d later.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Microseconds()) }

// Sub returns the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Microsecond }

// Before reports whether i is earlier than j.
func (i Instant) Before(j Instant) bool { return i < j }

// After reports whether i is later than j.
func (i Instant) After(j Instant) bool { return i > j }

// String returns RFC 3339 in UTC with microseconds, or "none".
func (i Instant) String() string {
	if i == 0 {
		return "none"
	}
	return i.Time().Format("2006-01-02T15:04:05.999999Z07:00")
}

// errNotRFC3339 is of an hour of one digit and of a comma, which time.Parse takes all the same.
var errNotRFC3339 = errors.New("not RFC 3339")

// MarshalJSON writes RFC 3339 in UTC, or null.
func (i Instant) MarshalJSON() ([]byte, error) {
	if i == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(i.String())
}

// UnmarshalJSON reads RFC 3339 with any offset, or null. The first instant of year 1, which some systems write for "none", is a time
// here: whoever takes it in finds it out of range.
func (i *Instant) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*i = 0
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read instant: %w", err)
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err == nil && (s[len("2026-11-22T0")] == ':' || strings.Contains(s, ",")) {
		err = errNotRFC3339
	}
	if err != nil {
		return fmt.Errorf("read instant: %w", err)
	}
	if *i = Given(t); *i == 0 {
		*i = Instant(t.UnixMicro())
	}
	return nil
}

// Day is a calendar day in some zone: days since 1970-01-01.
type Day int32

// DayOf returns the calendar day of the instant in the zone: [00:00, 24:00) there, whatever daylight saving does.
func DayOf(i Instant, zone *time.Location) Day {
	return DayFrom(i.In(zone).Date())
}

// DayFrom returns the day of a calendar date.
func DayFrom(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Date returns the calendar date.
func (d Day) Date() (year int, month time.Month, day int) {
	return time.Unix(int64(d)*86400, 0).UTC().Date()
}

// Start returns the first instant of the day in the zone: midnight, or the change of the clocks where that skips midnight.
func (d Day) Start(zone *time.Location) Instant {
	y, m, dd := d.Date()
	start := time.Date(y, m, dd, 0, 0, 0, 0, zone)
	if start.Day() != dd {
		_, start = start.ZoneBounds()
	}
	return At(start)
}

// String returns YYYY-MM-DD.
func (d Day) String() string {
	y, m, dd := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}
