package contact

import (
	"context"
	"hash/maphash"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Rehearsal tells what Take would make of the contacts of a file, and writes nothing. It goes by what is known when it looks; of what
// came earlier in the same file it remembers who and what, but not how a contact would stand by then, nor what was said under an
// address: a warning about a contact or an address that comes twice, more than a transaction apart, may be missing.
type Rehearsal struct {
	NewCustomers   int // who would be new
	KnownCustomers int // who is known already

	service   *Service
	sourceID  int64 // 0 for a source that is not there yet
	seed      maphash.Seed
	contacts  map[uint64]uint64 // external id → content, of those rehearsed before
	customers map[uint64]bool   // references that were met
}

// Rehearse begins a rehearsal. The source may be 0: one that is not there yet.
func (s *Service) Rehearse(sourceID int64) *Rehearsal {
	return &Rehearsal{
		service: s, sourceID: sourceID, seed: maphash.MakeSeed(), contacts: map[uint64]uint64{}, customers: map[uint64]bool{},
	}
}

// Take returns what would become of the contacts, in the same order, as Service.Take does.
func (r *Rehearsal) Take(ctx context.Context, batch []Input) ([]Outcome, error) {
	now, tx := r.service.now(), r.service.db.View(ctx)
	return r.service.inParts(batch, now, func(part []*taken) ([]Outcome, error) { return r.part(tx, part, now) })
}

// part rehearses a transaction's worth of contacts.
func (r *Rehearsal) part(tx database.Tx, part []*taken, now clock.Instant) ([]Outcome, error) {
	k := newIntake(tx, r.sourceID, now)
	k.rehearsal = r
	outcomes, err := k.take(part)
	if err != nil {
		return nil, err
	}
	for i, t := range part {
		key, content := maphash.String(r.seed, t.input.ExternalID), maphash.String(r.seed, t.hash)
		if before, met := r.contacts[key]; met && outcomes[i].Status == Accepted {
			outcomes[i].Status, outcomes[i].Resolved = Updated, 0
			if before == content {
				outcomes[i].Status, outcomes[i].Warnings = Duplicate, nil
			}
		}
	}
	for _, t := range part { // afterwards: what comes twice in one part was seen by the intake itself
		r.contacts[maphash.String(r.seed, t.input.ExternalID)] = maphash.String(r.seed, t.hash)
	}
	return outcomes, nil
}

// meet counts customers, each once.
func (r *Rehearsal) meet(customers []*customerDraft) {
	for _, d := range customers {
		key := maphash.String(r.seed, d.customer.Reference)
		switch {
		case r.customers[key] || !d.wanted:
			continue
		case d.customer.ID == 0:
			r.NewCustomers++
		default:
			r.KnownCustomers++
		}
		r.customers[key] = true
	}
}
