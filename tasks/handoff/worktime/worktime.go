// Package worktime counts the time in which a team works: by its hours, the centre's zone, and the calendar with its public holidays and
// make-up working days. It is pure: it reads no database, and what it knows is handed in.
package worktime

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
)

// Week is when a team works, from Monday to Sunday. A make-up working day has the hours of a Monday, and a public holiday none.
type Week [7]hours.Periods

// Usual is the week of a team that has said nothing else: Monday to Friday, nine to six.
func Usual() Week {
	var week Week
	for d := range 5 {
		week[d] = hours.Periods{{From: 9 * 60, To: 18 * 60}}
	}
	return week
}

// Works reports whether there is an hour in the week, which there must be.
func (w Week) Works() bool {
	for _, periods := range w {
		if len(periods) > 0 {
			return true
		}
	}
	return false
}

// Clock runs while a team works.
type Clock struct {
	Week Week
	Zone *time.Location
	// Special says what the calendar makes of a day; nil: every day is an ordinary one.
	Special func(clock.Day) hours.HolidayKind
}

// longest is how many days without working time are walked over: beyond it the calendar is wrong, and every hour counts.
const longest = 400

// Next returns the first instant from at on in which the team works.
func (c Clock) Next(at clock.Instant) clock.Instant {
	next := at
	c.walk(at, func(from, _ clock.Instant) bool {
		next = from
		return false
	})
	return next
}

// Add returns when so much working time has gone by since from: the earliest such instant.
func (c Clock) Add(from clock.Instant, d time.Duration) clock.Instant {
	if d <= 0 {
		return from
	}
	end, left := clock.Instant(0), d
	c.walk(from, func(begins, ends clock.Instant) bool {
		if there := ends.Sub(begins); there < left {
			left -= there
			return true
		}
		end = begins.Add(left)
		return false
	})
	if end.IsZero() {
		return from.Add(d)
	}
	return end
}

// AddDays returns the same time of day, n working days after the one in which from lies, or which begins next: at the end of the day where
// it is shorter, and after the pause where the team pauses then.
func (c Clock) AddDays(from clock.Instant, n int) clock.Instant {
	from = c.Next(from)
	local := from.In(c.Zone)
	y, m, d := local.Date()
	left := n
	for ahead := 1; ahead <= longest && left > 0; ahead++ {
		day := clock.DayFrom(y, m, d+ahead)
		periods := c.periods(day)
		if len(periods) == 0 {
			continue
		}
		if left--; left == 0 {
			return c.at(day, inside(periods, local.Hour()*60+local.Minute()))
		}
	}
	return from.Add(time.Duration(left) * 24 * time.Hour)
}

// Between returns how much working time lies from a to b; none where b is not later.
func (c Clock) Between(a, b clock.Instant) time.Duration {
	var sum time.Duration
	c.walk(a, func(from, to clock.Instant) bool {
		if from >= b {
			return false
		}
		sum += min(to, b).Sub(from)
		return true
	})
	return sum
}

// walk tells the working times from an instant on, in order, until more says that it is enough.
func (c Clock) walk(from clock.Instant, more func(from, to clock.Instant) bool) {
	y, m, d := from.In(c.Zone).Date()
	for ahead, idle := 0, 0; idle <= longest; ahead++ {
		day := clock.DayFrom(y, m, d+ahead)
		periods := c.periods(day)
		idle++
		for _, p := range periods {
			begins, ends := max(from, c.at(day, p.From)), c.at(day, p.To)
			if begins >= ends {
				continue
			}
			if idle = 0; !more(begins, ends) {
				return
			}
		}
	}
}

func (c Clock) periods(day clock.Day) hours.Periods {
	weekday := (int(day)%7 + 10) % 7 // from Monday; 1970-01-01 was a Thursday
	if c.Special != nil {
		switch c.Special(day) {
		case hours.PublicHoliday:
			return nil
		case hours.WorkingDay:
			weekday = 0
		}
	}
	return c.Week[weekday]
}

func (c Clock) at(day clock.Day, minute int) clock.Instant {
	y, m, d := day.Date()
	return clock.At(time.Date(y, m, d, 0, minute, 0, 0, c.Zone))
}

// inside returns a minute of the day, or the next one in which the team works, or the last one of the day.
func inside(periods hours.Periods, minute int) int {
	for _, p := range periods {
		if minute <= p.To {
			return max(minute, p.From)
		}
	}
	return periods[len(periods)-1].To
}
