package floor

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// store reads the tables of callbacks, and writes that of beats.
type store struct{ database.Tx }

// beat writes that a desk was heard of, and under which claim its caller wraps up, if they do.
func (s store) beat(b beat) error {
	columns := []string{"seen_at"}
	if b.WrapUpFence != 0 {
		columns = append(columns, "wrap_up_at", "wrap_up_fence")
	}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "user_id"}}, DoUpdates: clause.AssignmentColumns(columns),
	}).Create(&b).Error
	if err != nil {
		return fmt.Errorf("write a beat: %w", err)
	}
	return nil
}

func (s store) beats(users []int64) (map[int64]beat, error) {
	rows, err := database.In[beat](users, "beats", func(part []int64) *gorm.DB { return s.Gorm().Where("user_id IN ?", part) })
	byUser := make(map[int64]beat, len(rows))
	for _, b := range rows {
		byUser[b.UserID] = b
	}
	return byUser, err
}

// inHand returns what each of the users has on their desk: of what they hold together, what they took it for.
func (s store) inHand(users []int64, now clock.Instant) (map[int64]callback.Callback, error) {
	type held struct {
		callback.Callback
		HolderID int64
	}
	rows, err := database.In[held](users, "what is in hand", func(part []int64) *gorm.DB {
		return s.Gorm().Table("holds").Select("callbacks.*, holds.caller_id AS holder_id").
			Joins("JOIN callbacks ON callbacks.id = holds.callback_id").
			Where("holds.caller_id IN ? AND holds.slot = ? AND holds.until_at > ?", part, callback.SlotCurrent, now)
	})
	byUser := make(map[int64]callback.Callback, len(rows))
	for _, row := range rows {
		byUser[row.HolderID] = row.Callback
	}
	return byUser, err
}

// justNow is how far back a call is looked for that ended: what was before is known from the day.
const justNow = 30 * time.Minute

// span is when somebody's calls of a time began and ended.
type span struct {
	CallerID     int64
	Began, Ended clock.Instant
}

func (s store) lastEnded(users []int64, now clock.Instant) (map[int64]clock.Instant, error) {
	spans, err := s.spans(users, now.Add(-justNow), now+1)
	ended := make(map[int64]clock.Instant, len(spans))
	for id, sp := range spans {
		ended[id] = sp.Ended
	}
	return ended, err
}

func (s store) spans(users []int64, from, to clock.Instant) (map[int64]span, error) {
	rows, err := database.In[span](users, "when calls were made", func(part []int64) *gorm.DB {
		return s.attempts(part, from, to).Select("caller_id, MIN(started_at) AS began, MAX(ended_at) AS ended").Group("caller_id")
	})
	byUser := make(map[int64]span, len(rows))
	for _, sp := range rows {
		byUser[sp.CallerID] = sp
	}
	return byUser, err
}

func (s store) attempts(users []int64, from, to clock.Instant) *gorm.DB {
	return s.Gorm().Model(&callback.Attempt{}).Where("caller_id IN ? AND started_at >= ? AND started_at < ?", users, from, to)
}

// byHour counts the calls that were begun in each hour of a time. It reads nothing but the index of callers and times.
func (s store) byHour(users []int64, from, to clock.Instant) (map[int]int, error) {
	type hour struct{ Hour, Count int }
	const micros = int64(time.Hour / time.Microsecond)
	division := "(started_at - ?) / ?"
	if s.Dialect() == database.MySQL {
		division = "(started_at - ?) DIV ?"
	}
	rows, err := database.In[hour](users, "calls by hour", func(part []int64) *gorm.DB {
		return s.attempts(part, from, to).Select(division+" AS hour, COUNT(*) AS count", from, micros).Group("hour")
	})
	counts := make(map[int]int, len(rows))
	for _, row := range rows {
		counts[row.Hour] += row.Count
	}
	return counts, err
}

// pool is as much of a pool as is asked here.
type pool struct {
	ID   int64
	Kind callback.Kind
}

func (s store) pools(teams []int64) ([]pool, error) {
	g := s.Gorm().Table("pools").Limit(callback.MaxPools)
	if len(teams) > 0 {
		g = g.Where("team_id IN ?", teams)
	}
	return database.List[pool](g, "pools")
}

// wanted selects open callbacks that were promised.
type wanted func(g *gorm.DB) *gorm.DB

// appointments are the callbacks with a time that the customer named: they stand at the head of their pools.
func appointments(pools []pool) wanted {
	ids := make([]int64, len(pools))
	for i, p := range pools {
		ids[i] = p.ID
	}
	return func(g *gorm.DB) *gorm.DB {
		return g.Where("pool_id IN ? AND state IN ? AND priority = 1 AND appointment_at > 0", ids, callback.OpenStates())
	}
}

// recoveries are the callbacks after low scores, which have pools of their own.
func recoveries(pools []pool) wanted {
	var ids []int64
	for _, p := range pools {
		if p.Kind == callback.RecoveryKind {
			ids = append(ids, p.ID)
		}
	}
	return func(g *gorm.DB) *gorm.DB { return g.Where("pool_id IN ? AND state IN ?", ids, callback.OpenStates()) }
}

// within selects of what was promised what is overdue, or due soon.
func within(of wanted, soon bool, now clock.Instant) wanted {
	return func(g *gorm.DB) *gorm.DB {
		if soon {
			return of(g).Where("due_at >= ? AND due_at < ?", now, now.Add(soonWithin))
		}
		return of(g).Where("due_at < ?", now)
	}
}

// listed returns callbacks that were promised, by when they are due, behind one of them.
func (s store) listed(of wanted, after callback.SupplyKey, limit int) ([]callback.Callback, error) {
	g := of(s.Gorm())
	if after != (callback.SupplyKey{}) {
		g = g.Where("due_at > ? OR due_at = ? AND id > ?", after.At, after.At, after.ID)
	}
	return database.List[callback.Callback](g.Order("due_at, id").Limit(limit), "what was promised")
}

// promises counts what should have been done by now, and what should be soon, and reads the first of it.
func (s store) promises(of wanted, now clock.Instant) (p Promises, err error) {
	count := func(soon bool) (int, error) {
		n, err := database.CountUpTo(s.Tx, within(of, soon, now)(s.Gorm().Model(&callback.Callback{})), worklist.MostCounted+1)
		if err != nil {
			return 0, fmt.Errorf("count what was promised: %w", err)
		}
		return n, nil
	}
	if p.Overdue, err = count(false); err != nil {
		return p, err
	}
	if p.Soon, err = count(true); err != nil || p.Overdue+p.Soon == 0 {
		return p, err
	}
	due := func(g *gorm.DB) *gorm.DB { return of(g).Where("due_at < ?", now.Add(soonWithin)) }
	first, err := s.listed(due, callback.SupplyKey{}, mostRows)
	if err != nil {
		return p, err
	}
	p.Rows, err = named(s.Tx, first)
	return p, err
}
