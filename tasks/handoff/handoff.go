// Package handoff is what a callback sends back inside: a handoff (联系单) about what is not solved, with an owning team, a deadline and a
// written reply, after which the customer is called a second time. Complaints are handoffs of another kind.
//
//	             ┌────Release, Forward────┐
//	             ▼                        │
//	Open ──► open ──Claim──► taken ──Suspend──► suspended ──Resume, its limit──► taken, open
//	         │  ▲              │ ▲
//	         │  └───Answer─────┼─┴───────┐
//	         ├────Ask, SendBack┴──► asked│ (the clock goes on)
//	         │                        └──┘
//	         └──Reply──► replied ──the second call──► closed (solved; not solved opens the next round; unreachable)
//	                         open, taken, asked, suspended ──Close, the source──► closed
//
// Whoever acts says which version of the handoff they saw: an act on an older one is refused. Every act is an entry of the log, which
// nothing but erasure empties. While one is open before its reply, nobody is called about its contact (Waiting).
//
// Lock order: handoffs by their ids, then callbacks and what comes after those.
package handoff

import (
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// Kind is what a handoff is about. It is translated under "handoff_kind.<code>".
type Kind string

// The kinds of handoff.
const (
	Unsolved  Kind = "unsolved"  // a customer said that it is not solved
	Complaint Kind = "complaint" // a customer complains
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{Complaint, Unsolved} }

// State is where a handoff is in its life; the package comment draws it. It is translated under "handoff_state.<code>".
type State string

// The states.
const (
	Open      State = "open"      // nobody has it yet
	Taken     State = "taken"     // its owner is at it
	Asked     State = "asked"     // a question, or what was filled in wrongly, is with the caller
	Suspended State = "suspended" // 挂起: waits for something outside; the clock stands
	Replied   State = "replied"   // the reply is written, the second call to come or under way
	Closed    State = "closed"
)

// States returns every state in the order of a handoff's life.
func States() []State { return []State{Open, Taken, Asked, Suspended, Replied, Closed} }

// Unreplied returns the states in which the reply is still owed.
func Unreplied() []State { return []State{Open, Taken, Asked, Suspended} }

// Result is what became of a closed handoff. It is translated under "handoff_result.<code>".
type Result string

// The results.
const (
	Solved          Result = "solved"            // the customer said so in the second call
	NotSolved       Result = "not_solved"        // the customer said the contrary: the next round has begun
	SettledAtSource Result = "settled_at_source" // the source has resolved the contact again
	Withdrawn       Result = "withdrawn"         // the outcome was corrected: nobody said that it is not solved
	Unreachable     Result = "unreachable"       // nobody was reached in the second call
	Unsaid          Result = "unsaid"            // somebody was reached, and did not say whether it is solved
	NotCalled       Result = "not_called"        // the customer must not be called any more
	SolvedOtherwise Result = "solved_otherwise"  // by hand: the customer said so to somebody else than a caller
	Duplicate       Result = "duplicate"         // by hand: another one is about the same
	WrongFilled     Result = "wrong_filled"      // by hand, 填写错误: nothing was to be done
	WrongSent       Result = "wrong_sent"        // by hand, 误派: nothing of any team here
	GivenUp         Result = "given_up"          // by hand: nothing can be done
)

// Results returns every result.
func Results() []Result {
	return []Result{
		Solved, NotSolved, SettledAtSource, Withdrawn, Unreachable, Unsaid, NotCalled,
		SolvedOtherwise, Duplicate, WrongFilled, WrongSent, GivenUp,
	}
}

// Via is how it was said that something is not solved. It is translated under "handoff_via.<code>".
type Via string

// The ways.
const (
	ViaDesk   Via = "desk"   // in a call
	ViaLink   Via = "link"   // in a survey
	ViaSMS    Via = "sms"    // by an answer to a text message
	ViaKeypad Via = "ivr"    // with the keypad
	ViaImport Via = "import" // in a file of the source
	ViaAPI    Via = "api"
	ViaHand   Via = "hand" // somebody here wrote it down
)

// Vias returns every way.
func Vias() []Via { return []Via{ViaDesk, ViaLink, ViaSMS, ViaKeypad, ViaImport, ViaAPI, ViaHand} }

// Severity says how soon a reply is owed: 1 is the most urgent. It is translated under "handoff_severity.<number>".
type Severity int

// The severities.
const (
	Urgent   Severity = 1
	Normal   Severity = 2
	Ordinary Severity = 3
)

// Severities returns every severity, the most urgent first.
func Severities() []Severity { return []Severity{Urgent, Normal, Ordinary} }

// Remedy is what the reply says was done. It is translated under "handoff_remedy.<code>".
type Remedy string

// The remedies.
const (
	Fixed      Remedy = "fixed"      // it works again
	Arranged   Remedy = "arranged"   // it will be done at a time that was agreed on
	Explained  Remedy = "explained"  // nothing is broken: how it works was explained
	Impossible Remedy = "impossible" // nothing can be done, and why
)

// Remedies returns every remedy.
func Remedies() []Remedy { return []Remedy{Fixed, Arranged, Explained, Impossible} }

// Mistake is why a handoff was sent back (差错). It is translated under "handoff_mistake.<code>".
type Mistake string

// The mistakes.
const (
	FilledWrongly Mistake = "wrong_filled" // 填写错误
	SentWrongly   Mistake = "wrong_sent"   // 误派
)

// Mistakes returns every mistake.
func Mistakes() []Mistake { return []Mistake{FilledWrongly, SentWrongly} }

// Pretext is why a handoff may be suspended. It is translated under "handoff_pretext.<code>".
type Pretext string

// The listed reasons for a suspension.
const (
	CustomerAway Pretext = "customer_away" // the customer named a later time
	SparePart    Pretext = "spare_part"    // a part was ordered
	ThirdParty   Pretext = "third_party"   // somebody outside must act first
	Access       Pretext = "access"        // nobody lets us in: 物业, 机房
	Weather      Pretext = "weather"       // or another force of nature
)

// Pretexts returns every listed reason.
func Pretexts() []Pretext { return []Pretext{CustomerAway, SparePart, ThirdParty, Access, Weather} }

// Limits.
const (
	MaxRows        = 50
	MaxWords       = 4000 // characters of what somebody writes
	MaxLinks       = 5
	MaxSuspensions = 2
	LongestPause   = 7 * 24 * time.Hour // of one suspension
)

// Handoff is one thing that was promised to a customer: somebody looks at it, and they are called again.
type Handoff struct {
	ID         int64
	Kind       Kind
	State      State
	Result     Result  // of a closed one
	OpenKey    *string // unique: a contact has at most one open handoff of a kind; nil when it is closed
	Version    int64   // raised by every act; whoever acts says which one they saw
	Round      int     // from 1; the next one begins where the customer says again that it is not solved
	PreviousID int64   // the handoff of the round before; 0 for none
	NextID     int64   // that of the round after; 0 for none

	SourceID     int64
	ContactID    int64
	ResolutionID int64 // that was said not to hold
	CustomerID   int64
	PersonID     int64 // when it was opened
	CallbackID   int64 // in whose call it was said; 0 for none
	AttemptID    int64 // the call; 0 for none
	ResponseID   int64 // the answer, where it was said in one; 0 for none
	Via          Via

	TeamID     int64 // who owes the reply
	FromTeamID int64 // whose caller, or whose contact it is
	OwnerID    int64 // who has taken it; 0 for nobody, or somebody with a link
	OwnerName  string
	OpenedBy   int64 // the user; 0 for a customer
	ForCaller  int64 // who made the first call, and makes the second where they are there; 0 for anybody

	Severity     Severity
	Said         string // the customer, in their own words
	Note         string // whoever opened it
	Question     string // state asked: what the caller is asked
	Mistake      Mistake
	Reply        string
	Remedy       Remedy
	RepliedBy    int64
	RepliedAt    clock.Instant
	Links        string // JSON array of addresses, at most MaxLinks: see Attached
	ReplyLinks   string
	SaidAt       clock.Instant
	DueAt        clock.Instant // when the reply is owed
	WarnAt       clock.Instant // when most of the time has gone by
	LookAt       clock.Instant // when the watch looks at it next; none when it need not
	Step         int           // how far it was escalated: see Steps
	Pretext      Pretext       // state suspended
	SuspendedAt  clock.Instant
	ResumeAt     clock.Instant
	Suspensions  int
	Stood        int64 // microseconds of working time in which the clock stood
	SecondCallID int64 // the callback after the reply; 0 until there is one
	CreatedAt    clock.Instant
	ChangedAt    clock.Instant
	ClosedAt     clock.Instant
}

// TableName names the table.
func (Handoff) TableName() string { return "handoffs" }

// Owed reports whether the reply is still owed.
func (h *Handoff) Owed() bool { return slices.Contains(Unreplied(), h.State) }

// Overdue reports whether the reply should have been written by now. While it is suspended the clock stands.
func (h *Handoff) Overdue(now clock.Instant) bool {
	return h.Owed() && h.State != Suspended && h.DueAt.Before(now)
}

// The refusals of handoffs.
var (
	errNoHandoff = fault.New(fault.NotFound, "handoff_unknown", "there is no such handoff")
	errStale     = fault.New(fault.Conflict, "handoff_stale",
		"somebody did something with this handoff since you opened the page; read it and send again, what you typed is kept")
	errState = fault.New(fault.Conflict, "handoff_state", "the handoff is not in a state for that any more")
	errRight = fault.New(fault.Forbidden, "handoff_right", "this handoff is not yours to do that with")
)

// openKey is unique among open handoffs.
func openKey(kind Kind, contactID int64) *string {
	key := string(kind) + ":" + itoa(contactID)
	return &key
}
