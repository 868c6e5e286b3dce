package hours

import (
	"strings"
	"time"

	"aftercall/internal/clock"
)

// Window says when a number may be called, as far as the hour of the day goes.
type Window struct {
	Zones    []string      // the zones the customer may be in; one when it is known
	Open     bool          // now is inside, in all of them
	OpensAt  clock.Instant // when it opens next; none while open, or when no hour is allowed in all zones
	ClosesAt clock.Instant // when it closes; none while closed
}

// ClassWindow returns the service calling hours of an hours class at an instant. The empty class counts as open.
func (t Timetable) ClassWindow(class string, at clock.Instant) Window {
	if class == "" {
		return Window{Open: true}
	}
	name, region, _ := strings.Cut(class, " ")
	where := Place{Regions: []string{region}}
	if zone := location(name); zone != nil {
		where.Zones = []*time.Location{zone}
	}
	s := t.Schedule(where, ServiceClass)
	return s.Window(at)
}

// Schedule is when calls of one class may be made to somebody: open is when every zone and every region's profile is.
type Schedule struct {
	calendar []Holiday
	where    Place
	class    Class
	profiles [3]*Profile // of where.Regions, of which there are three at most
}

const (
	day = 24 * time.Hour
	// common is how far ahead an hour that all zones share is looked for: beyond the longest holidays.
	common = 31 * day
	week   = 8 // days after which a week repeats, and one for the zone
)

// Schedule returns when calls of a class may be made to a place.
func (t Timetable) Schedule(where Place, class Class) Schedule {
	where.Regions = where.Regions[:min(len(where.Regions), 3)]
	s := Schedule{calendar: t.Calendar, where: where, class: class}
	for i, region := range where.Regions {
		s.profiles[i] = t.profile(region, class)
	}
	return s
}

// Window returns the hours around an instant, or the next ones.
func (s *Schedule) Window(at clock.Instant) Window {
	w := Window{Zones: make([]string, len(s.where.Zones))}
	for i, z := range s.where.Zones {
		w.Zones[i] = z.String()
	}
	opens := s.Next(at)
	switch {
	case opens.IsZero():
	case opens == at:
		w.Open, w.ClosesAt = true, s.closes(at)
	default:
		w.OpensAt = opens
	}
	return w
}

// several reports whether the hours of more than one place must agree.
func (s *Schedule) several() bool { return len(s.where.Zones)*len(s.where.Regions) > 1 }

// Next returns the first instant from at on that lies inside the hours of every place, or none: for one if there is never
// one, for several if there is none within common.
func (s *Schedule) Next(at clock.Instant) clock.Instant { return s.nextWithin(at, common) }

func (s *Schedule) nextWithin(at clock.Instant, ahead time.Duration) clock.Instant {
	if len(s.where.Zones) == 0 || s.Never() {
		return 0
	}
	for t := at; ; {
		opens := t
		for _, zone := range s.where.Zones {
			for i := range s.where.Regions {
				o := s.opens(opens, zone, i)
				if o.IsZero() {
					return 0
				}
				opens = max(opens, o)
			}
		}
		if opens == t {
			return t
		}
		if t = opens; s.several() && t.Sub(at) > ahead {
			return 0
		}
	}
}

// ClosedIn returns the zone that opens last, of those that are closed at an instant: the one to be named as the reason. None of the
// profiles is closed for good.
func (s *Schedule) ClosedIn(at clock.Instant) *time.Location {
	last, latest := s.where.Zones[0], at
	for _, zone := range s.where.Zones {
		for i := range s.where.Regions {
			if opens := s.opens(at, zone, i); opens > latest {
				last, latest = zone, opens
			}
		}
	}
	return last
}

// Never reports whether one of the profiles is closed on every day of the week. Then it is closed for good, whatever the calendar
// says, so that "never" does not depend on the date.
func (s *Schedule) Never() bool {
	for i, region := range s.where.Regions {
		if s.profiles[i] == nil || s.profiles[i].closed(region) {
			return true
		}
	}
	return false
}

