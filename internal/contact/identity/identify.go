package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// sharers is how many persons of one line are looked at in one run.
const sharers = 100

// Identify groups the customers on the lines of one customer: those on a line of up to five become one person, unless somebody
// separated them; those who are one person only because of a line that has become a shared one are separated. While one of them
// is being called it waits.
func (s *Service) Identify(ctx context.Context, ticket outbox.Ticket, customerID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		later, err := s.regrouping(tx, now).identify(customerID)
		switch {
		case err != nil:
			return err
		case !later.IsZero():
			return ticket.Again(tx, later.Add(time.Second))
		}
		return ticket.Done(tx)
	})
	if err != nil {
		return fmt.Errorf("identify customer %d: %w", customerID, err)
	}
	return nil
}

// identify does the work of Identify. It returns when to try again if somebody concerned is being called.
func (g regrouping) identify(customerID int64) (later clock.Instant, err error) {
	const looks = 5
	var reserved []int64
	for range looks {
		lines, err := g.misgroupedOf(customerID)
		if err != nil {
			return 0, err
		}
		concerned := concernedBy(lines)
		if len(concerned) == 0 {
			return 0, nil
		}
		if len(without(concerned, reserved)) > 0 { // look again behind the guard rows
			reserved = database.DistinctNonzero(append(reserved, concerned...))
			if err := g.reserve(reserved...); err != nil {
				return 0, err
			}
			continue
		}
		if later, err = g.heldUntil(concerned...); err != nil || !later.IsZero() {
			return later, err
		}
		return 0, g.settle(lines)
	}
	return 0, fault.New(fault.Unavailable, "persons_busy", "the persons concerned keep changing; try again")
}

// misgrouped is an address whose customers are not grouped as they should be.
type misgrouped struct {
	kind       contact.AddressKind
	normalised string
	shared     bool    // more than five customers have it
	persons    []int64 // of a shared line those with several records on it, otherwise all of them
}

func concernedBy(lines []misgrouped) []int64 {
	var persons []int64
	for _, l := range lines {
		persons = append(persons, l.persons...)
	}
	return database.DistinctNonzero(persons)
}

// misgroupedOf returns the lines of a customer that are to be settled.
func (g regrouping) misgroupedOf(customerID int64) ([]misgrouped, error) {
	addresses, err := g.store.addresses([]int64{customerID})
	if err != nil {
		return nil, err
	}
	var lines []misgrouped
	for _, kind := range []contact.AddressKind{contact.PhoneAddress, contact.EmailAddress} {
		counts, err := contact.Sharing(g.store.Tx, kind, normalisedOf(addresses, kind))
		if err != nil {
			return nil, err
		}
		for _, l := range counts {
			line := misgrouped{kind: kind, normalised: l.Normalised, shared: l.Customers > permission.SharedBy}
			few := 1 // records of a person on the line that make the person odd: on a shared one there should not be two
			if line.shared {
				few = 2
			}
			if line.persons, err = g.store.personsOn(kind, l.Normalised, few, sharers); err != nil {
				return nil, err
			}
			if len(line.persons) > 1 || line.shared && len(line.persons) > 0 {
				lines = append(lines, line)
			}
		}
	}
	return lines, nil
}

// normalisedOf returns the distinct usable addresses of a kind.
func normalisedOf(addresses []contact.Address, kind contact.AddressKind) []string {
	var values []string
	for _, a := range addresses {
		if a.Kind == kind {
			values = append(values, a.Normalised)
		}
	}
	return database.DistinctNonzero(values)
}

// settle separates whom only a shared line made one person, and then merges whom another line makes one. The guard rows of all
// persons concerned have been written, and nobody calls them.
func (g regrouping) settle(lines []misgrouped) error {
	for _, l := range lines {
		if !l.shared {
			continue
		}
		for _, person := range l.persons {
			if err := g.separate(person, l); err != nil {
				return err
			}
		}
	}
	for _, l := range lines {
		if l.shared {
			continue
		}
		persons, err := g.store.personsOn(l.kind, l.normalised, 1, sharers) // a separation may have moved them
		if err != nil {
			return err
		}
		if err := g.joinAll(persons); err != nil {
			return err
		}
	}
	return nil
}

// separate lets those records of a person leave that only a shared line ties to the others.
func (g regrouping) separate(personID int64, line misgrouped) error {
	records, err := g.records(personID)
	if err != nil {
		return ignoreTooLarge(err)
	}
	ties, onLine, err := g.ties(records, line)
	if err != nil {
		return err
	}
	for _, moved := range leaving(records, onLine, ties) {
		if records, err = g.records(personID); err != nil {
			return err
		}
		other, err := g.emptyPerson(0)
		if err != nil {
			return err
		}
		change := PersonChange{Kind: ChangeAutoSplit, PersonID: personID, OtherPersonID: other}
		if _, err := g.apply(change, moved, without(records, moved)); err != nil {
			return err
		}
	}
	return nil
}

// joinAll merges each of the persons into the oldest one of them that nobody has separated it from.
func (g regrouping) joinAll(persons []int64) error {
	var apart []int64
	for _, from := range persons {
		joined := false
		for _, into := range apart {
			var err error
			if joined, err = g.join(into, from); err != nil {
				return err
			}
			if joined {
				break
			}
		}
		if !joined {
			apart = append(apart, from)
		}
	}
	return nil
}

// join merges a person into another and reports whether it did: somebody may have separated records of the two.
func (g regrouping) join(into, from int64) (bool, error) {
	stayed, err := g.records(into)
	if err != nil {
		return false, ignoreTooLarge(err)
	}
	moved, err := g.records(from)
	if err != nil || len(stayed)+len(moved) > maxRecords {
		return false, ignoreTooLarge(err)
	}
	decided, err := g.store.decidedByHand(slices.Concat(stayed, moved))
	if err != nil || decided.separated(stayed) {
		return false, err
	}
	_, err = g.apply(PersonChange{Kind: ChangeAutoMerge, PersonID: into, OtherPersonID: from}, moved, stayed)
	return err == nil, err
}

// ties returns which of a person's records belong together whatever becomes of the line: they share another address that is no
// shared line, or somebody has merged them. It also returns which of them have the line.
func (g regrouping) ties(records []int64, line misgrouped) (ties []pair, onLine map[int64]bool, err error) {
	addresses, err := g.store.addresses(records)
	if err != nil {
		return nil, nil, err
	}
	onLine = map[int64]bool{}
	for _, kind := range []contact.AddressKind{contact.PhoneAddress, contact.EmailAddress} {
		counts, err := contact.Sharing(g.store.Tx, kind, normalisedOf(addresses, kind))
		if err != nil {
			return nil, nil, err
		}
		own := make(map[string]bool, len(counts)) // addresses that make those who have them the same person
		for _, l := range counts {
			own[l.Normalised] = l.Customers <= permission.SharedBy
		}
		first := map[string]int64{}
		for _, a := range addresses {
			switch {
			case a.Kind != kind:
			case a.Kind == line.kind && a.Normalised == line.normalised:
				onLine[a.CustomerID] = true
			case own[a.Normalised] && first[a.Normalised] == 0:
				first[a.Normalised] = a.CustomerID
			case own[a.Normalised]:
				ties = append(ties, pairOf(first[a.Normalised], a.CustomerID))
			}
		}
	}
	decided, err := g.store.decidedByHand(records)
	return append(ties, decided.ties()...), onLine, err
}

// ignoreTooLarge leaves a person with more records than can be moved about to somebody who looks at them.
func ignoreTooLarge(err error) error {
	if fault.Is(err, fault.TooLarge) {
		return nil
	}
	return err
}
