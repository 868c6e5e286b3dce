package account

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// How often a password may be wrong before logging in has to wait. A whole centre may share one IP address.
const (
	triesWindow   = 15 * time.Minute
	triesPerLogin = 10
	triesPerIP    = 100
)

// loginTries counts the tries to log in under one key since an instant. Keys are hashes: people type passwords into the wrong field.
type loginTries struct {
	TryKey string `gorm:"primaryKey"`
	Count  int
	Since  clock.Instant
}

// TableName names the table.
func (loginTries) TableName() string { return "login_tries" }

func triesKeys(login, ip string) (byLogin, byIP string) {
	return hashSecret("login:" + login), hashSecret("ip:" + ip)
}

// countTry counts a try before the password is looked at, so that many at once are all counted. A login that succeeds takes its
// tries back. It returns fault.TooMany with "minutes" to wait.
func (s *Service) countTry(ctx context.Context, login, ip string, now clock.Instant) error {
	byLogin, byIP := triesKeys(login, ip)
	var until clock.Instant
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		until = 0
		for _, counted := range []struct {
			key   string
			limit int
		}{{byLogin, triesPerLogin}, {byIP, triesPerIP}} {
			tries, err := store{tx}.countTry(counted.key, now, now.Add(-triesWindow))
			if err != nil {
				return err
			}
			if tries.Count > counted.limit {
				until = max(until, tries.Since.Add(triesWindow))
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count login tries: %w", err)
	}
	if until.IsZero() {
		return nil
	}
	minutes := int(until.Sub(now)/time.Minute) + 1
	return fault.New(fault.TooMany, "login_throttled", fmt.Sprintf("too many tries: wait %d minutes", minutes)).With("minutes", minutes)
}
