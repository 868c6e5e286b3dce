package figures

import (
	"fmt"

	"aftercall/internal/clock"
)

func (s store) entriesAfter(id int64, limit int) ([]Entry, error) {
	var page []Entry
	if err := s.Gorm().Where("id > ?", id).Order("id").Limit(limit).Find(&page).Error; err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return page, nil
}

// rollupGroups returns the metrics and dimensions there are roll-ups of; only these fields of the cells are set.
func (s store) rollupGroups() ([]Cell, error) {
	var groups []Cell
	if err := s.Gorm().Model(&rollup{}).Distinct("metric", "dimension").Find(&groups).Error; err != nil {
		return nil, fmt.Errorf("read roll-ups: %w", err)
	}
	return groups, nil
}

// rollupsAfter returns the next roll-ups of c's metric and dimension after c, in key order. The condition on the day alone lets
// MySQL, which does not use an index for row values, begin where the page begins.
func (s store) rollupsAfter(c Cell, limit int) ([]rollup, error) {
	var page []rollup
	err := s.Gorm().Where("metric = ? AND dimension = ? AND day >= ?", c.Metric, c.Dimension, c.Day).
		Where("(day, member, scale) > (?, ?, ?)", c.Day, c.Member, c.Scale).
		Order("day, member, scale").Limit(limit).Find(&page).Error
	if err != nil {
		return nil, fmt.Errorf("read roll-ups: %w", err)
	}
	return page, nil
}

// span returns the first and the last instant of the metrics' entries until now, or none.
func (s store) span(metrics []Metric, now clock.Instant) (first, last clock.Instant, err error) {
	var ends []struct{ First, Last clock.Instant }
	err = s.Gorm().Model(&Entry{}).Where("metric IN ? AND occurred_at <= ?", metrics, now).
		Select("MIN(occurred_at) AS first, MAX(occurred_at) AS last").Group("metric").Scan(&ends).Error
	if err != nil {
		return 0, 0, fmt.Errorf("read the span of entries: %w", err)
	}
	for _, e := range ends {
		if first.IsZero() || e.First < first {
			first = e.First
		}
		last = max(last, e.Last)
	}
	return first, last, nil
}