// MayChange returns an instant before which it stays the same whether the places have an hour in common, or none if that is for
// good.
func (s *Schedule) MayChange(at clock.Instant) clock.Instant {
	if !s.several() || len(s.where.Zones) == 0 || s.Never() {
		return 0
	}
	tomorrow := at.Add(day)
	opens := s.nextWithin(at, common+day)
	switch {
	case opens.IsZero():
		return tomorrow // still none when tomorrow looks as far ahead
	case opens.Sub(at) > common:
		return opens.Add(-common)
	case opens >= tomorrow:
		return tomorrow
	}
	if after := s.nextWithin(tomorrow, common); !after.IsZero() && after.Sub(opens) <= common {
		return tomorrow
	}
	return min(tomorrow, s.closes(opens))
}

// closed reports whether no day of the week has an hour inside the hard limits of the region.
func (p *Profile) closed(region string) bool {
	for kind := Monday; kind <= Sunday; kind++ {
		if _, open := firstMinute(p.Days[kind], hardPeriods(region, p.Class, kind), 0); open {
			return false
		}
	}
	return true
}

// opens returns t if it lies inside the hours of a zone and a region, or the next time they begin there.
func (s *Schedule) opens(t clock.Instant, zone *time.Location, region int) clock.Instant {
	local := t.In(zone)
	y, m, d := local.Date()
	minute := local.Hour()*60 + local.Minute()
	for ahead := 0; ahead <= week || ahead <= s.specialDays(y, m, d); ahead++ {
		mine, hard := s.periods(clock.DayFrom(y, m, d+ahead), region)
		first, open := firstMinute(mine, hard, minute)
		if open && ahead == 0 && first == minute {
			return t
		}
		if open {
			if begins := clock.At(time.Date(y, m, d+ahead, 0, first, 0, 0, zone)); begins > t {
				return begins
			}
			return t.Add(time.Minute) // the clock was changed between 08:00 and 21:00: no zone does
		}
		minute = 0
	}
	return 0
}

// specialDays returns how many days there are to the last special day; past it everything repeats weekly.
func (s *Schedule) specialDays(y int, m time.Month, d int) int {
	last := clock.Day(0)
	for _, special := range s.calendar {
		last = max(last, special.Day)
	}
	return int(last-clock.DayFrom(y, m, d)) + week
}

// periods returns the hours of a day in a region, as the profile has them and as the hard limits do.
func (s *Schedule) periods(d clock.Day, region int) (mine, hard []Period) {
	name := s.where.Regions[region]
	kind := weekdayKind(time.Weekday((int(d) + 4) % 7)) // 1970-01-01 was a Thursday
	natural := kind
	switch special(s.calendar, name, d) {
	case PublicHoliday:
		kind, natural = OnHoliday, OnHoliday
	case WorkingDay:
		kind = Monday
	}
	return s.profiles[region].Days[kind], hardPeriods(name, s.class, natural)
}

// firstMinute returns the first minute from the given one on that lies in a period of both lists.
func firstMinute(a, b []Period, from int) (int, bool) {
	first, found := 0, false
	for _, x := range a {
		for _, y := range b {
			begin := max(x.From, y.From, from)
			if begin < min(x.To, y.To) && (!found || begin < first) {
				first, found = begin, true
			}
		}
	}
	return first, found
}

// closes returns when the hours around t end in the first of the places.
func (s *Schedule) closes(t clock.Instant) clock.Instant {
	var ends clock.Instant
	for _, zone := range s.where.Zones {
		local := t.In(zone)
		y, m, d := local.Date()
		minute := local.Hour()*60 + local.Minute()
		for i := range s.where.Regions {
			mine, hard := s.periods(clock.DayFrom(y, m, d), i)
			end := clock.At(time.Date(y, m, d, 0, lastMinute(mine, hard, minute), 0, 0, zone))
			if ends.IsZero() || end < ends {
				ends = end
			}
		}
	}
	return ends
}

// lastMinute returns the end of the time around a minute that lies in a period of both lists.
func lastMinute(a, b []Period, at int) int {
	end := at
	for _, x := range a {
		for _, y := range b {
			if max(x.From, y.From) <= at {
				end = max(end, min(x.To, y.To))
			}
		}
	}
	return end
}
