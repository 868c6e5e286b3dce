// Package contact takes in what happened at the help desk, the PBX or the CRM: customers, their contacts, and the moments the
// contacts were resolved. It keeps each contact once, whatever the number of times it is delivered.
//
// Who is the same person is settled in identity, files are read in imports; both stand above this package. Lock order of intake:
// contacts, then customers, then the guard rows of their persons.
//
//	open ◄──► pending ──► resolved (resolution 1) ──► reopened ──► resolved (resolution 2) ──► …
package contact

import (
	"slices"

	"aftercall/internal/clock"
)

// Status is where a contact is at its source.
type Status string

// The statuses.
const (
	Open     Status = "open"
	Pending  Status = "pending"
	Resolved Status = "resolved"
	Reopened Status = "reopened"
)

// Channel is how the customer reached the centre.
type Channel string

// The channels.
const (
	Phone    Channel = "phone"
	Email    Channel = "email"
	Chat     Channel = "chat"
	SMS      Channel = "sms"
	WeChat   Channel = "wechat"
	Web      Channel = "web"
	IVR      Channel = "ivr"
	InPerson Channel = "in_person"
	Social   Channel = "social"
)

// Severity is how much the contact weighs.
type Severity string

// The severities.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// ParticipantRole is what somebody did on a contact.
type ParticipantRole string

// The roles of participants.
const (
	TookIt  ParticipantRole = "took"    // 受理
	Handled ParticipantRole = "handled" // 处理: the resolver, unless the source says otherwise
	OnSite  ParticipantRole = "on_site" // 现场
)

// Source is a system contacts come from.
type Source struct {
	ID        int64
	Name      string
	CreatedAt clock.Instant
}

// Customer is a person as one source knows them.
type Customer struct {
	ID         int64
	SourceID   int64
	Reference  string
	PersonID   int64
	Name       string
	Language   string
	Zone       string
	Region     string // ISO 3166: a country, or a part of one such as US-FL
	Tags       string // JSON array of strings, sorted
	Attributes string // JSON object of strings
	CreatedAt  clock.Instant
	UpdatedAt  clock.Instant
}

// AddressKind is what an address is good for.
type AddressKind string

// The kinds of address.
const (
	PhoneAddress AddressKind = "phone"
	EmailAddress AddressKind = "email"
)

// Address is one way to reach a customer.
type Address struct {
	ID         int64
	CustomerID int64
	Kind       AddressKind
	Position   int    // from 0; the first one of a kind is tried first
	Raw        string // as the source wrote it
	Normalised string // E.164, or a lower-cased e-mail; empty when the raw value is not one
	Ending     string `gorm:"->"` // last four digits of a phone number; the database makes it
}

// TableName names the table.
func (Address) TableName() string { return "customer_addresses" }

// Person is what caps and holds count by: customers that share a phone or an e-mail.
type Person struct {
	ID      int64
	Version int64 // guard row: reservations write it first
}

// TableName names the table.
func (Person) TableName() string { return "persons" }

// Contact is one support case handled elsewhere.
type Contact struct {
	ID              int64
	SourceID        int64
	ExternalID      string
	CustomerID      int64
	Status          Status
	Channel         Channel
	Category        string
	Subcategory     string
	Product         string
	Severity        Severity
	Complaint       bool
	OpenedAt        clock.Instant
	FirstResponseAt clock.Instant
	TalkSeconds     *int64
	HoldSeconds     *int64
	WrapUpSeconds   *int64
	OrderReference  string
	ContactName     string // whom to ask for about this contact, where that is somebody else than the customer: 报修联系人
	ContactPhone    string // their number as the source wrote it
	ContactLine     string // their number as E.164; empty when it is not one, or nobody's
	ResolutionText  string
	RecordingURL    string
	AutoClosed      bool
	Tags            string // JSON array of strings
	ContentHash     string // of the input last taken: the same again is a duplicate
	ResolutionCount int
	SourceChangedAt clock.Instant // what the source called it when we last took it; an older delivery changes nothing
	ReceivedAt      clock.Instant
	ChangedAt       clock.Instant
	ImportID        int64  // the last import of a file that changed it; 0 for none
	DescriptionID   *int64 // what the record said of its customer; 0: nothing, or a reference; nil: from before that was kept
	CustomerByHand  bool   // somebody said whose it is: its source does not change that
}

