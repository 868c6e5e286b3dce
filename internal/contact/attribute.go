package contact

import (
	"maps"
	"slices"
	"strings"

	"aftercall/internal/whose"
)

// claim is an address by which records without a reference are known, with all that was ever said of whom it belongs to.
type claim struct {
	address   string
	contested bool
	customer  *customerDraft // who is known by the address alone
	said      []*whose.Description
	before    *whose.Description // what is known of a customer from before descriptions were kept
	records   []*fresh
}

// attribute gives records that name no customer by a reference the reference of whose they are: see package whose. The customers of
// their addresses are in the book, so that two transactions that say something of the same one come one after the other.
func (k *intake) attribute(book *customerBook, inputs []*fresh) error {
	claims := claimsOf(book, inputs)
	if len(claims) == 0 {
		return nil
	}
	if err := k.loadSaid(claims); err != nil {
		return err
	}
	k.describe(claims, inputs)
	var contested, newly []*claim
	for _, c := range claims {
		switch {
		case c.contested:
			contested = append(contested, c)
		case whose.Disagree(c.said):
			newly, contested = append(newly, c), append(contested, c)
		}
	}
	if err := k.contest(book, newly); err != nil {
		return err
	}
	if err := k.keepSaid(claims); err != nil {
		return err
	}
	var references []string
	for _, c := range contested {
		for _, f := range c.records {
			f.reference = k.referenceOf(f, c.address)
			f.said = nil // from now on the reference says it
			references = append(references, f.reference)
			f.warn(fieldOf(c.address), "customer_shared_address",
				"is used by several people, who are told apart by name, or by another address", c.address)
		}
	}
	return k.find(book, references, nil)
}

// claimsOf groups the records without a reference by their address, in the order in which they came.
func claimsOf(book *customerBook, inputs []*fresh) []*claim {
	var claims []*claim
	byAddress := map[string]*claim{}
	for _, f := range inputs {
		if f.reference == "" || f.byHand || f.input.Customer.Reference != "" {
			continue
		}
		c := byAddress[f.reference]
		if c == nil {
			c = &claim{address: f.reference, customer: book.drafts[f.reference]}
			byAddress[c.address] = c
			claims = append(claims, c)
		}
		c.records = append(c.records, f)
	}
	return claims
}

// loadSaid reads which of the addresses are contested, and what was said before under those that are not and are known.
func (k *intake) loadSaid(claims []*claim) error {
	byAddress := make(map[string]*claim, len(claims))
	var all, known []string
	for _, c := range claims {
		byAddress[c.address], all = c, append(all, c.address)
	}
	contested, err := whose.ContestedAmong(k.store.Tx, k.sourceID, all)
	if err != nil {
		return err
	}
	for _, c := range claims {
		c.contested = contested[c.address]
		before := slices.ContainsFunc(c.records, func(f *fresh) bool {
			id := k.drafts[f.input.ExternalID].contact.DescriptionID
			return id != nil && *id != 0
		})
		if before || !c.contested && c.isKnown() && c.isDescribed() {
			known = append(known, c.address)
		}
	}
	said, err := whose.Said(k.store.Tx, k.sourceID, known)
	if err != nil {
		return err
	}
	for _, d := range said {
		byAddress[d.Address].said = append(byAddress[d.Address].said, d)
	}
	return k.loadBefore(claims)
}

// isKnown reports whether there is a customer of the address alone.
func (c *claim) isKnown() bool { return c.customer != nil && c.customer.customer.ID != 0 }

// isDescribed reports whether a record says anything of whom it belongs to.
func (c *claim) isDescribed() bool {
	return slices.ContainsFunc(c.records, func(f *fresh) bool { return f.input.Customer.Name != "" || len(f.addresses) > 1 })
}

