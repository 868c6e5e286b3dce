package flow

import (
	"context"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
)

// Refusals adapts callback and decision to the interface that permission declares: FollowUp.
type Refusals struct{}

var _ permission.FollowUp = Refusals{}

// Refused gives a job to every customer with whom something is planned. The job is urgent: it takes a callback out of the hands of callers
// within seconds. It is no part of the refusal itself, which locks persons before callbacks.
func (Refusals) Refused(tx database.Tx, now clock.Instant, customerIDs []int64) error {
	called, err := callback.WithOpen(tx, customerIDs)
	if err != nil {
		return err
	}
	asked, err := decision.WithSurveys(tx, customerIDs)
	if err != nil {
		return err
	}
	concerned := database.Distinct(slices.Concat(called, asked))
	jobs := make([]outbox.Job, len(concerned))
	for i, id := range concerned {
		jobs[i] = outbox.New(permission.JobRefused, id, outbox.Urgent, now)
	}
	return outbox.Add(tx, now, jobs...)
}

// dropRefused ends what is planned with a customer who must not be contacted for it any more.
func (s *Service) dropRefused(ctx context.Context, ticket outbox.Ticket, customerID int64) error {
	if err := s.Callbacks.DropRefused(ctx, customerID); err != nil {
		return err
	}
	if err := s.Decisions.DropRefusedSurveys(ctx, customerID); err != nil {
		return err
	}
	return s.finish(ctx, ticket)
}
