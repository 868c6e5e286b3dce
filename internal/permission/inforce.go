package permission

import (
	"cmp"
	"slices"

	"aftercall/internal/database"
)

// SuppressionsOf returns the suppressions in force on any address of the subject, the oldest first.
func (s *Service) SuppressionsOf(tx database.Tx, subject Subject) ([]Suppression, error) {
	found, err := store{tx}.suppressions(s.hashesOf(subject), false)
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
