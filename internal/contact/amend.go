package contact

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/upkeep"
)

// Amendment is how a customer should be by what somebody learned from them.
type Amendment struct {
	Name     string
	Language string // a tag such as zh-CN; empty: unknown
	Zone     string // IANA; empty: unknown
	Tags     []string
	Phones   []AmendedPhone // in the order in which they are to be tried
	// SeenAt is when the customer changed last by what the form was filled in from: who saw something older looks again.
	SeenAt clock.Instant
}

// AmendedPhone is a number of a customer: one that is known, or one that they told.
type AmendedPhone struct {
	AddressID int64  // of a known one; 0 for a new one
	Raw       string // of a new one, as it was typed
	Wrong     bool   // it is not theirs: kept as it was written, and never used
}

// Amended is one field that was changed.
type Amended struct {
	Field upkeep.Field
	Old   string
	New   string
}

var errCustomerChanged = fault.New(fault.Conflict, "customer_changed", "the customer was changed meanwhile; look again")

// Amend changes a customer and returns them as they are then with the fields that are different. Whoever contacts the customer waits until
// the transaction ends. What permission keeps about them is out of date where they are to be reached elsewhere.
//
// It returns fault.Invalid that names the field, and fault.Conflict when the customer changed since.
func (s *Service) Amend(tx database.Tx, customerID int64, a Amendment, now clock.Instant) (Customer, []Amended, error) {
	persons, err := ReservePersons(tx, customerID)
	if err != nil {
		return Customer{}, nil, err
	}
	st := store{tx}
	locked, err := st.lockCustomersByID(customerID)
	if err != nil {
		return Customer{}, nil, err
	}
	if len(locked) == 0 {
		return Customer{}, nil, ErrNoCustomer
	}
	d := &customerDraft{customer: locked[0]}
	if d.addresses, err = st.addresses([]int64{customerID}); err != nil {
		return Customer{}, nil, err
	}
	if d.customer.UpdatedAt != a.SeenAt {
		return Customer{}, nil, errCustomerChanged
	}
	amended, err := d.amend(s.cleaner, a)
	if err != nil || len(amended) == 0 {
		return d.customer, nil, err
	}
	d.customer.UpdatedAt = now
	if err := st.updateCustomers([]*customerDraft{d}); err != nil {
		return Customer{}, nil, err
	}
	if err := st.addAddresses(d.movedAddresses()); err != nil {
		return Customer{}, nil, err
	}
	if d.elsewhere {
		err = OutdatePersons(tx, []int64{persons[customerID]})
	}
	return d.customer, amended, err
}

// amend applies an amendment to a customer and returns what it changes.
func (d *customerDraft) amend(cl *cleaner, a Amendment) ([]Amended, error) {
	t := &taken{input: Input{Customer: InputCustomer{
		Name: a.Name, Language: a.Language, Zone: a.Zone, Tags: a.Tags, Region: d.customer.Region,
	}}}
	for _, p := range a.Phones {
		if p.AddressID == 0 {
			t.input.Customer.Phones = append(t.input.Customer.Phones, p.Raw)
		}
	}
	cl.cleanCustomer(t)
	before, c, in := d.customer, &d.customer, &t.input.Customer
	if in.Name == "" && before.Name != "" {
		t.refuse("customer.name", "required", "is required", "")
	}
	phones := d.amendedPhones(t, a.Phones)
	if err := t.typedProblems(); err != nil {
		return nil, err
	}
	c.Name, c.Language, c.Zone, c.Tags = in.Name, in.Language, in.Zone, encodeTags(in.Tags)
	var amended []Amended
	note := func(field upkeep.Field, was, is string) {
		if was != is {
			amended = append(amended, Amended{field, was, is})
		}
	}
	note(upkeep.Name, before.Name, c.Name)
	usable := phonesText(d.addresses)
	d.move(PhoneAddress, phones)
	note(upkeep.Phones, usable, phonesText(d.addresses))
	note(upkeep.Language, before.Language, c.Language)
	note(upkeep.Zone, before.Zone, c.Zone)
	note(upkeep.Tags, cmp.Or(before.Tags, "[]"), c.Tags)
	d.elsewhere = len(d.moved) > 0 || c.Zone != before.Zone
	return amended, nil
}

