package incident

import (
	"maps"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// NoticeState is where a notice is in its life. It is translated under "incident_notice.<code>".
//
//	planned ──Begin──► sending ──accepted──► sent
//	   │                 ├──refused for good──► failed
//	   │                 └──nobody knows──────► uncertain
//	   └──not allowed, or the incident is over──► cancelled
type NoticeState string

// The states.
const (
	NoticePlanned   NoticeState = "planned"
	NoticeSending   NoticeState = "sending" // after a crash here nobody knows whether it was sent
	NoticeSent      NoticeState = "sent"
	NoticeFailed    NoticeState = "failed"
	NoticeCancelled NoticeState = "cancelled"
	NoticeUncertain NoticeState = "uncertain" // never sent again
)

// NoticeStates returns every state of a notice.
func NoticeStates() []NoticeState {
	return []NoticeState{NoticePlanned, NoticeSending, NoticeSent, NoticeUncertain, NoticeFailed, NoticeCancelled}
}

// The reasons of this package for not sending, beside permission's. They are translated under "reason.<code>".
const (
	reasonOver      = "incident_over" // it ended before the notice could be sent
	reasonNotHeld   = "incident_let_go"
	reasonNoSender  = "no_sender"
	reasonCrashed   = "sender_stopped"
	reasonNoReceipt = "sender_no_answer"
	reasonRefused   = "sender_refused"
	reasonNotNow    = "sender_not_now"
)

// Notice is the one notice of an incident to a person. It keeps neither the address nor the words.
type Notice struct {
	ID         int64
	IncidentID int64
	PersonID   int64 // when it was planned
	CustomerID int64
	ContactID  int64 // the first that was tied
	State      NoticeState
	Reason     string
	Channel    permission.Channel // none until it is sent
	Language   string
	TokenHash  string
	CreatedAt  clock.Instant
	SentAt     clock.Instant
}

// TableName names the table.
func (Notice) TableName() string { return "incident_notices" }

// planNotices plans the notice of an incident to the person of each contact, with its job. Who has one already gets none.
func (s *Service) planNotices(tx database.Tx, i Incident, contactIDs []int64, now clock.Instant) error {
	if !i.Notify {
		return nil
	}
	contacts, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return err
	}
	customers := make([]int64, 0, len(contacts))
	for _, c := range contacts {
		customers = append(customers, c.CustomerID)
	}
	persons, err := contact.PersonsOf(tx, customers)
	if err != nil {
		return err
	}
	known, err := store{tx}.noticed(i.ID, database.DistinctNonzero(slices.Collect(maps.Values(persons))))
	if err != nil {
		return err
	}
	var notices []Notice
	for _, id := range slices.Sorted(slices.Values(contactIDs)) {
		c := contacts[id]
		if person := persons[c.CustomerID]; person != 0 && !known[person] {
			known[person] = true
			notices = append(notices, Notice{
				IncidentID: i.ID, PersonID: person, CustomerID: c.CustomerID, ContactID: id, State: NoticePlanned, CreatedAt: now,
			})
		}
	}
	if err := (store{tx}).addNotices(notices); err != nil {
		return err
	}
	jobs := make([]outbox.Job, len(notices))
	for n := range notices {
		jobs[n] = outbox.New(JobNotice, notices[n].ID, outbox.Sending, now)
	}
	return outbox.Add(tx, now, jobs...)
}

// Left is a notice that a job must still bring to its end.
type Left struct {
	ID   int64
	Over bool // nothing will be sent any more: its job only writes down what became of it
}

// LeftNotices returns up to limit notices that are planned or in state sending, by id, behind one; 0 begins.
func LeftNotices(tx database.Tx, _ clock.Instant, after int64, limit int) ([]Left, error) {
	notices, err := store{tx}.unsettledAfter(after, limit)
	left := make([]Left, len(notices))
	for i, n := range notices {
		left[i] = Left{ID: n.ID, Over: n.State == NoticeSending}
	}
	return left, err
}

// NoticeByToken returns the notice whose link has a hash, and whether there is one.
func NoticeByToken(tx database.Tx, hash string) (Notice, bool, error) {
	return store{tx}.noticeByToken(hash)
}

// NoticesByID returns notices by their ids.
func NoticesByID(tx database.Tx, ids []int64) ([]Notice, error) { return store{tx}.noticesByID(ids) }
