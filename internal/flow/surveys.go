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

// sendSurvey carries a planned survey to the customer: looked at once more by tasks, then by survey, then sent, once. A survey that is
// not wanted any more takes the same way: survey ends what an earlier try has left of it.
func (s *Service) sendSurvey(ctx context.Context, ticket outbox.Ticket, decisionID int64) error {
	plan, err := s.Tasks.SurveyPlan(ctx, decisionID)
	if err != nil {
		return err
	}
	out, send, err := s.Surveys.Invite(ctx, ticket, survey.Plan{
		DecisionID: decisionID, Resolution: plan.Resolution, Unwanted: string(plan.Reason),
		Survey: plan.Survey, Family: plan.Family, Channels: plan.Channels,
		Expiry: plan.Expiry, Reminders: plan.Reminders, RemindAfter: plan.RemindAfter, LastChance: plan.LastChance,
	})
	switch {
	case err != nil:
		return err
	case send:
	case out.Reason == "":
		return nil
	case !out.Ends.IsZero():
		return s.Tasks.SurveyPutOff(ctx, out.Ticket, decisionID, out.Ends, tasks.Reason(out.Reason))
	default:
		return s.Tasks.SurveySkipped(ctx, out.Ticket, decisionID, tasks.Reason(out.Reason))
	}
	receipt, sendErr := s.send(ctx, out)
	return s.Surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: receipt.Delivered}, sendErr)
}

// remindSurvey carries the reminder of an invitation to the customer, if survey still wants it: sent once.
func (s *Service) remindSurvey(ctx context.Context, ticket outbox.Ticket, invitationID int64) error {
	out, send, err := s.Surveys.Remind(ctx, ticket, invitationID)
	if err != nil || !send {
		return err
	}
	_, sendErr := s.send(ctx, out)
	return s.Surveys.Reminded(ctx, out.Ticket, out.InvitationID, sendErr)
}

// send hands a message to the sender, which gets a while and no more.
func (s *Service) send(ctx context.Context, out survey.Outgoing) (delivery.Receipt, error) {
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return s.Sender.Send(sending, delivery.Message{
		ID: out.MessageID, Channel: out.Channel, To: out.To, Language: out.Language,
		Subject: out.Subject, Text: out.Text, HTML: out.HTML, OptOutURL: out.OptOutURL,
	})
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
