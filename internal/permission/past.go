package permission

import (
	"slices"

	"aftercall/internal/database"
)

// ConsentsBefore returns what was said to the records of a subject in a stretch of the past, by when it was said.
func ConsentsBefore(tx database.Tx, subject Subject, stretch database.Stretch) ([]ConsentEvent, error) {
	return store{tx}.pastConsents(subject.records(), stretch)
}

// OnAddress is a suppression with the address of the subject that it is on.
type OnAddress struct {
	Suppression
	Of string // normalised
}

// SuppressionsBefore returns the suppressions on addresses of a subject that were recorded or lifted in a stretch of the past.
func (s *Service) SuppressionsBefore(tx database.Tx, subject Subject, stretch database.Stretch) ([]OnAddress, error) {
	found, err := store{tx}.pastSuppressions(s.hashesOf(subject), stretch)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	of := map[string]string{}
	for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
		for _, text := range subject.addresses(kind) {
			for _, hash := range s.hashes(kind, text) {
				of[hash] = text
			}
		}
	}
	list := make([]OnAddress, len(found))
	for i, sup := range found {
		list[i] = OnAddress{sup, of[sup.AddressHash]}
	}
	return list, nil
}

// TouchesBefore returns the contacts we made with a person in a stretch of the past.
func TouchesBefore(tx database.Tx, subject Subject, stretch database.Stretch) ([]Touch, error) {
	return store{tx}.pastTouches(subject.PersonID, stretch)
}

// RecordIDs returns the customers of the subject's person, the subject among them.
func (s Subject) RecordIDs() []int64 { return slices.Clone(s.records()) }
