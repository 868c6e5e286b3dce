package flow

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/roster"
)

// Promises tells the roster which callbacks are kept for whom.
type Promises struct{}

// Kept implements roster.Promises.
func (Promises) Kept(tx database.Tx, callerIDs []int64, now clock.Instant) ([]roster.Promise, error) {
	kept, err := callback.KeptFor(tx, callerIDs, now)
	list := make([]roster.Promise, len(kept))
	for i, k := range kept {
		list[i] = roster.Promise(k)
	}
	return list, err
}
