package contact

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/whose"
)

// settleTime is how long a transaction may have been open that did not know yet that an address was contested: InnoDB waits 50 seconds
// for a lock.
const settleTime = 50 * time.Second

// SettleAddress brings contacts that came under an address while it was not contested to whom they are of, as if their source had
// corrected that. It is no part of intake: contacts are locked before customers. Some time later it looks once more, for contacts of
// transactions that were under way.
func (s *Service) SettleAddress(ctx context.Context, ticket outbox.Ticket, contestedID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(database.Background(ctx), func(_ context.Context, tx database.Tx) error {
		c, err := whose.ContestedByID(tx, contestedID)
		if err != nil {
			return err
		}
		more, err := settle(tx, c, now, s.db.RowsPerTx())
		again := c.At.Add(settleTime)
		switch {
		case err != nil:
			return err
		case more:
			return ticket.Again(tx, now)
		case now.Before(again):
			return ticket.Again(tx, again)
		}
		return ticket.Done(tx)
	})
	if err != nil {
		return fmt.Errorf("settle contested address %d: %w", contestedID, err)
	}
	return nil
}

// settle moves up to limit contacts, and reports whether there may be more.
func settle(tx database.Tx, c whose.Contested, now clock.Instant, limit int) (more bool, err error) {
	said, err := whose.Said(tx, c.SourceID, []string{c.Address})
	if err != nil {
		return false, err
	}
	references := make(map[int64]string, len(said)) // by description
	for _, d := range said {
		references[d.ID] = d.Reference()
	}
	contacts, err := store{tx}.lockMisplaced(c, references, limit)
	if err != nil || len(contacts) == 0 {
		return false, err
	}
	k := newIntake(tx, c.SourceID, now)
	if err := k.hold(contacts); err != nil {
		return false, err
	}
	book := &customerBook{drafts: map[string]*customerDraft{}}
	wanted := make([]string, len(contacts))
	for i, one := range contacts {
		wanted[i] = references[*one.DescriptionID]
	}
	if err := k.find(book, wanted, nil); err != nil {
		return false, err
	}
	for _, d := range said { // who is known already may have said something newer
		if customer := book.drafts[d.Reference()]; customer != nil && customer.customer.ID == 0 {
			customer.apply(takenFrom(d), now)
			customer.wanted = true
		}
	}
	if err := k.writeCustomers(book.order); err != nil {
		return false, err
	}
	for i, one := range contacts {
		k.drafts[one.ExternalID].moveTo(&book.drafts[wanted[i]].customer, now)
	}
	return len(contacts) == limit, k.finish()
}

// hold takes known contacts in hand, which are locked.
func (k *intake) hold(contacts []Contact) error {
	byID := make(map[int64]*draft, len(contacts))
	for _, c := range contacts {
		d := &draft{contact: c, stored: true}
		k.drafts[c.ExternalID], byID[c.ID] = d, d
		k.order = append(k.order, d)
	}
	return k.loadHistory(byID)
}

// moveTo makes the contact another customer's.
func (d *draft) moveTo(customer *Customer, now clock.Instant) {
	before, personBefore := d.contact, d.personID
	d.contact.CustomerID, d.personID, d.contact.ChangedAt = customer.ID, customer.PersonID, now
	if d.complaintMoved(before) {
		d.complained = append(d.complained, personBefore, d.personID)
	}
	if d.stands() {
		d.correct(&taken{}, before, resolver(d.people), now)
	}
	d.changed = true
}
