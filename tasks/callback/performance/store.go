package performance

import (
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/pause"
)

// store is a transaction on the tables of figures, and reads those of callbacks.
type store struct{ database.Tx }

// settingRolled keeps the last day that was counted.
const settingRolled = "performance_counted"

func rolledUntil(tx database.Tx) (clock.Day, error) {
	text, err := database.Setting(tx, settingRolled)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("read up to which day callers' figures are counted: %w", err)
	}
	return clock.Day(n), nil
}

func putRolled(tx database.Tx, d clock.Day) error {
	return database.PutSetting(tx, settingRolled, strconv.Itoa(int(d)))
}

// startOf returns when an attempt began and whose it is; none for one that is not there any more.
func (s store) startOf(attemptID int64) (at clock.Instant, callerID int64, err error) {
	found, err := database.List[attempt](s.Gorm().Table("attempts").Select("started_at, caller_id").Where("id = ?", attemptID), "attempt")
	if err != nil || len(found) == 0 {
		return 0, 0, err
	}
	return found[0].StartedAt, found[0].CallerID, nil
}

// firstFrom returns when somebody called or passed something on for the first time from an instant on, or 0. Users are few, and each is
// one step in an index.
func (s store) firstFrom(from clock.Instant) (first clock.Instant, err error) {
	for _, one := range []string{
		"(SELECT started_at FROM attempts WHERE caller_id = users.id AND started_at >= ? ORDER BY started_at LIMIT 1)",
		"(SELECT at FROM callback_changes WHERE user_id = users.id AND at >= ? ORDER BY at LIMIT 1)",
	} {
		var at clock.Instant
		if err := s.Gorm().Raw("SELECT COALESCE(MIN("+one+"), 0) FROM users", from).Scan(&at).Error; err != nil {
			return 0, fmt.Errorf("read the first call of a day: %w", err)
		}
		if first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first, nil
}

// callersOf returns who claimed, called or passed something on within [from, until). It asks for each user there is, by their index.
func (s store) callersOf(from, until clock.Instant) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Table("users").
		Where("EXISTS (SELECT 1 FROM attempts WHERE attempts.caller_id = users.id AND started_at >= ? AND started_at < ?)", from, until).
		Or("EXISTS (SELECT 1 FROM callback_changes AS c WHERE c.user_id = users.id AND c.at >= ? AND c.at < ?)", from, until).
		Order("id").Limit(maxUsers).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read who called: %w", err)
	}
	return ids, nil
}

const maxUsers = 20_000

// attempts returns what is counted of callers' attempts that began within [from, until).
func (s store) attempts(callers []int64, from, until clock.Instant) ([]attempt, error) {
	return database.List[attempt](s.Gorm().Table("attempts AS a").Joins("JOIN callbacks AS c ON c.id = a.callback_id").
		Select("a.caller_id, c.team_id, c.kind, a.claimed_at, a.started_at, a.ended_at, a.answered_at, a.hung_up_at, "+
			"a.outcome_version, a.call_result, a.business_result").
		Where("a.caller_id IN ? AND a.started_at >= ? AND a.started_at < ?", callers, from, until), "attempts")
}

func (s store) pauses(users []int64, from, until clock.Instant) ([]pause.Pause, error) {
	return database.List[pause.Pause](s.Gorm().
		Where("user_id IN ? AND began_at >= ? AND began_at < ?", users, from, until), "pauses")
}

// skipped returns what callers passed on within [from, until).
func (s store) skipped(callers []int64, from, until clock.Instant) ([]left, error) {
	return database.List[left](s.leftBy(callers, from, until).Where("ch.kind = ?", callback.ChangeSkipped), "what was passed on")
}

func (s store) leftBy(callers []int64, from, until clock.Instant) *gorm.DB {
	return s.Gorm().Table("callback_changes AS ch").Joins("JOIN callbacks AS c ON c.id = ch.callback_id").
		Select("ch.id, ch.callback_id, ch.user_id AS caller_id, c.team_id, c.kind, ch.at, ch.reason").
		Where("ch.user_id IN ? AND ch.at >= ? AND ch.at < ?", callers, from, until)
}

