package survey

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/figures"
)

func (s store) sentInvitationsAfter(id int64) ([]Invitation, error) {
	var rows []Invitation
	if err := s.Gorm().Where("id > ? AND sent_at <> 0", id).Order("id").Limit(chunkSize).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read sent invitations: %w", err)
	}
	return rows, nil
}

func (s store) countedResponsesAfter(id int64) ([]Response, error) {
	var rows []Response
	err := s.Gorm().Where("id > ? AND late = 0 AND excluded_at = 0", id).Order("id").Limit(chunkSize).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read responses: %w", err)
	}
	return rows, nil
}

func (s store) invitationsOf(contactID int64) ([]Invitation, error) {
	var rows []Invitation
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id").Limit(chunkSize).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read invitations of contact %d: %w", contactID, err)
	}
	return rows, nil
}

func (s store) responsesAbout(contactID int64) ([]Response, error) {
	var rows []Response
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id").Limit(chunkSize).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read responses about contact %d: %w", contactID, err)
	}
	return rows, nil
}

// seenBy narrows a query to the viewer's teams. Rows without a team are everybody's.
func seenBy(g *gorm.DB, viewer account.Viewer) *gorm.DB {
	if viewer.SeesAllTeams() {
		return g
	}
	return g.Where("responses.team_id IN ?", append([]int64{0}, viewer.TeamIDs...))
}

// matching narrows a query to the responses of a filter, but for its page.
func matching(g *gorm.DB, filter LowFilter) *gorm.DB {
	if !filter.From.IsZero() {
		g = g.Where("responses.answered_at >= ?", filter.From)
	}
	if !filter.To.IsZero() {
		g = g.Where("responses.answered_at < ?", filter.To)
	}
	for d, member := range filter.Where {
		if column := d.Column(); column != "" {
			g = g.Where("responses."+column+" = ?", member)
		}
	}
	return g
}

func (s store) lowScores(viewer account.Viewer, filter LowFilter) ([]Response, error) {
	var rows []Response
	g := matching(seenBy(s.Gorm(), viewer), filter).
		Where("score_metric <> '' AND score_band = ? AND excluded_at = 0", figures.Low)
	if b := filter.Before; !b.AnsweredAt.IsZero() {
		g = g.Where("answered_at < ? OR (answered_at = ? AND id < ?)", b.AnsweredAt, b.AnsweredAt, b.ID)
	}
	if err := g.Order("answered_at DESC, id DESC").Limit(filter.Limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list low scores: %w", err)
	}
	return rows, nil
}

// reasonGroup is how often exactly these reasons were chosen together: there are few such sets, however many responses.
type reasonGroup struct {
	Choices string
	Count   int
}

func (s store) reasonGroups(viewer account.Viewer, filter LowFilter) ([]reasonGroup, error) {
	var rows []reasonGroup
	g := s.Gorm().Table("responses").
		Select("answers.choices, COUNT(*) AS count").
		Joins("JOIN answers ON answers.response_id = responses.id AND answers.revision = responses.revision").
		Where("answers.choices <> '' AND responses.excluded_at = 0")
	g = matching(seenBy(g, viewer), filter)
	if err := g.Group("answers.choices").Order("count DESC").Limit(chunkSize).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("count reasons: %w", err)
	}
	return rows, nil
}

// scoresOf returns the valid satisfaction answers of customers, by id.
func (s store) scoresOf(customerIDs []int64) ([]Response, error) {
	var rows []Response
	err := s.Gorm().Select("id, customer_id, score_band, first_answered_at").
		Where("customer_id IN ? AND score_metric = ?", customerIDs, figures.CSAT).Where(counts).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read newest scores: %w", err)
	}
	return rows, nil
}
