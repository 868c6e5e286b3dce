package lists

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// ParseSuppressions reads a list of people who must not be contacted and gives each row's suppressions to take; good ones are also
// taken from a row in which something is wrong. The columns are phone and email, at least one of them, and where they are wanted
// scope (everything if empty), until (a date, the last day), reason (a code; import if empty)
// and note. It returns fault.Invalid for a file that is no such list or has other columns, and fault.TooLarge beyond 256 MiB or
// 1,000,000 rows.
func ParseSuppressions(
	ctx context.Context, file io.Reader, reading Reading, now clock.Instant, take func([]permission.Suppression) error,
) (Report, error) {
	var report Report
	l, err := openLines(ctx, file, reading, listColumns{
		who: []string{string(permission.PhoneAddress), string(permission.EmailAddress)}, none: "header_no_address",
		other: []string{"scope", "until", "reason", "note"},
	})
	if err != nil {
		return report, err
	}
	err = l.each(&report, func(f *fault.Problems) (bool, error) {
		found := l.suppressions(now, f)
		return len(found) > 0, take(found)
	})
	return report, err
}

// suppressions returns what the row forbids. A row whose scope or end cannot be read forbids nothing: guessing would be wrong
// either way.
func (l *lines) suppressions(now clock.Instant, f *fault.Problems) []permission.Suppression {
	row := permission.Suppression{
		Scope:  permission.Scope(cmp.Or(l.cell("scope"), string(permission.Everything))),
		Reason: cmp.Or(l.cell("reason"), "import"), Evidence: l.cell("note"), UntilAt: l.endOf("until", f),
	}
	fault.OneOf(f, "scope", row.Scope, permission.Scopes())
	fault.OneOf(f, "reason", row.Reason, permission.SuppressionReasons())
	f.Limit("note", row.Evidence, permission.MaxText)
	if !row.UntilAt.IsZero() && row.UntilAt <= now {
		f.Refuse("until", "until_over", "is over; the row is left out", l.cell("until"))
	}
	whole := len(*f) == 0
	var suppressions []permission.Suppression
	for _, kind := range []permission.AddressKind{permission.PhoneAddress, permission.EmailAddress} {
		if address := l.address(kind, f); address != "" {
			row.Kind, row.Address = kind, address
			suppressions = append(suppressions, row)
		}
	}
	if len(suppressions) == 0 && whole && len(*f) == 0 {
		f.Refuse("phone", "required", "is required, or an e-mail address", "")
	}
	if !whole {
		return nil
	}
	return suppressions
}

// ImportSuppressions adds a list of people who must not be contacted: see ParseSuppressions. It only ever adds: nothing is lifted or
// shortened, and importing the same list again adds nothing. It writes in transactions of a few hundred; after an error those before
// it are kept, and importing the list again completes the rest.
func (s *Service) ImportSuppressions(ctx context.Context, viewer account.Viewer, file io.Reader, reading Reading) (Report, error) {
	ctx = database.Background(ctx)
	var batch []permission.Suppression
	added, total := 0, 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		fresh, err := s.permission.TakeSuppressions(ctx, viewer, batch)
		for _, isNew := range fresh {
			if isNew {
				added++
			}
		}
		total, batch = total+len(batch), batch[:0]
		return err
	}
	report, err := ParseSuppressions(ctx, file, reading, s.now(), func(row []permission.Suppression) error {
		if batch = append(batch, row...); len(batch) < s.db.RowsPerTx() {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return Report{}, fmt.Errorf("import suppressions: %w", err)
	}
	report.Added, report.Covered = added, total-added
	return report, s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return account.Audit(tx, s.now(), viewer, "suppression.import", "suppression", 0,
			account.Detail(map[string]any{"rows": report.Rows, "added": report.Added}))
	})
}
