package contact

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// OutcomeStatus is what became of one input.
type OutcomeStatus string

// The outcomes.
const (
	Accepted  OutcomeStatus = "accepted"  // a new contact
	Updated   OutcomeStatus = "updated"   // a known contact with other content
	Duplicate OutcomeStatus = "duplicate" // known as it is; nothing was changed
	Rejected  OutcomeStatus = "rejected"  // see Problems; nothing was changed
)

// Outcome is what became of one input.
type Outcome struct {
	Status      OutcomeStatus
	ContactID   int64
	Resolutions []int64 // ids of all resolutions of the contact, by number; the same again for a duplicate
	Resolved    int     // how many of them this input brought
	Problems    []fault.Field
	Warnings    []fault.Field
}

// maxTxBytes bounds what one transaction takes, whatever the number of rows: a statement must fit a MySQL packet.
const maxTxBytes = 4 << 20

// Take takes contacts of a source in and returns one outcome for each, in the same order. A bad one is rejected and never stops
// the rest. Taking the same again changes nothing, also when two processes do it at the same time. It writes in transactions of
// a few hundred contacts; after an error those before it are kept, and taking everything in again completes the rest.
func (s *Service) Take(ctx context.Context, sourceID int64, batch []Input) ([]Outcome, error) {
	now := s.now()
	if len(batch) > 1 {
		ctx = database.Background(ctx)
	}
	return s.inParts(batch, now, func(part []*taken) ([]Outcome, error) { return s.takePart(ctx, sourceID, part, now) })
}

// inParts makes contacts ready and takes what may be taken, a transaction's worth at a time.
func (s *Service) inParts(batch []Input, now clock.Instant, take func([]*taken) ([]Outcome, error)) ([]Outcome, error) {
	outcomes := make([]Outcome, len(batch))
	part := make([]*taken, 0, min(len(batch), s.db.RowsPerTx()))
	places := make([]int, 0, cap(part))
	size := 0
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		done, err := take(part)
		if err != nil {
			return err
		}
		for i, place := range places {
			outcomes[place] = done[i]
		}
		part, places, size = part[:0], places[:0], 0
		return nil
	}
	for i := range batch {
		t := s.cleaner.clean(batch[i], now)
		if len(t.problems) > 0 {
			outcomes[i] = Outcome{Status: Rejected, Problems: t.problems, Warnings: t.warnings}
			continue
		}
		if len(part) == s.db.RowsPerTx() || size+t.size > maxTxBytes {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		part, places, size = append(part, t), append(places, i), size+t.size
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return outcomes, nil
}

// takePart takes one transaction's worth of contacts. It begins again when another process inserted one of the same keys first.
func (s *Service) takePart(ctx context.Context, sourceID int64, part []*taken, now clock.Instant) ([]Outcome, error) {
	const tries = 5
	for try := 1; ; try++ {
		var outcomes []Outcome
		err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			var err error
			outcomes, err = takeInto(tx, sourceID, part, now)
			return err
		})
		switch {
		case err == nil:
			return outcomes, nil
		case try < tries && database.IsTaken(err):
			continue
		}
		return nil, fmt.Errorf("take %d contacts: %w", len(part), err)
	}
}

// intake is the work of one transaction of intake.
type intake struct {
	store    store
	sourceID int64
	now      clock.Instant
	drafts   map[string]*draft // by external id
	order    []*draft          // as they first came

	concerned []int64 // known persons about whom permission has to think again
	unknown   []int64 // persons who are new: permission has thought nothing about them yet

	rehearsal *Rehearsal // nothing is written; nil when it is
}

func newIntake(tx database.Tx, sourceID int64, now clock.Instant) *intake {
	return &intake{store: store{tx}, sourceID: sourceID, now: now, drafts: map[string]*draft{}}
}

func takeInto(tx database.Tx, sourceID int64, part []*taken, now clock.Instant) ([]Outcome, error) {
	return newIntake(tx, sourceID, now).take(part)
}

func (k *intake) take(part []*taken) ([]Outcome, error) {
	if err := k.load(part); err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(part))
	if fresh := k.sift(part, outcomes); len(fresh) > 0 {
		if err := k.takeFresh(fresh, outcomes); err != nil {
			return nil, err
		}
	}
	for i, t := range part {
		d, o := k.drafts[t.input.ExternalID], &outcomes[i]
		o.ContactID = d.contact.ID
		for _, r := range d.resolutions {
			o.Resolutions = append(o.Resolutions, r.ID)
		}
	}
	return outcomes, nil
}

