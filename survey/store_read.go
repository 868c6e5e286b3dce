package survey

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

func (s store) sentInvitationsAfter(id int64) ([]Invitation, error) {
	var rows []Invitation
	if err := s.Gorm().Where("id > ? AND sent_at <> 0", id).Order("id").Limit(maxRows).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read sent invitations: %w", err)
	}
	return rows, nil
}

func (s store) countedResponsesAfter(id int64) ([]Response, error) {
	var rows []Response
	err := s.Gorm().Where("id > ? AND late = 0 AND excluded_at = 0", id).Order("id").Limit(maxRows).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read responses: %w", err)
	}
	return rows, nil
}

func (s store) invitationsOf(contactID int64) ([]Invitation, error) {
	var rows []Invitation
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id").Limit(maxRows).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read invitations of contact %d: %w", contactID, err)
	}
	return rows, nil
}

func (s store) responsesAbout(contactID int64) ([]Response, error) {
	var rows []Response
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id").Limit(maxRows).Find(&rows).Error; err != nil {
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
	if err := g.Group("answers.choices").Order("count DESC").Limit(maxRows).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("count reasons: %w", err)
	}
	return rows, nil
}

// scoresOf returns the valid satisfaction answers of customers, by id.
func (s store) scoresOf(customerIDs []int64) ([]Response, error) {
	return database.In[Response](customerIDs, "newest scores", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id, customer_id, score_band, first_answered_at").
			Where("customer_id IN ? AND score_metric = ?", part, figures.CSAT).Where(counts).Order("id")
	})
}

// newestScores returns the newest core answers of customers, the newest of each first.
func (s store) newestScores(customerIDs []int64) ([]Score, error) {
	return database.In[Score](customerIDs, "the newest answers of customers", func(part []int64) *gorm.DB {
		ranked := s.Gorm().Model(&Response{}).
			Select("id, customer_id, score_metric AS metric, score_value AS value, score_band AS band, first_answered_at AS at, "+
				"ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY first_answered_at DESC, id DESC) AS place").
			Where("customer_id IN ?", part).Where(counts)
		return s.Gorm().Table("(?) AS ranked", ranked).Where("place <= ?", scoresEach).Order("at DESC, id DESC")
	})
}

// unsettledAfter returns invitations that are not at their end, by id: those on their way and those a gateway refused for now are few.
func (s store) unsettledAfter(id int64, limit int) ([]Invitation, error) {
	var rows []Invitation
	err := s.Gorm().Where("state IN ? AND id > ?", []State{Planned, Sending}, id).Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read invitations that are not at their end: %w", err)
	}
	return rows, nil
}

// remindersAfter returns invitations whose reminder was due until now and is not at its end, by that time.
func (s store) remindersAfter(now clock.Instant, after Left, limit int) ([]Invitation, error) {
	var rows []Invitation
	err := s.Gorm().Where("reminder_state IN ? AND reminder_due_at <= ?", []State{Planned, Sending}, now).
		Where("reminder_due_at > ? OR (reminder_due_at = ? AND id > ?)", after.DueAt, after.DueAt, after.ID).
		Order("reminder_due_at, id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read reminders that are not at their end: %w", err)
	}
	return rows, nil
}
