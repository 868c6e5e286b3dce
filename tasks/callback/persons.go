package callback

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
)

var (
	_ identity.HoldChecker = (*Service)(nil)
	_ identity.PersonMover = (*Service)(nil)
)

// HeldUntil returns when the last lease on a callback of the persons ends, or none when nobody is calling one of them. A claim
// writes the guard row of the person before its hold, so whoever wrote that row first sees the hold or prevents it.
func (s *Service) HeldUntil(tx database.Tx, personIDs []int64, now clock.Instant) (clock.Instant, error) {
	return store{tx}.heldUntil(personIDs, now)
}

// MovePerson moves the callbacks of customers that are not closed, with the holds whose lease is over, to another person.
// Closed ones stay: they say who it was then.
func (s *Service) MovePerson(tx database.Tx, customerIDs []int64, from, to int64) error {
	return store{tx}.movePerson(customerIDs, from, to)
}
