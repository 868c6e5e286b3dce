package floor

import (
	"cmp"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/worklist"
)

// colleagues returns the callers and supervisors who work for teams that the viewer sees.
func colleagues(tx database.Tx, viewer account.Viewer) ([]account.Viewer, error) {
	all, err := account.Colleagues(tx)
	if err != nil {
		return nil, fmt.Errorf("read who works here: %w", err)
	}
	return slices.DeleteFunc(all, func(c account.Viewer) bool {
		return !viewer.SeesAllTeams() && !c.SeesAllTeams() && !slices.ContainsFunc(c.TeamIDs, viewer.SeesTeam)
	}), nil
}

func ids(team []account.Viewer) []int64 {
	all := make([]int64, len(team))
	for i, c := range team {
		all[i] = c.UserID
	}
	return all
}

// facts is what tells what callers do.
type facts struct {
	beats  map[int64]beat
	pauses map[int64]pause.Pause
	holds  map[int64]callback.Callback // what is in each one's hands
	ended  map[int64]clock.Instant     // when their last call ended, of those who have nothing in hand
}

// callers returns what each of a team does, those who were here today, and how many were not.
func (s *Service) callers(
	tx database.Tx, viewer account.Viewer, team []account.Viewer, days map[int64]figures, now clock.Instant,
) (here []Caller, absent int, err error) {
	f, err := s.facts(tx, team, now)
	if err != nil {
		return nil, 0, err
	}
	today := clock.DayOf(now, s.opts.Zone).Start(s.opts.Zone)
	var held []callback.Callback
	for _, member := range team {
		c, was := f.state(member, days[member.UserID], today, now)
		switch {
		case was:
			here = append(here, c)
			if hold := f.holds[member.UserID]; c.Holds && viewer.SeesTeam(hold.TeamID) {
				held = append(held, hold)
			}
		case member.Role == account.Caller:
			absent++
		}
	}
	rows, err := named(tx, held)
	if err != nil {
		return nil, 0, err
	}
	byID := make(map[int64]worklist.Row, len(rows))
	for _, row := range rows {
		byID[row.Callback.ID] = row
	}
	for i, c := range here {
		here[i].Row = byID[f.holds[c.UserID].ID]
	}
	slices.SortStableFunc(here, func(a, b Caller) int {
		return cmp.Or(compareBool(b.Stuck, a.Stuck), cmp.Compare(slices.Index(States(), a.State), slices.Index(States(), b.State)),
			cmp.Compare(a.Name, b.Name))
	})
	return here[:min(len(here), mostCallers)], absent, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (s *Service) facts(tx database.Tx, team []account.Viewer, now clock.Instant) (f facts, err error) {
	st, users := store{tx}, ids(team)
	if f.beats, err = st.beats(users); err != nil {
		return f, err
	}
	if f.pauses, err = pause.Now(tx, users, now); err != nil {
		return f, err
	}
	if f.holds, err = st.inHand(users, now); err != nil {
		return f, err
	}
	idle := slices.DeleteFunc(slices.Clone(users), func(id int64) bool { return f.holds[id].ID != 0 })
	f.ended, err = st.lastEnded(idle, now)
	return f, err
}

// state says what somebody does, and whether they were here today.
func (f facts) state(member account.Viewer, day figures, today, now clock.Instant) (c Caller, here bool) {
	b, hold, paused := f.beats[member.UserID], f.holds[member.UserID], f.pauses[member.UserID]
	ended := max(day.Ended, f.ended[member.UserID])
	heard := max(b.SeenAt, hold.DialledAt, hold.ClaimedAt, ended)
	c = Caller{
		UserID: member.UserID, Name: member.Name, Holds: hold.ID != 0, Dialled: day.Dialled, Finished: day.Finished,
		PerHour: day.perHour(now),
	}
	silent := now.Sub(heard) > silence
	switch {
	case c.Holds:
		c.LeaseUntil = hold.LeaseUntil - hold.LeaseUntil%(5*minute)
		c.State, c.Since = stateOf(hold, b)
		c.Stuck = silent || now.Sub(hold.ClaimedAt) > stuckAfter
		if silent {
			c.State, c.Since = Gone, heard
		}
	case paused.ID != 0:
		c.State, c.Since, c.Reason = Paused, paused.BeganAt, paused.Reason
	case silent:
		c.State, c.Since = Gone, heard
	default:
		c.State, c.Since = Ready, ended
	}
	atDesk := member.Role == account.Caller || c.Holds || day.Dialled > 0
	return c, atDesk && (c.Holds || paused.ID != 0 || heard >= today || day.Dialled > 0)
}

// stateOf says what somebody does with what they have in hand, and since when.
func stateOf(hold callback.Callback, b beat) (State, clock.Instant) {
	switch {
	case hold.DialledAt.IsZero():
		return Preparing, hold.ClaimedAt
	case b.WrapUpFence == hold.Fence && b.WrapUpAt >= hold.DialledAt:
		return WrappingUp, b.WrapUpAt
	}
	return Calling, hold.DialledAt
}
