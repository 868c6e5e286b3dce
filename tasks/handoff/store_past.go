package handoff

import (
	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// ofCustomers selects handoffs about customers: about a contact that the viewer sees, or theirs to see. The index by customer finds them.
func (s store) ofCustomers(p contact.Past) *gorm.DB {
	seen, args := p.Seen("handoffs.contact_id")
	return s.Gorm().Table("handoffs").Where("handoffs.customer_id IN ?", p.Customers).
		Where("("+seen+" OR handoffs.id IN (?))", append(args, s.visible(p.Viewer).Select("handoffs.id"))...)
}

func (s store) past(p contact.Past) ([]Handoff, error) {
	ids, err := p.Latest(s.Tx, "handoffs.id", func() *gorm.DB { return s.ofCustomers(p) },
		database.Moment{Column: "handoffs.created_at"}, database.Moment{Column: "handoffs.replied_at"},
		database.Moment{Column: "handoffs.closed_at", When: "handoffs.state = ?", Args: []any{Closed}})
	if err != nil {
		return nil, err
	}
	return s.byIDs(ids)
}

// OpenOf returns the handoffs about customers that are not closed, what is owed first, at most as many as the stretch has: those about
// contacts that the viewer sees, and those that are the viewer's to see.
func OpenOf(tx database.Tx, p contact.Past) ([]Handoff, error) {
	return database.List[Handoff](store{tx}.ofCustomers(p).Where("handoffs.state <> ?", Closed).Order("due_at, id").Limit(p.Limit),
		"open handoffs of customers")
}

// SeenOf returns which of the handoffs a viewer may open.
func SeenOf(tx database.Tx, viewer account.Viewer, ids []int64) (map[int64]bool, error) {
	found, err := database.In[Handoff](database.DistinctNonzero(ids), "handoffs that a viewer sees", func(part []int64) *gorm.DB {
		return store{tx}.visible(viewer).Select("id").Where("id IN ?", part)
	})
	seen := make(map[int64]bool, len(found))
	for _, h := range found {
		seen[h.ID] = true
	}
	return seen, err
}
