package handoff

import (
	"strconv"

	"aftercall/internal/clock"
)

// Act is what somebody, or time, did with a handoff. It is translated under "handoff_act.<code>".
type Act string

// The acts.
const (
	ActOpened    Act = "opened"
	ActAgain     Act = "said_again" // the customer said it again while it was open
	ActClaimed   Act = "claimed"
	ActReleased  Act = "released"
	ActReplied   Act = "replied"
	ActForwarded Act = "forwarded"
	ActAsked     Act = "asked"
	ActSentBack  Act = "sent_back"
	ActAnswered  Act = "answered"
	ActSuspended Act = "suspended"
	ActResumed   Act = "resumed"
	ActWeighed   Act = "weighed" // another severity
	ActRemarked  Act = "remarked"
	ActEscalated Act = "escalated"
	ActClosed    Act = "closed"
	ActReopened  Act = "reopened"  // the outcome of the second call was corrected
	ActCorrected Act = "corrected" // the outcome in which it was said was
	ActSource    Act = "source"    // its source has reopened the contact
)

// Acts returns every act.
func Acts() []Act {
	return []Act{
		ActOpened, ActAgain, ActClaimed, ActReleased, ActReplied, ActForwarded, ActAsked, ActSentBack, ActAnswered, ActSuspended,
		ActResumed, ActWeighed, ActRemarked, ActEscalated, ActClosed, ActReopened, ActCorrected, ActSource,
	}
}

// Entry is one line of the log of a handoff. Entries are only added; erasure empties Words and Name.
type Entry struct {
	ID        int64
	HandoffID int64
	At        clock.Instant
	Act       Act
	FromState State
	State     State
	UserID    int64  // 0: somebody with a link, a customer, or time
	Name      string // typed by somebody with a link
	TeamID    int64  // to which it was forwarded; of a mistake: whose it is
	ForUserID int64  // the caller who is asked; of a mistake: whose it is
	Code      string // a result, mistake, pretext, remedy, step, severity or way it was said
	Ref       int64  // of what was said again: the attempt, or the response
	Words     string
}

// TableName names the table.
func (Entry) TableName() string { return "handoff_entries" }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
