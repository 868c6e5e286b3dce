// Package survey asks customers what they thought, and keeps what they said.
//
// A questionnaire is published as an immutable version: what a question meant when it was answered never changes. For a
// resolution, an invitation carries one version over one channel to one customer, with a link only they have. What comes back is
// a response: answers in revisions, of which the latest inside the edit window counts.
//
//	           ┌─refused for now─┐
//	           ▼                 │
//	Invite ► planned ────────► sending ──accepted──► sent ──receipt──► delivered
//	           │                 │ ├──refused for good──► failed
//	           │                 │ └──nobody knows──────► uncertain ──the customer answers──► delivered
//	           │                 └────reopened─────────►   │  (the doubt stays, beside the reason)
//	           └──not wanted any more──► cancelled ◄───────┴──accepted after all
//
// A message whose fate nobody knows is never sent again: a second survey for one problem is worse than a missed one. Whatever is wanted
// by then, the next try of a survey first brings to its end what the last one left: planned and sending are never the end.
//
// An invitation that was sent may have one reminder, with the same link over the same channel. Whether it is still wanted is looked
// at when it is due: not after an answer, a reopening, a refusal or the expiry.
//
//	           ┌─refused for now─┐
//	           ▼                 │
//	(sent) ► planned ──Remind──► sending ──accepted──► sent
//	           │                 ├──refused for good──► failed
//	           │                 └──nobody knows──────► uncertain
//	           └──not wanted any more──► cancelled
//
// Every answer is written in one transaction with its score entries, its consent events and the job that tells the other
// features. Reading a link writes nothing: mail scanners open links too.
package survey

import (
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// JobAnswered is the kind of job added after each answer, for whoever acts on answers. Its ref is the response.
const JobAnswered = "survey.answered"

// JobRemind is the kind of the job that reminds a customer of an invitation. Its ref is the invitation.
const JobRemind = "survey.remind"

// Permission decides whether a customer may be asked, and keeps what customers said about being contacted. All of it runs in
// the transaction of the use case, so that two planners cannot both spend the last allowance.
type Permission interface {
	Judge(tx database.Tx, questions []permission.Question) ([]permission.Verdict, error)
	Touch(tx database.Tx, touches ...permission.Touch) error
	Untouch(tx database.Tx, personID int64, kind permission.TouchKind, ref int64) error
	RecordConsent(tx database.Tx, events ...permission.ConsentEvent) error
	Refuse(tx database.Tx, refusal permission.Refusal) error
	Suppress(tx database.Tx, suppressions ...permission.Suppression) error
	SuppressionsOf(tx database.Tx, subject permission.Subject) ([]permission.Suppression, error)
	Lift(tx database.Tx, id, userID int64, reason string) error
	ReserveAddresses(tx database.Tx, questions ...permission.Question) error
}

// Options are the settings of the survey feature.
type Options struct {
	PublicURL  string         // where customers reach the service, such as https://cs.example.com; no slash at the end
	CentreName string         // as customers know the centre
	Language   string         // for customers whose language is not known; zh-CN when empty
	Zone       *time.Location // of the dates in messages; Asia/Shanghai when nil
	// Channels are those there is a sender for, the preferred one first; e-mail, then SMS when nil.
	Channels []permission.Channel
	Expiry   time.Duration // after sending, where the plan names none; 14 days when zero
	Texts    Texts         // other messages with a link to the preferences; none when nil
	Notices  Texts         // the notices of incidents; none when nil
}

// Texts are messages of another feature whose links lead to the preferences, too.
type Texts interface {
	// OfToken returns the text whose link has a hash, and false when there is none.
	OfToken(tx database.Tx, hash string) (LinkedText, bool, error)
	// ByID returns texts, by their ids.
	ByID(tx database.Tx, ids []int64) (map[int64]LinkedText, error)
}

// LinkedText is a message with a link to the preferences.
type LinkedText struct {
	ID         int64
	CustomerID int64  // about whom it is
	Line       string // E.164 of who got it, where that is none of the customer's own numbers; empty: the customer did
	Language   string
}

// carried returns the wanted channels that have a sender, in the order wanted. With none wanted it returns every channel that
// has a sender.
func (o Options) carried(wanted []permission.Channel) []permission.Channel {
	if len(wanted) == 0 {
		return o.Channels
	}
	return slices.DeleteFunc(slices.Clone(wanted), func(c permission.Channel) bool { return !slices.Contains(o.Channels, c) })
}

// editWindow is how long after the first answer a customer may change it.
const editWindow = 24 * time.Hour

// sendLease is how long a message may be on its way to the gateway before somebody else says that its fate is unknown.
const sendLease = time.Minute

func (o Options) withDefaults() Options {
	if o.Language == "" {
		o.Language = Chinese
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	if o.Channels == nil {
		o.Channels = []permission.Channel{permission.ByEmail, permission.BySMS}
	}
	if o.Expiry == 0 {
		o.Expiry = 14 * 24 * time.Hour
	}
	return o
}

// Service publishes questionnaires, invites customers, reminds them and takes their answers.
type Service struct {
	db         *database.DB
	permission Permission
	tokens     tokens
	now        clock.Now
	opts       Options
}

// New returns the service. key is the installation's secret: the links of invitations are derived from it, so another key
// breaks every link that was sent.
func New(db *database.DB, judge Permission, key []byte, now clock.Now, opts Options) *Service {
	return &Service{db: db, permission: judge, tokens: tokens{key: key}, now: now, opts: opts.withDefaults()}
}

// reserve writes the guard rows of the customers' persons: whoever else decides about one of them waits until this transaction
// ends. It returns the person of each customer, who is the same until then. A customer id of 0 is nobody and is left out.
//
// Lock order: guard rows of persons first, then invitations and responses. Read after reserve what others may have changed
// before it.
func reserve(tx database.Tx, customerIDs ...int64) (map[int64]int64, error) {
	known := slices.DeleteFunc(customerIDs, func(id int64) bool { return id == 0 })
	if len(known) == 0 {
		return map[int64]int64{}, nil
	}
	return contact.ReservePersons(tx, known...)
}
