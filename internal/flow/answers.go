package flow

import (
	"context"

	"aftercall/internal/contact"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/callback"
)

// followOutcome opens a handoff where a call asks for one, and hands its answers to survey, which scores them like answers by link. That
// there are none is told too: a corrected outcome may have taken them back, and changes the figures of its day.
func (s *Service) followOutcome(ctx context.Context, ticket outbox.Ticket, attemptID int64) error {
	if err := s.followSaid(ctx, attemptID); err != nil {
		return err
	}
	a, err := s.Calls.Answers(ctx, attemptID)
	if err != nil {
		return err
	}
	if err := s.Performance.Touch(ctx, attemptID); err != nil {
		return err
	}
	return s.Surveys.RecordCall(ctx, ticket, survey.CallAnswers{
		AttemptID: a.AttemptID, CallbackID: a.CallbackID, ResolutionID: a.ResolutionID, CustomerID: a.CustomerID, CallerID: a.CallerID,
		AnsweredAt: a.AnsweredAt, Rating: a.Rating, Solved: a.Solved, Reasons: a.Reasons, Comment: a.Comment, Consent: a.Consent,
	})
}

// actOnAnswer gives up the survey that was still to be sent about what was answered in a call, hands on that it is not solved, and a
// dissatisfied answer to callback, which plans the recovery. Any other answer calls the recovery off that one corrected since had asked
// for.
func (s *Service) actOnAnswer(ctx context.Context, ticket outbox.Ticket, responseID int64) error {
	answered, err := s.Surveys.Answered(ctx, responseID)
	if err != nil {
		return err
	}
	if answered.Via == survey.InCall { // a link is the answer to the survey that was sent
		if err := s.Decisions.SurveyAnswered(ctx, answered.ResolutionID); err != nil {
			return err
		}
	}
	maxAge, err := s.maxAge(ctx)
	if err != nil {
		return err
	}
	if err := s.followUnsolved(ctx, answered, maxAge); err != nil {
		return err
	}
	if !answered.Dissatisfied {
		return s.Callbacks.CallOff(ctx, ticket, answered.ResolutionID, responseID)
	}
	found, err := contact.ResolutionsByID(s.DB.View(ctx), []int64{answered.ResolutionID})
	if err != nil {
		return err
	}
	return s.Callbacks.Recover(ctx, ticket, callback.LowScore{
		ResponseID: responseID, CustomerID: answered.CustomerID, Resolution: found[answered.ResolutionID], Value: answered.Value,
		Scale: answered.Scale, AnsweredAt: answered.AnsweredAt, MaxAge: maxAge,
	})
}
