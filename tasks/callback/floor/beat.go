package floor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

const (
	// beatEvery is how often it is written at most that a desk was heard of: each write waits for the one writer of SQLite.
	beatEvery = 30 * time.Second
	// silence is after how long without a sign a caller is gone: a hidden page asks once a minute, and that is written with a delay.
	silence = 150 * time.Second
)

// beat is when the desk of a caller was last heard of.
type beat struct {
	UserID      int64 `gorm:"primaryKey;autoIncrement:false"`
	SeenAt      clock.Instant
	WrapUpAt    clock.Instant // since when they wrap up
	WrapUpFence int64         // under which claim they did, last
}

// TableName names the table.
func (beat) TableName() string { return "caller_beats" }

// Seen notes that the desk of a viewer was heard of, unless that was written within half a minute.
func (s *Service) Seen(ctx context.Context, viewer account.Viewer) error {
	now := s.now()
	last, _ := s.beats.Load(viewer.UserID)
	if b, known := last.(beat); known && now.Sub(b.SeenAt) < beatEvery && !b.SeenAt.After(now) {
		return nil
	}
	return s.write(ctx, beat{UserID: viewer.UserID, SeenAt: now})
}

// WrapUp notes that a viewer has hung up and is writing down what came of the call, under the fence of their claim. Said again it changes
// nothing.
func (s *Service) WrapUp(ctx context.Context, viewer account.Viewer, fence int64) error {
	last, _ := s.beats.Load(viewer.UserID)
	if b, known := last.(beat); known && b.WrapUpFence == fence {
		return s.Seen(ctx, viewer)
	}
	now := s.now()
	return s.write(ctx, beat{UserID: viewer.UserID, SeenAt: now, WrapUpAt: now, WrapUpFence: fence})
}

func (s *Service) write(ctx context.Context, b beat) error {
	if b.UserID == 0 {
		return nil // a token
	}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.beat(b) })
	if err != nil && !errors.Is(err, database.ErrUnavailable) { // what can still be read may still be seen
		return fmt.Errorf("note that a desk was heard of: %w", err)
	}
	if last, _ := s.beats.Load(b.UserID); b.WrapUpFence == 0 && last != nil {
		b.WrapUpAt, b.WrapUpFence = last.(beat).WrapUpAt, last.(beat).WrapUpFence // nothing else is in there
	}
	s.beats.Store(b.UserID, b)
	return nil
}
