package flow

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/handoff"
)

// Opened tells callers' figures which handoffs they opened.
type Opened struct{}

// OpenedBy implements performance.Handoffs.
func (Opened) OpenedBy(tx database.Tx, callerIDs []int64, from, until clock.Instant) ([]performance.Opened, error) {
	opened, err := handoff.OpenedBy(tx, callerIDs, from, until)
	list := make([]performance.Opened, len(opened))
	for i, o := range opened {
		list[i] = performance.Opened(o)
	}
	return list, err
}
