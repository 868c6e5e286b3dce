package flow

import (
	"context"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
)

// maxAge is how old what a customer said may be to be followed up, by the policy in force.
func (s *Service) maxAge(ctx context.Context) (time.Duration, error) {
	inForce, err := s.Policies.InForce(s.DB.View(ctx))
	if err != nil {
		return 0, err
	}
	return inForce.MaxAge.Duration(), nil
}

// followSaid opens a handoff where a customer said in a call that it is not solved, and takes it back where that was corrected.
func (s *Service) followSaid(ctx context.Context, attemptID int64) error {
	maxAge, err := s.maxAge(ctx)
	if err != nil {
		return err
	}
	return s.Handoffs.FollowCall(ctx, attemptID, maxAge)
}

// followUnsolved is followSaid for an answer that came in without a call.
func (s *Service) followUnsolved(ctx context.Context, answered survey.AnsweredResponse, maxAge time.Duration) error {
	if answered.Via == survey.InCall { // the outcome of the call says so
		return nil
	}
	via := handoff.ViaLink
	if answered.Via == survey.FromSource {
		via = handoff.ViaImport
	}
	return s.Handoffs.FollowAnswer(ctx, handoff.Answered{
		ResponseID: answered.ResponseID, ResolutionID: answered.ResolutionID, ContactID: answered.ContactID,
		CustomerID: answered.CustomerID, Solved: answered.Solved, Comment: answered.Comment, Via: via, At: answered.AnsweredAt,
	}, maxAge)
}

// plan decides the follow-up of a batch, and has settled what of it waited for its source.
func (s *Service) plan(ctx context.Context, ticket outbox.Ticket, batchID int64) error {
	resolutions, err := contact.ResolutionsOfBatch(s.DB.View(ctx), batchID)
	if err != nil {
		return err
	}
	if err := s.Handoffs.Resolved(ctx, resolutions); err != nil {
		return err
	}
	return s.Decisions.Plan(ctx, ticket, batchID)
}

// settleAtSource closes a handoff whose contact was resolved again, once the follow-up of that is decided.
func (s *Service) settleAtSource(ctx context.Context, ticket outbox.Ticket, handoffID int64) error {
	return s.Handoffs.SettleAtSource(ctx, ticket, handoffID, decision.Decided)
}

// sendLink carries the link of a handoff to somebody who never logs in, by text message or the robot of a chat group: sent once.
func (s *Service) sendLink(ctx context.Context, ticket outbox.Ticket, linkID int64) error {
	out, send, err := s.Couriers.Begin(ctx, ticket, linkID)
	if err != nil || !send {
		return err
	}
	var sendErr error
	if out.Way == courier.ByRobot {
		sending, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		sendErr = s.Robots.Post(sending, out.To, out.Text)
	} else {
		_, sendErr = s.send(ctx, delivery.Message{
			ID: out.MessageID, Channel: permission.BySMS, To: out.To, Language: out.Language, Text: out.Text,
		})
	}
	return s.tell(ctx, func(ctx context.Context) error { return s.Couriers.Sent(ctx, out.Ticket, out.LinkID, sendErr) })
}
