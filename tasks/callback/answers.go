package callback

import (
	"context"
	"encoding/json"
	"fmt"

	"aftercall/internal/clock"
)

// CallAnswers is what a customer answered in a call, for whoever keeps answers.
type CallAnswers struct {
	AttemptID    int64
	CallbackID   int64
	ResolutionID int64
	CustomerID   int64
	CallerID     int64
	AnsweredAt   clock.Instant
	Answers
}

// CallAnswers returns what the customer answered in the call of an attempt: nothing, when nothing was asked, and for a recovery: a call
// made to mend a score must not mend the figure. It returns fault.NotFound for an unknown attempt.
func (s *Service) CallAnswers(ctx context.Context, attemptID int64) (CallAnswers, error) {
	st := store{s.db.View(ctx)}
	a, err := st.attempt(attemptID)
	if err != nil {
		return CallAnswers{}, err
	}
	c, err := st.callback(a.CallbackID)
	if err != nil {
		return CallAnswers{}, err
	}
	result := CallAnswers{
		AttemptID: a.ID, CallbackID: c.ID, ResolutionID: c.ResolutionID, CustomerID: c.CustomerID, CallerID: a.CallerID,
		AnsweredAt: a.EndedAt,
	}
	if a.Answers == "" || c.Kind == RecoveryKind {
		return result, nil
	}
	if err := json.Unmarshal([]byte(a.Answers), &result.Answers); err != nil {
		return CallAnswers{}, fmt.Errorf("read the answers of attempt %d: %w", attemptID, err)
	}
	return result, nil
}

// encode returns the answers as JSON, or "" when nothing was asked.
func (a Answers) encode() (string, error) {
	if a.Empty() {
		return "", nil
	}
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("write answers: %w", err)
	}
	return string(b), nil
}
