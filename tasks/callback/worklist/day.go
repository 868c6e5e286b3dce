package worklist

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
)

const dayRows = 50 // attempts of a day that are listed

// Day is what a caller did on one day of the centre's zone.
type Day struct {
	Date     clock.Day
	Dialled  int           // attempts; those of an abusive customer are in no figure
	Reached  int           // of them, with the customer on the line
	Finished int           // callbacks closed by a result
	Handling time.Duration // mean time from claim to outcome, of the attempts with an outcome; 0 when there is none
	Results  []ResultCount // attempts by call result, in the order of the desk
	Attempts []DayAttempt  // those of callbacks the viewer sees, the newest first, at most 50
	Pauses   []pause.Pause // that began on this day, by time, at most 50
	At       clock.Instant
}

// ResultCount is how many attempts had one call result.
type ResultCount struct {
	Result callback.CallResult
	Count  int
}

// DayAttempt is one attempt of the day with the customer's name.
type DayAttempt struct {
	callback.Attempt
	Row Row
}

// MyDay returns what the viewer did on a day; the zero day is today.
func (s *Service) MyDay(ctx context.Context, viewer account.Viewer, date clock.Day) (Day, error) {
	now := s.now()
	if date == 0 {
		date = clock.DayOf(now, s.zone)
	}
	day := Day{Date: date, At: now}
	tx := s.db.View(ctx)
	from, to := date.Start(s.zone), (date + 1).Start(s.zone)
	counts, err := store{tx}.dayCounts([]int64{viewer.UserID}, from, to)
	if err != nil {
		return Day{}, err
	}
	if err := s.addUp(tx, &day, counts); err != nil {
		return Day{}, fmt.Errorf("add the day up: %w", err)
	}
	if day.Pauses, err = pause.Between(tx, viewer.UserID, from, to, dayRows); err != nil {
		return Day{}, err
	}
	attempts, err := store{tx}.attemptsBy(viewer.UserID, from, to, dayRows)
	if err != nil {
		return Day{}, err
	}
	callbacks, err := store{tx}.callbacksByID(viewer.VisibleTeams(), callbackIDsOf(attempts))
	if err != nil {
		return Day{}, err
	}
	named, err := rows(tx, callbacks)
	if err != nil {
		return Day{}, fmt.Errorf("name the day's attempts: %w", err)
	}
	byID := make(map[int64]Row, len(named))
	for _, row := range named {
		byID[row.Callback.ID] = row
	}
	for _, a := range attempts {
		if row, seen := byID[a.CallbackID]; seen {
			day.Attempts = append(day.Attempts, DayAttempt{Attempt: a, Row: row})
		}
	}
	return day, nil
}

// DaysOf returns the figures of what callers did in [from, to) as MyDay counts them, without their lists, by caller.
func (s *Service) DaysOf(tx database.Tx, callers []int64, from, to clock.Instant) (map[int64]Day, error) {
	counts, err := store{tx}.dayCounts(callers, from, to)
	if err != nil {
		return nil, err
	}
	byCaller := make(map[int64][]dayCount)
	for _, c := range counts {
		byCaller[c.CallerID] = append(byCaller[c.CallerID], c)
	}
	days := make(map[int64]Day, len(byCaller))
	for caller, counts := range byCaller {
		var day Day
		if _, err := s.tally(tx, &day, counts); err != nil {
			return nil, fmt.Errorf("add the day up: %w", err)
		}
		days[caller] = day
	}
	return days, nil
}

// addUp fills in the figures from the counts by result, and how many attempts had each.
func (s *Service) addUp(tx database.Tx, d *Day, counts []dayCount) error {
	byResult, err := s.tally(tx, d, counts)
	if err != nil {
		return err
	}
	keys, err := s.outcomes.Keys(tx)
	for _, key := range keys {
		if n := byResult[callback.CallResult(key)]; n > 0 {
			d.Results = append(d.Results, ResultCount{Result: callback.CallResult(key), Count: n})
		}
	}
	return err
}

// tally fills in the figures from the counts by result, each read by the set it was recorded under. A call in which the customer was
// abusive is in none of them.
func (s *Service) tally(tx database.Tx, d *Day, counts []dayCount) (map[callback.CallResult]int, error) {
	var handled int
	var micros int64
	byResult := make(map[callback.CallResult]int)
	for _, c := range counts {
		if c.CallResult == "" { // dialled, and nothing is recorded
			d.Dialled += c.Count
			continue
		}
		set, err := s.outcomes.At(tx, c.OutcomeVersion)
		if err != nil {
			return nil, err
		}
		call, _ := set.Code(outcome.CallLayer, string(c.CallResult))
		deciding := set.Deciding(string(c.CallResult), string(c.BusinessResult))
		if deciding.Is(outcome.Abuse) {
			continue
		}
		d.Dialled, handled, micros = d.Dialled+c.Count, handled+c.Count, micros+c.Micros
		byResult[c.CallResult] += c.Count
		if call.Is(outcome.CountsAsReached) {
			d.Reached += c.Count
		}
		if deciding.Is(outcome.Final) {
			d.Finished += c.Count
		}
	}
	if handled > 0 {
		d.Handling = time.Duration(micros/int64(handled)) * time.Microsecond
	}
	return byResult, nil
}

func callbackIDsOf(attempts []callback.Attempt) []int64 {
	ids := make([]int64, len(attempts))
	for i, a := range attempts {
		ids[i] = a.CallbackID
	}
	return ids
}
