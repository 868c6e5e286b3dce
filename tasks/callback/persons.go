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

// HeldUntil returns when the last lease on a callback of the persons ends; none when nobody is calling them. Write the guard
// rows of the persons first: a claim writes the guard row before its hold, so whoever wrote the row first either sees the hold
// or keeps it from being made.
func (s *Service) HeldUntil(tx database.Tx, personIDs []int64, now clock.Instant) (clock.Instant, error) {
	return store{tx}.heldUntil(personIDs, now)
}

// MovePerson moves the callbacks of customers to another person after a merge or a split, with holds whose lease is over.
// Closed callbacks keep the person they had, except one that was cancelled under a claim and may still get its outcome.
func (s *Service) MovePerson(tx database.Tx, customerIDs []int64, from, to int64) error {
	return store{tx}.movePerson(customerIDs, from, to)
}
