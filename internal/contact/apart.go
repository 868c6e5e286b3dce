package contact

import (
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/text"
	"aftercall/internal/whose"
)

// MostApart is how many contacts can be taken apart, or brought back, at once.
const MostApart = 1000

// Apart is contacts of a customer that are somebody else's.
type Apart struct {
	CustomerID int64
	ContactIDs []int64
	Name       string  // of whom they are
	AddressIDs []int64 // addresses of the customer that are theirs
}

// TakeApart gives contacts to a customer of that name, who is made of them unless the same customer was taken apart before, and returns
// that customer and whether it is new. A new one is the same person as the customer for now. Whose the contacts are is not changed by
// their source afterwards. The viewer sees the customer; what they do not see of its contacts is not theirs to choose.
func TakeApart(tx database.Tx, viewer account.Viewer, a Apart, now clock.Instant) (made Customer, isNew bool, err error) {
	st := store{tx}
	contacts, err := st.chosen(viewer, a)
	if err != nil {
		return Customer{}, false, err
	}
	customers, err := st.lockCustomersByID(a.CustomerID)
	if err != nil || len(customers) == 0 {
		return Customer{}, false, orNoCustomer(err)
	}
	from := customers[0]
	addresses, err := st.addresses([]int64{from.ID})
	if err != nil {
		return Customer{}, false, err
	}
	name := text.Cut(text.Name(a.Name), maxKey)
	if err := checkApartName(from, name); err != nil {
		return Customer{}, false, err
	}
	k := newIntake(tx, from.SourceID, now)
	base := baseOf(from.Reference, addresses)
	if base == from.Reference {
		if err := k.contestFor(from, addresses); err != nil {
			return Customer{}, false, err
		}
	}
	to, isNew, err := k.customerApart(from, whose.Reference(base, whose.Fold(name)), name)
	if err != nil {
		return Customer{}, false, err
	}
	theirs, err := st.addresses([]int64{to.ID})
	if err != nil {
		return to, isNew, err
	}
	addresses = slices.DeleteFunc(addresses, func(one Address) bool { return !slices.Contains(a.AddressIDs, one.ID) })
	if err := st.giveAddresses(behind(theirs, addresses), to.ID); err != nil {
		return to, isNew, err
	}
	k.concerned = append(k.concerned, from.PersonID, to.PersonID)
	return to, isNew, k.moveAll(contacts, to, true)
}

// chosen locks the contacts to be taken apart.
func (s store) chosen(viewer account.Viewer, a Apart) ([]Contact, error) {
	ids := database.DistinctNonzero(a.ContactIDs)
	switch {
	case len(ids) == 0:
		return nil, apartProblem("contact", "apart_none", "choose the contacts that are somebody else's")
	case len(ids) > MostApart:
		return nil, errApartMany
	}
	contacts, err := s.lockContactsOf(a.CustomerID, ids)
	if err != nil {
		return nil, err
	}
	seen, err := s.visibleOf(viewer, ids)
	if err != nil {
		return nil, err
	}
	if len(contacts) < len(ids) || len(seen) < len(ids) {
		return nil, ErrPersonChanged
	}
	n, err := s.countContactsOf(a.CustomerID, len(ids)+1)
	if err == nil && n <= len(ids) {
		err = apartProblem("contact", "apart_all", "leave at least one contact where it is")
	}
	return contacts, err
}

var errApartMany = fault.New(fault.TooLarge, "apart_many", "no more than a thousand contacts can be moved at once").With("most", MostApart)

func apartProblem(field, code, problem string) error {
	return fault.InvalidFields(fault.Field{Name: field, Code: code, Problem: problem})
}

func orNoCustomer(err error) error {
	if err != nil {
		return err
	}
	return ErrNoCustomer
}

func checkApartName(from Customer, name string) error {
	switch whose.Fold(name) {
	case "":
		return apartProblem("name", "required", "is required")
	case whose.Fold(from.Name):
		return apartProblem("name", "apart_same_name", "is the name of the customer they leave")
	}
	return nil
}

// baseOf returns the address by which a customer is known, if its reference was made of one, or the reference.
func baseOf(reference string, addresses []Address) string {
	for _, a := range addresses {
		if a.Normalised != "" && whose.Under(reference, a.Normalised) {
			return a.Normalised
		}
	}
	return reference
}

