package call

import (
	"context"
	"encoding/json"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
)

// Answers is what a customer answered in a call, for whoever keeps answers.
type Answers struct {
	AttemptID    int64
	CallbackID   int64
	ResolutionID int64
	CustomerID   int64
	CallerID     int64
	AnsweredAt   clock.Instant
	callback.Answers
}

// Answers returns what the customer answered in the call of an attempt: nothing, when nothing was asked, and for a recovery or a
// second call: a call made to mend must not mend the figure. It returns fault.NotFound for an unknown attempt.
func (s *Service) Answers(ctx context.Context, attemptID int64) (Answers, error) {
	c, a, err := callback.AttemptByID(s.db.View(ctx), attemptID)
	if err != nil {
		return Answers{}, err
	}
	result := Answers{
		AttemptID: a.ID, CallbackID: c.ID, ResolutionID: c.ResolutionID, CustomerID: c.CustomerID, CallerID: a.CallerID,
		AnsweredAt: a.EndedAt,
	}
	if a.Answers == "" || c.Mends() {
		return result, nil
	}
	if err := json.Unmarshal([]byte(a.Answers), &result.Answers); err != nil {
		return Answers{}, fmt.Errorf("read the answers of attempt %d: %w", attemptID, err)
	}
	return result, nil
}