// loadBefore takes what is known of customers from before descriptions were kept for one.
func (k *intake) loadBefore(claims []*claim) error {
	byID := map[int64]*claim{}
	for _, c := range claims {
		if !c.contested && c.isKnown() && len(c.said) == 0 && c.isDescribed() {
			byID[c.customer.customer.ID] = c
		}
	}
	tallies, err := k.store.tallies(slices.Sorted(maps.Keys(byID)))
	if err != nil {
		return err
	}
	for id, c := range byID {
		if !slices.ContainsFunc(tallies[id], func(t tally) bool { return t.DescriptionID == nil }) {
			continue
		}
		before := whose.Describe(k.sourceID, c.address, c.customer.customer.Name, whoseAddresses(c.customer.addresses))
		if !before.Bare() {
			c.before = &before
			c.add(c.before)
		}
	}
	return nil
}

// describe notes what each record says, in the order in which they came; what one leaves out is as the same contact said it before.
func (k *intake) describe(claims []*claim, inputs []*fresh) {
	of := make(map[*fresh]*claim, len(inputs))
	for _, c := range claims {
		for _, f := range c.records {
			of[f] = c
		}
	}
	for _, f := range inputs {
		c := of[f]
		if c == nil {
			continue
		}
		d, in := k.drafts[f.input.ExternalID], &f.input.Customer
		said := whose.Describe(k.sourceID, c.address, in.Name, whoseAddresses(f.addresses))
		if before := c.saidOf(d); before != nil {
			said = said.Over(before)
		}
		d.strayed = d.strayed || d.said != nil && d.said.Address != c.address
		f.said, f.strayed, d.said = nil, d.strayed, &said
		if !said.Bare() {
			f.said = c.add(&said)
			d.said = f.said
		}
	}
}

// saidOf returns what a contact said before, if that was under this address.
func (c *claim) saidOf(d *draft) *whose.Description {
	stored := d.contact.DescriptionID
	switch {
	case d.said != nil:
		return d.said
	case !d.stored:
		return nil
	case stored != nil:
		for _, said := range c.said {
			if said.ID == *stored && *stored != 0 {
				return said
			}
		}
		return nil
	case c.isKnown() && d.contact.CustomerID == c.customer.customer.ID:
		return c.before
	}
	return nil
}

// add returns the description if it is another one, or the one that says the same.
func (c *claim) add(said *whose.Description) *whose.Description {
	for _, d := range c.said {
		if d.Hash == said.Hash {
			return d
		}
	}
	c.said = append(c.said, said)
	return said
}

// keepSaid stores what is said for the first time under addresses that are not contested. The customer of the address is written, so
// that another server of a cluster does not say something else at the same time.
func (k *intake) keepSaid(claims []*claim) error {
	if k.rehearsal != nil {
		return nil
	}
	var added []*whose.Description
	for _, c := range claims {
		if c.contested {
			continue
		}
		for _, d := range c.said {
			if d.ID == 0 {
				added = append(added, d)
				c.customer.changed, c.customer.customer.UpdatedAt = true, k.now
			}
		}
	}
	return whose.Add(k.store.Tx, added)
}

// referenceOf returns whose a record is under a contested address. A record that leaves the name out stays whose it is.
func (k *intake) referenceOf(f *fresh, address string) string {
	d := k.drafts[f.input.ExternalID]
	known, id := d.customer, d.contact.DescriptionID
	isTold := (id == nil || *id == 0) && !f.strayed // its customer is who it is of, and not who the address alone was of
	isLess := f.said == nil || !f.said.Named() && known.Name != ""
	if isTold && isLess && known.Reference != address && whose.Under(known.Reference, address) {
		return known.Reference
	}
	if f.said == nil {
		return address
	}
	return f.said.Reference()
}

func whoseAddresses(addresses []Address) []whose.Address {
	all := make([]whose.Address, len(addresses))
	for i, a := range addresses {
		all[i] = whose.Address{Kind: string(a.Kind), Raw: a.Raw, Normalised: a.Normalised}
	}
	return all
}

// descriptionID returns what the record said of its customer; 0 for nothing.
func (t *taken) descriptionID() *int64 {
	id := new(int64)
	if t.said != nil {
		*id = t.said.ID
	}
	return id
}

// fieldOf returns the field that an address is of.
func fieldOf(address string) string {
	if strings.Contains(address, "@") {
		return "customer.emails"
	}
	return "customer.phones"
}
