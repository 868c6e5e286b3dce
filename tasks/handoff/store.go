package handoff

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// store is a transaction on the tables of handoffs.
type store struct{ database.Tx }

func (s store) byID(id int64) (Handoff, error) {
	return database.One[Handoff](s.Gorm().Where("id = ?", id), "handoff", errNoHandoff)
}

// lock returns a handoff that nobody else changes until the transaction ends.
func (s store) lock(id int64) (Handoff, error) {
	return database.One[Handoff](s.locking().Where("id = ?", id), "handoff", errNoHandoff)
}

func (s store) locking() *gorm.DB {
	return s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// lockOpen locks the open handoff of a kind about a contact, and reports whether there is one.
func (s store) lockOpen(kind Kind, contactID int64) (Handoff, bool, error) {
	h, err := database.One[Handoff](s.locking().Where("open_key = ?", openKey(kind, contactID)), "open handoff", errNoHandoff)
	if fault.Is(err, fault.NotFound) {
		return Handoff{}, false, nil
	}
	return h, err == nil, err
}

func (s store) add(h *Handoff) error {
	if err := s.Gorm().Create(h).Error; err != nil {
		return fmt.Errorf("add a handoff: %w", err)
	}
	return nil
}

// put writes everything that acts change, as the next version.
func (s store) put(h *Handoff) error {
	h.Version++
	err := s.Gorm().Model(&Handoff{}).Where("id = ?", h.ID).Select("*").
		Omit("id", "kind", "round", "previous_id", "source_id", "contact_id", "created_at").Updates(h).Error
	if err != nil {
		return fmt.Errorf("write handoff %d: %w", h.ID, err)
	}
	return nil
}

func (s store) byIDs(ids []int64) ([]Handoff, error) {
	return database.In[Handoff](ids, "handoffs", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

func (s store) ofContacts(contactIDs []int64) ([]Handoff, error) {
	return database.In[Handoff](contactIDs, "handoffs of contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ?", part).Order("id DESC")
	})
}

func (s store) waiting(contactIDs []int64) (map[int64]bool, error) {
	rows, err := database.In[Handoff](database.DistinctNonzero(contactIDs), "open handoffs", func(part []int64) *gorm.DB {
		return s.Gorm().Select("contact_id").Where("contact_id IN ? AND state IN ?", part, Unreplied())
	})
	found := make(map[int64]bool, len(rows))
	for _, h := range rows {
		found[h.ContactID] = true
	}
	return found, err
}

func (s store) addEntry(e *Entry) error {
	if err := s.Gorm().Create(e).Error; err != nil {
		return fmt.Errorf("write the log of handoff %d: %w", e.HandoffID, err)
	}
	return nil
}

// entry returns an entry of a log.
func (s store) entry(id int64) (Entry, error) {
	return database.One[Entry](s.Gorm().Where("id = ?", id), "an entry of a log", errNoHandoff)
}

// saidAgain reports whether the log of one of the handoffs tells what was said somewhere.
func (s store) saidAgain(handoffIDs []int64, via Via, ref int64) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Entry{}).
		Where("handoff_id IN ? AND act = ? AND code = ? AND ref = ?", handoffIDs, ActAgain, via, ref), 1)
	if err != nil {
		return false, fmt.Errorf("look for what was said: %w", err)
	}
	return n > 0, nil
}

// ofSecondCall locks the handoffs whose second call a callback is, by id.
func (s store) ofSecondCall(callbackID int64) ([]Handoff, error) {
	return database.List[Handoff](s.locking().Where("second_call_id = ?", callbackID).Order("id"), "handoffs of a second call")
}

// aboutCall returns the handoffs whose second call a callback is, the newest first.
func (s store) aboutCall(callbackID int64) ([]Handoff, error) {
	return database.List[Handoff](s.Gorm().Where("second_call_id = ?", callbackID).Order("id DESC").Limit(MaxRows), "handoffs of a call")
}

// openOfContacts returns the open handoffs about contacts.
func (s store) openOfContacts(contactIDs []int64) ([]Handoff, error) {
	return database.In[Handoff](database.DistinctNonzero(contactIDs), "open handoffs", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ? AND state <> ?", part, Closed).Order("id")
	})
}

// putNext writes down which handoff is of the round after.
func (s store) putNext(id, next int64) error {
	if err := s.Gorm().Model(&Handoff{}).Where("id = ?", id).Update("next_id", next).Error; err != nil {
		return fmt.Errorf("write the next round of handoff %d: %w", id, err)
	}
	return nil
}

// putSecond writes down which callback is the second call.
func (s store) putSecond(id, callbackID int64) error {
	if err := s.Gorm().Model(&Handoff{}).Where("id = ?", id).Update("second_call_id", callbackID).Error; err != nil {
		return fmt.Errorf("write the second call of handoff %d: %w", id, err)
	}
	return nil
}

// logged reports whether the log of a handoff has an act with a code.
func (s store) logged(id int64, act Act, code string) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Entry{}).Where("handoff_id = ? AND act = ? AND code = ?", id, act, code), 1)
	if err != nil {
		return false, fmt.Errorf("look into the log of handoff %d: %w", id, err)
	}
	return n > 0, nil
}

// toldSince reports whether the log of a handoff has an act since an instant.
func (s store) toldSince(id int64, act Act, since clock.Instant) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Entry{}).Where("handoff_id = ? AND act = ? AND at >= ?", id, act, since), 1)
	if err != nil {
		return false, fmt.Errorf("look into the log of handoff %d: %w", id, err)
	}
	return n > 0, nil
}

// maxEntries bounds how much of a log is read.
const maxEntries = 500

func (s store) entries(id int64) ([]Entry, error) {
	return database.List[Entry](s.Gorm().Where("handoff_id = ?", id).Order("id").Limit(maxEntries), "the log of a handoff")
}

func (s store) terms(teamID int64) (teamTerms, bool, error) {
	found, err := database.List[teamTerms](s.Gorm().Where("team_id = ?", teamID).Limit(1), "the terms of a team")
	if err != nil || len(found) == 0 {
		return teamTerms{}, false, err
	}
	return found[0], true, nil
}

func (s store) putTerms(t teamTerms) error {
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "team_id"}}, DoUpdates: clause.AssignmentColumns([]string{"terms", "changed_at"}),
	}).Create(&t).Error
	if err != nil {
		return fmt.Errorf("write the terms of team %d: %w", t.TeamID, err)
	}
	return nil
}

// tell adds a notice, once for each code of a handoff.
func (s store) tell(n Notice) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&n).Error; err != nil {
		return fmt.Errorf("tell of handoff %d: %w", n.HandoffID, err)
	}
	return nil
}

func (s store) seen(g *gorm.DB, now clock.Instant, by int64) error {
	if err := g.Updates(map[string]any{"seen_at": now, "seen_by": by}).Error; err != nil {
		return fmt.Errorf("see notices: %w", err)
	}
	return nil
}
