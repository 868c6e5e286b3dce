package survey

import (
	"cmp"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// settleLeft brings to its end what earlier tries left of a resolution's invitations, behind the guard row: of one in state sending
// nobody knows whether it went out, and one that waits is withdrawn when it is not wanted any more. It reports whether the customer was
// asked, or may have been: then nothing is sent any more.
func settleLeft(st store, resolutionID int64, unwanted string) (bool, error) {
	invitations, err := st.invitationsAbout(resolutionID)
	if err != nil {
		return false, err
	}
	gone := false
	for n := range invitations {
		i := &invitations[n]
		if i.State == Sending {
			if err := i.doubt(ReasonCrashed); err != nil {
				return false, err
			}
			if err := st.putInvitation(i); err != nil {
				return false, err
			}
		}
		gone = gone || !i.unsent()
	}
	if !gone && unwanted == "" {
		return false, nil
	}
	for _, i := range invitations {
		if i.State == Planned { // beside one that is gone: of another survey, which the policy wanted before
			if err := withdraw(st, i, cmp.Or(unwanted, ReasonCorrected)); err != nil {
				return false, err
			}
		}
	}
	return gone, nil
}

// withdraw closes an invitation; one that may have gone out stays uncertain.
func withdraw(st store, i Invitation, reason string) error {
	if err := i.cancel(reason); err != nil {
		return err
	}
	return st.putInvitation(&i)
}

// Withdraw ends what is under way about a resolution, in the transaction that takes its job away. It reports whether the customer was
// asked, or may have been.
func (s *Service) Withdraw(tx database.Tx, resolutionID int64, reason string) (bool, error) {
	st := store{tx}
	invitations, err := st.invitationsAbout(resolutionID)
	if err != nil || len(invitations) == 0 {
		return false, err
	}
	if err := reserveOf(st, invitations); err != nil {
		return false, err
	}
	return settleLeft(st, resolutionID, reason)
}

// CancelContact cancels the invitations of a contact that have not been answered, and their reminders, in the transaction of what made
// them pointless. One that has already gone out was still sent and counts as such, and one that may have gone out stays uncertain; the
// link of either says that the survey is closed.
func (s *Service) CancelContact(tx database.Tx, _ clock.Instant, contactID int64, reason string) error {
	st := store{tx}
	// The guard rows first, and then the rows as they are behind them.
	invitations, err := st.unansweredOf(contactID)
	if err != nil || len(invitations) == 0 {
		return err
	}
	if err := reserveOf(st, invitations); err != nil {
		return err
	}
	if invitations, err = st.unansweredOf(contactID); err != nil {
		return err
	}
	for _, i := range invitations {
		if i.closed() {
			continue
		}
		if err := withdraw(st, i, reason); err != nil {
			return err
		}
	}
	return nil
}

// reserveOf makes others who decide about the same invitations wait.
func reserveOf(st store, invitations []Invitation) error {
	customers := make([]int64, len(invitations))
	for i, invitation := range invitations {
		customers[i] = invitation.CustomerID
	}
	_, err := reserve(st.Tx, customers...)
	return err
}

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
