// Package pause is the times in which callers take no callbacks, and why. It knows nothing of callbacks.
package pause

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

// Reason says why a caller takes no callbacks for a while. It is translated under "pause_reason.<code>".
type Reason string

// The reasons for a pause.
const (
	Break    Reason = "break"
	Training Reason = "training"
	Meeting  Reason = "meeting"
	Meal     Reason = "meal"
	Other    Reason = "other"
	Abuse    Reason = "abuse" // begins by itself after a call with an abusive customer
)

// Reasons returns every reason a caller can give for a pause, in the order of their keys on the desk.
func Reasons() []Reason {
	return []Reason{Break, Training, Meeting, Meal, Other}
}

// Pause is a time in which a caller takes no callbacks.
type Pause struct {
	ID      int64
	UserID  int64
	BeganAt clock.Instant
	EndedAt clock.Instant // none while it lasts
	Reason  Reason
}

// TableName names the table.
func (Pause) TableName() string { return "caller_pauses" }

// Lasts returns how long a pause lasted, or has lasted by now; a forgotten one until it was over by itself.
func (p Pause) Lasts(now clock.Instant) time.Duration {
	end := p.EndedAt
	if end.IsZero() {
		end = now
	}
	return min(max(0, end.Sub(p.BeganAt)), longest)
}

// longest is after what a pause that nobody ended is over: somebody went home.
const longest = 12 * time.Hour

// Service begins and ends pauses.
type Service struct {
	db  *database.DB
	now clock.Now
}

// New returns a service.
func New(db *database.DB, now clock.Now) *Service { return &Service{db: db, now: now} }

// Start begins a pause of the viewer; one that lasts goes on, with its own reason. A callback they hold stays theirs. It returns
// fault.Invalid for an unknown reason.
func (s *Service) Start(ctx context.Context, viewer account.Viewer, reason Reason) error {
	if !slices.Contains(Reasons(), reason) {
		return fault.InvalidFields(fault.Field{
			Name: "pause_reason", Code: "choose", Problem: "choose why you pause", Value: string(reason),
		})
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return Begin(tx, viewer.UserID, reason, now)
	})
	if err != nil {
		return fmt.Errorf("begin a pause: %w", err)
	}
	return nil
}

// Begin begins a pause of a user, whatever the reason; one that lasts goes on.
func Begin(tx database.Tx, userID int64, reason Reason, now clock.Instant) error {
	st := store{tx}
	if err := st.end(userID, now.Add(-longest), now); err != nil {
		return err
	}
	return st.begin(Pause{UserID: userID, BeganAt: now, Reason: reason})
}

// End ends the viewer's pause; without one it changes nothing.
func (s *Service) End(ctx context.Context, viewer account.Viewer) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.end(viewer.UserID, now, now) })
	if err != nil {
		return fmt.Errorf("end a pause: %w", err)
	}
	return nil
}

// Forget deletes a user's pause for a reason that began at an instant: what it began with never was.
func Forget(tx database.Tx, userID int64, reason Reason, began clock.Instant) error {
	return store{tx}.forget(userID, reason, began)
}

// Current returns the viewer's pause that lasts, and whether there is one.
func (s *Service) Current(ctx context.Context, viewer account.Viewer) (Pause, bool, error) {
	return store{s.db.View(ctx)}.now(viewer.UserID, s.now().Add(-longest))
}

// Between returns a user's pauses that began within [from, to), by time, at most limit.
func Between(tx database.Tx, userID int64, from, to clock.Instant, limit int) ([]Pause, error) {
	return store{tx}.between(userID, from, to, limit)
}

// Now returns the pauses of users that last at an instant, by user.
func Now(tx database.Tx, userIDs []int64, now clock.Instant) (map[int64]Pause, error) {
	return store{tx}.lasting(userIDs, now.Add(-longest))
}
