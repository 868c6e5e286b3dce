package missed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
)

// sendLease is how long a text may be on its way before somebody else says that its fate is unknown.
const sendLease = time.Minute

// Outgoing is a text to hand to the sender once. Report the result with Sent, using Ticket.
type Outgoing struct {
	Ticket    outbox.Ticket // begun: what comes next is done with this one
	TextID    int64
	MessageID string // the same for every try; a sender may drop a second one
	To        string // E.164
	Language  string
	Text      string
	OptOutURL string
}

// Begin asks, when a text is due, whether it may and should still be sent, and if so reserves it in state sending and returns it. It begins
// the job. A text that an earlier try left in state sending is marked uncertain, and never sent again. It returns false when there is
// nothing to send: the job is done then. It returns outbox.ErrStale when another worker has the job.
func (s *Service) Begin(ctx context.Context, ticket outbox.Ticket, textID int64) (Outgoing, bool, error) {
	begun, err := ticket.Begin(ctx, s.db, sendLease)
	if err != nil {
		return Outgoing{}, false, err
	}
	var out Outgoing
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		out = Outgoing{Ticket: begun}
		return s.begin(store{tx}, ticket.Now(s.now), textID, &out)
	})
	if err != nil {
		return Outgoing{}, false, fmt.Errorf("begin text %d: %w", textID, err)
	}
	return out, out.TextID != 0, nil
}

// begin locks the callback, then the person, then the address. A second worker waits at the first of them, and reads the text behind it.
func (s *Service) begin(st store, now clock.Instant, id int64, out *Outgoing) error {
	t, err := st.text(id)
	if err != nil {
		return err
	}
	m, reason, err := s.callbacks.MissedCall(st.Tx, t.AttemptID)
	if err != nil {
		return err
	}
	persons, err := contact.ReservePersons(st.Tx, t.CustomerID)
	if err != nil {
		return err
	}
	if t, err = st.text(id); err != nil {
		return err
	}
	against := string(reason)
	switch {
	case t.State == Sending: // left there by a crash
		return s.end(st, t, Uncertain, ReasonCrashed, out)
	case t.State != Planned:
		return out.Ticket.Done(st.Tx)
	case against != "":
	case tooLate(m, now):
		against = ReasonLate
	case persons[t.CustomerID] != t.PersonID || m.Callback.CustomerID != t.CustomerID:
		against = ReasonMerged
	default:
		against, err = s.judge(st.Tx, m.Subject, now)
	}
	if err != nil {
		return err
	}
	if against != "" {
		return s.end(st, t, Cancelled, against, out)
	}
	return s.write(st, t, m, now, out)
}

// judge asks permission for the text, and returns what stands against it: what is not allowed now is not sent.
func (s *Service) judge(tx database.Tx, subject permission.Subject, now clock.Instant) (against string, err error) {
	switch {
	case s.opts.Channels != nil && !slices.Contains(s.opts.Channels, permission.BySMS):
		return ReasonNoSender, nil
	case landline(subject.Address(permission.BySMS)):
		return ReasonLandline, nil
	}
	q := permission.Question{Subject: subject, Purpose: permission.ServiceCallback, Channel: permission.BySMS, At: now}
	if err := s.permit.ReserveAddresses(tx, q); err != nil {
		return "", err
	}
	verdicts, err := s.permit.Judge(tx, []permission.Question{q})
	if err != nil {
		return "", err
	}
	return string(verdicts[0].First), nil
}

// write reserves the text and writes what it says.
func (s *Service) write(st store, t Text, m callback.Missed, now clock.Instant, out *Outgoing) error {
	customers, err := contact.CustomersByID(st.Tx, []int64{t.CustomerID})
	if err != nil {
		return err
	}
	resolution, err := contact.ResolutionByID(st.Tx, m.Callback.ResolutionID)
	if err != nil {
		return err
	}
	t.State, t.Reason, t.Language = Sending, "", customers[t.CustomerID].LanguageFor(s.opts.Language)
	var link string
	link, t.TokenHash = s.opts.Links.OfText(t.ID)
	if err := st.put(t); err != nil {
		return err
	}
	err = s.permit.Touch(st.Tx, permission.Touch{
		PersonID: t.PersonID, CustomerID: t.CustomerID, Address: m.Subject.Address(permission.BySMS), Kind: permission.Text,
		Purpose: permission.ServiceCallback, Channel: permission.BySMS, Ref: t.ID, At: now,
	})
	if err != nil {
		return err
	}
	*out = Outgoing{
		Ticket: out.Ticket, TextID: t.ID, MessageID: fmt.Sprintf("text-%d", t.ID), To: m.Subject.To(permission.BySMS),
		Language: t.Language, OptOutURL: link,
	}
	out.Text, err = s.words(m, t.Language, resolution.ResolvedAt, link)
	return err
}

// end writes a text that is not sent, and ends the job.
func (s *Service) end(st store, t Text, state State, reason string, out *Outgoing) error {
	t.State, t.Reason = state, reason
	if err := st.put(t); err != nil {
		return err
	}
	return out.Ticket.Done(st.Tx)
}

// Sent records the result of sending a text that Begin returned. sendErr is the sender's error and is read as: nil accepted;
// fault.Unavailable or fault.TooMany refused for now; another permanent fault refused for good; anything else unknown. After a refusal for
// now the allowance is given back and the error returned, so that the job is tried again.
func (s *Service) Sent(ctx context.Context, ticket outbox.Ticket, textID int64, sendErr error) error {
	now := s.now()
	var notNow error
	if fault.Is(sendErr, fault.Unavailable) || fault.Is(sendErr, fault.TooMany) {
		notNow = sendErr
	}
	err := ticket.Report(ctx, s.db, notNow, func(tx database.Tx) error {
		return s.settle(store{tx}, textID, sendErr, notNow != nil, now)
	})
	if err != nil {
		return fmt.Errorf("record the sending of text %d: %w", textID, err)
	}
	return nil
}

// settle writes what is known of a text, unless more is known already. The guard row of its person comes first: whoever counts touches, or
// says that the sender died, waits.
func (s *Service) settle(st store, id int64, sendErr error, notNow bool, now clock.Instant) error {
	t, err := st.text(id)
	if err != nil {
		return err
	}
	persons, err := contact.ReservePersons(st.Tx, t.CustomerID)
	if err != nil {
		return err
	}
	if t, err = st.text(id); err != nil || t.State != Sending && t.State != Uncertain {
		return err
	}
	gone := true
	switch {
	case sendErr == nil:
		t.State, t.Reason, t.SentAt = Sent, "", now
	case notNow && t.State == Sending:
		t.State, t.Reason, gone = Planned, ReasonNotNow, false
	case notNow, fault.Permanent(sendErr): // one that was uncertain meanwhile is not tried again
		t.State, t.Reason, gone = Failed, ReasonRefused, false
	case t.State == Sending:
		t.State, t.Reason = Uncertain, ReasonNoReceipt
	}
	if !gone {
		if err := s.permit.Untouch(st.Tx, persons[t.CustomerID], permission.Text, t.ID); err != nil {
			return err
		}
	}
	return st.put(t)
}
