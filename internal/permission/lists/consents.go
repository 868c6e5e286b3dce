package lists

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// ParseConsents reads a list of consent and gives each row to take with its line. The columns are those of permission.ConsentInput;
// needed are purpose, word, for a yes at, and what names the customer. Rows that cannot be read are in the report; what is wrong
// with a value is found when the row is taken. It returns fault.Invalid for a file that is no such list, and fault.TooLarge beyond
// 256 MiB or 1,000,000 rows.
func ParseConsents(
	ctx context.Context, file io.Reader, reading Reading, take func(line int, in permission.ConsentInput) error,
) (Report, error) {
	var report Report
	l, err := openLines(ctx, file, reading, listColumns{
		who: []string{"reference", string(permission.PhoneAddress), string(permission.EmailAddress)}, none: "header_missing",
		other: []string{"source", "purpose", "channel", "word", "basis", "wording", "evidence", "key", "at", "expires_at"},
	})
	if err != nil {
		return report, err
	}
	err = l.each(&report, func(f *fault.Problems) (bool, error) {
		in := permission.ConsentInput{
			Source: l.cell("source"), Reference: l.cell("reference"), Phone: l.cell("phone"), Email: l.cell("email"),
			Purpose: permission.Purpose(l.cell("purpose")), Channel: permission.Channel(l.cell("channel")),
			Word: permission.Word(l.cell("word")), Basis: permission.Basis(l.cell("basis")),
			Wording: l.cell("wording"), Evidence: l.cell("evidence"), Key: l.cell("key"),
			At: l.instant("at", f), ExpiresAt: l.instant("expires_at", f),
		}
		if len(*f) > 0 {
			return false, nil // without its time a consent is worth nothing
		}
		return true, take(l.row.Line, in)
	})
	return report, err
}

// ImportConsents records a list of consent: see ParseConsents and permission.TakeConsents.
func (s *Service) ImportConsents(ctx context.Context, viewer account.Viewer, file io.Reader, reading Reading) (Report, error) {
	ctx = database.Background(ctx)
	var (
		batch  []permission.ConsentInput
		places []int // lines of the batch
		taken  Report
	)
	flush := func() error {
		results, err := s.permission.TakeConsents(ctx, viewer, "import", reading.Region, batch)
		if err != nil {
			return err
		}
		for i, r := range results {
			taken.Added += r.Customers
			switch r.Status {
			case permission.ConsentKnown:
				taken.Covered++
			case permission.ConsentNobody:
				taken.note(places[i], fault.Field{
					Name: "reference", Code: "customer_unknown", Problem: "names no customer",
					Value: cmp.Or(batch[i].Reference, batch[i].Phone, batch[i].Email),
				})
			case permission.ConsentRejected:
				taken.note(places[i], r.Problems...)
			case permission.ConsentRecorded:
			}
		}
		batch, places = batch[:0], places[:0]
		return nil
	}
	report, err := ParseConsents(ctx, file, reading, func(line int, in permission.ConsentInput) error {
		if batch, places = append(batch, in), append(places, line); len(batch) < s.db.RowsPerTx() {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return Report{}, fmt.Errorf("import consent: %w", err)
	}
	report.Added, report.Covered, report.Bad = taken.Added, taken.Covered, report.Bad+taken.Bad
	report.Issues = append(report.Issues, taken.Issues...)
	return report, s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return account.Audit(tx, s.now(), viewer, "consent.import", "consent", 0,
			account.Detail(map[string]any{"rows": report.Rows, "added": report.Added}))
	})
}
