package permission

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

// CallWindow returns the service calling hours of the subject's number at an instant; phone is E.164, empty for the first one.
func (r Rules) CallWindow(subject Subject, phone string, at clock.Instant) Window {
	where := placeOf(subject, Question{Subject: subject, Channel: ByPhone, Address: phone}.address())
	s := r.schedule(where, ServiceClass)
	return s.window(at)
}

// HoursClass names what decides when the subject may be called for service: their one zone and one region, such as
// "Asia/Shanghai CN", in at most 40 bytes. It is empty when there are several or none; then each callback is judged by itself.
func (r Rules) HoursClass(subject Subject) string {
	where := placeOf(subject, subject.Address(ByPhone))
	if len(where.zones) != 1 || len(where.regions) != 1 {
		return ""
	}
	return strings.TrimSpace(where.zones[0].String() + " " + where.regions[0])
}

// ClassWindow returns the service calling hours of an hours class at an instant. The empty class counts as open.
func (r Rules) ClassWindow(class string, at clock.Instant) Window {
	if class == "" {
		return Window{Open: true}
	}
	name, region, _ := strings.Cut(class, " ")
	where := place{regions: []string{region}}
	if zone := location(name); zone != nil {
		where.zones = []*time.Location{zone}
	}
	s := r.schedule(where, ServiceClass)
	return s.window(at)
}

// schedule is when calls of one class may be made to somebody: open is when every zone and every region's profile is.
type schedule struct {
	rules    Rules
	where    place
	class    Class
	profiles [3]*Profile // of where.regions, of which there are three at most
}

const (
	// common is how far ahead an hour that all zones share is looked for: beyond the longest holidays.
	common = 31 * day
	week   = 8 // days after which a week repeats, and one for the zone
)

func (r Rules) schedule(where place, class Class) schedule {
	where.regions = where.regions[:min(len(where.regions), 3)]
	s := schedule{rules: r, where: where, class: class}
	for i, region := range where.regions {
		s.profiles[i] = r.profile(region, class)
	}
	return s
}

func (s *schedule) window(at clock.Instant) Window {
	w := Window{Zones: make([]string, len(s.where.zones))}
	for i, z := range s.where.zones {
		w.Zones[i] = z.String()
	}
	opens := s.next(at)
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
func (s *schedule) several() bool { return len(s.where.zones)*len(s.where.regions) > 1 }

// next returns the first instant from at on that lies inside the hours of every place, or none: for one place if there is never
// one, for several if there is none within common.
func (s *schedule) next(at clock.Instant) clock.Instant { return s.nextWithin(at, common) }

func (s *schedule) nextWithin(at clock.Instant, ahead time.Duration) clock.Instant {
	if len(s.where.zones) == 0 || s.never() {
		return 0
	}
	for t := at; ; {
		opens := t
		for _, zone := range s.where.zones {
			for i := range s.where.regions {
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

// closedIn returns the zone that opens last, of those that are closed at an instant: the one to be named as the reason. None of the
// profiles is closed for good.
func (s *schedule) closedIn(at clock.Instant) *time.Location {
	last, latest := s.where.zones[0], at
	for _, zone := range s.where.zones {
		for i := range s.where.regions {
			if opens := s.opens(at, zone, i); opens > latest {
				last, latest = zone, opens
			}
		}
	}
	return last
}

// never reports whether one of the profiles is closed on every day of the week. Then it is closed for good, whatever the calendar
// says, so that "never" does not depend on the date.
func (s *schedule) never() bool {
	for i, region := range s.where.regions {
		if s.profiles[i] == nil || s.profiles[i].closed(region) {
			return true
		}
	}
	return false
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
func (s *schedule) opens(t clock.Instant, zone *time.Location, region int) clock.Instant {
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
func (s *schedule) specialDays(y int, m time.Month, d int) int {
	last := clock.Day(0)
	for _, special := range s.rules.Calendar {
		last = max(last, special.Day)
	}
	return int(last-clock.DayFrom(y, m, d)) + week
}

// periods returns the hours of a day in a region, as the profile has them and as the hard limits do.
func (s *schedule) periods(d clock.Day, region int) (mine, hard []Period) {
	name := s.where.regions[region]
	kind := weekdayKind(time.Weekday((int(d) + 4) % 7)) // 1970-01-01 was a Thursday
	natural := kind
	switch s.rules.special(name, d) {
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
func (s *schedule) closes(t clock.Instant) clock.Instant {
	var ends clock.Instant
	for _, zone := range s.where.zones {
		local := t.In(zone)
		y, m, d := local.Date()
		minute := local.Hour()*60 + local.Minute()
		for i := range s.where.regions {
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
