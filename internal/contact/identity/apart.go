package identity

import (
	"context"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// madeApart is a customer whom a change made of contacts of another one.
type madeApart struct {
	ChangeID   int64 `gorm:"primaryKey;autoIncrement:false"`
	CustomerID int64
	FromID     int64
}

// TableName names the table.
func (madeApart) TableName() string { return "customers_apart" }

// TakeApart gives contacts of a customer, who turned out to be several people, to a customer of another name and a person of their own,
// because somebody knows that. A supervisor gives the reason; what the source sends afterwards does not bring them together again.
// Contacts of somebody who was taken apart before join them, and no person changes: the change then has no id. It returns fault.Conflict
// "person_held" while somebody calls the person, "person_changed" when the contacts are not that customer's any more, and
// "person_elsewhere" when the viewer does not see all records of the person.
func (s *Service) TakeApart(ctx context.Context, viewer account.Viewer, a contact.Apart, reason string) (PersonChange, error) {
	reason, err := checkRegroup(viewer, reason)
	if err != nil {
		return PersonChange{}, err
	}
	return s.regroup(ctx, viewer, "customer.take_apart", func(g regrouping) (PersonChange, error) {
		seen, err := contact.Directory{}.Seen(g.store.Tx, viewer, []int64{a.CustomerID})
		if err != nil {
			return PersonChange{}, err
		}
		if len(seen) == 0 {
			return PersonChange{}, contact.ErrNoCustomer
		}
		return g.takeApart(a, reason)
	})
}

func (g regrouping) takeApart(a contact.Apart, reason string) (PersonChange, error) {
	persons, err := contact.PersonsOf(g.store.Tx, []int64{a.CustomerID})
	if err != nil {
		return PersonChange{}, err
	}
	change := PersonChange{Kind: ChangeSplit, PersonID: persons[a.CustomerID], UserID: g.viewer.UserID, Reason: reason}
	made, isNew, err := contact.TakeApart(g.store.Tx, g.viewer, a, g.now)
	switch {
	case err != nil:
		return change, err
	case !isNew:
		return change, g.joins(change.PersonID, made.PersonID)
	}
	if change, err = g.split(change, []int64{made.ID}); err != nil {
		return change, err
	}
	return change, g.store.addApart(madeApart{ChangeID: change.ID, CustomerID: made.ID, FromID: a.CustomerID})
}

// joins refuses that contacts go from one person to another unless the viewer sees all of both, and nobody calls one of them.
func (g regrouping) joins(from, to int64) error {
	if err := g.reserve(database.DistinctNonzero([]int64{from, to})...); err != nil {
		return err
	}
	for _, person := range []int64{from, to} {
		records, err := g.records(person)
		if err != nil {
			return err
		}
		if err := g.sight(records); err != nil {
			return err
		}
	}
	return g.free(from, to)
}

// bringBack gives the contacts that a change took apart back to whose they were.
func (g regrouping) bringBack(changeID int64) error {
	made, err := g.store.apartBy(changeID)
	if err != nil || made.ChangeID == 0 {
		return err
	}
	return contact.BringBack(g.store.Tx, made.CustomerID, made.FromID, g.now)
}
