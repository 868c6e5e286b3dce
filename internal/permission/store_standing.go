package permission

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// standings returns the stored rows of customers for one purpose and channel.
func (s store) standings(customerIDs []int64, purpose Purpose, channel Channel) (map[int64]Standing, error) {
	rows, err := database.In[Standing](customerIDs, "standings", func(part []int64) *gorm.DB {
		return s.Gorm().Where("customer_id IN ? AND purpose = ? AND channel = ?", part, purpose, channel)
	})
	found := make(map[int64]Standing, len(rows))
	for _, row := range rows {
		found[row.CustomerID] = row
	}
	return found, err
}

var standingColumns = []string{
	"address_hash", "suppression_id", "consent_id", "first", "reasons", "allowed_from", "next_change_at", "rules_version", "computed_at",
}

func (s store) putStandings(rows []Standing) error {
	for chunk := range slices.Chunk(rows, database.MaxIn) {
		err := s.Gorm().Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "customer_id"}, {Name: "purpose"}, {Name: "channel"}},
			DoUpdates: clause.AssignmentColumns(standingColumns),
		}).Create(&chunk).Error
		if err != nil {
			return fmt.Errorf("store standings: %w", err)
		}
	}
	return nil
}

// outOfDate marks a row that has to be computed again. It writes something new each time: on a cluster, a mark that changed nothing would
// not be seen by who is computing the row on another server.
var outOfDate = gorm.Expr("CASE WHEN rules_version > 0 THEN 0 ELSE rules_version - 1 END")

// outdate marks rows so that no version of the rules believes them.
func (s store) outdate(customerIDs []int64) error {
	for chunk := range slices.Chunk(customerIDs, database.MaxIn) {
		err := s.Gorm().Model(&Standing{}).Where("customer_id IN ?", chunk).Update("rules_version", outOfDate).Error
		if err != nil {
			return fmt.Errorf("outdate standings: %w", err)
		}
	}
	return nil
}

// forget deletes the rows of customers who are gone.
func (s store) forget(customerIDs []int64) error {
	for chunk := range slices.Chunk(customerIDs, database.MaxIn) {
		if err := s.Gorm().Where("customer_id IN ?", chunk).Delete(&Standing{}).Error; err != nil {
			return fmt.Errorf("forget standings: %w", err)
		}
	}
	return nil
}

// outdateCalled marks the rows of marketing calls to the numbers.
func (s store) outdateCalled(hashes []string) error {
	for chunk := range slices.Chunk(hashes, database.MaxIn) {
		err := s.Gorm().Model(&Standing{}).Where("address_hash IN ? AND purpose = ?", chunk, MarketingCall).
			Update("rules_version", outOfDate).Error
		if err != nil {
			return fmt.Errorf("outdate standings of a called number: %w", err)
		}
	}
	return nil
}

// lockStandings locks the rows of the customers that a marketing call marks, and returns whose there are.
func (s store) lockStandings(customerIDs []int64) ([]int64, error) {
	return database.In[int64](customerIDs, "standings to hold", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Standing{}).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
			Where("customer_id IN ? AND purpose = ?", part, MarketingCall).Select("customer_id")
	})
}

// customersSuppressedBy returns whose rows name the suppression. Others it covers are suppressed by another as well.
func (s store) customersSuppressedBy(id int64) ([]int64, error) {
	var ids []int64
	if err := s.Gorm().Model(&Standing{}).Where("suppression_id = ?", id).Distinct().Pluck("customer_id", &ids).Error; err != nil {
		return nil, fmt.Errorf("read who is suppressed by %d: %w", id, err)
	}
	return ids, nil
}

// dueStandings returns up to limit customers with a row that is out of date, the longest due first. The two halves are ranges of
// one index; together they would be a scan.
func (s store) dueStandings(version int, now clock.Instant, limit int) ([]int64, error) {
	var ids []int64
	for _, due := range []struct {
		where string
		args  []any
	}{
		{"rules_version < ?", []any{version}},
		{"rules_version = ? AND next_change_at > 0 AND next_change_at <= ?", []any{version, now}},
	} {
		var some []int64
		err := s.Gorm().Model(&Standing{}).Where(due.where, due.args...).Order("rules_version, next_change_at").
			Limit(limit*len(standingKinds)).Pluck("customer_id", &some).Error
		if err != nil {
			return nil, fmt.Errorf("read standings that are due: %w", err)
		}
		ids = append(ids, some...)
	}
	ids = database.Distinct(ids)
	return ids[:min(limit, len(ids))], nil
}

// atMostStandings reports whether there are no more rows than a limit.
func (s store) atMostStandings(limit int) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Standing{}), limit+1)
	if err != nil {
		return false, fmt.Errorf("count standings: %w", err)
	}
	return n <= limit, nil
}

func (s store) standingCounts() ([]StandingCount, error) {
	var counts []StandingCount
	err := s.Gorm().Model(&Standing{}).Select("purpose, channel, first, COUNT(*) AS customers").
		Group("purpose, channel, first").Order("purpose, channel, first").Limit(len(standingKinds) * 100).Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count standings: %w", err)
	}
	return counts, nil
}

// standingsBy returns the rows of one purpose, channel and first reason behind a customer, in order of their ids, of customers for
// whom a condition holds.
func (s store) standingsBy(
	seen string, args []any, purpose Purpose, channel Channel, first Code, after int64, limit int,
) ([]Standing, error) {
	var rows []Standing
	err := s.Gorm().Where("purpose = ? AND channel = ? AND first = ? AND customer_id > ?", purpose, channel, first, after).
		Where(seen, args...).Order("customer_id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read standings by reason: %w", err)
	}
	return rows, nil
}
