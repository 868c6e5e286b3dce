package tie

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// store is a transaction on the table of ties.
type store struct{ database.Tx }

func (s store) ofContacts(contactIDs []int64) ([]Tie, error) {
	return database.In[Tie](contactIDs, "ties of contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ?", part).Order("id")
	})
}

func (s store) ofIncident(incidentID int64, contactIDs []int64) ([]Tie, error) {
	return database.In[Tie](contactIDs, "ties of an incident", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ? AND incident_id = ?", part, incidentID).Order("id")
	})
}

func (s store) hold(ids []int64, t Tie) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.Gorm().Model(&Tie{}).Where("id IN ?", ids).
		Updates(map[string]any{"state": Held, "by_hand": true, "user_id": t.UserID, "tied_at": t.TiedAt, "freed_at": 0}).Error
	if err != nil {
		return fmt.Errorf("tie contacts again: %w", err)
	}
	return nil
}

func (s store) end(ids []int64, state State, user int64, now clock.Instant) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.Gorm().Model(&Tie{}).Where("id IN ? AND state = ?", ids, Held).
		Updates(map[string]any{
			"state": state, "freed_at": now, "user_id": gorm.Expr("CASE WHEN ? = 0 THEN user_id ELSE ? END", user, user),
		}).Error
	if err != nil {
		return fmt.Errorf("end ties: %w", err)
	}
	return nil
}

func (s store) heldBy(incidentID int64, limit int) ([]Tie, error) {
	return database.List[Tie](s.Gorm().Where("incident_id = ? AND state = ?", incidentID, Held).Order("id").Limit(limit), "held ties")
}

func (s store) heldOfCustomers(incidentID int64, customerIDs []int64) ([]Tie, error) {
	return database.In[Tie](customerIDs, "held ties of customers", func(part []int64) *gorm.DB {
		return s.Gorm().Select("incident_contacts.*").Joins("JOIN contacts ON contacts.id = incident_contacts.contact_id").
			Where("contacts.customer_id IN ? AND incident_contacts.incident_id = ? AND incident_contacts.state = ?", part, incidentID, Held)
	})
}

func (s store) page(incidentID int64, state State, before int64, limit int) ([]Tie, error) {
	states := []State{Held, Freed}
	if state != "" {
		states = []State{state}
	}
	g := s.Gorm().Where("incident_id = ? AND state IN ?", incidentID, states)
	if before > 0 {
		g = g.Where("id < ?", before)
	}
	return database.List[Tie](g.Order("id DESC").Limit(limit), "ties of an incident")
}
