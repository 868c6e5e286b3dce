package callback

import (
	"cmp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
)

// lockCallback returns a callback that nobody else changes until the transaction ends.
func (s store) lockCallback(id int64) (Callback, error) {
	return s.oneCallback(s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), id)
}

// lockCallbacks locks callbacks, each once, and returns them by id. Everybody who locks several locks them in this order.
func (s store) lockCallbacks(ids []int64) ([]Callback, error) {
	return database.In[Callback](ids, "callbacks to lock", func(part []int64) *gorm.DB {
		return s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id IN ?", part).Order("id")
	})
}

// lockConversation locks a callback with all that was claimed together with it, and with others, and returns it: whoever changes one of
// a conversation may have to change the rest.
func (s store) lockConversation(id int64, others ...Callback) (Callback, error) {
	seen, err := s.callback(id)
	if err != nil {
		return Callback{}, err
	}
	ids := append(idsOf(others), id)
	if seen.Fence > 0 {
		together, err := listCallbacks(s.claimedTogether(seen).Select("id").Limit(mostTogether))
		if err != nil {
			return Callback{}, err
		}
		ids = append(ids, idsOf(together)...)
	}
	locked, err := s.lockCallbacks(ids)
	for _, c := range locked {
		if c.ID == id {
			return c, err
		}
	}
	return Callback{}, cmp.Or(err, error(errNoCallback))
}

// lockConversations locks callbacks, with all that is held together with those in somebody's hands, by id, and returns them by it.
func (s store) lockConversations(ids []int64) (map[int64]*Callback, error) {
	seen, err := s.callbacksByID(ids)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(ids)
	for _, c := range seen {
		if c.State != Claimed {
			continue
		}
		together, err := listCallbacks(s.claimedTogether(c).Select("id").Where("id <> ?", c.ID).Limit(mostTogether))
		if err != nil {
			return nil, err
		}
		all = append(all, idsOf(together)...)
	}
	locked, err := s.lockCallbacks(all)
	byID := make(map[int64]*Callback, len(locked))
	for i := range locked {
		byID[locked[i].ID] = &locked[i]
	}
	return byID, err
}

// lockFree locks a callback as it was seen, without waiting. It returns errGone when somebody else has or changed it.
func (s store) lockFree(seen Callback) (*Callback, error) {
	g := s.Gorm().Clauses(s.SkipLocked()...).Where("id = ? AND state = ? AND fence = ?", seen.ID, seen.State, seen.Fence)
	c, err := database.One[Callback](g, "callback to lock", errGone)
	return &c, err
}
