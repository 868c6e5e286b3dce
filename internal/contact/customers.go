package contact

import (
	"maps"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/internal/upkeep"
)

// customerDraft is a customer while inputs are applied to it.
type customerDraft struct {
	customer  Customer
	addresses []Address
	changed   bool
	moved     map[AddressKind]bool // kinds whose addresses were replaced
	elsewhere bool                 // a known customer has other addresses, or lives elsewhere
	wanted    bool                 // a record is of it: a new one that nobody wants is not written
	person    *personSlot          // of a new customer

	standing []upkeep.Correction  // what somebody put right here
	ended    map[int64]upkeep.End // of those, by what the source says now
}

// personSlot is a person who may not have an id yet.
type personSlot struct{ id int64 }

// customerBook is the customers that a transaction of intake is about, by reference.
type customerBook struct {
	drafts map[string]*customerDraft
	order  []*customerDraft // as they were first asked for
}

// takeCustomers finds or creates the customer of each input; nil where nothing identifies one.
func (k *intake) takeCustomers(inputs []*fresh) ([]*Customer, error) {
	book := &customerBook{drafts: make(map[string]*customerDraft, len(inputs))}
	for _, f := range inputs {
		k.heed(f)
	}
	if err := k.find(book, referencesOf(inputs), formerCustomers(inputs)); err != nil {
		return nil, err
	}
	if err := k.attribute(book, inputs); err != nil {
		return nil, err
	}
	result := make([]*Customer, len(inputs))
	for i, f := range inputs {
		if d := book.drafts[f.reference]; d != nil {
			d.apply(&f.taken, k.now)
			d.wanted, result[i], f.readdressed = true, &d.customer, d.customer.ID != 0 && len(d.moved) > 0
		}
	}
	if k.rehearsal != nil {
		k.rehearsal.meet(book.order)
		return result, nil
	}
	return result, k.writeCustomers(book.order)
}

func referencesOf(inputs []*fresh) []string {
	references := make([]string, len(inputs))
	for i, f := range inputs {
		references[i] = f.reference
	}
	return references
}

// find enters the customers of references in the book: known ones, which nobody else changes until the transaction ends, as they
// are, the others as new ones. formers are the references by those under which they may be stored.
func (k *intake) find(book *customerBook, references []string, formers map[string]string) error {
	var missing []string
	for _, reference := range references {
		if reference != "" && book.drafts[reference] == nil {
			book.add(k, reference)
			missing = append(missing, reference)
		}
	}
	known, err := k.store.customersNamedBy(k.sourceID, slices.AppendSeq(missing, maps.Keys(formers)), k.rehearsal == nil)
	if err != nil || len(known) == 0 {
		return err
	}
	byID := make(map[int64]*customerDraft, len(known))
	ids := make([]int64, 0, len(known))
	for i, reference := range presentOf(known, func(c Customer) string { return c.Reference }, book.drafts, formers) {
		c := known[i]
		book.drafts[reference].customer, byID[c.ID], ids = c, book.drafts[reference], append(ids, c.ID)
	}
	addresses, err := k.store.addresses(ids)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		byID[a.CustomerID].addresses = append(byID[a.CustomerID].addresses, a)
	}
	standing, err := upkeep.Standing(k.store.Tx, ids)
	for id, corrections := range standing {
		byID[id].standing = corrections
	}
	return err
}

// add enters a new customer.
func (b *customerBook) add(k *intake, reference string) {
	d := &customerDraft{customer: Customer{SourceID: k.sourceID, Reference: reference, CreatedAt: k.now}}
	b.drafts[reference] = d
	b.order = append(b.order, d)
}

// apply copies what the input says over what is known of the customer, but for what somebody corrected and the source still says as before.
func (d *customerDraft) apply(t *taken, now clock.Instant) {
	before, in, c, kept := d.customer, &t.input.Customer, &d.customer, d.heedCorrections(t)
	if !kept[upkeep.Name] {
		replaceText(&c.Name, in.Name, t.input.empties("customer.name"))
	}
	if !kept[upkeep.Language] {
		replaceText(&c.Language, in.Language, t.input.empties("customer.language"))
	}
	if !kept[upkeep.Zone] {
		replaceText(&c.Zone, in.Zone, t.input.empties("customer.zone"))
	}
	replaceText(&c.Region, in.Region, t.input.empties("customer.region"))
	if (in.Tags != nil || c.Tags == "") && !kept[upkeep.Tags] {
		c.Tags = encodeTags(in.Tags)
	}
	if in.Attributes != nil || c.Attributes == "" {
		c.Attributes = encodeAttributes(mergeAttributes(decodeAttributes(c.Attributes), in.Attributes))
	}
	if in.Phones != nil && !kept[upkeep.Phones] {
		d.move(PhoneAddress, t.addresses)
	}
	if in.Emails != nil {
		d.move(EmailAddress, t.addresses)
	}
	if *c != before || len(d.moved) > 0 {
		d.changed, c.UpdatedAt = true, now
	}
	d.elsewhere = d.elsewhere || len(d.moved) > 0 || c.Zone != before.Zone || c.Region != before.Region
}

