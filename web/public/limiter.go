package public

import (
	"sync"
	"time"

	"aftercall/internal/clock"
)

// limiter allows a number of requests a minute for each key. It belongs to one process: several allow as many each, which is
// enough against scripts gone wild.
type limiter struct {
	limit int

	mu     sync.Mutex
	began  clock.Instant
	counts map[string]int
}

// maxLimited bounds how many keys are remembered; beyond it the minute begins anew.
const maxLimited = 20_000

func newLimiter(limit int) *limiter { return &limiter{limit: limit, counts: map[string]int{}} }

// allow counts a request and reports whether it is within the limit.
func (l *limiter) allow(key string, now clock.Instant) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.began) >= time.Minute || len(l.counts) >= maxLimited {
		l.began = now
		clear(l.counts)
	}
	l.counts[key]++
	return l.counts[key] <= l.limit
}
