package callback

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// PauseReason says why a caller takes no callbacks for a while. It is translated under "pause_reason.<code>".
type PauseReason string

// The reasons for a pause.
const (
	PauseBreak    PauseReason = "break"
	PauseTraining PauseReason = "training"
	PauseMeeting  PauseReason = "meeting"
	PauseMeal     PauseReason = "meal"
	PauseOther    PauseReason = "other"
	PauseAbuse    PauseReason = "abuse" // begins by itself after a call with an abusive customer
)

// PauseReasons returns every reason a caller can give for a pause, in the order of their keys on the desk.
func PauseReasons() []PauseReason {
	return []PauseReason{PauseBreak, PauseTraining, PauseMeeting, PauseMeal, PauseOther}
}

// Pause is a time in which a caller takes no callbacks.
type Pause struct {
	ID      int64
	UserID  int64
	BeganAt clock.Instant
	EndedAt clock.Instant // none while it lasts
	Reason  PauseReason
}

// TableName names the table.
func (Pause) TableName() string { return "caller_pauses" }

// Lasts returns how long a pause lasted, or has lasted by now; a forgotten one until it was over by itself.
func (p Pause) Lasts(now clock.Instant) time.Duration {
	end := p.EndedAt
	if end.IsZero() {
		end = now
	}
	return min(max(0, end.Sub(p.BeganAt)), longestPause)
}

// longestPause is after what a pause that nobody ended is over: somebody went home.
const longestPause = 12 * time.Hour

// StartPause begins a pause of the viewer; one that lasts goes on, with its own reason. A callback they hold stays theirs. It returns
// fault.Invalid for an unknown reason.
func (s *Service) StartPause(ctx context.Context, viewer account.Viewer, reason PauseReason) error {
	if !slices.Contains(PauseReasons(), reason) {
		return fault.InvalidFields(fault.Field{
			Name: "pause_reason", Code: "choose", Problem: "choose why you pause", Value: string(reason),
		})
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return startPause(tx, viewer, reason, now)
	})
	if err != nil {
		return fmt.Errorf("begin a pause: %w", err)
	}
	return nil
}

func startPause(tx database.Tx, viewer account.Viewer, reason PauseReason, now clock.Instant) error {
	st := store{tx}
	if err := st.endPauses(viewer.UserID, now.Add(-longestPause), now); err != nil {
		return err
	}
	return st.beginPause(Pause{UserID: viewer.UserID, BeganAt: now, Reason: reason})
}

// EndPause ends the viewer's pause; without one it changes nothing.
func (s *Service) EndPause(ctx context.Context, viewer account.Viewer) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.endPauses(viewer.UserID, now, now) })
	if err != nil {
		return fmt.Errorf("end a pause: %w", err)
	}
	return nil
}

// OnPause returns the viewer's pause that lasts, and whether there is one.
func (s *Service) OnPause(ctx context.Context, viewer account.Viewer) (Pause, bool, error) {
	return store{s.db.View(ctx)}.pauseNow(viewer.UserID, s.now().Add(-longestPause))
}