// move replaces the addresses of a kind, given that the input says which they are.
func (d *customerDraft) move(kind AddressKind, given []Address) {
	isKind := func(a Address) bool { return a.Kind == kind }
	var known, wanted []Address
	for _, a := range d.addresses {
		if isKind(a) {
			known = append(known, a)
		}
	}
	for _, a := range given {
		if isKind(a) {
			wanted = append(wanted, a)
		}
	}
	same := func(a, b Address) bool { return a.Raw == b.Raw && a.Normalised == b.Normalised }
	if slices.EqualFunc(known, wanted, same) {
		return
	}
	d.addresses = append(slices.DeleteFunc(d.addresses, isKind), wanted...)
	d.replaced(kind)
}

func (d *customerDraft) replaced(kind AddressKind) {
	if d.moved == nil {
		d.moved = make(map[AddressKind]bool, 2)
	}
	d.moved[kind] = true
}

func (k *intake) writeCustomers(order []*customerDraft) error {
	var added, changed []*customerDraft
	for _, d := range order {
		switch {
		case d.customer.ID == 0 && !d.wanted:
		case d.customer.ID == 0:
			added = append(added, d)
		case d.changed:
			changed = append(changed, d)
			if d.elsewhere {
				k.concerned = append(k.concerned, d.customer.PersonID)
			}
		}
	}
	if err := k.identify(added); err != nil {
		return err
	}
	if err := k.store.addCustomers(added); err != nil {
		return err
	}
	if err := k.store.updateCustomers(changed); err != nil {
		return err
	}
	for _, d := range order {
		if err := upkeep.Finish(k.store.Tx, d.ended, k.now); err != nil {
			return err
		}
	}
	var addresses []Address
	for _, d := range slices.Concat(added, changed) {
		addresses = append(addresses, d.movedAddresses()...)
	}
	return k.store.addAddresses(addresses)
}

// identify gives new customers a person: that of a known customer with the same number or e-mail, or a new one. Who two known
// persons turn out to be the same by, and lines that turn out to be shared, are settled afterwards: see identity.JobScanPersons.
func (k *intake) identify(added []*customerDraft) error {
	lines, err := k.sharedLines(added)
	if err != nil {
		return err
	}
	for _, d := range added { // all of them before anybody is joined: a batch may bring a whole shared line
		for _, l := range d.linesAmong(lines) {
			l.customers++
		}
	}
	var slots []*personSlot
	for _, d := range added {
		of := d.linesAmong(lines)
		for _, l := range of {
			if d.person == nil && l.customers <= permission.SharedBy {
				d.person = l.person
			}
		}
		if d.person == nil {
			d.person = &personSlot{}
			slots = append(slots, d.person)
		}
		for _, l := range of {
			if l.person == nil {
				l.person = d.person
			}
		}
	}
	if err := k.store.addPersons(slots); err != nil {
		return err
	}
	for _, slot := range slots {
		k.unknown = append(k.unknown, slot.id)
	}
	for _, d := range added {
		d.customer.PersonID = d.person.id
	}
	return nil
}

// linesAmong returns the lines of the customer's addresses, each once.
func (d *customerDraft) linesAmong(lines map[lineKey]*line) []*line {
	var of []*line
	for _, a := range d.addresses {
		if l := lines[lineKey{a.Kind, a.Normalised}]; l != nil && !slices.Contains(of, l) {
			of = append(of, l)
		}
	}
	return of
}

// line is a number or e-mail with how many customers have it, and the person of the first of them.
type line struct {
	customers int
	person    *personSlot
}

type lineKey struct {
	kind       AddressKind
	normalised string
}

func (k *intake) sharedLines(added []*customerDraft) (map[lineKey]*line, error) {
	lines := map[lineKey]*line{}
	values := map[AddressKind][]string{}
	for _, d := range added {
		for _, a := range d.addresses {
			key := lineKey{a.Kind, a.Normalised}
			if a.Normalised != "" && lines[key] == nil {
				lines[key] = &line{}
				values[a.Kind] = append(values[a.Kind], a.Normalised)
			}
		}
	}
	for kind, list := range values {
		shared, err := Sharing(k.store.Tx, kind, list)
		if err != nil {
			return nil, err
		}
		for _, s := range shared {
			lines[lineKey{kind, s.Normalised}] = &line{customers: s.Customers, person: &personSlot{s.PersonID}}
		}
	}
	return lines, nil
}
