package incident

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

var errNoNotice = fault.New(fault.NotFound, "incident_notice_unknown", "there is no such notice")

func (s store) notice(id int64) (Notice, error) {
	return database.One[Notice](s.Gorm().Where("id = ?", id), "notice of an incident", errNoNotice)
}

// noticed returns which of the persons have a notice of an incident.
func (s store) noticed(incidentID int64, personIDs []int64) (map[int64]bool, error) {
	rows, err := database.In[Notice](personIDs, "notices of an incident", func(part []int64) *gorm.DB {
		return s.Gorm().Select("person_id").Where("incident_id = ? AND person_id IN ?", incidentID, part)
	})
	known := make(map[int64]bool, len(rows))
	for _, n := range rows {
		known[n.PersonID] = true
	}
	return known, err
}

func (s store) addNotices(notices []Notice) error {
	return database.InsertWithIDs(s.Tx, "notices of an incident", notices, func(n *Notice) *int64 { return &n.ID })
}

// putNotice writes what the life of a notice changes.
func (s store) putNotice(n Notice) error {
	err := s.Gorm().Model(&n).Select("state", "reason", "channel", "language", "token_hash", "sent_at").Updates(&n).Error
	if err != nil {
		return fmt.Errorf("write notice %d: %w", n.ID, err)
	}
	return nil
}

func (s store) unsettledAfter(id int64, limit int) ([]Notice, error) {
	return database.List[Notice](s.Gorm().Where("state IN ? AND id > ?", []NoticeState{NoticePlanned, NoticeSending}, id).
		Order("id").Limit(limit), "the notices on their way")
}

func (s store) noticeByToken(hash string) (n Notice, found bool, err error) {
	n, err = database.One[Notice](s.Gorm().Where("token_hash = ?", hash), "notice of an incident", errNoNotice)
	if fault.Is(err, fault.NotFound) {
		return Notice{}, false, nil
	}
	return n, err == nil, err
}

func (s store) noticesByID(ids []int64) ([]Notice, error) {
	return database.In[Notice](ids, "notices of incidents", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// noticesOfContact returns the notices that were planned for a contact: one for each incident it was the first of its person in.
func (s store) noticesOfContact(contactID int64) ([]Notice, error) {
	return database.List[Notice](s.Gorm().Where("contact_id = ?", contactID).Order("id").Limit(maxEvents), "the notices about a contact")
}

// NoticeCount is how many notices of an incident came to the same end, for the same reason.
type NoticeCount struct {
	State  NoticeState
	Reason string
	Count  int
}

func (s store) noticeCounts(incidentID int64) ([]NoticeCount, error) {
	var rows []NoticeCount
	err := s.Gorm().Model(&Notice{}).Select("state, reason, COUNT(*) AS count").Where("incident_id = ?", incidentID).
		Group("state, reason").Order("count DESC, state, reason").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count the notices of incident %d: %w", incidentID, err)
	}
	return rows, nil
}
