package callback

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

const maxReserved = 500 // callbacks kept for one caller that are looked at

// reservedFor returns the open callbacks that are kept for callers.
func (s store) reservedFor(callerIDs []int64) (all []Callback, err error) {
	callerIDs = database.DistinctNonzero(callerIDs)
	return database.In[Callback](callerIDs, "what is kept for callers", func(part []int64) *gorm.DB {
		return s.Gorm().Where("reserved_for IN ? AND state IN ?", part, openStates).Order("id").Limit(maxReserved * len(part))
	})
}

func (s store) insertFreed(f Freed) error {
	if err := s.Gorm().Create(&f).Error; err != nil {
		return fmt.Errorf("write that a callback is anybody's: %w", err)
	}
	return nil
}

// freedUnseen returns what nobody has seen of some teams (nil: all), of open callbacks, the newest first.
func (s store) freedUnseen(teams []int64, limit int) ([]Freed, error) {
	g := s.Gorm().Joins("JOIN callbacks ON callbacks.id = freed_promises.callback_id").
		Where("freed_promises.seen_at = 0 AND callbacks.state IN ?", openStates)
	if teams != nil {
		g = g.Where("freed_promises.team_id IN ?", teams)
	}
	return database.List[Freed](g.Order("freed_promises.id DESC").Limit(limit), "what was freed")
}

func (s store) seeFreed(teams []int64, upTo, userID int64, now clock.Instant) error {
	g := s.Gorm().Model(&Freed{}).Where("seen_at = 0 AND id <= ?", upTo)
	if teams != nil {
		g = g.Where("team_id IN ?", teams)
	}
	if err := g.Updates(map[string]any{"seen_at": now, "seen_by": userID}).Error; err != nil {
		return fmt.Errorf("mark what was freed: %w", err)
	}
	return nil
}
