package contact

import (
	"context"
	"fmt"
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
