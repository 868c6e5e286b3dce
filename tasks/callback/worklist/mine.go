package worklist

import (
	"context"
	"encoding/json"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
)

// MineList names a list of my tasks. It is translated under "tasks.list_<code>".
type MineList string

// The lists of my tasks.
const (
	MineToday      MineList = "today"       // kept for me until the end of today, those that are late first; paused: by appointment
	MineLater      MineList = "later"       // kept for me after today
	MineInProgress MineList = "in_progress" // mine, not closed, and not kept for a time, or paused: by when they may be called
	MineRecoveries MineList = "recoveries"  // open ones that I may make, by when they are due
	MineDone       MineList = "done"        // closed by me, the newest first
	MineDrafts     MineList = "drafts"      // what I typed about callbacks that are not in my hands, the newest first
)

// MineLists returns every list of my tasks in the order of a caller's day.
func MineLists() []MineList {
	return []MineList{MineToday, MineLater, MineInProgress, MineRecoveries, MineDone, MineDrafts}
}

// MineFilter chooses one list of my tasks and a part of it. Its zero value is the beginning of MineToday.
type MineFilter struct {
	List  MineList
	Date  clock.Day // MineDone: closed on this day of the centre's zone; 0: whenever
	After MineKey   // continue after this row; the zero value is the beginning
	Limit int       // at most callback.MaxRows, which is also what 0 means
}

// MineKey is a place in a list of my tasks: the time it is ordered by, and the callback.
type MineKey struct {
	At clock.Instant
	ID int64
}

// Mine is one list of my tasks with how long each of them is.
type Mine struct {
	Counts map[MineList]int // up to one more than MostCounted
	Rows   []Row            // of every list but MineDrafts
	Last   map[int64]int64  // of MineDone: the viewer's last attempt with an outcome, by callback
	Drafts []DraftRow       // of MineDrafts
	At     clock.Instant
}

// DraftRow is what a caller typed about a callback whose claim it was typed under is over.
type DraftRow struct {
	Row     Row
	Typed   callback.Outcome
	SavedAt clock.Instant
	Held    bool // the caller has claimed the callback again: the desk has what was typed
}

// MyTasks returns a list of the viewer's own callbacks, and how long each list is.
func (s *Service) MyTasks(ctx context.Context, viewer account.Viewer, f MineFilter) (Mine, error) {
	tx := s.db.View(ctx)
	mine := Mine{At: s.now(), Counts: make(map[MineList]int, len(MineLists()))}
	held, err := s.callbacks.Held(tx, viewer, mine.At)
	if err != nil {
		return Mine{}, err
	}
	today := clock.DayOf(mine.At, s.zone)
	own := mineStore{
		store: store{tx}, viewer: viewer, held: held,
		startOfToday: today.Start(s.zone), endOfToday: (today + 1).Start(s.zone),
	}
	if own.pools, err = (store{tx}).recoveryPools(viewer.VisibleTeams()); err != nil {
		return Mine{}, err
	}
	if own.lookedAhead, err = own.lookedAheadOf(viewer.UserID, mine.At); err != nil {
		return Mine{}, err
	}
	if f.Date != 0 {
		own.from, own.to = f.Date.Start(s.zone), (f.Date + 1).Start(s.zone)
	}
	for _, list := range MineLists() {
		if mine.Counts[list], err = own.count(list); err != nil {
			return Mine{}, err
		}
	}
	if f.List == MineDrafts {
		mine.Drafts, err = own.leftDrafts(f)
		return mine, err
	}
	found, err := own.list(f)
	if err != nil {
		return Mine{}, err
	}
	if f.List == MineDone {
		if mine.Last, err = own.lastAttempts(found); err != nil {
			return Mine{}, err
		}
	}
	mine.Rows, err = rows(tx, found)
	return mine, err
}

// Key returns the place of a row in the list.
func (f MineFilter) Key(r Row) MineKey {
	key := MineKey{At: r.Callback.ReadyAt, ID: r.Callback.ID}
	switch f.List {
	case MineRecoveries:
		key.At = r.Callback.DueAt
	case MineDone:
		key.At = r.Callback.ClosedAt
	case MineToday, MineLater, MineInProgress, MineDrafts:
	}
	return key
}

// Key returns the place of a draft in its list.
func (d DraftRow) Key() MineKey { return MineKey{At: d.SavedAt, ID: d.Row.Callback.ID} }

// leftDrafts returns drafts with the callbacks they are about.
func (m mineStore) leftDrafts(f MineFilter) ([]DraftRow, error) {
	drafts, err := m.drafts(f)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(drafts))
	for i, d := range drafts {
		ids[i] = d.CallbackID
	}
	callbacks, err := m.callbacksByID(m.viewer.VisibleTeams(), ids)
	if err != nil {
		return nil, err
	}
	named, err := rows(m.Tx, callbacks)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Row, len(named))
	for _, row := range named {
		byID[row.Callback.ID] = row
	}
	left := make([]DraftRow, len(drafts))
	for i, d := range drafts {
		var typed callback.Outcome
		if err := json.Unmarshal([]byte(d.Body), &typed); err != nil {
			return nil, fmt.Errorf("read draft: %w", err)
		}
		left[i] = DraftRow{
			Row: byID[d.CallbackID], Typed: typed, SavedAt: d.SavedAt, Held: m.held != nil && m.held.ID == d.CallbackID,
		}
	}
	return left, nil
}
