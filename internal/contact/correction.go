package contact

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/whose"
)

// JobCorrected is the kind of job that is added when a source corrects what follow-up was decided by; its ref is the contact.
const JobCorrected = "contacts.corrected"

// correctable is how long after a resolution its follow-up may be decided again; no policy follows up what is older.
const correctable = 90 * 24 * time.Hour

// correct writes down what changed of the things a standing resolution has frozen. Whether the customer can be reached is not among
// them, but follow-up was decided by it.
func (d *draft) correct(t *taken, before Contact, resolverBefore Participant, now clock.Instant) {
	after, no, noted := &d.contact, d.newest().No, len(d.corrections)
	note := func(field, was, is string) {
		if was != is {
			d.corrections = append(d.corrections, Correction{
				ResolutionNo: no, Field: field, OldValue: was, NewValue: is, At: now,
			})
		}
	}
	note("channel", string(before.Channel), string(after.Channel))
	note("category", before.Category, after.Category)
	note("product", before.Product, after.Product)
	note("severity", string(before.Severity), string(after.Severity))
	note("complaint", strconv.FormatBool(before.Complaint), strconv.FormatBool(after.Complaint))
	note("auto_closed", strconv.FormatBool(before.AutoClosed), strconv.FormatBool(after.AutoClosed))
	note("subcategory", before.Subcategory, after.Subcategory)
	note("order_reference", before.OrderReference, after.OrderReference)
	note("agent", id(resolverBefore.AgentID), id(resolver(d.people).AgentID))
	note("customer", id(before.CustomerID), id(after.CustomerID))
	decidedBy := len(d.corrections) > noted || before.Tags != after.Tags || seconds(before) != seconds(*after) || t.readdressed
	d.corrected = d.corrected || decidedBy && now.Sub(d.newest().ResolvedAt) <= correctable
}

// seconds are the handling times of a contact; -1 where the source says none, which is not the same as none at all.
func seconds(c Contact) [3]int64 {
	var times [3]int64
	for i, s := range []*int64{c.TalkSeconds, c.HoldSeconds, c.WrapUpSeconds} {
		if times[i] = -1; s != nil {
			times[i] = *s
		}
	}
	return times
}

// CorrectedResolution returns the newest resolution of a contact, with what its source corrected since in place of what was frozen,
// and whether it stands: the contact was resolved and not reopened.
func CorrectedResolution(tx database.Tx, contactID int64) (Resolution, bool, error) {
	contacts, err := ContactsByID(tx, []int64{contactID})
	if err != nil {
		return Resolution{}, false, err
	}
	resolutions, err := store{tx}.resolutionsOfContacts([]int64{contactID})
	if err != nil || len(resolutions) == 0 {
		return Resolution{}, false, err
	}
	people, err := store{tx}.participantsOf([]int64{contactID})
	if err != nil {
		return Resolution{}, false, err
	}
	c := contacts[contactID]
	r := resolutions[len(resolutions)-1].of(c, people)
	persons, err := store{tx}.persons([]int64{c.CustomerID})
	r.PersonID = persons[c.CustomerID]
	return r, r.ReopenedAt.IsZero(), err
}

// of returns the resolution with what is known of the contact now in place of what was frozen.
func (r Resolution) of(c Contact, people []Participant) Resolution {
	who := resolver(people)
	r.ContactID, r.SourceID, r.CustomerID = c.ID, c.SourceID, c.CustomerID
	r.Channel, r.Category, r.Product, r.Severity = c.Channel, c.Category, c.Product, c.Severity
	r.Complaint, r.AutoClosed = c.Complaint, c.AutoClosed
	r.AgentID, r.TeamID = who.AgentID, who.TeamID
	return r
}

// Unresolved returns contacts as if they were resolved as they are now: what is scored for a contact without a resolution is broken
// down by it. The resolutions have no id and no time.
func Unresolved(tx database.Tx, contactIDs []int64) (map[int64]Resolution, error) {
	contacts, err := ContactsByID(tx, contactIDs)
	if err != nil || len(contacts) == 0 {
		return nil, err
	}
	rows, err := store{tx}.participantsOf(contactIDs)
	people := make(map[int64][]Participant, len(contacts))
	for _, p := range rows {
		people[p.ContactID] = append(people[p.ContactID], p)
	}
	found := make(map[int64]Resolution, len(contacts))
	for id, c := range contacts {
		found[id] = Resolution{}.of(c, people[id])
	}
	return found, err
}

// customersOf returns whose each contact is now, as far as its source has corrected that; resolutions, and the work set up for them,
// keep whose it was.
func customersOf(tx database.Tx, contactIDs []int64) (map[int64]int64, error) {
	return store{tx}.customersOf(database.DistinctNonzero(contactIDs))
}

// Overtaking is what a source has said since something was planned for a resolution that ends it.
type Overtaking string

// What ends a plan. Nothing does where it is empty.
const (
	ByReopening  Overtaking = "reopened"  // the contact was reopened
	ByCorrection Overtaking = "corrected" // the contact is another customer's by now
	// the person has reported something since, and it is open: what is planned about the older contact waits. Overtaken does not say it:
	// ask Newer.
	ByNewer Overtaking = "newer_contact"
)

// Plan is something planned for a resolution, as that is now, with a customer; 0 is whoever the contact turns out to be of.
type Plan struct {
	Resolution Resolution
	CustomerID int64
}

// Overtaken returns what has overtaken each of the plans. It is looked at again at the moment of every contact: before that jobs may not
// have come by yet.
func Overtaken(tx database.Tx, plans ...Plan) ([]Overtaking, error) {
	contactIDs := make([]int64, len(plans))
	for i, p := range plans {
		contactIDs[i] = p.Resolution.ContactID
	}
	customers, err := customersOf(tx, contactIDs)
	if err != nil {
		return nil, err
	}
	overtaken := make([]Overtaking, len(plans))
	for i, p := range plans {
		switch {
		case !p.Resolution.ReopenedAt.IsZero():
			overtaken[i] = ByReopening
		case p.CustomerID != 0 && customers[p.Resolution.ContactID] != p.CustomerID:
			overtaken[i] = ByCorrection
		}
	}
	return overtaken, nil
}

// DecideAgain adds the job of a correction once more, where follow-up was given up because of one: the first job left alone what was
// under way.
func DecideAgain(tx database.Tx, contactID int64, now clock.Instant) error {
	return outbox.Add(tx, now, outbox.New(JobCorrected, contactID, outbox.Normal, now))
}

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

// heed leaves a contact with the customer that somebody said it is of by hand: what its source says of the customer is said of that one.
func (k *intake) heed(f *fresh) {
	d := k.drafts[f.input.ExternalID]
	own := d.customer.Reference
	if !d.contact.CustomerByHand || own == "" || f.reference == "" {
		return
	}
	if own != f.reference && (f.input.Customer.Reference != "" || !whose.Under(own, f.reference)) {
		f.warn("customer.reference", "customer_by_hand", "is another customer than somebody said by hand, which is kept", f.reference)
	}
	f.reference, f.byHand = own, true
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

func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func parseID(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // we wrote it ourselves; "" is 0
	return n
}
