package performance

import (
	"cmp"
	"slices"
	"strings"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

func sortDays(days []callerDays, hours []callerHours) {
	slices.SortFunc(days, func(a, b callerDays) int {
		return cmp.Or(cmp.Compare(a.CallerID, b.CallerID), cmp.Compare(a.TeamID, b.TeamID), strings.Compare(string(a.Kind), string(b.Kind)))
	})
	slices.SortFunc(hours, func(a, b callerHours) int { return cmp.Compare(a.CallerID, b.CallerID) })
}

// group is one row of Sums; of what it is not grouped by it says nothing.
type group struct {
	Day      clock.Day
	CallerID int64
	TeamID   int64
	Kind     callback.Kind
	Worked   int64
	Sums     `gorm:"embedded"`
}

const added = "SUM(attempts) AS attempts, SUM(reached) AS reached, SUM(finished) AS finished, SUM(handled) AS handled, " +
	"SUM(talks) AS talks, SUM(wraps) AS wraps, SUM(skips) AS skips, SUM(expired) AS expired, SUM(handoffs) AS handoffs, " +
	"SUM(seconds) AS seconds, SUM(solved) AS solved, SUM(handled_time) AS handled_time, SUM(talk_time) AS talk_time, " +
	"SUM(wrap_time) AS wrap_time, SUM(wrap_talk) AS wrap_talk"

// within narrows a statement over a table of days to callers (nil: all) and days.
func within(g *gorm.DB, callers []int64, first, last clock.Day) *gorm.DB {
	g = g.Where("day >= ? AND day <= ?", first, last)
	if callers != nil {
		g = g.Where("caller_id IN ?", callers)
	}
	return g
}

// summed adds what was counted of callers (nil: all) on days of [first, last], by a column.
func (s store) summed(f Filter, column string, callers []int64, first, last clock.Day) ([]group, error) {
	g := within(s.Gorm().Table("caller_days"), callers, first, last)
	if f.TeamID != nil {
		g = g.Where("team_id = ?", *f.TeamID)
	}
	if f.Kind != "" {
		g = g.Where("kind = ?", f.Kind)
	}
	return database.List[group](g.Select(column+", "+added).Group(column).Limit(maxRows), "figures of callers")
}

// worked adds the hours of callers (nil: all), by a column of callers or days.
func (s store) worked(column string, callers []int64, first, last clock.Day) ([]group, error) {
	g := within(s.Gorm().Table("caller_hours"), callers, first, last)
	return database.List[group](g.Select(column+", SUM(worked) AS worked").Group(column).Limit(maxRows), "hours of callers")
}

// lastDays returns the newest days before one on which a caller tried a call, at most n.
func (s store) lastDays(callerID int64, from, before clock.Day, n int) ([]group, error) {
	return database.List[group](s.Gorm().Table("caller_days").Where("caller_id = ? AND day >= ? AND day < ?", callerID, from, before).
		Select("day, "+added).Group("day").Having("SUM(attempts) > 0").Order("day DESC").Limit(n), "a caller's days")
}

// pageRow is an attempt with the kind of its callback.
type pageRow struct {
	callback.Attempt `gorm:"embedded"`
	CallbackKind     callback.Kind
}

// page returns a caller's attempts of a period and of what else the filter says, the newest first, behind a place.
func (s store) page(f ListFilter, from, until clock.Instant, limit int) ([]pageRow, error) {
	g := s.Gorm().Table("attempts").Joins("JOIN callbacks ON callbacks.id = attempts.callback_id").
		Select("attempts.*, callbacks.kind AS callback_kind").
		Where("attempts.caller_id = ? AND attempts.started_at >= ? AND attempts.started_at < ?", f.CallerID, from, until)
	if f.TeamID != nil {
		g = g.Where("callbacks.team_id = ?", *f.TeamID)
	}
	if f.Kind != "" {
		g = g.Where("callbacks.kind = ?", f.Kind)
	}
	if f.Before != (Key{}) {
		g = g.Where("(attempts.started_at < ? OR attempts.started_at = ? AND attempts.id < ?)", f.Before.At, f.Before.At, f.Before.ID)
	}
	return database.List[pageRow](g.Order("attempts.started_at DESC, attempts.id DESC").Limit(limit), "attempts")
}

// callbacks returns callbacks by their ids.
func (s store) callbacks(ids []int64) (map[int64]callback.Callback, error) {
	rows, err := database.In[callback.Callback](database.DistinctNonzero(ids), "callbacks", func(part []int64) *gorm.DB {
		return s.Gorm().Where("id IN ?", part)
	})
	found := make(map[int64]callback.Callback, len(rows))
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, err
}
