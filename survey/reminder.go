package survey

import (
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// Reminder is the one reminder that an invitation may have; doc.go draws its life.
type Reminder struct {
	State  State         // planned, sending, sent, failed, cancelled or uncertain; empty: the plan has none
	Reason string        // of failed, cancelled and uncertain ones; translated under "reason.<code>"
	DueAt  clock.Instant // counted from the sending of the invitation
	SentAt clock.Instant // none until the gateway took it
}

// to takes the reminder to a state, and refuses when it is in none of those it may come from.
func (r *Reminder) to(state State, reason string, from ...State) error {
	if !slices.Contains(from, r.State) {
		return fault.New(fault.Conflict, "invitation_state", "a reminder that is "+string(r.State)+" cannot become "+string(state))
	}
	r.State, r.Reason = state, reason
	return nil
}

// giveUp cancels a reminder that is planned.
func (r *Reminder) giveUp(reason string) error {
	if r.State != Planned {
		return nil
	}
	return r.to(Cancelled, reason, Planned)
}

// remindable reports whether the invitation has gone out and its reminder has not.
func (i *Invitation) remindable() bool {
	return (i.State == Sent || i.State == Delivered) && i.Reminder.State == Planned
}