// Participant is somebody who took part in a contact, as they were when it arrived.
type Participant struct {
	ID        int64
	ContactID int64
	Role      ParticipantRole
	AgentID   int64
	TeamID    int64
}

// Agent is somebody who handles contacts at a source.
type Agent struct {
	ID       int64
	SourceID int64
	Name     string
}

// Resolution is the moment a contact was resolved, with everything later reports need frozen on it.
type Resolution struct {
	ID         int64
	ContactID  int64
	No         int // from 1; a new one only after a reopening
	BatchID    int64
	SourceID   int64
	CustomerID int64
	PersonID   int64
	ResolvedAt clock.Instant
	AgentID    int64 // the resolver; 0 when nobody is named
	TeamID     int64
	Channel    Channel
	Category   string
	Product    string
	Severity   Severity
	Complaint  bool
	AutoClosed bool
	Answered   bool          // an answer came with it
	ReopenedAt clock.Instant // none while it stands
	ReceivedAt clock.Instant
}

// Correction is what a source changed after a resolution had frozen it. The resolution keeps what it was, so that past scores
// stay the same; the contact shows the new value.
type Correction struct {
	ID           int64
	ContactID    int64
	ResolutionNo int
	Field        string // name of the input field
	OldValue     string
	NewValue     string
	At           clock.Instant
}

// TableName names the table.
func (Correction) TableName() string { return "contact_corrections" }

// ImportedAnswer is a rating as a source told it: the first one of a metric about a resolution, or a revision. survey counts the
// newest. Rows are only ever added.
type ImportedAnswer struct {
	ID              int64
	BatchID         int64
	ContactID       int64
	ResolutionID    int64 // what it is about; 0: the contact had no resolution yet
	Revision        int   // from 1; the first resolution goes on with the ratings that came before it
	Metric          string
	Value           int
	Scale           string
	Comment         string
	AnsweredAt      clock.Instant
	Timed           bool          // the source said when it was given; otherwise it is dated by the resolution
	SourceChangedAt clock.Instant // when the source changed the contact, by its own account; none where it did not say
	Late            bool          // changed when a change does not count any more: kept, and not counted
}

// Batch is what one transaction of intake took in; its id is the ref of the jobs that follow.
type Batch struct {
	ID         int64
	SourceID   int64
	ReceivedAt clock.Instant
}

// TableName names the table.
func (Batch) TableName() string { return "intake_batches" }

// The kinds of job that intake adds.
const (
	JobPlan          = "resolutions.plan"  // ref: batch with new resolutions
	JobRecordAnswers = "answers.record"    // ref: batch with imported answers
	JobReopened      = "contacts.reopened" // ref: contact
	JobSettle        = "addresses.settle"  // ref: contested address, whose earlier contacts go to whom they are of
)

var (
	statuses   = []Status{Open, Pending, Resolved, Reopened}
	channels   = []Channel{Phone, Email, Chat, SMS, WeChat, Web, IVR, InPerson, Social}
	severities = []Severity{Low, Medium, High, Critical}
	roles      = []ParticipantRole{TookIt, Handled, OnSite}
)

// Statuses returns every status in the order of a contact's life.
func Statuses() []Status { return slices.Clone(statuses) }

// Channels returns every channel.
func Channels() []Channel { return slices.Clone(channels) }

// Severities returns every severity, the least first.
func Severities() []Severity { return slices.Clone(severities) }

// ParticipantRoles returns every role of participants.
func ParticipantRoles() []ParticipantRole { return slices.Clone(roles) }
