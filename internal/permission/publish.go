package permission

import (
	"context"
	"encoding/json"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
	"aftercall/internal/versions"
)

// RulesVersion is a line of the history of the rules.
type RulesVersion = versions.Line

var (
	errNoRules      = fault.New(fault.NotFound, "rules_not_found", "there is no such version of the rules")
	errRulesChanged = fault.New(fault.Conflict, "rules_changed", "somebody else has published rules since: look at theirs first")
)

// newDocument returns the rules as they are kept, of which DefaultRules hold until there are some.
func newDocument() *versions.Document[Rules] {
	d := &versions.Document[Rules]{
		Table: "permission_rules", Column: "body", What: "the rules", Subject: "permission_rules", Action: "rules.published",
		Unknown: errNoRules, Changed: errRulesChanged, Take: 1,
		Read: func(rows []versions.Row) (*Rules, error) { return readRules(rows[0]) },
	}
	rules := DefaultRules()
	d.Keep(rules.Version, &rules)
	return d
}

func readRules(row versions.Row) (*Rules, error) {
	var r Rules
	if err := json.Unmarshal([]byte(row.Document), &r); err != nil {
		return nil, fmt.Errorf("read version %d of the rules: %w", row.Version, err)
	}
	r.Version = row.Version
	return &r, nil
}

// EnsureBuiltIn stores DefaultRules as version 1 if there are no rules yet, and takes the newest into use.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return s.rules.Ensure(tx, 1, DefaultRules(), s.now()) })
	if err != nil {
		return err
	}
	_, err = s.newestRules(s.db.View(ctx))
	return err
}

// Rules returns the newest rules this process knows of, without a query. Judge makes sure that these are the newest there are. They
// are shared: to edit, take what RulesVersion returns.
func (s *Service) Rules() Rules { return *s.rules.Known() }

// newestRules returns the newest rules there are: what another process has published holds at once.
func (s *Service) newestRules(tx database.Tx) (*Rules, error) {
	rules, _, err := s.rules.InForce(tx)
	return rules, err
}

// Publish puts rules in force as the next version. They must be edited from the version basedOn: it returns fault.Conflict if that
// is not the newest any more, fault.Invalid for rules that are not valid or wider than the hard limits, and fault.Forbidden for
// everybody but an administrator. Rolling back is publishing an old version's rules again.
func (s *Service) Publish(ctx context.Context, viewer account.Viewer, rules Rules, basedOn int, note string) (Rules, error) {
	var published Rules
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
		published, err = s.publish(tx, viewer, rules, basedOn, note)
		return err
	})
	if err != nil {
		return Rules{}, fmt.Errorf("publish rules: %w", err)
	}
	s.rules.Keep(published.Version, &published)
	return published, nil
}

// publish checks rules and stores them as the version after basedOn.
func (s *Service) publish(tx database.Tx, viewer account.Viewer, rules Rules, basedOn int, note string) (Rules, error) {
	if !viewer.Is(account.Admin) {
		return Rules{}, fault.New(fault.Forbidden, "forbidden", "only an administrator may change the rules on contact")
	}
	if problems := versions.NoteProblems(note); len(problems) > 0 {
		return Rules{}, fault.InvalidFields(problems...)
	}
	rules = rules.normalised()
	if err := rules.check(); err != nil {
		return Rules{}, err
	}
	line, err := s.rules.Publish(tx, viewer, rules, basedOn, note, s.now())
	rules.Version = line.Version
	return rules, err
}

// ImportHolidays replaces the special days of each country and year among the given ones, and publishes that as the next version
// of the rules unless it changes nothing. It returns fault.Forbidden for everybody but an administrator.
func (s *Service) ImportHolidays(
	ctx context.Context, viewer account.Viewer, days []hours.Holiday, note string,
) (hours.CalendarChange, error) {
	var change hours.CalendarChange
	var rules Rules
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		newest, err := s.newestRules(tx)
		if err != nil {
			return err
		}
		rules = *newest
		rules.Calendar, change = hours.WithHolidays(newest.Calendar, days)
		if change == (hours.CalendarChange{}) && viewer.Is(account.Admin) {
			return nil
		}
		rules, err = s.publish(tx, viewer, rules, newest.Version, note)
		return err
	})
	if err != nil {
		return hours.CalendarChange{}, fmt.Errorf("import special days: %w", err)
	}
	s.rules.Keep(rules.Version, &rules)
	return change, nil
}

// RulesVersions lists up to limit published versions below before (0: from the newest on), newest first.
func (s *Service) RulesVersions(ctx context.Context, before, limit int) ([]RulesVersion, error) {
	return s.rules.Before(s.db.View(ctx), before, limit)
}

// RulesVersion returns the rules of one published version, or fault.NotFound.
func (s *Service) RulesVersion(ctx context.Context, version int) (Rules, error) {
	row, err := s.rules.At(s.db.View(ctx), version)
	if err != nil {
		return Rules{}, err
	}
	rules, err := readRules(row)
	if err != nil {
		return Rules{}, err
	}
	return *rules, nil
}
