package decision

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

var _ callback.Decisions = Ledger{}

// Ledger writes on decisions what became of their callbacks.
type Ledger struct{}

// CallbackCancelled marks the decision as given up, with the reason. A decision that was made again since has another revision
// and stays as it is.
func (Ledger) CallbackCancelled(tx database.Tx, decisionID int64, revision int, reason callback.Reason, now clock.Instant) error {
	return store{tx}.cancelRevision(now, policy.Reason(reason), decisionID, revision)
}

// CallbackRestored takes back that a callback of the decision was cancelled by hand.
func (Ledger) CallbackRestored(tx database.Tx, decisionID int64, revision int) error {
	return store{tx}.restoreRevision(policy.Reason(callback.ReasonByHand), decisionID, revision)
}
