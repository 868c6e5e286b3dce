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
// whether it was added: it is not when the same was known. It only ever adds. It writes in transactions of a few hundred; after an error
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
			fresh, err = s.suppress(tx, part)
			return err
		})
		if err != nil {
			return added, fmt.Errorf("take suppressions: %w", err)
		}
		added = append(added, fresh...)
	}
	return added, nil
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
