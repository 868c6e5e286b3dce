package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// sendTimeout is how long a gateway may take; survey gives the job away a little later.
const sendTimeout = 40 * time.Second

// sendSurvey is the job that sends a planned survey once: decision says whether it is still wanted, survey whether it is still
// allowed. An unwanted one goes to survey too, so that what an earlier try left of it is ended.
func (s *Service) sendSurvey(ctx context.Context, ticket outbox.Ticket, decisionID int64) error {
	plan, err := s.Decisions.SurveyPlan(ctx, decisionID)
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
		return s.Decisions.SurveyPutOff(ctx, out.Ticket, decisionID, out.Ends, whyNotSent(out.Reason, plan.Reason))
	default:
		return s.Decisions.SurveySkipped(ctx, out.Ticket, decisionID, whyNotSent(out.Reason, plan.Reason))
	}
	receipt, sendErr := s.send(ctx, messageOf(out))
	return s.tell(ctx, func(ctx context.Context) error {
		return s.Surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: receipt.Delivered}, sendErr)
	})
}

// whyNotSent says for a decision why survey does not send: what it was told itself, what survey found out, or a code of permission.
func whyNotSent(reason string, unwanted policy.Reason) policy.Reason {
	switch reason {
	case string(unwanted):
		return unwanted
	case survey.ReasonReopened:
		return policy.ReasonReopened
	case survey.ReasonCorrected:
		return policy.ReasonCorrected
	case survey.ReasonAnswered:
		return policy.ReasonAlreadyAnswered
	case survey.ReasonNoSender:
		return decision.ReasonNoSender
	}
	return policy.Reason(permission.Code(reason))
}

// remindSurvey carries the reminder of an invitation to the customer, if survey still wants it: sent once.
func (s *Service) remindSurvey(ctx context.Context, ticket outbox.Ticket, invitationID int64) error {
	out, send, err := s.Surveys.Remind(ctx, ticket, invitationID)
	if err != nil || !send {
		return err
	}
	_, sendErr := s.send(ctx, messageOf(out))
	return s.tell(ctx, func(ctx context.Context) error {
		return s.Surveys.Reminded(ctx, out.Ticket, out.InvitationID, sendErr)
	})
}

const (
	tellTimeout = 10 * time.Minute
	tellPause   = 200 * time.Millisecond
)

// tell records the result of a message, and waits for the database if need be: nobody else will ever know the result. If the
// gateway cannot be reached, it is away for the whole lane (outbox.ErrLaneAway).
func (s *Service) tell(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	again := time.NewTicker(tellPause)
	defer again.Stop()
	err := write(ctx)
	for errors.Is(err, database.ErrUnavailable) && s.DB.Await(ctx) == nil {
		<-again.C
		err = write(ctx)
	}
	if delivery.Unreachable(err) {
		return fmt.Errorf("%w: %w", outbox.ErrLaneAway, err)
	}
	return err
}

func messageOf(out survey.Outgoing) delivery.Message {
	return delivery.Message{
		ID: out.MessageID, Channel: out.Channel, To: out.To, Language: out.Language,
		Subject: out.Subject, Text: out.Text, HTML: out.HTML, OptOutURL: out.OptOutURL,
	}
}

// send hands a message to the sender, which gets a while and no more.
func (s *Service) send(ctx context.Context, message delivery.Message) (delivery.Receipt, error) {
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	receipt, err := s.Sender.Send(sending, message)
	if errors.Is(err, database.ErrUnavailable) { // of the sender that keeps messages there: not taken
		err = fault.New(fault.Unavailable, "sender_not_now", "the message was not taken now")
	}
	return receipt, err
}

// cancelReopened gives up what was planned for a contact that is open again.
func (s *Service) cancelReopened(ctx context.Context, ticket outbox.Ticket, contactID int64) error {
	err := s.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return s.Surveys.CancelContact(tx, contactID, survey.ReasonReopened)
	})
	if err != nil {
		return fmt.Errorf("cancel the surveys of contact %d: %w", contactID, err)
	}
	if err := s.Handoffs.Reopened(ctx, contactID); err != nil {
		return err
	}
	return s.Decisions.CancelContact(ctx, ticket, contactID)
}
