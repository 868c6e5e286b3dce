// Package incident is one outage behind many contacts: their follow-up is paused together, one notice is sent instead, and when it is over
// each customer is called and asked once.
//
//	              ┌─Stop──────────┐
//	              ▼               │
//	draft ──Begin──► active ──Release──► releasing ──all free──► released
//	  │                │
//	  └─Dismiss        └─CallOff──► calling_off ──all free──► called_off
//	     ▼
//	  dismissed ◄──Dismiss── proposed ──Change──► draft, or ──Begin──► active
//
// Contacts are tied to it (package tie): by its rule when they are resolved, by its rule from those resolved before (a job), and by hand.
// While a tie holds, a callback of the contact waits and its survey is put off; callback, survey and decision ask the tie at the moment of
// contact. A contact that is reopened loses its follow-up as ever, and is held again when it is resolved while the incident is under way.
//
// Release frees customer by customer, so many an hour and only while calls may be made: of the callbacks of a person one goes on, and of
// their surveys one; the others are superseded. CallOff frees everything as it was. A burst of contacts is proposed and pauses nothing.
//
// Lock order: the incident, then callbacks by their ids, and so on. Two jobs work for an incident, one after the other.
package incident

import (
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/policy"
)

// The kinds of job this package adds.
const (
	JobTie    = "incidents.tie"    // ref: incident; ties what its rule matches among the contacts resolved before it began
	JobFree   = "incidents.free"   // ref: incident; frees what it holds
	JobNotice = "incidents.notice" // ref: notice
	JobBursts = "incidents.bursts" // ref: 0
)

// State is where an incident is in its life; the package comment draws it. It is translated under "incident_state.<code>".
type State string

// The states.
const (
	Proposed   State = "proposed" // by the burst alarm
	Draft      State = "draft"
	Active     State = "active"
	Releasing  State = "releasing"
	CallingOff State = "calling_off"
	Released   State = "released"
	CalledOff  State = "called_off"
	Dismissed  State = "dismissed"
)

// States returns every state in the order of an incident's life.
func States() []State {
	return []State{Proposed, Draft, Active, Releasing, CallingOff, Released, CalledOff, Dismissed}
}

// Origin is who thought of an incident.
type Origin string

// The origins.
const (
	ByHand  Origin = "hand"
	ByBurst Origin = "burst"
)

// Incident is one outage. Contacts belong to it that began in its period and that its rule matches, or that somebody named.
type Incident struct {
	ID        int64
	Name      string
	State     State
	TeamID    int64         // whose contacts it may hold: those of one team; 0 for the whole centre
	Rule      string        // JSON of policy.Filter; empty: only what is named by hand
	FromAt    clock.Instant // contacts that began from then on
	UntilAt   clock.Instant // and before then; none: for as long as it is active
	Notify    bool          // customers get a notice
	NoticeZh  string        // what they are told, in Chinese; empty: in the other language
	NoticeEn  string
	PerHour   int // customers freed in an hour; 0: all at once
	Origin    Origin
	Field     string // of a burst: which field had one
	Value     string
	Seen      int // of a burst: how many contacts in an hour
	Usual     int // and how many there usually are
	CreatedBy int64
	CreatedAt clock.Instant
	ChangedAt clock.Instant
	BegunAt   clock.Instant
	// How far the job came that ties what was resolved before, and when it was done.
	ScanAt     clock.Instant
	ScanID     int64
	ScannedAt  clock.Instant
	ReleasedAt clock.Instant // when it was released or called off
	NextAt     clock.Instant // releasing: when the next customers are freed
	EndedAt    clock.Instant // when everything was free
}

// Holds reports whether the incident is under way: new contacts are tied to it.
func (i *Incident) Holds() bool { return i.State == Active }

// Frees reports whether a job is freeing what the incident holds.
func (i *Incident) Frees() bool { return i.State == Releasing || i.State == CallingOff }

// Open reports whether there is still something to be done about the incident.
func (i *Incident) Open() bool {
	return slices.Contains([]State{Proposed, Draft, Active, Releasing, CallingOff}, i.State)
}

// covers reports whether a contact that began at an instant is in the period.
func (i *Incident) covers(began clock.Instant) bool {
	return !began.Before(i.FromAt) && (i.UntilAt.IsZero() || began.Before(i.UntilAt))
}

// Definition is what people say of an incident.
type Definition struct {
	Name     string
	TeamID   int64
	Rule     policy.Filter
	From     clock.Instant
	Until    clock.Instant // none: open
	Notify   bool
	NoticeZh string
	NoticeEn string
	PerHour  int
}

// Limits.
const (
	maxName     = 100
	maxNotice   = 200 // characters; longer texts are split by gateways
	maxWhy      = 500
	maxPerHour  = 100_000
	longAgo     = 30 * 24 * time.Hour // back from now to the beginning of an incident
	farthest    = 60 * 24 * time.Hour // from now, and of its period
	maxNamed    = 200                 // contacts named at once
	usualRate   = 100                 // customers an hour
	maxOpen     = 50                  // incidents that are not over
	roundsAnHr  = 12
	freeEvery   = time.Hour / roundsAnHr
	freeAtOnce  = 200 // persons a transaction, where nothing is to be spread
	tieAtOnce   = 300 // resolutions a transaction
	maxIncident = 500 // of a list
)

// UsualRate is how many customers are freed in an hour unless somebody says something else.
const UsualRate = usualRate

// The refusals.
var (
	errMayNot    = fault.New(fault.Forbidden, "incident_right", "only a supervisor or an administrator may do that")
	errNotTeam   = fault.New(fault.Forbidden, "incident_team", "this incident is about more teams than yours")
	errUnknown   = fault.New(fault.NotFound, "incident_unknown", "there is no such incident")
	errState     = fault.New(fault.Conflict, "incident_state", "the incident is not in a state for that any more")
	errTooMany   = fault.New(fault.Conflict, "incidents_full", "there are 50 incidents that are not over; end one first")
	errNoContact = fault.New(fault.NotFound, "incident_contact", "this contact is not tied to the incident")
)

// EventKind is what was done with an incident. It is translated under "incident_event.<code>".
type EventKind string

// The kinds of event.
const (
	EventProposed  EventKind = "proposed"
	EventCreated   EventKind = "created"
	EventChanged   EventKind = "changed"
	EventDismissed EventKind = "dismissed"
	EventBegun     EventKind = "begun"
	EventTied      EventKind = "tied"    // by hand
	EventScanned   EventKind = "scanned" // the job is through what was resolved before
	EventRemoved   EventKind = "removed"
	EventReleased  EventKind = "released"
	EventStopped   EventKind = "stopped"
	EventCalledOff EventKind = "called_off"
	EventEnded     EventKind = "ended"
)

// EventKinds returns every kind of event.
func EventKinds() []EventKind {
	return []EventKind{
		EventProposed, EventCreated, EventChanged, EventDismissed, EventBegun, EventTied, EventScanned, EventRemoved,
		EventReleased, EventStopped, EventCalledOff, EventEnded,
	}
}

// Event is one thing that was done with an incident.
type Event struct {
	ID         int64
	IncidentID int64
	At         clock.Instant
	UserID     int64 // 0: the service itself
	Kind       EventKind
	Count      int    // contacts, where there are any
	Detail     string // why, in somebody's words
}

// TableName names the table.
func (Event) TableName() string { return "incident_events" }
