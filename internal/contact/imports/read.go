package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
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

// WriteRejected writes the rows of a run that were not taken, as they stood in the file, with a column for the reason behind them: a
// file that can be mended and imported with the same mapping. reason puts one into words. Rows that could not be split into cells are not
// among them.
func (s *Service) WriteRejected(ctx context.Context, runID int64, to *table.CSVWriter, heading string, reason func(Reason) string) error {
	run, err := s.Run(ctx, runID)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx database.Tx) error { // the rows are of customers
		return account.Audit(tx, s.now(), account.ViewerFrom(ctx), "import.rejected", "import", runID, "")
	})
	if err != nil {
		return fmt.Errorf("write down that rejected rows are taken away: %w", err)
	}
	headings := run.Report().Headings
	if err := like(to, run); err != nil {
		return err
	}
	if err := to.Row(append(slices.Clone(headings), heading)...); err != nil {
		return err
	}
	const page = 500
	for after := int64(0); ; {
		rejects, err := store{s.db.View(ctx)}.rejects(runID, after, page)
		if err != nil {
			return err
		}
		for _, r := range rejects {
			cells, why := r.read()
			for len(cells) < len(headings) {
				cells = append(cells, "")
			}
			var reasons []string
			for _, w := range why {
				reasons = append(reasons, reason(w))
			}
			if err := to.Row(append(cells, strings.Join(reasons, "; "))...); err != nil {
				return err
			}
			after = r.ID
		}
		if len(rejects) < page {
			return to.Flush()
		}
	}
}

// like makes a file of rejected rows what the mapping says of the run's own: its headings stand on the same line, behind the same
// delimiter. Its encoding is the writer's, who begins with a byte order mark, which is believed more than a name.
func like(to *table.CSVWriter, run Run) error {
	m, err := ParseMapping([]byte(run.Mapping))
	if err != nil {
		return err
	}
	if d := m.TableOptions().Delimiter; d != 0 {
		to.Delimit(d)
	}
	for line := 1; line < m.headerLine(); line++ {
		if err := to.Row(run.Filename); err != nil {
			return err
		}
	}
	return nil
}

// Remembered returns the newest import whose mapping names only columns that are among the headings, with the mapping, and whether there
// is one: what the same file of the last time was matched with.
func (s *Service) Remembered(ctx context.Context, header []string) (Run, Mapping, bool, error) {
	runs, err := store{s.db.View(ctx)}.matched(rememberedRuns)
	if err != nil {
		return Run{}, Mapping{}, false, err
	}
	has := make(map[string]bool, len(header))
	for _, name := range header {
		has[text.Fold(name)] = true
	}
	for _, run := range runs {
		m, err := ParseMapping([]byte(run.Mapping))
		if err != nil {
			continue // of a version that knew other fields
		}
		if names := m.headings(); len(names) > 1 && !slices.ContainsFunc(names, func(name string) bool { return !has[text.Fold(name)] }) {
			return run, m, true, nil
		}
	}
	return Run{}, Mapping{}, false, nil
}

// rememberedRuns is how many imports are looked through for one of the same columns.
const rememberedRuns = 50