// typedProblems returns what is wrong with what somebody typed: what a source may get wrong without harm, a person can mend. Fields are
// named as on the form.
func (t *taken) typedProblems() error {
	problems := slices.Clone(t.problems)
	for _, w := range t.warnings {
		if w.Code != "customer_unidentified" && w.Code != "only_blanks" {
			problems = append(problems, w)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	names := map[string]string{
		"customer.name": "name", "customer.language": "language", "customer.zone": "zone", "customer.tags": "tags",
		"customer.phones": "new_phone",
	}
	for i := range problems {
		if problems[i].Name == "customer.phones" && problems[i].Code != "phone_known" && problems[i].Code != "too_many" {
			problems[i].Code, problems[i].Problem = "phone_unusable", "is no number that can be dialled"
		}
		problems[i].Name = cmp.Or(names[problems[i].Name], problems[i].Name)
	}
	return fault.InvalidFields(problems...)
}

// amendedPhones returns the customer's phones as they were put: known ones by their ids, new ones as they were cleaned.
func (d *customerDraft) amendedPhones(t *taken, list []AmendedPhone) []Address {
	known := make(map[int64]Address, len(d.addresses))
	for _, a := range d.addresses {
		known[a.ID] = a
	}
	fresh := slices.DeleteFunc(slices.Clone(t.addresses), func(a Address) bool { return a.Kind != PhoneAddress })
	var phones []Address
	for _, p := range list {
		var a Address
		switch {
		case p.AddressID != 0:
			a = known[p.AddressID]
		case len(fresh) > 0:
			a, fresh = fresh[0], fresh[1:]
		}
		if a.Kind != PhoneAddress {
			continue
		}
		if p.AddressID == 0 && slices.ContainsFunc(phones, func(o Address) bool { return o.Normalised == a.Normalised }) {
			t.refuse("customer.phones", "phone_known", "is known already", a.Raw)
		}
		if p.Wrong {
			a.Normalised = ""
		}
		a.ID, a.CustomerID, a.Position = 0, 0, len(phones)
		phones = append(phones, a)
	}
	if len(phones) > maxPhones {
		t.refuse("customer.phones", "too_many", "has more than "+strconv.Itoa(maxPhones)+" entries", "")
	}
	return phones
}

// movedAddresses are the addresses of the kinds that were replaced, to be written anew.
func (d *customerDraft) movedAddresses() []Address {
	var addresses []Address
	for _, a := range d.addresses {
		if d.moved[a.Kind] {
			a.ID, a.CustomerID = 0, d.customer.ID
			addresses = append(addresses, a)
		}
	}
	return addresses
}

// phonesText writes the numbers that can be used, in order, as a correction keeps them.
func phonesText(addresses []Address) string {
	numbers := []string{}
	for _, a := range addresses {
		if a.Kind == PhoneAddress && a.Normalised != "" {
			numbers = append(numbers, a.Normalised)
		}
	}
	b, err := json.Marshal(numbers)
	if err != nil {
		return "[]" // cannot happen: strings always marshal
	}
	return string(b)
}

// heedCorrections returns in which fields a record says nothing new against what somebody corrected, and notes which corrections end.
func (d *customerDraft) heedCorrections(t *taken) map[upkeep.Field]bool {
	if len(d.standing) == 0 {
		return nil
	}
	in, said := &t.input.Customer, map[upkeep.Field]string{}
	for field, value := range map[upkeep.Field]string{upkeep.Name: in.Name, upkeep.Language: in.Language, upkeep.Zone: in.Zone} {
		if value != "" || t.input.empties("customer."+string(field)) {
			said[field] = value
		}
	}
	if in.Tags != nil {
		said[upkeep.Tags] = encodeTags(in.Tags)
	}
	if in.Phones != nil {
		said[upkeep.Phones] = phonesText(t.addresses)
	}
	kept, ended := upkeep.Heed(d.standing, said)
	for id, end := range ended {
		if d.ended == nil {
			d.ended = map[int64]upkeep.End{}
		}
		d.ended[id] = end
	}
	d.standing = slices.DeleteFunc(d.standing, func(c upkeep.Correction) bool { return d.ended[c.ID] != "" })
	return kept
}

// IsWrongNumber reports whether an address is a number that somebody marked as not the customer's: it could be used as it is written.
func (s *Service) IsWrongNumber(a Address) bool {
	if a.Kind != PhoneAddress || a.Normalised != "" {
		return false
	}
	field, problem := permission.ReadAddress(permission.PhoneAddress, a.Raw, s.cleaner.region)
	return field != "" && problem == nil
}