// fresh is an input that says something new. It holds a copy, because the transaction may have to run again.
type fresh struct {
	taken
	place int
}

// sift sets aside what is known already and returns the rest in order. The same contact may come several times in one batch.
func (k *intake) sift(part []*taken, outcomes []Outcome) []*fresh {
	rest := make([]*fresh, 0, len(part))
	last := make(map[string]string, len(part)) // hash by external id
	for i, t := range part {
		key, o := t.input.ExternalID, &outcomes[i]
		d := k.drafts[key]
		hash, again := last[key]
		if !again {
			hash = d.contact.ContentHash
		}
		switch {
		case hash == t.hash, d.isOld(t):
			o.Status = Duplicate
			continue
		case hash == "":
			o.Status = Accepted
		default:
			o.Status = Updated
		}
		last[key] = t.hash
		f := &fresh{taken: *t, place: i}
		f.warnings = slices.Clone(t.warnings)
		rest = append(rest, f)
	}
	return rest
}

// takeFresh applies what is new to the contacts, in order, and writes them.
func (k *intake) takeFresh(inputs []*fresh, outcomes []Outcome) error {
	customers, err := k.takeCustomers(inputs)
	if err != nil {
		return err
	}
	people, err := k.takePeople(inputs)
	if err != nil {
		return err
	}
	for i, f := range inputs {
		d, o := k.drafts[f.input.ExternalID], &outcomes[f.place]
		if d.isOld(&f.taken) { // because of an earlier line of this batch
			o.Status = Duplicate
			continue
		}
		known := len(d.resolutions)
		d.apply(&f.taken, customers[i], people[i], k.now)
		o.Resolved, o.Warnings = len(d.resolutions)-known, f.warnings
	}
	return k.finish()
}

// finish writes the contacts as they are now, and tells permission about whom to think again.
func (k *intake) finish() error {
	if k.rehearsal != nil {
		return nil
	}
	if err := k.write(); err != nil {
		return err
	}
	for _, d := range k.order {
		k.concerned = append(k.concerned, d.complained...)
	}
	return k.outdate()
}

// outdate tells permission that what it keeps about known persons is out of date: they have other addresses or live elsewhere, or
// a complaint of theirs was opened or resolved.
func (k *intake) outdate() error {
	persons := slices.DeleteFunc(database.DistinctNonzero(k.concerned), func(id int64) bool { return slices.Contains(k.unknown, id) })
	if len(persons) == 0 {
		return nil
	}
	return OutdatePersons(k.store.Tx, persons)
}

// load reads the contacts that are known already, with what the rules need of them.
func (k *intake) load(part []*taken) error {
	keys := make([]string, 0, len(part))
	for _, t := range part {
		if k.drafts[t.input.ExternalID] == nil {
			d := &draft{contact: Contact{SourceID: k.sourceID, ExternalID: t.input.ExternalID, ReceivedAt: k.now}}
			k.drafts[t.input.ExternalID] = d
			k.order = append(k.order, d)
			keys = append(keys, t.input.ExternalID)
		}
	}
	formers := formerContacts(part)
	known, err := k.store.contactsOf(k.sourceID, slices.AppendSeq(keys, maps.Keys(formers)), k.rehearsal == nil)
	if err != nil || len(known) == 0 {
		return err
	}
	byID := make(map[int64]*draft, len(known))
	for i, id := range presentOf(known, func(c Contact) string { return c.ExternalID }, k.drafts, formers) {
		d := k.drafts[id]
		d.contact, d.stored = known[i], true
		byID[d.contact.ID] = d
	}
	return k.loadHistory(byID)
}

func (k *intake) loadHistory(byID map[int64]*draft) error {
	var all, resolved, customers []int64
	for id, d := range byID {
		all = append(all, id)
		if d.contact.ResolutionCount > 0 {
			resolved = append(resolved, id)
		}
		if d.contact.CustomerID != 0 {
			customers = append(customers, d.contact.CustomerID)
		}
	}
	people, err := k.store.participantsOf(all)
	if err != nil {
		return err
	}
	for _, p := range people {
		byID[p.ContactID].people = append(byID[p.ContactID].people, p)
	}
	known, err := k.store.customersKnown(customers)
	if err != nil {
		return err
	}
	for _, d := range byID {
		d.customer = known[d.contact.CustomerID]
		d.personID = d.customer.PersonID
	}
	resolutions, err := k.store.resolutionsOfContacts(resolved)
	if err != nil {
		return err
	}
	for _, r := range resolutions {
		d := byID[r.ContactID]
		d.resolutions = append(d.resolutions, r)
	}
	return k.loadRatings(byID)
}
