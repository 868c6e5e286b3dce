package survey

import (
	"fmt"

	"aftercall/internal/clock"
)

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
