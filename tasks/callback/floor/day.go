package floor

import (
	"math"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// usualWeeks is how many days of the same weekday a day is compared with.
const usualWeeks = 4

// figures is what a caller did today.
type figures struct {
	Dialled, Finished int
	Began             clock.Instant // their first call; none where they made none
	Ended             clock.Instant // when their last one with an outcome ended
}

// perHour is how many they finished an hour since their first call, to a tenth. The first minutes say nothing.
func (f figures) perHour(now clock.Instant) float64 {
	if f.Finished == 0 {
		return 0
	}
	return math.Round(10*float64(f.Finished)/max(now.Sub(f.Began), 15*time.Minute).Hours()) / 10
}

// usual is how many calls were begun in each hour of the days before that are like this one, on average.
type usual struct {
	day    clock.Day
	days   int
	byHour map[int]float64
}

// countDay counts the day anew, when it is time.
func (s *Service) countDay(tx database.Tx, sc *scope, team []account.Viewer, now clock.Instant) error {
	day := clock.DayOf(now, s.opts.Zone)
	if now.Before(sc.todayAt) && sc.today.Day == day {
		return nil
	}
	users := ids(team)
	if sc.usual.day != day {
		var err error
		if sc.usual, err = s.usual(tx, users, day); err != nil {
			return err
		}
	}
	from, to := day.Start(s.opts.Zone), (day + 1).Start(s.opts.Zone)
	days, err := s.worklist.DaysOf(tx, users, from, to)
	if err != nil {
		return err
	}
	spans, err := store{tx}.spans(users, from, to)
	if err != nil {
		return err
	}
	byHour, err := store{tx}.byHour(users, from, to)
	if err != nil {
		return err
	}
	sc.callers = make(map[int64]figures, len(days))
	t := Today{Day: day, Days: sc.usual.days}
	all := figures{}
	for _, id := range users {
		f := figures{Dialled: days[id].Dialled, Finished: days[id].Finished, Began: spans[id].Began, Ended: spans[id].Ended}
		sc.callers[id] = f
		all.Dialled, all.Finished = all.Dialled+f.Dialled, all.Finished+f.Finished
		if !f.Began.IsZero() && (all.Began.IsZero() || f.Began.Before(all.Began)) {
			all.Began = f.Began
		}
	}
	t.Dialled, t.Finished, t.PerHour = all.Dialled, all.Finished, all.perHour(now)
	t.Hours, t.Usual = hoursOf(from, to, now, byHour, sc.usual)
	sc.today, sc.todayAt = t, now.Add(rest(dayEvery, now, s.now()))
	return nil
}

// usual reads the days before that are like this one.
func (s *Service) usual(tx database.Tx, users []int64, day clock.Day) (usual, error) {
	u := usual{day: day, byHour: map[int]float64{}}
	for week := 1; week <= usualWeeks; week++ {
		before := day - clock.Day(7*week)
		byHour, err := store{tx}.byHour(users, before.Start(s.opts.Zone), (before + 1).Start(s.opts.Zone))
		if err != nil {
			return usual{}, err
		}
		if len(byHour) > 0 {
			u.days++
		}
		for hour, n := range byHour {
			u.byHour[hour] += float64(n)
		}
	}
	for hour := range u.byHour {
		u.byHour[hour] /= float64(u.days)
	}
	return u, nil
}

// hoursOf sets the hours of a day beside what is usual, and returns how much is usual by now.
func hoursOf(from, to, now clock.Instant, byHour map[int]int, u usual) (hours []Hour, soFar float64) {
	const hour = clock.Instant(time.Hour / time.Microsecond)
	for i := range int((to - from) / hour) {
		start := from + clock.Instant(i)*hour
		h := Hour{From: start, Dialled: byHour[i], Usual: u.byHour[i], Over: start+hour <= now, Now: start <= now && now < start+hour}
		switch {
		case h.Over:
			soFar += h.Usual
		case h.Now:
			soFar += h.Usual * float64(now-start) / float64(hour)
		}
		if len(hours) > 0 || h.Dialled > 0 || h.Usual > 0 {
			hours = append(hours, h)
		}
	}
	last := len(hours)
	for last > 0 && hours[last-1].Dialled == 0 && hours[last-1].Usual == 0 && !hours[last-1].Now {
		last--
	}
	return hours[:last], math.Round(soFar)
}
