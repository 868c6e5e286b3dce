package incident

import (
	"fmt"

	"aftercall/internal/outbox"
	"aftercall/internal/tie"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// customers counts the persons of contacts that are or were held, and of those that are.
func (s store) customers(id int64) (all, held int, err error) {
	var row struct{ Total, Held int }
	err = s.Gorm().Model(&tie.Tie{}).Joins("JOIN contacts ON contacts.id = incident_contacts.contact_id").
		Joins("JOIN customers ON customers.id = contacts.customer_id").
		Select("COUNT(DISTINCT customers.person_id) AS total, "+
			"COUNT(DISTINCT CASE WHEN incident_contacts.state = ? THEN customers.person_id END) AS held", tie.Held).
		Where("incident_contacts.incident_id = ? AND incident_contacts.state <> ?", id, tie.Removed).Scan(&row).Error
	if err != nil {
		return 0, 0, fmt.Errorf("count the customers of incident %d: %w", id, err)
	}
	return row.Total, row.Held, nil
}

// followUp counts the callbacks and surveys about the contacts of an incident.
func (s store) followUp(id int64, into *Standing) error {
	var row struct{ Open, Waiting, Superseded int }
	err := s.Gorm().Model(&callback.Callback{}).
		Select("COALESCE(SUM(CASE WHEN state IN ? THEN 1 ELSE 0 END), 0) AS open, "+
			"COALESCE(SUM(CASE WHEN state = ? AND wait_reason = ? THEN 1 ELSE 0 END), 0) AS waiting, "+
			"COALESCE(SUM(CASE WHEN close_reason = ? THEN 1 ELSE 0 END), 0) AS superseded",
			callback.OpenStates(), callback.Waiting, callback.ReasonIncident, callback.ReasonSuperseded).
		Where("contact_id IN (?)", s.tied(id)).Scan(&row).Error
	if err != nil {
		return fmt.Errorf("count the callbacks of incident %d: %w", id, err)
	}
	into.Callbacks, into.Waiting, into.Superseded = row.Open, row.Waiting, row.Superseded
	var surveys int64
	err = s.Gorm().Model(&decision.Decision{}).Where("contact_id IN (?)", s.tied(id)).
		Where("kind = ? AND state = ? AND cancelled_at = 0", policy.FollowUpSurvey, decision.Planned).
		Where("EXISTS (?)", outbox.OpenAbout(s.Tx, decision.JobSendSurvey, "decisions.id")).Count(&surveys).Error
	if err != nil {
		return fmt.Errorf("count the surveys of incident %d: %w", id, err)
	}
	into.Surveys = int(surveys)
	return nil
}

// heldCounts returns how many contacts each incident holds.
func (s store) heldCounts() (map[int64]int, error) {
	var rows []struct {
		IncidentID int64
		N          int
	}
	err := s.Gorm().Model(&tie.Tie{}).Select("incident_id, COUNT(*) AS n").
		Where("incident_id IN (SELECT id FROM incidents WHERE state IN ?) AND state = ?", []State{Active, Releasing, CallingOff}, tie.Held).
		Group("incident_id").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count what incidents hold: %w", err)
	}
	counts := make(map[int64]int, len(rows))
	for _, row := range rows {
		counts[row.IncidentID] = row.N
	}
	return counts, nil
}
