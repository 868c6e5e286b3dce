package callback

import (
	"gorm.io/gorm"

	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// OfCustomers selects the callbacks of customers that are of the viewer's teams, or about a contact that the viewer sees. The index by
// customer finds them.
func OfCustomers(tx database.Tx, p contact.Past) *gorm.DB {
	q := tx.Gorm().Table("callbacks").Where("callbacks.customer_id IN ?", p.Customers)
	if teams := p.Viewer.VisibleTeams(); teams != nil {
		seen, args := p.Seen("callbacks.contact_id")
		q = q.Where("(callbacks.team_id IN ? OR "+seen+")", append([]any{teams}, args...)...)
	}
	return q
}

// ContactsOf returns about which contact each callback is.
func ContactsOf(tx database.Tx, callbackIDs []int64) (map[int64]int64, error) {
	rows, err := database.In[Callback](database.DistinctNonzero(callbackIDs), "contacts of callbacks", func(part []int64) *gorm.DB {
		return tx.Gorm().Select("id", "contact_id").Where("id IN ?", part)
	})
	contacts := make(map[int64]int64, len(rows))
	for _, c := range rows {
		contacts[c.ID] = c.ContactID
	}
	return contacts, err
}
