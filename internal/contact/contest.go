package contact

import (
	"maps"
	"slices"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/outbox"
	"aftercall/internal/whose"
)

// contest writes down that addresses are contested. Who was known by one of them alone is one of the people from now on: see settle for
// the contacts that are the others'.
func (k *intake) contest(book *customerBook, newly []*claim) error {
	for _, c := range newly {
		c.contested = true
	}
	if len(newly) == 0 {
		return nil
	}
	byID := map[int64]*claim{}
	rows := make([]whose.Contested, len(newly))
	for i, c := range newly {
		rows[i] = whose.Contested{SourceID: k.sourceID, Address: c.address, At: k.now}
		if c.isKnown() {
			rows[i].CustomerID = c.customer.customer.ID
			byID[rows[i].CustomerID] = c
		}
	}
	if err := k.rename(book, byID); err != nil {
		return err
	}
	if k.rehearsal != nil {
		return nil
	}
	if err := whose.Contest(k.store.Tx, rows); err != nil {
		return err
	}
	jobs := make([]outbox.Job, len(rows))
	for i, row := range rows {
		jobs[i] = outbox.New(JobSettle, row.ID, outbox.Normal, k.now)
	}
	return outbox.Add(k.store.Tx, k.now, jobs...)
}

// rename gives customers who were known by an address alone the reference of whom most of their contacts are. Where some of these
// say nothing, they stay the customer of the address.
func (k *intake) rename(book *customerBook, byID map[int64]*claim) error {
	ids := slices.Sorted(maps.Keys(byID))
	tallies, err := k.store.tallies(ids)
	if err != nil {
		return err
	}
	references := make([]string, len(ids))
	for i, id := range ids {
		references[i] = byID[id].keeps(tallies[id])
	}
	if err := k.find(book, references, nil); err != nil {
		return err
	}
	var renamed []Customer
	for i, id := range ids {
		c, reference := byID[id], references[i]
		switch {
		case reference != "" && book.drafts[reference].customer.ID == 0:
			c.customer.customer.Reference = reference
			renamed = append(renamed, c.customer.customer)
			book.drafts[reference] = c.customer
			book.add(k, c.address)
			c.remember(reference, k.now)
		case !slices.ContainsFunc(tallies[id], func(t tally) bool { return t.DescriptionID == nil }):
			c.forget(k.now)
		}
	}
	if k.rehearsal != nil {
		return nil
	}
	return rewrite(k.store, "the references of customers", renamed, []string{"reference"})
}

// keeps returns the reference of the people under the address who keep its customer; empty for those of whom nothing is said. What was
// taken in before descriptions were kept goes with who the customer is now.
func (c *claim) keeps(tallies []tally) string {
	counts := map[string]int{}
	bare, before := false, false
	for _, t := range tallies {
		switch {
		case t.DescriptionID == nil:
			before = true
		case *t.DescriptionID == 0:
			bare = true
		}
		for _, d := range c.said {
			if t.DescriptionID != nil && d.ID != 0 && d.ID == *t.DescriptionID {
				counts[d.Reference()] += t.Contacts
			}
		}
	}
	switch {
	case bare:
		return ""
	case before:
		now := whose.Describe(0, c.address, c.customer.customer.Name, whoseAddresses(c.customer.addresses))
		if !now.Named() {
			return ""
		}
		return now.Reference()
	}
	most := ""
	for _, reference := range slices.Sorted(maps.Keys(counts)) {
		if counts[reference] > counts[most] {
			most = reference
		}
	}
	return most
}

// remember makes the customer who the records under a reference said it is.
func (c *claim) remember(reference string, now clock.Instant) {
	var own []*whose.Description
	known, names := []string{c.address}, []string{""}
	for _, d := range c.said {
		if d.ID != 0 && d.Reference() == reference {
			own, names = append(own, d), append(names, whose.Fold(d.Name))
			for _, a := range d.Addresses() {
				known = append(known, a.Normalised)
			}
		}
	}
	isOthers := func(a Address) bool { return !slices.Contains(known, a.Normalised) }
	isNamed := slices.Contains(names, whose.Fold(c.customer.customer.Name))
	if len(own) > 0 && (!isNamed || slices.ContainsFunc(c.customer.addresses, isOthers)) {
		c.forget(now)
	}
	for _, d := range own {
		c.customer.apply(takenFrom(d), now)
	}
}

// forget takes from the customer what was said of several people: nothing but the address is left.
func (c *claim) forget(now clock.Instant) {
	d := c.customer
	d.customer.Name, d.changed, d.customer.UpdatedAt = "", true, now
	for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
		isOther := func(a Address) bool { return a.Kind == kind && a.Normalised != c.address }
		if slices.ContainsFunc(d.addresses, isOther) {
			d.addresses = slices.DeleteFunc(d.addresses, isOther)
			d.replaced(kind)
			d.elsewhere = true
		}
	}
}

// takenFrom returns an input that says what a description does.
func takenFrom(d *whose.Description) *taken {
	t := &taken{input: Input{Customer: InputCustomer{Name: d.Name}}}
	kind := PhoneAddress
	if strings.Contains(d.Address, "@") {
		kind = EmailAddress
	}
	all := append([]whose.Address{{Kind: string(kind), Raw: d.Address, Normalised: d.Address}}, d.Addresses()...)
	next := map[AddressKind]int{}
	for _, a := range all {
		kind := AddressKind(a.Kind)
		t.addresses = append(t.addresses, Address{Kind: kind, Position: next[kind], Raw: a.Raw, Normalised: a.Normalised})
		next[kind]++
	}
	return t
}