// expired returns the claims of callers within [from, until) that ended by their lease: what became of the callback next is another
// claim, or that nobody had it; or nothing, and the lease is over.
func (s store) expired(callers []int64, from, until, now clock.Instant) ([]left, error) {
	begins := []callback.ChangeKind{callback.ChangeClaimed, callback.ChangePicked, callback.ChangeRenewed}
	ends := []callback.ChangeKind{
		callback.ChangeClaimed, callback.ChangePicked, callback.ChangeRenewed, callback.ChangePrefetched, callback.ChangeOffered,
		callback.ChangePutOff, callback.ChangeClosed,
	}
	return database.List[left](s.leftBy(callers, from, until).Where("ch.kind IN ?", begins).
		Joins("LEFT JOIN callback_changes AS n ON n.id = (SELECT MIN(x.id) FROM callback_changes AS x "+
			"WHERE x.callback_id = ch.callback_id AND x.id > ch.id)").
		Where("(n.id IS NOT NULL AND n.from_state = ? AND n.kind IN ? AND (n.kind <> ? OR n.user_id = 0) OR "+
			"n.id IS NULL AND c.state = ? AND c.lease_until <= ?)",
			callback.Claimed, ends, callback.ChangeClosed, callback.Claimed, now), "claims that ended by their lease")
}

// about returns the teams and kinds of callbacks.
func (s store) about(ids []int64) (map[int64]cell, error) {
	type row struct {
		ID     int64
		TeamID int64
		Kind   callback.Kind
	}
	rows, err := database.In[row](database.DistinctNonzero(ids), "kinds of callbacks", func(part []int64) *gorm.DB {
		return s.Gorm().Table("callbacks").Select("id, team_id, kind").Where("id IN ?", part)
	})
	found := make(map[int64]cell, len(rows))
	for _, r := range rows {
		found[r.ID] = cell{TeamID: r.TeamID, Kind: r.Kind}
	}
	return found, err
}

// Sums are the columns of both tables, in microseconds.
type Sums struct {
	Attempts, Reached, Finished, Handled, Talks, Wraps, Skips, Expired, Handoffs, Seconds, Solved int
	HandledTime, TalkTime, WrapTime, WrapTalk                                                     int64
}

// callerDays is a row of caller_days.
type callerDays struct {
	Day      clock.Day     `gorm:"primaryKey;autoIncrement:false"`
	CallerID int64         `gorm:"primaryKey;autoIncrement:false"`
	TeamID   int64         `gorm:"primaryKey;autoIncrement:false"`
	Kind     callback.Kind `gorm:"primaryKey"`
	Sums     `gorm:"embedded"`
}

// TableName names the table.
func (callerDays) TableName() string { return "caller_days" }

// callerHours is a row of caller_hours.
type callerHours struct {
	Day      clock.Day `gorm:"primaryKey;autoIncrement:false"`
	CallerID int64     `gorm:"primaryKey;autoIncrement:false"`
	Worked   int64     // microseconds
}

// TableName names the table.
func (callerHours) TableName() string { return "caller_hours" }

// replace makes the rows of callers' day what was counted.
func (s store) replace(d clock.Day, callers []int64, c counted) error {
	for start := 0; start < len(callers); start += database.MaxIn {
		part := callers[start:min(len(callers), start+database.MaxIn)]
		for _, table := range []any{&callerDays{}, &callerHours{}} {
			if err := s.Gorm().Where("day = ? AND caller_id IN ?", d, part).Delete(table).Error; err != nil {
				return fmt.Errorf("clear the figures of a day: %w", err)
			}
		}
	}
	var days []callerDays
	for key, f := range c.cells {
		if !f.Empty() {
			days = append(days, callerDays{Day: key.Day, CallerID: key.CallerID, TeamID: key.TeamID, Kind: key.Kind, Sums: sumsOf(*f)})
		}
	}
	var hours []callerHours
	for key, d := range c.hours {
		hours = append(hours, callerHours{Day: key.Day, CallerID: key.CallerID, Worked: d.Microseconds()})
	}
	sortDays(days, hours)
	if err := database.Insert(s.Tx, "figures of callers", days); err != nil {
		return err
	}
	return database.Insert(s.Tx, "hours of callers", hours)
}

func sumsOf(f Figures) Sums {
	return Sums{
		Attempts: f.Attempts, Reached: f.Reached, Finished: f.Finished, Handled: f.Handled, Talks: f.Talks, Wraps: f.Wraps,
		Skips: f.Skips, Expired: f.Expired, Handoffs: f.Handoffs, Seconds: f.Seconds, Solved: f.Solved,
		HandledTime: f.HandledTime.Microseconds(), TalkTime: f.TalkTime.Microseconds(),
		WrapTime: f.WrapTime.Microseconds(), WrapTalk: f.WrapTalk.Microseconds(),
	}
}

func (s Sums) figures() Figures {
	micros := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	return Figures{
		Attempts: s.Attempts, Reached: s.Reached, Finished: s.Finished, Handled: s.Handled, Talks: s.Talks, Wraps: s.Wraps,
		Skips: s.Skips, Expired: s.Expired, Handoffs: s.Handoffs, Seconds: s.Seconds, Solved: s.Solved,
		HandledTime: micros(s.HandledTime), TalkTime: micros(s.TalkTime), WrapTime: micros(s.WrapTime), WrapTalk: micros(s.WrapTalk),
	}
}
