package permission

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// TakeSuppressions records what other systems know of people who must not be contacted, and reports for each suppression, in order,
// whether it forbids more than was forbidden before. It only ever adds. It writes in transactions of a few hundred; after an error
// those before it are kept, and all can be sent again. It returns fault.Invalid for an empty address: look at Problems before.
func (s *Service) TakeSuppressions(ctx context.Context, viewer account.Viewer, suppressions []Suppression) ([]bool, error) {
	added := make([]bool, 0, len(suppressions))
	for part := range slices.Chunk(suppressions, s.db.RowsPerTx()) {
		part = slices.Clone(part)
		for i := range part {
			part[i].UserID = viewer.UserID
		}
		var fresh []bool
		err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
			if fresh, err = s.uncovered(tx, part); err != nil {
				return err
			}
			_, err = s.suppress(tx, part)
			return err
		})
		if err != nil {
			return added, fmt.Errorf("take suppressions: %w", err)
		}
		added = append(added, fresh...)
	}
	return added, nil
}

// uncovered reports for each suppression whether it forbids more than those known and those before it.
func (s *Service) uncovered(tx database.Tx, suppressions []Suppression) ([]bool, error) {
	hashes := make([]string, len(suppressions))
	for i, sup := range suppressions {
		hashes[i] = s.HashAddress(sup.Kind, sup.Address)
	}
	known, err := store{tx}.suppressions(distinct(slices.Clone(hashes)), false)
	if err != nil {
		return nil, err
	}
	fresh := make([]bool, len(suppressions))
	for i, sup := range suppressions {
		if fresh[i] = !slices.ContainsFunc(known[hashes[i]], sup.coveredBy); fresh[i] {
			known[hashes[i]] = append(known[hashes[i]], sup)
		}
	}
	return fresh, nil
}

// Problems returns what keeps a suppression from being recorded, by the names of its fields.
func (s *Service) Problems(sup Suppression) []fault.Field {
	var f findings
	f.oneOf("scope", string(sup.Scope), words(scopes))
	f.oneOf("reason", sup.Reason, suppressionReasons)
	f.limit("evidence", sup.Evidence, maxText)
	if sup.Scope == OneCampaign && sup.CampaignID <= 0 {
		f.refuse("campaign", "required", "is required with the scope campaign", "")
	}
	if !sup.UntilAt.IsZero() && sup.UntilAt <= s.now() {
		f.refuse("until", "until_over", "is over", sup.UntilAt.String())
	}
	return f
}
