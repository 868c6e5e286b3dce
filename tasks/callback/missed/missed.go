// Package missed sends the one text that the first missed call of a callback may send: who called, from which number, why, and how to
// answer or not to be called any more. It comes after callback, which knows nothing of it.
//
//	              ┌─refused for now─┐
//	              ▼                 │
//	Plan ──► planned ──Begin──► sending ──accepted──► sent
//	           │                 ├──refused for good──► failed
//	           │                 └──nobody knows──────► uncertain
//	           └──not wanted, or not allowed, any more──► cancelled
//
// It is planned when an outcome leaves its callback, which an undo prevents, and everything is asked again when it is about to leave. A
// text that comes late is worse than none: what may not be sent at once is not put off, and what the gateway refuses for now is tried for
// half an hour. One whose fate nobody knows is never sent again.
package missed

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
)

// JobText is the kind of the job that sends a text; its ref is the text.
const JobText = "callback.text"

// State is where a text is in its life; the package comment draws it.
type State string

// The states.
const (
	Planned   State = "planned"
	Sending   State = "sending" // after a crash here nobody knows whether it was sent
	Sent      State = "sent"
	Failed    State = "failed"    // the gateway refused it for good
	Cancelled State = "cancelled" // not wanted or not allowed any more: never sent
	Uncertain State = "uncertain" // nobody knows whether it was sent; never sent again
)

// The reasons of this package, beside those of callbacks and permission. They are translated under "reason.<code>".
const (
	ReasonLate      = "text_late"   // half an hour later nobody wonders who called
	ReasonMerged    = "text_merged" // they are another person's record since
	ReasonNoSender  = "text_no_sender"
	ReasonLandline  = "text_landline"
	ReasonCrashed   = "sender_stopped"   // of an uncertain one
	ReasonNoReceipt = "sender_no_answer" // of an uncertain one
	ReasonRefused   = "sender_refused"   // of a failed one
	ReasonNotNow    = "sender_not_now"   // of a planned one
)

// Text is a text after a missed call. It keeps neither the number nor the words.
type Text struct {
	ID         int64
	CallbackID int64 // there is one for each
	AttemptID  int64 // the missed call
	CustomerID int64
	PersonID   int64 // when it was planned
	State      State
	Reason     string
	Language   string
	TokenHash  string // of its link; empty until it is sent
	CreatedAt  clock.Instant
	SentAt     clock.Instant // none until the gateway took it
}

// TableName names the table.
func (Text) TableName() string { return "missed_texts" }

// Options are the settings of the centre.
type Options struct {
	Zone       *time.Location       // of the times in texts, where nobody knows the customer's; required
	CentreName string               // as customers know the centre
	Language   string               // for customers whose language is not known; zh-CN when empty
	Channels   []permission.Channel // those there is a sender for; also texts when nil
	Links      Links
}

// Links makes the link in a text, by which the customer says that they do not want to be contacted.
type Links interface {
	// OfText returns the link of a text, and the hash by which it is found again.
	OfText(textID int64) (url, tokenHash string)
}

// Service plans texts and says what to send.
type Service struct {
	db        *database.DB
	callbacks *callback.Service
	permit    *permission.Service
	now       clock.Now
	opts      Options
}

// New returns the service.
func New(db *database.DB, callbacks *callback.Service, permit *permission.Service, now clock.Now, opts Options) *Service {
	opts.Language = cmp.Or(opts.Language, "zh-CN")
	return &Service{db: db, callbacks: callbacks, permit: permit, now: now, opts: opts}
}

// lastChance is until when, after the call, a text may be sent.
const lastChance = 30 * time.Minute

// Plan adds the text after the call of an attempt, with its job, if one is to be sent: as callback.MissedCall says, and if the same call,
// which may have been made for other callbacks of the person too, has none. Once more it changes nothing. It is what callback.JobMissed
// asks for, when the outcome of the attempt leaves its callback, and ends that job.
func (s *Service) Plan(ctx context.Context, ticket outbox.Ticket, attemptID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		return s.plan(tx, attemptID, now)
	})
	if err != nil {
		return fmt.Errorf("plan the text after attempt %d: %w", attemptID, err)
	}
	return nil
}

func (s *Service) plan(tx database.Tx, attemptID int64, now clock.Instant) error {
	m, reason, err := s.callbacks.MissedCall(tx, attemptID)
	if err != nil || reason != "" || tooLate(m, now) {
		return err
	}
	persons, err := contact.ReservePersons(tx, m.Callback.CustomerID)
	if err != nil {
		return err
	}
	t := Text{
		CallbackID: m.Callback.ID, AttemptID: attemptID, CustomerID: m.Callback.CustomerID, PersonID: persons[m.Callback.CustomerID],
		State: Planned, CreatedAt: now,
	}
	st := store{tx}
	told, err := st.told(t, m.Attempt.Fence)
	if err != nil || told {
		return err
	}
	if err := st.add(&t); err != nil {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobText, t.ID, outbox.Sending, now))
}

func tooLate(m callback.Missed, now clock.Instant) bool {
	return now.Sub(m.Attempt.EndedAt) > lastChance
}

// Left is a text that a job must still bring to its end.
type Left struct {
	ID   int64
	Over bool // nothing will be sent any more: its job only writes down what became of it
}

// LeftTexts returns up to limit texts that are planned or in state sending, by id, behind one; 0 begins.
func LeftTexts(tx database.Tx, now clock.Instant, after int64, limit int) ([]Left, error) {
	texts, err := store{tx}.unsettledAfter(after, limit)
	left := make([]Left, len(texts))
	for i, t := range texts {
		left[i] = Left{ID: t.ID, Over: t.State == Sending || now.Sub(t.CreatedAt) > lastChance}
	}
	return left, err
}
