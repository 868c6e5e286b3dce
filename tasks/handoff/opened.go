package handoff

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Opened is a handoff that a caller opened in a call.
type Opened struct {
	CallerID   int64
	CallbackID int64
	At         clock.Instant // when it was said
}

// OpenedBy returns the handoffs that callers opened in calls within [from, until).
func OpenedBy(tx database.Tx, callerIDs []int64, from, until clock.Instant) ([]Opened, error) {
	return store{tx}.openedBy(callerIDs, from, until)
}
