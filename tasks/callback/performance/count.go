package performance

import (
	"cmp"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// cell is what figures are counted by.
type cell struct {
	Day      clock.Day
	CallerID int64
	TeamID   int64 // of the callback, as it is when the day is counted
	Kind     callback.Kind
}

// callerDay is what hours are counted by.
type callerDay struct {
	Day      clock.Day
	CallerID int64
}

// counted is what callers did on some days.
type counted struct {
	cells map[cell]*Figures
	hours map[callerDay]time.Duration
}

func (c counted) at(key cell) *Figures {
	if c.cells[key] == nil {
		c.cells[key] = &Figures{}
	}
	return c.cells[key]
}

// count reads what callers did on days of [first, last].
func (s *Service) count(tx database.Tx, callers []int64, first, last clock.Day, now clock.Instant) (counted, error) {
	c := counted{cells: map[cell]*Figures{}, hours: map[callerDay]time.Duration{}}
	from, until := s.span(first, last)
	for part := range slices.Chunk(database.DistinctNonzero(callers), callersAtOnce) {
		if err := s.countAttempts(tx, c, part, from, until, now); err != nil {
			return c, err
		}
		if err := s.countLeft(tx, c, part, from, until, now); err != nil {
			return c, err
		}
		if s.handoffs == nil {
			continue
		}
		opened, err := s.handoffs.OpenedBy(tx, part, from, until)
		if err != nil {
			return c, err
		}
		if err := s.countOpened(tx, c, opened); err != nil {
			return c, err
		}
	}
	return c, nil
}

const callersAtOnce = 100 // whose attempts of a day are in memory at once

func (s *Service) countAttempts(tx database.Tx, c counted, callers []int64, from, until, now clock.Instant) error {
	rows, err := store{tx}.attempts(callers, from, until)
	if err != nil {
		return err
	}
	pauses, err := store{tx}.pauses(callers, from.Add(-longestPause), until)
	if err != nil {
		return err
	}
	busy, judge := map[callerDay][]span{}, s.judge(tx)
	for i := range rows {
		a := &rows[i]
		of := callerDay{clock.DayOf(a.StartedAt, s.zone), a.CallerID}
		busy[of] = append(busy[of], a.busy())
		judged, err := judge.of(a)
		if err != nil {
			return err
		}
		if !judged.abuse {
			c.at(cell{of.Day, a.CallerID, a.TeamID, a.Kind}).Add(a.figures(judged))
		}
	}
	away := map[int64][]span{}
	for _, p := range pauses {
		away[p.UserID] = append(away[p.UserID], span{p.BeganAt, p.BeganAt.Add(p.Lasts(now))})
	}
	for of, spans := range busy {
		c.hours[of] = worked(spans, away[of.CallerID])
	}
	return nil
}

// attempt is what is counted of one.
type attempt struct {
	CallerID       int64
	TeamID         int64
	Kind           callback.Kind
	ClaimedAt      clock.Instant
	StartedAt      clock.Instant
	EndedAt        clock.Instant
	AnsweredAt     clock.Instant
	HungUpAt       clock.Instant
	OutcomeVersion int
	CallResult     callback.CallResult
	BusinessResult callback.BusinessResult
}

// judged is what the outcome of an attempt counts as, by the set it was recorded under.
type judged struct{ abuse, reached, final, solved bool }

// judge judges many attempts by the few sets they were recorded under: each is asked for once, as asking looks whether there is a newer
// one.
type judge struct {
	tx       database.Tx
	outcomes *outcome.Service
	sets     map[int]*outcome.Set
}

func (s *Service) judge(tx database.Tx) judge {
	return judge{tx: tx, outcomes: s.outcomes, sets: map[int]*outcome.Set{}}
}

func (j judge) of(a *attempt) (judged, error) {
	if a.CallResult == "" { // dialled, and nothing is recorded
		return judged{}, nil
	}
	set := j.sets[a.OutcomeVersion]
	if set == nil {
		var err error
		if set, err = j.outcomes.At(j.tx, a.OutcomeVersion); err != nil {
			return judged{}, err
		}
		j.sets[a.OutcomeVersion] = set
	}
	call, _ := set.Code(outcome.CallLayer, string(a.CallResult))
	deciding := set.Deciding(string(a.CallResult), string(a.BusinessResult))
	return judged{
		abuse: deciding.Is(outcome.Abuse), reached: call.Is(outcome.CountsAsReached), final: deciding.Is(outcome.Final),
		solved: deciding.Solved == outcome.Yes,
	}, nil
}

// figures are those of one attempt.
func (a *attempt) figures(j judged) Figures {
	f := Figures{Attempts: 1, Reached: one(j.reached), Finished: one(j.final)}
	if !a.EndedAt.IsZero() {
		f.Handled, f.HandledTime = 1, a.EndedAt.Sub(a.ClaimedAt)
	}
	if !a.AnsweredAt.IsZero() && a.HungUpAt >= a.AnsweredAt {
		talk := a.HungUpAt.Sub(a.AnsweredAt)
		f.Talks, f.TalkTime = 1, talk
		if a.EndedAt >= a.HungUpAt {
			f.Wraps, f.WrapTime, f.WrapTalk = 1, a.EndedAt.Sub(a.HungUpAt), talk
		}
	}
	if j.final && j.reached && slices.Contains(secondKinds, a.Kind) {
		f.Seconds, f.Solved = 1, one(j.solved)
	}
	return f
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// span is a part of a caller's day.
type span struct{ from, until clock.Instant }

// Limits of what counts as work.
const (
	longestWork  = time.Hour        // of one attempt: who left the desk with one open did not work on
	longestGap   = 30 * time.Minute // between two attempts: who did nothing for longer was away
	longestPause = 12 * time.Hour   // as package pause ends forgotten ones
)

// busy is when somebody worked at an attempt: from the claim to the outcome, or to the dial where there is none.
func (a *attempt) busy() span {
	from := min(a.ClaimedAt, a.StartedAt)
	if a.ClaimedAt.IsZero() {
		from = a.StartedAt
	}
	return span{from, min(max(a.StartedAt, a.EndedAt), from.Add(longestWork))}
}

// worked is how long somebody worked: at attempts, and between two that are no more than half an hour apart, less the pauses.
func worked(spans, pauses []span) (sum time.Duration) {
	byTime := func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.until, b.until)) }
	slices.SortFunc(spans, byTime)
	slices.SortFunc(pauses, byTime)
	var stretches []span
	for _, s := range spans {
		if last := len(stretches) - 1; last >= 0 && s.from.Sub(stretches[last].until) <= longestGap {
			stretches[last].until = max(stretches[last].until, s.until)
			continue
		}
		stretches = append(stretches, s)
	}
	for _, s := range stretches {
		sum += s.until.Sub(s.from)
		at := s.from // up to where pauses were taken off
		for _, p := range pauses {
			from, until := max(p.from, at), min(p.until, s.until)
			if until.After(from) {
				sum -= until.Sub(from)
				at = until
			}
		}
	}
	return sum
}

