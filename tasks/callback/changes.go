package callback

import (
	"cmp"
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// ChangeKind is what became of a callback. It is translated under "callback_change.<kind>".
type ChangeKind string

// What can become of a callback after it was planned.
const (
	ChangeOffered     ChangeKind = "offered"     // its time has come
	ChangePutOff      ChangeKind = "put_off"     // not allowed now
	ChangePrefetched  ChangeKind = "prefetched"  // a caller's next one
	ChangeClaimed     ChangeKind = "claimed"     // handed out, with the number
	ChangePicked      ChangeKind = "picked"      // chosen by the caller, with the number
	ChangeRenewed     ChangeKind = "renewed"     // the lease was over, and its caller went on
	ChangeReleased    ChangeKind = "released"    // given back
	ChangeSkipped     ChangeKind = "skipped"     // passed on; the reason is a SkipReason
	ChangeTransferred ChangeKind = "transferred" // handed to a colleague or a team
	ChangePaused      ChangeKind = "paused"
	ChangeResumed     ChangeKind = "resumed"
	ChangeReserved    ChangeKind = "reserved"    // kept for a caller, or for nobody any more, by a supervisor
	ChangeFreed       ChangeKind = "freed"       // taken out of a caller's hands by a supervisor; ForUserID is who had it
	ChangePrioritised ChangeKind = "prioritised" // the reason is the group
	ChangeMoved       ChangeKind = "moved"       // given another time; the reason is the instant
	ChangeRestored    ChangeKind = "restored"    // what a supervisor did to many was taken back
	ChangeHandedBack  ChangeKind = "handed_back" // its caller left: ForUserID says who. Reason: appointment, if it is one
	ChangeAbsent      ChangeKind = "absent"      // whom it was kept for does not work at its time: anybody's
	ChangeOutcome     ChangeKind = "outcome"     // a call ended
	ChangeUndone      ChangeKind = "undone"      // an outcome was taken back at once
	ChangeCorrected   ChangeKind = "corrected"   // an outcome was replaced
	ChangeClosed      ChangeKind = "closed"      // no attempt is left
	ChangeCancelled   ChangeKind = "cancelled"
)

// ChangeKinds returns every kind of change.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{
		ChangeOffered, ChangePutOff, ChangePrefetched, ChangeClaimed, ChangePicked, ChangeRenewed, ChangeReleased, ChangeSkipped,
		ChangeTransferred, ChangePaused, ChangeResumed, ChangeReserved, ChangeFreed, ChangePrioritised, ChangeMoved, ChangeRestored,
		ChangeHandedBack, ChangeAbsent, ChangeOutcome, ChangeUndone, ChangeCorrected, ChangeClosed, ChangeCancelled,
	}
}

// Change is one thing that became of a callback. That it was planned is told by its decision.
type Change struct {
	ID         int64
	CallbackID int64
	At         clock.Instant
	UserID     int64 // 0: the service itself
	// Whom it is kept for from now on; of ChangeFreed and ChangeHandedBack who had it, of ChangeAbsent whom it was kept for; 0: nobody.
	ForUserID int64
	Kind      ChangeKind
	FromState State // empty for changes from before they were written down
	ToState   State
	Reason    string // a code: of a skip a SkipReason, else a Reason, a call result, or what the kind says; empty where it says it all
	Became    string // of a correction: what the outcome is now, as Reason says what it was; empty from before that was kept
	Detail    string // what somebody wrote
}

// TableName names the table.
func (Change) TableName() string { return "callback_changes" }

// note remembers a change for whoever stores the callback (store.write), as of the instant it was changed.
func (c *Callback) note(change Change) {
	change.CallbackID, change.At, change.ToState = c.ID, c.ChangedAt, c.State
	c.changes = append(c.changes, change)
}

// noteWho says of everything noted who did it and what they wrote.
func (c *Callback) noteWho(viewer account.Viewer, detail string) {
	for i := range c.changes {
		c.changes[i].UserID, c.changes[i].Detail = viewer.UserID, detail
	}
}

const maxChanges = 200 // of a callback, as they are shown

// ChangeRow is a change with the names of whom it is about.
type ChangeRow struct {
	Change
	By  string // empty for the service itself
	For string // empty for nobody
}

// Changes returns what became of a callback, the newest first, at most 200. It returns fault.NotFound for a callback that
// ByID does not show the viewer.
func (s *Service) Changes(ctx context.Context, viewer account.Viewer, callbackID int64) ([]ChangeRow, error) {
	tx := s.db.View(ctx)
	c, err := store{tx}.callback(callbackID)
	if err != nil {
		return nil, err
	}
	if may, err := mayOpen(tx, viewer, c); err != nil || !may {
		return nil, cmp.Or(err, error(errNoCallback))
	}
	changes, err := store{tx}.changesOf(callbackID, maxChanges)
	if err != nil {
		return nil, err
	}
	users := make([]int64, 0, 2*len(changes))
	for _, change := range changes {
		users = append(users, change.UserID, change.ForUserID)
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who changed callback %d: %w", callbackID, err)
	}
	list := make([]ChangeRow, len(changes))
	for i, change := range changes {
		list[i] = ChangeRow{Change: change, By: names[change.UserID], For: names[change.ForUserID]}
	}
	return list, nil
}