// contestFor makes the address that a customer is known by alone a contested one: somebody says that several people use it. A customer
// whose reference is no address of theirs is what the source says.
func (k *intake) contestFor(from Customer, addresses []Address) error {
	if !slices.ContainsFunc(addresses, func(a Address) bool { return a.Normalised == from.Reference }) {
		return nil
	}
	contested, err := whose.ContestedAmong(k.store.Tx, from.SourceID, []string{from.Reference})
	if err != nil || contested[from.Reference] {
		return err
	}
	rows := []whose.Contested{{SourceID: from.SourceID, Address: from.Reference, CustomerID: from.ID, At: k.now}}
	own := whose.Reference(from.Reference, whose.Fold(from.Name))
	taken, err := k.store.customersReferred(from.SourceID, []string{own})
	if err != nil {
		return err
	}
	if len(taken) == 0 {
		from.Reference = own
		if err := rewrite(k.store, "the references of customers", []Customer{from}, []string{"reference"}); err != nil {
			return err
		}
	}
	if err := whose.Contest(k.store.Tx, rows); err != nil {
		return err
	}
	return outbox.Add(k.store.Tx, k.now, outbox.New(JobSettle, rows[0].ID, outbox.Normal, k.now))
}

// customerApart returns the customer of a reference beside another one, and whether it was made.
func (k *intake) customerApart(beside Customer, reference, name string) (Customer, bool, error) {
	book := &customerBook{drafts: map[string]*customerDraft{}}
	if err := k.find(book, []string{reference}, nil); err != nil {
		return Customer{}, false, err
	}
	d := book.drafts[reference]
	if d.customer.ID != 0 {
		return d.customer, false, nil
	}
	d.customer.PersonID = beside.PersonID
	d.apply(&taken{input: Input{Customer: InputCustomer{Name: name, Language: beside.Language, Zone: beside.Zone}}}, k.now)
	err := k.store.addCustomers([]*customerDraft{d})
	return d.customer, true, err
}

// moveAll makes locked contacts a customer's.
func (k *intake) moveAll(contacts []Contact, to Customer, byHand bool) error {
	if err := k.hold(contacts); err != nil {
		return err
	}
	for _, d := range k.order {
		d.moveTo(&to, k.now)
		d.contact.CustomerByHand = byHand
	}
	return k.finish()
}

// BringBack undoes what TakeApart did: the contacts somebody gave a customer are the other's again, and where nothing is left, its
// addresses too.
func BringBack(tx database.Tx, from, to int64, now clock.Instant) error {
	st := store{tx}
	contacts, err := st.lockByHand(from, MostApart+1)
	switch {
	case err != nil:
		return err
	case len(contacts) > MostApart:
		return errApartMany
	}
	customers, err := st.lockCustomersByID(from, to)
	if err != nil || len(customers) < 2 {
		return orNoCustomer(err)
	}
	i := slices.IndexFunc(customers, func(c Customer) bool { return c.ID == to })
	back := customers[i]
	k := newIntake(tx, back.SourceID, now)
	k.concerned = append(k.concerned, customers[0].PersonID, customers[1].PersonID)
	if err := k.moveAll(contacts, back, false); err != nil {
		return err
	}
	n, err := st.countContactsOf(from, 1)
	if err != nil || n > 0 {
		return err
	}
	return st.bringAddresses(from, to)
}

// bringAddresses gives one customer those of another's addresses that it does not have.
func (s store) bringAddresses(from, to int64) error {
	rows, err := s.addresses([]int64{from, to})
	if err != nil {
		return err
	}
	var own, given []Address
	for _, a := range rows {
		if a.CustomerID == to {
			own = append(own, a)
		}
	}
	for _, a := range rows {
		isSame := func(b Address) bool { return b.Kind == a.Kind && b.Normalised == a.Normalised && b.Raw == a.Raw }
		if a.CustomerID == from && !slices.ContainsFunc(own, isSame) {
			given = append(given, a)
		}
	}
	return s.giveAddresses(behind(own, given), to)
}

// behind places addresses behind those that a customer has.
func behind(own, given []Address) []Address {
	next := map[AddressKind]int{}
	for _, a := range own {
		next[a.Kind] = max(next[a.Kind], a.Position+1)
	}
	for i := range given {
		given[i].Position = next[given[i].Kind]
		next[given[i].Kind]++
	}
	return given
}
