package permission

import (
	"cmp"
	"slices"

	"aftercall/internal/database"
)

// SuppressionsOf returns the suppressions in force on any address of the subject, the oldest first.
func (s *Service) SuppressionsOf(tx database.Tx, subject Subject) ([]Suppression, error) {
	var hashes []string
	for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
		for _, address := range subject.addresses(kind) {
			hashes = append(hashes, s.HashAddress(kind, address))
		}
	}
	found, err := store{tx}.suppressions(hashes, false)
	if err != nil {
		return nil, err
	}
	var list []Suppression
	for _, of := range found {
		list = append(list, of...)
	}
	slices.SortFunc(list, func(a, b Suppression) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}
