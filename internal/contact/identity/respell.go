package identity

import (
	"maps"
	"slices"

	"aftercall/internal/address"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// Respeller keeps something by the hash of an e-mail address.
type Respeller interface {
	// RespellEmails is told, in the transaction of the change, what stored addresses are in the present form, by what they were.
	RespellEmails(tx database.Tx, normal map[string]string) error
}

// isStale reports whether an address was stored before there was the present form, and is something else in it. Phone numbers are
// the same in every form.
func isStale(a contact.Address) bool {
	return a.Kind == contact.EmailAddress && address.Email(a.Normalised) != a.Normalised
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
	normal := map[string]string{}
	for _, a := range rows { // those that were replaced meanwhile are gone
		if !isStale(a) {
			continue
		}
		stale, customers = append(stale, a.ID), append(customers, a.CustomerID)
		if made := address.Email(a.Normalised); made != "" {
			normal[a.Normalised] = made
		}
		a.ID, a.Normalised = 0, normal[a.Normalised]
		anew = append(anew, a)
	}
	if err := st.removeAddresses(stale); err != nil {
		return err
	}
	if err := database.Insert(tx, "addresses", anew); err != nil {
		return err
	}
	if s.opts.Respeller != nil {
		if err := s.opts.Respeller.RespellEmails(tx, normal); err != nil {
			return err
		}
	}
	persons, err := contact.PersonsOf(tx, database.DistinctNonzero(customers))
	if err != nil {
		return err
	}
	return contact.OutdatePersons(tx, database.DistinctNonzero(slices.Collect(maps.Values(persons))))
}
