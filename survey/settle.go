package survey

import (
	"cmp"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// settleLeft ends what earlier tries left of a resolution's invitations, and reports whether the customer was asked, or may
// have been: then nothing may be sent any more. An invitation in state sending becomes uncertain; a planned one is withdrawn
// when it is unwanted or another was sent. Call it behind the guard row of the person.
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

// withdraw cancels an invitation; one that may have gone out stays uncertain, with the reason.
func withdraw(st store, i Invitation, reason string) error {
	if err := i.cancel(reason); err != nil {
		return err
	}
	return st.putInvitation(&i)
}

// Withdraw ends what is under way about a resolution, and reports whether the customer was asked, or may have been. Call it in
// the transaction that cancels the job of the survey: without that, the job could still send.
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

// CancelContact cancels the unanswered invitations of a contact, and their reminders. Call it in the transaction that makes
// them pointless, such as a reopening. An invitation that has gone out still counts as sent, one that may have gone out stays
// uncertain, and the link of both says that the survey is closed.
func (s *Service) CancelContact(tx database.Tx, contactID int64, reason string) error {
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

// reserveOf reserves the persons of invitations: whoever else decides about these invitations waits.
func reserveOf(st store, invitations []Invitation) error {
	customers := make([]int64, len(invitations))
	for i, invitation := range invitations {
		customers[i] = invitation.CustomerID
	}
	_, err := reserve(st.Tx, customers...)
	return err
}

// Left is an invitation or a reminder that is planned or in state sending: a job must still bring it to its end.
type Left struct {
	ID      int64
	Ref     int64         // what its job names: the decision of an invitation, the invitation of a reminder
	DueAt   clock.Instant // of a reminder
	Sending bool          // or it was, when its sender stopped
	Over    bool          // nothing will be sent any more: its job only writes down what became of it
}

// LeftInvitations returns up to limit invitations that are planned or in state sending, by id. after is the last one of the
// page before; the zero Left begins.
func LeftInvitations(tx database.Tx, now clock.Instant, after Left, limit int) ([]Left, error) {
	rows, err := store{tx}.unsettledAfter(after.ID, limit)
	left := make([]Left, len(rows))
	for n, i := range rows {
		sending := i.State == Sending
		left[n] = Left{ID: i.ID, Ref: i.DecisionID, Sending: sending, Over: sending || now > i.ExpiresAt}
	}
	return left, err
}

// LeftReminders is LeftInvitations for reminders whose time has come, in the order of that time.
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
