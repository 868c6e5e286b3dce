package flow

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/outbox"
)

// Waiting is what jobs have still to do before figures and decisions are complete.
type Waiting struct {
	Undecided int // resolutions without a decision
	Answers   int // ratings that came with contacts, and are not scored yet
	Entries   int // counted already, and not folded: they only make figures slower
}

// Waiting counts what waits. The resolutions are those the viewer sees in a period; see decision.Service.Summary.
func (s *Service) Waiting(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (w Waiting, err error) {
	summary, err := s.Decisions.Summary(ctx, viewer, from, to)
	if err != nil {
		return w, fmt.Errorf("count what waits: %w", err)
	}
	for _, k := range summary.Kinds {
		w.Undecided = max(w.Undecided, k.Undecided)
	}
	tx := s.DB.View(ctx)
	batches, err := outbox.OpenRefs(tx, contact.JobRecordAnswers)
	if err != nil {
		return w, fmt.Errorf("count what waits: %w", err)
	}
	if w.Answers, err = contact.CountAnswers(tx, batches); err != nil {
		return w, fmt.Errorf("count what waits: %w", err)
	}
	if w.Entries, err = s.Figures.Unfolded(ctx); err != nil {
		return w, fmt.Errorf("count what waits: %w", err)
	}
	return w, nil
}
