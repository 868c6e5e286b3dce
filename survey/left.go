package survey

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Left is an invitation, or its reminder, that is not at its end. A job has to bring it there.
type Left struct {
	ID      int64
	Ref     int64         // what its job names: the decision of an invitation, the invitation of a reminder
	DueAt   clock.Instant // of a reminder
	Sending bool          // or it was, when its sender stopped
	Over    bool          // nothing will be sent any more: its job only writes down what became of it
}

// LeftInvitations returns up to limit invitations that are not at their end, those after the last one of the page before.
func LeftInvitations(tx database.Tx, now clock.Instant, after Left, limit int) ([]Left, error) {
	rows, err := store{tx}.unsettledAfter(after.ID, limit)
	left := make([]Left, len(rows))
	for n, i := range rows {
		sending := i.State == Sending
		left[n] = Left{ID: i.ID, Ref: i.DecisionID, Sending: sending, Over: sending || now > i.ExpiresAt}
	}
	return left, err
}

// LeftReminders does for reminders whose time has come what LeftInvitations does for invitations.
func LeftReminders(tx database.Tx, now clock.Instant, after Left, limit int) ([]Left, error) {
	rows, err := store{tx}.remindersAfter(now, after, limit)
	left := make([]Left, len(rows))
	for n, i := range rows {
		sending := i.Reminder.State == Sending
		left[n] = Left{
			ID: i.ID, Ref: i.ID, DueAt: i.Reminder.DueAt, Sending: sending, Over: sending || !i.remindable() || now > i.ExpiresAt,
		}
	}
	return left, err
}
