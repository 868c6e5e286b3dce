package figures

import (
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// Step is the length of the periods of a series.
type Step string

// The steps. A week is an ISO week, from Monday.
const (
	Daily   Step = "day"
	Weekly  Step = "week"
	Monthly Step = "month"
)

// ParseStep reads a step's code.
func ParseStep(code string) (Step, error) {
	switch s := Step(code); s {
	case Daily, Weekly, Monthly:
		return s, nil
	}
	return "", fault.InvalidFields(fault.Field{Name: "step", Code: "unknown_step", Problem: "is none of day, week, month", Value: code})
}

// Period is a day, an ISO week or a month, whole even when a range cuts it.
type Period struct {
	From clock.Day // included
	To   clock.Day // included
	Step Step
}

// periodOf returns the period a day falls in.
func periodOf(day clock.Day, step Step) Period {
	switch step {
	case Weekly:
		monday := day - clock.Day((int(weekday(day))+6)%7)
		return Period{monday, monday + 6, step}
	case Monthly:
		y, m, _ := day.Date()
		return Period{clock.DayFrom(y, m, 1), clock.DayFrom(y, m+1, 1) - 1, step}
	case Daily:
	}
	return Period{day, day, Daily}
}

// Periods returns the periods that touch a range of days, in order.
func Periods(from, to clock.Day, step Step) []Period {
	var periods []Period
	for p := periodOf(from, step); p.From <= to; p = periodOf(p.To+1, step) {
		periods = append(periods, p)
	}
	return periods
}

// Label returns the period's name: 2026-11-22, 2026-W47 or 2026-11.
func (p Period) Label() string {
	switch p.Step {
	case Weekly:
		y, m, d := p.From.Date()
		year, week := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Monthly:
		y, m, _ := p.From.Date()
		return fmt.Sprintf("%04d-%02d", y, m)
	case Daily:
	}
	return p.From.String()
}

func weekday(day clock.Day) time.Weekday {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Weekday()
}
