// Package clocktest has clocks for tests.
package clocktest

import "aftercall/internal/clock"

// Fixed returns a clock that always says the same.
func Fixed(at clock.Instant) clock.Now { return func() clock.Instant { return at } }
