package flow

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks"
)

// sendTimeout is how long a gateway may take; survey gives the job away a little later.
const sendTimeout = 40 * time.Second

// sendSurvey carries a planned survey to the customer: looked at once more by tasks, then by survey, then sent, once.
func (s *Service) sendSurvey(ctx context.Context, ticket outbox.Ticket, decisionID int64) error {
	plan, err := s.Tasks.SurveyPlan(ctx, decisionID)
	if err != nil {
		return err
	}
	if !plan.Wanted {
		return s.Tasks.SurveySkipped(ctx, ticket, decisionID, plan.Reason)
	}
	out, send, err := s.Surveys.Invite(ctx, ticket, survey.Plan{DecisionID: decisionID, Resolution: plan.Resolution})
	if err != nil {
		return err
	}
	if !send {
		if out.Reason == "" {
			return nil
		}
		return s.Tasks.SurveySkipped(ctx, out.Ticket, decisionID, tasks.Reason(out.Reason))
	}
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	receipt, sendErr := s.Sender.Send(sending, messageOf(out))
	return s.Surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: receipt.Delivered}, sendErr)
}

func messageOf(out survey.Outgoing) delivery.Message {
	return delivery.Message{
		ID: out.MessageID, Channel: out.Channel, To: out.To, Language: out.Language,
		Subject: out.Subject, Text: out.Text, HTML: out.HTML, OptOutURL: out.OptOutURL,
	}
}

// cancelReopened gives up what was planned for a contact that is open again.
func (s *Service) cancelReopened(ctx context.Context, ticket outbox.Ticket, contactID int64) error {
	err := s.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return s.Surveys.CancelContact(tx, ticket.At, contactID, survey.ReasonReopened)
	})
	if err != nil {
		return fmt.Errorf("cancel the surveys of contact %d: %w", contactID, err)
	}
	return s.Tasks.CancelContact(ctx, ticket, contactID)
}
