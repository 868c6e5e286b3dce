package queue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

func (s store) counts() ([]outbox.KindCount, error) {
	var counts []outbox.KindCount
	err := s.Gorm().Model(&outbox.Job{}).Select("kind, state, COUNT(*) AS count").Where("state IN ?", outbox.OpenStates()).
		Group("kind, state").Order("kind, state").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}

// countsUpTo walks along the index of states, at most so many jobs of each state and lane.
func (s store) countsUpTo(most int) ([]outbox.KindCount, error) {
	type key struct {
		kind  string
		state outbox.State
	}
	sums := map[key]outbox.KindCount{}
	for _, state := range outbox.OpenStates() {
		for _, lane := range outbox.Lanes() {
			first := s.Gorm().Model(&outbox.Job{}).Select("kind").Where("state = ? AND lane = ?", state, lane).Order("run_at, id").
				Limit(most + 1)
			var counts []outbox.KindCount
			err := s.Gorm().Table("(?) AS first", first).Select("kind, COUNT(*) AS count").Group("kind").Scan(&counts).Error
			if err != nil {
				return nil, fmt.Errorf("count jobs: %w", err)
			}
			all := 0
			for _, n := range counts {
				all += n.Count
			}
			for _, n := range counts {
				k := key{n.Kind, state}
				sum := sums[k]
				sum.Kind, sum.State = n.Kind, state
				sum.Count, sum.More = sum.Count+n.Count, sum.More || all > most
				sums[k] = sum
			}
		}
	}
	return slices.SortedFunc(maps.Values(sums), func(a, b outbox.KindCount) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.State, b.State))
	}), nil
}

func (s store) done(kind string) (int, error) {
	var n int64
	if err := s.Gorm().Model(&outbox.Job{}).Where("kind = ? AND state = ?", kind, outbox.Done).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count %s jobs: %w", kind, err)
	}
	return int(n), nil
}

func (s store) dead(beforeID int64, limit int) ([]outbox.Job, error) {
	q := s.Gorm().Where("state = ?", outbox.Dead)
	if beforeID > 0 {
		q = q.Where("id < ?", beforeID)
	}
	var jobs []outbox.Job
	if err := q.Order("id DESC").Limit(limit).Find(&jobs).Error; err != nil {
		return nil, fmt.Errorf("read dead jobs: %w", err)
	}
	return jobs, nil
}

func (s store) idle(now clock.Instant) (bool, error) {
	due := func() (bool, error) {
		return s.exists("state = ? AND lane IN ? AND run_at <= ?", outbox.Due, outbox.Lanes(), now)
	}
	running := func() (bool, error) { return s.exists("state IN ?", inFlight()) }
	for _, look := range []func() (bool, error){due, running, due} { // once more: a job that was handed back goes from one to the other
		if busy, err := look(); err != nil || busy {
			return false, err
		}
	}
	return true, nil
}

func (s store) requeue(id int64, now clock.Instant) error {
	outbox.Wake(s.Tx, outbox.Lanes()...)
	r := s.Gorm().Model(&outbox.Job{}).Where("id = ? AND state = ?", id, outbox.Dead).Updates(map[string]any{
		"state": outbox.Due, "run_at": now, "attempt": gorm.Expr("attempt + 1"), "failures": 0, "updated_at": now,
	})
	if r.Error != nil {
		return r.Error
	}
	if r.RowsAffected == 0 {
		return fault.New(fault.Conflict, "job_not_dead", "the job is not dead any more")
	}
	return nil
}

// health counts what should have been begun by an instant, by the index of states, lanes and times; up to so many of each lane.
func (s store) health(by clock.Instant, most int) (h outbox.Health, err error) {
	for _, lane := range outbox.Lanes() {
		late := func() *gorm.DB {
			return s.Gorm().Model(&outbox.Job{}).Where("state = ? AND lane = ? AND run_at <= ?", outbox.Due, lane, by)
		}
		n, err := database.CountUpTo(s.Tx, late(), most)
		if err != nil {
			return h, fmt.Errorf("count jobs that wait: %w", err)
		}
		h.Waiting, h.More = h.Waiting+n, h.More || n == most
		var first []clock.Instant
		if err := late().Order("run_at").Limit(1).Pluck("run_at", &first).Error; err != nil {
			return h, fmt.Errorf("read since when jobs wait: %w", err)
		}
		for _, at := range first {
			if h.Oldest.IsZero() || at.Before(h.Oldest) {
				h.Oldest = at
			}
		}
	}
	if h.Dead, err = database.CountUpTo(s.Tx, s.Gorm().Model(&outbox.Job{}).Where("state = ?", outbox.Dead), most); err != nil {
		return h, fmt.Errorf("count dead jobs: %w", err)
	}
	err = s.Gorm().Model(&workerBeat{}).Select("COALESCE(MAX(seen_at), 0)").Scan(&h.Worker).Error
	if err != nil {
		return h, fmt.Errorf("read when a worker was heard of: %w", err)
	}
	return h, nil
}
