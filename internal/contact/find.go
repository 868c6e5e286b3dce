package contact

import (
	"context"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/text"
)

// found is what a search text stands for; all is set when there is no text.
type found struct {
	all       bool
	contacts  []int64
	customers []int64
}

func (f found) nothing() bool { return !f.all && len(f.contacts)+len(f.customers) == 0 }

// search looks a text up as everything it may be.
func (s *Service) search(st store, viewer account.Viewer, text string) (found, error) {
	sought := s.soughtBy(text)
	if sought.name == "" {
		return found{all: true}, nil
	}
	contacts, err := st.contactsNamed(sought.ids)
	if err != nil {
		return found{}, err
	}
	customers, err := st.customersNamed(viewer, sought, maxFound)
	return found{contacts: contacts, customers: customers}, err
}

// findLimit is how many customers a look-up returns at most.
const findLimit = 20

// Find returns the customers a viewer sees that a text names: by reference, name or a part of it, phone number or its last four digits
// and more, or e-mail, in the order of their ids, at most 20.
func (s *Service) Find(ctx context.Context, viewer account.Viewer, text string) ([]Customer, error) {
	sought := s.soughtBy(text)
	if sought.name == "" {
		return nil, nil
	}
	tx := s.db.View(ctx)
	ids, err := store{tx}.customersNamed(viewer, sought, findLimit)
	if err != nil {
		return nil, err
	}
	return find[Customer](store{tx}, "customers", "id", ids, "id", false)
}

// Met is a customer somebody asks for, with where they can be reached and the contact that changed last of those the viewer sees.
type Met struct {
	Customer
	SourceName string
	Phones     []string // in E.164; those that cannot be used are left out
	Newest     Contact  // zero where the viewer sees none
}

// Meet returns the customers that a text names, as Find and by the id of a contact that the viewer sees, in the order of their ids.
func (s *Service) Meet(ctx context.Context, viewer account.Viewer, text string) ([]Met, error) {
	st := store{s.db.View(ctx)}
	sought := s.soughtBy(text)
	if sought.name == "" {
		return nil, nil
	}
	ids, err := st.customersNamed(viewer, sought, findLimit)
	if err != nil {
		return nil, err
	}
	contactIDs, err := st.contactsNamed(sought.ids)
	if err != nil {
		return nil, err
	}
	contacts, err := st.visibleOf(viewer, contactIDs)
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		ids = append(ids, c.CustomerID)
	}
	return s.met(st, viewer, database.DistinctNonzero(ids))
}

// met gathers what is shown of customers who were asked for.
func (s *Service) met(st store, viewer account.Viewer, ids []int64) ([]Met, error) {
	customers, err := find[Customer](st, "customers", "id", ids, "id", false)
	if err != nil {
		return nil, err
	}
	addresses, err := AddressesOf(st.Tx, ids)
	if err != nil {
		return nil, err
	}
	newest, err := st.newestOf(viewer, ids)
	if err != nil {
		return nil, err
	}
	sources, err := st.sources()
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(sources))
	for _, source := range sources {
		names[source.ID] = source.Name
	}
	all := make([]Met, len(customers))
	for i, c := range customers {
		all[i] = Met{Customer: c, SourceName: names[c.SourceID], Newest: newest[c.ID]}
		for _, a := range addresses[c.ID] {
			if a.Kind == PhoneAddress && a.Normalised != "" {
				all[i].Phones = append(all[i].Phones, a.Normalised)
			}
		}
	}
	return all, nil
}

// sought is everything a text may stand for that somebody looks for.
type sought struct {
	name      string
	ids       []string // external ids and references: as they are kept, and as they were
	addresses map[AddressKind]string
	digits    string // the end of a phone number, four digits and more; empty where the text is none
}

func (s *Service) soughtBy(typed string) sought {
	return sought{
		name: text.Name(typed), ids: append([]string{text.ID(typed)}, former(typed)...), digits: endOfNumber(typed),
		addresses: map[AddressKind]string{EmailAddress: address.Email(typed), PhoneAddress: address.Phone(typed, s.cleaner.region)},
	}
}

// endingDigits is how many last digits of a phone number the database has an index of.
const endingDigits = 4

// endOfNumber returns the digits of a text that is nothing but those of a phone number, in whatever way they are grouped, or "".
func endOfNumber(typed string) string {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune(" +-–()./*•", r):
			return -1
		}
		return 'x'
	}, text.Plain(typed))
	if len(digits) < endingDigits || len(digits) > 15 || strings.Contains(digits, "x") {
		return ""
	}
	return digits
}
