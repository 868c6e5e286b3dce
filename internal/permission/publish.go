package permission

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
)

// RulesVersion is a line of the history of the rules.
type RulesVersion struct {
	Version     int
	Note        string
	PublishedBy int64 // 0: the program
	PublishedAt clock.Instant
}

// EnsureBuiltIn stores DefaultRules as version 1 if there are no rules yet, and takes the newest into use.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	row, err := s.rulesRow(DefaultRules(), account.Viewer{}, "")
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.addFirstRules(row) })
	if err != nil {
		return err
	}
	_, err = s.newestRules(s.db.View(ctx))
	return err
}

// Rules returns the newest rules this process knows of, without a query. Judge makes sure that these are the newest there are. They
// are shared: to edit, take what RulesVersion returns.
func (s *Service) Rules() Rules { return *s.rules.Load() }

// newestRules returns the newest rules there are: what another process has published holds at once.
func (s *Service) newestRules(tx database.Tx) (*Rules, error) {
	known := s.rules.Load()
	version, err := store{tx}.newestVersion()
	if err != nil || version == 0 || version == known.Version {
		return known, err // without a version nothing is published: the rules of New hold
	}
	row, err := store{tx}.rules(version)
	if err != nil {
		return nil, err
	}
	rules, err := row.rules()
	if err != nil {
		return nil, err
	}
	s.rules.Store(&rules)
	return &rules, nil
}

// Publish puts rules in force as the next version. They must be edited from the version basedOn: it returns fault.Conflict if that
// is not the newest any more, fault.Invalid for rules that are not valid or wider than the hard limits, and fault.Forbidden for
// everybody but an administrator. Rolling back is publishing an old version's rules again.
func (s *Service) Publish(ctx context.Context, viewer account.Viewer, rules Rules, basedOn int, note string) (Rules, error) {
	var published Rules
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		newest, err := store{tx}.newestVersion()
		if err != nil {
			return err
		}
		if newest != basedOn {
			return errRulesChanged
		}
		published, err = s.publish(tx, viewer, rules, newest, note)
		return err
	})
	if err != nil {
		return Rules{}, fmt.Errorf("publish rules: %w", err)
	}
	s.rules.Store(&published)
	return published, nil
}

// publish checks rules and stores them as the version after newest.
func (s *Service) publish(tx database.Tx, viewer account.Viewer, rules Rules, newest int, note string) (Rules, error) {
	if !viewer.Is(account.Admin) {
		return Rules{}, fault.New(fault.Forbidden, "forbidden", "only an administrator may change the rules on contact")
	}
	if utf8.RuneCountInString(note) > maxNote {
		return Rules{}, fault.InvalidFields(fault.Field{Name: "note", Code: "too_long", Problem: "is too long"})
	}
	rules = rules.normalised()
	if err := rules.check(); err != nil {
		return Rules{}, err
	}
	rules.Version = newest + 1
	row, err := s.rulesRow(rules, viewer, note)
	if err != nil {
		return Rules{}, err
	}
	if err := (store{tx}).addRules(row); err != nil {
		return Rules{}, err
	}
	return rules, account.Audit(tx, row.PublishedAt, viewer, "rules.published", "permission_rules", int64(rules.Version),
		fmt.Sprintf("after version %d", newest))
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
	s.rules.Store(&rules)
	return change, nil
}

const maxNote = 190 // characters

func (s *Service) rulesRow(rules Rules, viewer account.Viewer, note string) (rulesRow, error) {
	body, err := json.Marshal(rules)
	if err != nil {
		return rulesRow{}, fmt.Errorf("write rules: %w", err)
	}
	return rulesRow{Version: rules.Version, Body: string(body), Note: note, PublishedBy: viewer.UserID, PublishedAt: s.now()}, nil
}

// RulesVersions lists up to limit published versions below before (0: from the newest on), newest first.
func (s *Service) RulesVersions(ctx context.Context, before, limit int) ([]RulesVersion, error) {
	rows, err := store{s.db.View(ctx)}.rulesBefore(before, within(limit, 1, 200))
	if err != nil {
		return nil, err
	}
	versions := make([]RulesVersion, len(rows))
	for i, row := range rows {
		versions[i] = row.version()
	}
	return versions, nil
}

// RulesVersion returns the rules of one published version, or fault.NotFound.
func (s *Service) RulesVersion(ctx context.Context, version int) (Rules, error) {
	row, err := store{s.db.View(ctx)}.rules(version)
	if err != nil {
		return Rules{}, err
	}
	return row.rules()
}
