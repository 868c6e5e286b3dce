package survey

import (
	"cmp"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
)

// Plan is a survey that follow-up decided on, at the time it is due. What is empty or zero is left to the service.
type Plan struct {
	DecisionID  int64
	Resolution  contact.Resolution
	Unwanted    string               // why it is not wanted any more: nothing is sent, and what was begun is brought to its end
	Survey      string               // name; empty: the built-in one
	Family      string               // which invitations share a cooldown; empty: the survey's own
	Channels    []permission.Channel // in order of preference; those without a sender are passed over
	Expiry      time.Duration        // after sending
	Reminders   int                  // none, or one: more than one is one
	RemindAfter time.Duration        // after sending; 3 days when zero, and always before the expiry
	LastChance  clock.Instant        // until when it may be put off while only time stands against it; none: not at all
}

// remindAfter is the usual time between an invitation and its reminder.
const remindAfter = 3 * 24 * time.Hour

// reminder returns the reminder that an invitation sent now is to have. One that would come when the survey has ended comes half
// way to the end.
func (p Plan) reminder(now clock.Instant, expiry time.Duration) Reminder {
	if p.Reminders <= 0 {
		return Reminder{}
	}
	after := cmp.Or(p.RemindAfter, remindAfter)
	if after >= expiry {
		after = expiry / 2
	}
	return Reminder{State: Planned, DueAt: now.Add(after)}
}
