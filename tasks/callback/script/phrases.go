package script

import (
	"context"
	"fmt"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Phrases are the canned phrases a caller can put into a note.
type Phrases struct {
	Own    []string
	Centre []string
}

// phraseRow is a list of canned phrases.
type phraseRow struct {
	OwnerID   int64 `gorm:"primaryKey;autoIncrement:false"` // 0: the centre
	Body      string
	UpdatedBy int64
	UpdatedAt clock.Instant
}

// TableName names the table.
func (phraseRow) TableName() string { return "phrases" }

// centreOwner owns the centre's phrases.
const centreOwner = 0

// Phrases returns the viewer's own canned phrases and the centre's, each in the order in which they were written.
func (s *Service) Phrases(ctx context.Context, viewer account.Viewer) (Phrases, error) {
	rows, err := store{s.db.View(ctx)}.phrases(centreOwner, viewer.UserID)
	if err != nil {
		return Phrases{}, err
	}
	var p Phrases
	for _, row := range rows {
		if row.OwnerID == centreOwner {
			p.Centre = lines(row.Body)
		} else {
			p.Own = lines(row.Body)
		}
	}
	return p, nil
}

// SetOwnPhrases keeps the viewer's own canned phrases, a line each; none deletes them. It returns fault.Invalid, by line of the field
// "own", for more than 30 of them or a line of more than 200 characters.
func (s *Service) SetOwnPhrases(ctx context.Context, viewer account.Viewer, body string) error {
	if viewer.UserID == 0 {
		return errMayNot
	}
	return s.setPhrases(ctx, viewer, viewer.UserID, "own", body)
}

// SetCentrePhrases keeps the centre's canned phrases, as SetOwnPhrases does; the field is "centre". It returns fault.Forbidden for
// anybody but a supervisor or an administrator.
func (s *Service) SetCentrePhrases(ctx context.Context, viewer account.Viewer, body string) error {
	if !viewer.Is(account.Supervisor) {
		return errMayNot
	}
	return s.setPhrases(ctx, viewer, centreOwner, "centre", body)
}

func (s *Service) setPhrases(ctx context.Context, viewer account.Viewer, owner int64, field, body string) error {
	if problems := checkLines(field, plain(body), MaxPhrases, "phrases_many"); len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	now := s.now()
	row := phraseRow{OwnerID: owner, Body: strings.Join(lines(plain(body)), "\n"), UpdatedBy: viewer.UserID, UpdatedAt: now}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).putPhrases(row); err != nil || owner != centreOwner {
			return err
		}
		return account.Audit(tx, now, viewer, "phrases.changed", "phrases", centreOwner, "")
	})
	if err != nil {
		return fmt.Errorf("keep canned phrases: %w", err)
	}
	return nil
}
