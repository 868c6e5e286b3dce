package survey

import (
	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// pastInvitations returns the invitations that tell something in a stretch of the past.
func (s store) pastInvitations(p contact.Past) ([]Invitation, error) {
	ids, err := p.Latest(s.Tx, "invitations.id", p.OfCustomers(s.Tx, "invitations"),
		database.Moment{Column: "sent_at"},
		database.Moment{Column: "created_at", When: "sent_at = 0"},
		database.Moment{Column: "reminder_sent_at", When: "reminder_state = ?", Args: []any{Sent}},
		database.Moment{Column: "reminder_due_at", When: "reminder_state IN ?", Args: []any{[]State{Failed, Uncertain}}})
	if err != nil {
		return nil, err
	}
	return database.In[Invitation](ids, "past invitations", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// pastResponses returns the responses that tell something in a stretch of the past.
func (s store) pastResponses(p contact.Past) ([]Response, error) {
	ids, err := p.Latest(s.Tx, "responses.id", p.OfCustomers(s.Tx, "responses"), database.Moment{Column: "answered_at"})
	if err != nil {
		return nil, err
	}
	return database.In[Response](ids, "past responses", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// ContactsOf returns about which contact each invitation is.
func ContactsOf(tx database.Tx, invitationIDs []int64) (map[int64]int64, error) {
	rows, err := database.In[Invitation](database.DistinctNonzero(invitationIDs), "contacts of invitations", func(part []int64) *gorm.DB {
		return tx.Gorm().Select("id", "contact_id").Where("id IN ?", part)
	})
	contacts := make(map[int64]int64, len(rows))
	for _, i := range rows {
		contacts[i.ID] = i.ContactID
	}
	return contacts, err
}

// OpenOf returns the invitations of customers that may still be answered and are not, the newest first, at most as many as the stretch has.
func OpenOf(tx database.Tx, p contact.Past, now clock.Instant) ([]Invitation, error) {
	return database.List[Invitation](p.OfCustomers(tx, "invitations")().
		Where("state IN ? AND (expires_at = 0 OR expires_at >= ?)", []State{Planned, Sending, Sent, Delivered}, now).
		Where("NOT EXISTS (SELECT 1 FROM responses WHERE responses.invitation_id = invitations.id)").
		Order("invitations.id DESC").Limit(p.Limit), "open invitations")
}
