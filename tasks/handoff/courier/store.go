package courier

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// store is a transaction on the tables of contacts of teams and their links.
type store struct{ database.Tx }

func (s store) hasContacts(teamID int64) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Contact{}).Where("team_id = ? AND ended_at = 0", teamID), 1)
	if err != nil {
		return false, fmt.Errorf("look for contacts of a team: %w", err)
	}
	return n > 0, nil
}

func (s store) contactsOf(teamID int64) ([]Contact, error) {
	return database.List[Contact](
		s.Gorm().Where("team_id = ? AND ended_at = 0", teamID).Order("name, id").Limit(MaxContacts), "contacts of a team")
}

func (s store) contact(id int64) (Contact, error) {
	return database.One[Contact](s.Gorm().Where("id = ?", id), "contact of a team", errNoContact)
}

func (s store) contactsByID(ids []int64) (map[int64]Contact, error) {
	rows, err := database.In[Contact](ids, "contacts of teams", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
	byID := make(map[int64]Contact, len(rows))
	for _, c := range rows {
		byID[c.ID] = c
	}
	return byID, err
}

func (s store) addContact(c *Contact) error {
	if err := s.Gorm().Create(c).Error; err != nil {
		return fmt.Errorf("write a contact of a team: %w", err)
	}
	return nil
}

func (s store) endContact(c Contact) error {
	if err := s.Gorm().Model(&c).Select("sealed", "ended_at").Updates(&c).Error; err != nil {
		return fmt.Errorf("end contact %d: %w", c.ID, err)
	}
	return nil
}

// toldOf returns the contacts that have a link of an entry.
func (s store) toldOf(entryID int64) ([]int64, error) {
	links, err := database.List[Link](s.Gorm().Where("entry_id = ?", entryID).Limit(10*MaxContacts), "links of an entry")
	ids := make([]int64, len(links))
	for i, link := range links {
		ids[i] = link.ContactID
	}
	return ids, err
}

func (s store) addLink(link *Link) error {
	if err := s.Gorm().Create(link).Error; err != nil {
		return fmt.Errorf("add a link: %w", err)
	}
	return nil
}

// lockLink returns a link that nobody else changes until the transaction ends.
func (s store) lockLink(id int64) (Link, error) {
	return database.One[Link](
		s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id), "link of a handoff", errNoLink)
}

// putLink writes what the life of a link changes.
func (s store) putLink(link Link) error {
	if err := s.Gorm().Model(&link).Select("state", "token_hash", "sent_at").Updates(&link).Error; err != nil {
		return fmt.Errorf("write link %d: %w", link.ID, err)
	}
	return nil
}

func (s store) byHash(hash string) (Link, error) {
	return database.One[Link](s.Gorm().Where("token_hash = ?", hash), "link of a handoff", errNoLink)
}

// maxLinks is how many links of a handoff are shown.
const maxLinks = 50

func (s store) linksOf(handoffID int64) ([]Link, error) {
	return database.List[Link](s.Gorm().Where("handoff_id = ?", handoffID).Order("id DESC").Limit(maxLinks), "links of a handoff")
}

func (s store) revoke(handoffID int64, now clock.Instant, by int64) error {
	err := s.Gorm().Model(&Link{}).Where("handoff_id = ? AND revoked_at = 0", handoffID).
		Updates(map[string]any{"revoked_at": now, "revoked_by": by}).Error
	if err != nil {
		return fmt.Errorf("revoke links: %w", err)
	}
	return nil
}
