package imports

import (
	"context"
	"fmt"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Run returns one run.
func (s *Service) Run(ctx context.Context, id int64) (Run, error) {
	return store{s.db.View(ctx)}.run(id)
}

// Runs returns runs, the newest first, those with an id below before if that is not 0, at most limit.
func (s *Service) Runs(ctx context.Context, before int64, limit int) ([]Run, error) {
	return store{s.db.View(ctx)}.runs(before, limit)
}

// Issues returns the report of a run in the order of its rows, after an issue if that is not 0, at most limit.
func (s *Service) Issues(ctx context.Context, runID, after int64, limit int) ([]Issue, error) {
	return store{s.db.View(ctx)}.issues(runID, after, limit)
}

// Mappings returns the mappings that were saved, by name, at most 200.
func (s *Service) Mappings(ctx context.Context) ([]SavedMapping, error) {
	return store{s.db.View(ctx)}.mappings()
}

// Mapping returns a saved mapping.
func (s *Service) Mapping(ctx context.Context, id int64) (SavedMapping, error) {
	return store{s.db.View(ctx)}.mapping(id)
}

// SaveMapping keeps a mapping under a name; the one of the same name is replaced.
func (s *Service) SaveMapping(ctx context.Context, name string, m Mapping) error {
	if name == "" || len([]rune(name)) > 100 {
		return fault.InvalidFields(fault.Field{Name: "name", Code: "name_length", Problem: "must have 1 to 100 characters", Value: name})
	}
	body, err := m.Format()
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.saveMapping(SavedMapping{Name: name, Body: body, UpdatedAt: s.now()})
	})
	if err != nil {
		return fmt.Errorf("save mapping: %w", err)
	}
	return nil
}
