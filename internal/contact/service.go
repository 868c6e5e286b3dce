package contact

import (
	"context"
	"fmt"
	"hash/maphash"
	"strings"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Options are what a centre may set; the zero value works.
type Options struct {
	Region       string                // country in which a phone number without a country code is read, in ISO 3166; "CN" when empty
	Placeholders *address.Placeholders // what is nobody's address; the usual ones when nil
}

// Service takes contacts in and answers for them.
type Service struct {
	db      *database.DB
	now     clock.Now
	cleaner *cleaner
}

// New returns the service. Several processes may serve the same database.
func New(db *database.DB, now clock.Now, opts Options) *Service {
	region := strings.ToUpper(opts.Region)
	if region == "" {
		region = "CN"
	}
	return &Service{db: db, now: now, cleaner: newCleaner(region, opts.Placeholders)}
}

// Region returns the country in which a phone number without a country code is read.
func (s *Service) Region() string { return s.cleaner.region }

// Placeholder reports whether an address in its normal form is nobody's.
func (s *Service) Placeholder(kind AddressKind, normalised string) bool {
	return normalised != "" && s.cleaner.isPlaceholder(kind, normalised, normalised)
}

const maxSourceName = 100

// EnsureSource returns the source of a name, and creates it if there is none.
func (s *Service) EnsureSource(ctx context.Context, name string) (Source, error) {
	name, err := sourceName(name)
	if err != nil {
		return Source{}, err
	}
	var source Source
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		var err error
		source, err = store{tx}.ensureSource(name, s.now())
		return err
	})
	if err != nil {
		return Source{}, fmt.Errorf("ensure source %q: %w", name, err)
	}
	return source, nil
}

// SourceNamed returns the source that EnsureSource would, without an id where there is none yet.
func (s *Service) SourceNamed(ctx context.Context, name string) (Source, error) {
	name, err := sourceName(name)
	if err != nil {
		return Source{}, err
	}
	sources, err := s.Sources(ctx)
	for _, known := range sources {
		if known.Name == name {
			return known, nil
		}
	}
	return Source{Name: name}, err
}

// sourceName returns the form in which the name of a source is kept.
func sourceName(name string) (string, error) {
	name = text.ID(name)
	if name == "" || len([]rune(name)) > maxSourceName {
		return "", fault.InvalidFields(fault.Field{
			Name: "source", Code: "source_name", Problem: "must have 1 to 100 characters", Value: shown(name),
		})
	}
	return name, nil
}

// Sources returns all sources by name, at most 1,000.
func (s *Service) Sources(ctx context.Context) ([]Source, error) {
	return store{s.db.View(ctx)}.sources()
}

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
