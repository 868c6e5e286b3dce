package incident

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/tie"
)

// store is a transaction on the tables of incidents.
type store struct{ database.Tx }

func (s store) incident(id int64) (Incident, error) {
	return database.One[Incident](s.Gorm().Where("id = ?", id), "incident", errUnknown)
}

// lock writes the row of an incident, so that nobody else changes it or ties to it until the transaction ends, and returns it.
func (s store) lock(id int64, now clock.Instant) (Incident, error) {
	if err := s.Gorm().Model(&Incident{}).Where("id = ?", id).Update("changed_at", now).Error; err != nil {
		return Incident{}, fmt.Errorf("lock incident %d: %w", id, err)
	}
	return s.incident(id)
}

// guard writes the row of an incident if it is active, and reports whether it is: nobody ends it until the transaction does.
func (s store) guard(id int64, now clock.Instant) (bool, error) {
	done := s.Gorm().Model(&Incident{}).Where("id = ? AND state = ?", id, Active).Update("changed_at", now)
	if done.Error != nil {
		return false, fmt.Errorf("look whether incident %d is active: %w", id, done.Error)
	}
	return done.RowsAffected > 0, nil
}

func (s store) add(i *Incident) error {
	if err := s.Gorm().Create(i).Error; err != nil {
		return fmt.Errorf("add an incident: %w", err)
	}
	return nil
}

// put writes everything about an incident that is locked.
func (s store) put(i Incident) error {
	if err := s.Gorm().Model(&i).Select("*").Omit("id", "created_at", "created_by", "origin").Updates(&i).Error; err != nil {
		return fmt.Errorf("write incident %d: %w", i.ID, err)
	}
	return nil
}

func (s store) addEvent(e Event) error {
	if err := s.Gorm().Create(&e).Error; err != nil {
		return fmt.Errorf("write the log of incident %d: %w", e.IncidentID, err)
	}
	return nil
}

const maxEvents = 200

func (s store) events(id int64) ([]Event, error) {
	return database.List[Event](s.Gorm().Where("incident_id = ?", id).Order("id DESC").Limit(maxEvents), "the log of an incident")
}

// list returns incidents, those that are not over first; teams narrows it, nil for all.
func (s store) list(teams []int64, limit int) ([]Incident, error) {
	g := s.Gorm()
	if teams != nil {
		g = g.Where("team_id IN ?", teams)
	}
	return database.List[Incident](g.Order("CASE WHEN ended_at = 0 THEN 0 ELSE 1 END, id DESC").Limit(limit), "incidents")
}

func (s store) inState(states ...State) ([]Incident, error) {
	return database.List[Incident](s.Gorm().Where("state IN ?", states).Order("id").Limit(maxIncident), "incidents")
}

func (s store) byIDs(ids []int64) (map[int64]Incident, error) {
	rows, err := database.In[Incident](ids, "incidents", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
	found := make(map[int64]Incident, len(rows))
	for _, i := range rows {
		found[i.ID] = i
	}
	return found, err
}

func (s store) countOpen() (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Incident{}).Where("ended_at = 0"), maxOpen)
	if err != nil {
		return 0, fmt.Errorf("count open incidents: %w", err)
	}
	return n, nil
}

// tieCounts is how many contacts an incident holds, and has held.
type tieCounts struct{ Held, Freed, Removed int }

func (s store) counts(id int64) (tieCounts, error) {
	var rows []struct {
		State tie.State
		N     int
	}
	err := s.Gorm().Model(&tie.Tie{}).Select("state, COUNT(*) AS n").Where("incident_id = ?", id).Group("state").Scan(&rows).Error
	if err != nil {
		return tieCounts{}, fmt.Errorf("count the contacts of incident %d: %w", id, err)
	}
	var c tieCounts
	for _, row := range rows {
		switch row.State {
		case tie.Held:
			c.Held = row.N
		case tie.Freed:
			c.Freed = row.N
		case tie.Removed:
			c.Removed = row.N
		}
	}
	return c, nil
}

// tied selects the contacts that are or were tied to an incident.
func (s store) tied(id int64) *gorm.DB {
	return s.Gorm().Model(&tie.Tie{}).Select("contact_id").Where("incident_id = ? AND state <> ?", id, tie.Removed)
}
