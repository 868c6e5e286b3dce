package identity

import (
	"maps"
	"slices"

	"aftercall/internal/address"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// Respeller keeps something by the hash of an address.
type Respeller interface {
	// RespellAddresses is told, in the transaction of the change, what stored addresses are in the present form, by what they were.
	RespellAddresses(tx database.Tx, kind permission.AddressKind, normal map[string]string) error
}

// isStale reports whether an address was stored before there was the present form, and is something else in it.
func (s *Service) isStale(a contact.Address) bool { return s.inForm(a) != a.Normalised }

// inForm returns a stored address in the present form; none where it is known for nobody's by now.
func (s *Service) inForm(a contact.Address) string {
	if s.contacts.Placeholder(a.Kind, a.Normalised) {
		return ""
	}
	if a.Kind == contact.EmailAddress {
		return address.Email(a.Normalised)
	}
	return address.Line(a.Normalised)
}

// respell brings stored addresses in their normal form, so that they are found by it. Rows are written anew and not changed: the scan
// for persons, which looks at every new row, then sees whose addresses have become the same.
func (s *Service) respell(tx database.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	st := store{tx}
	rows, err := st.lockAddresses(ids)
	if err != nil {
		return err
	}
	var stale, customers []int64
	var anew []contact.Address
	normal := map[contact.AddressKind]map[string]string{contact.PhoneAddress: {}, contact.EmailAddress: {}}
	for _, a := range rows { // those that were replaced meanwhile are gone
		if !s.isStale(a) {
			continue
		}
		stale, customers = append(stale, a.ID), append(customers, a.CustomerID)
		made := s.inForm(a)
		if made != "" {
			normal[a.Kind][a.Normalised] = made
		}
		a.ID, a.Normalised = 0, made
		anew = append(anew, a)
	}
	if err := st.removeAddresses(stale); err != nil {
		return err
	}
	if err := database.Insert(tx, "addresses", anew); err != nil {
		return err
	}
	for _, kind := range []contact.AddressKind{contact.PhoneAddress, contact.EmailAddress} {
		if s.opts.Respeller == nil || len(normal[kind]) == 0 {
			continue
		}
		if err := s.opts.Respeller.RespellAddresses(tx, permission.AddressKind(kind), normal[kind]); err != nil {
			return err
		}
	}
	persons, err := contact.PersonsOf(tx, database.DistinctNonzero(customers))
	if err != nil {
		return err
	}
	return contact.OutdatePersons(tx, database.DistinctNonzero(slices.Collect(maps.Values(persons))))
}
