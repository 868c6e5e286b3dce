package flow

import (
	"context"
	"fmt"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

// VerifyScores recomputes every figure from the rows it comes from (resolutions, invitations, responses) and returns what
// differs from the entries and roll-ups that dashboards read. An empty result means that all figures are right.
func (s *Service) VerifyScores(ctx context.Context) ([]figures.Mismatch, error) {
	return s.Figures.Verify(ctx, func(tx database.Tx, yield func(figures.Entry) error) error {
		if err := contact.RawEntries(tx, yield); err != nil {
			return err
		}
		return survey.RawEntries(tx, yield)
	})
}

// verifyNightly leaves a dead job behind when a figure is wrong, so that somebody looks.
func (s *Service) verifyNightly(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	wrong, err := s.VerifyScores(ctx)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return fault.New(fault.Conflict, "scores_differ",
			fmt.Sprintf("%d sums differ from the raw rows; run aftercall scores verify", len(wrong)))
	}
	return s.finish(ctx, ticket)
}