// countLeft counts the callbacks that were passed on, and the claims that ended by their lease.
func (s *Service) countLeft(tx database.Tx, c counted, callers []int64, from, until, now clock.Instant) error {
	skipped, err := store{tx}.skipped(callers, from, until)
	if err != nil {
		return err
	}
	for _, l := range skipped {
		c.at(l.cell(s.zone)).Skips++
	}
	expired, err := store{tx}.expired(callers, from, until, now)
	if err != nil {
		return err
	}
	for _, l := range expired {
		c.at(l.cell(s.zone)).Expired++
	}
	return nil
}

// left is a claim that ended without an outcome.
type left struct {
	ID         int64 // of the change
	CallbackID int64
	CallerID   int64
	TeamID     int64
	Kind       callback.Kind
	At         clock.Instant
	Reason     string
}

func (l left) cell(zone *time.Location) cell {
	return cell{clock.DayOf(l.At, zone), l.CallerID, l.TeamID, l.Kind}
}

func (s *Service) countOpened(tx database.Tx, c counted, opened []Opened) error {
	ids := make([]int64, len(opened))
	for i, o := range opened {
		ids[i] = o.CallbackID
	}
	about, err := store{tx}.about(ids)
	for _, o := range opened {
		of := about[o.CallbackID]
		c.at(cell{clock.DayOf(o.At, s.zone), o.CallerID, of.TeamID, of.Kind}).Handoffs++
	}
	return err
}
