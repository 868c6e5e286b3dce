package incident

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/tie"
)

// noticeLease is how long a notice may be on its way before somebody else says that its fate is unknown.
const noticeLease = time.Minute

// Outgoing is a notice to hand to the sender once. Report the result with NoticeSent, using Ticket.
type Outgoing struct {
	Ticket    outbox.Ticket // begun: what comes next is done with this one
	NoticeID  int64
	MessageID string // the same for every try; a sender may drop a second one
	Channel   permission.Channel
	To        string // E.164 or an e-mail address
	Language  string
	Subject   string // of an e-mail
	Text      string
	OptOutURL string
}

// BeginNotice asks, when a notice is due, whether it may and should still be sent, and if so reserves it in state sending and returns it.
// It begins the job. One that an earlier try left in state sending is marked uncertain, and never sent again. What may not be sent at this
// hour is put off while the incident lasts. It returns false when there is nothing to send, and outbox.ErrStale when another worker has
// the job.
func (s *Service) BeginNotice(ctx context.Context, ticket outbox.Ticket, noticeID int64) (Outgoing, bool, error) {
	begun, err := ticket.Begin(ctx, s.db, noticeLease)
	if err != nil {
		return Outgoing{}, false, err
	}
	var out Outgoing
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		out = Outgoing{Ticket: begun}
		return s.beginNotice(store{tx}, ticket.Now(s.now), noticeID, &out)
	})
	if err != nil {
		return Outgoing{}, false, fmt.Errorf("begin notice %d: %w", noticeID, err)
	}
	return out, out.NoticeID != 0, nil
}

// beginNotice locks the person, then the address. A second worker waits at the first of them, and reads the notice behind it.
func (s *Service) beginNotice(st store, now clock.Instant, id int64, out *Outgoing) error {
	n, err := st.notice(id)
	if err != nil {
		return err
	}
	if _, err := contact.ReservePersons(st.Tx, n.CustomerID); err != nil {
		return err
	}
	if n, err = st.notice(id); err != nil {
		return err
	}
	i, err := st.incident(n.IncidentID)
	if err != nil {
		return err
	}
	ties, err := tie.ByContacts(st.Tx, n.IncidentID, []int64{n.ContactID})
	switch {
	case err != nil:
		return err
	case n.State == NoticeSending: // left there by a crash
		return endNotice(st, n, NoticeUncertain, reasonCrashed, out)
	case n.State != NoticePlanned:
		return out.Ticket.Done(st.Tx)
	case !i.Holds():
		return endNotice(st, n, NoticeCancelled, reasonOver, out)
	case len(ties) == 0 || ties[0].State != tie.Held:
		return endNotice(st, n, NoticeCancelled, reasonNotHeld, out)
	}
	subjects, err := contact.Subjects(st.Tx, []int64{n.CustomerID})
	if err != nil {
		return err
	}
	channel, against, later, err := s.reachNotice(st.Tx, subjects[n.CustomerID], now)
	switch {
	case err != nil:
		return err
	case against != "" && !later.IsZero():
		return out.Ticket.Again(st.Tx, later)
	case against != "":
		return endNotice(st, n, NoticeCancelled, against, out)
	}
	return s.writeNotice(st, n, i, subjects[n.CustomerID], channel, now, out)
}

// reachNotice returns the first channel over which a notice may be sent, or what stands against it and when that ends by itself. A text
// goes before an e-mail: who has no line wants to know now.
func (s *Service) reachNotice(
	tx database.Tx, subject permission.Subject, now clock.Instant,
) (channel permission.Channel, against string, later clock.Instant, err error) {
	against = reasonNoSender
	var questions []permission.Question
	for _, ch := range []permission.Channel{permission.BySMS, permission.ByEmail} {
		if s.opts.Channels != nil && !slices.Contains(s.opts.Channels, ch) {
			continue
		}
		against = string(permission.NoAddress)
		if subject.To(ch) != "" {
			questions = append(questions, permission.Question{Subject: subject, Purpose: permission.ServiceCallback, Channel: ch, At: now})
		}
	}
	if len(questions) == 0 {
		return "", against, 0, nil
	}
	if err := s.permit.ReserveAddresses(tx, questions...); err != nil {
		return "", "", 0, err
	}
	verdicts, err := s.permit.Judge(tx, questions)
	if err != nil {
		return "", "", 0, err
	}
	for n, v := range verdicts {
		if v.Allowed {
			return questions[n].Channel, "", 0, nil
		}
		if !v.AllowedFrom.IsZero() && (later.IsZero() || v.AllowedFrom < later) {
			later = v.AllowedFrom
		}
	}
	return "", string(verdicts[0].First), later, nil
}

// writeNotice reserves a notice and writes what it says.
func (s *Service) writeNotice(
	st store, n Notice, i Incident, subject permission.Subject, channel permission.Channel, now clock.Instant, out *Outgoing,
) error {
	customers, err := contact.CustomersByID(st.Tx, []int64{n.CustomerID})
	if err != nil {
		return err
	}
	n.State, n.Reason, n.Channel, n.Language = NoticeSending, "", channel, customers[n.CustomerID].LanguageFor(s.opts.Language)
	link := ""
	if s.opts.Links != nil {
		link, n.TokenHash = s.opts.Links.OfNotice(n.ID)
	}
	if err := st.putNotice(n); err != nil {
		return err
	}
	err = s.permit.Touch(st.Tx, permission.Touch{
		PersonID: subject.PersonID, CustomerID: n.CustomerID, Address: subject.Address(channel), Kind: permission.Notice,
		Purpose: permission.ServiceCallback, Channel: channel, Ref: n.ID, At: now,
	})
	if err != nil {
		return err
	}
	*out = Outgoing{
		Ticket: out.Ticket, NoticeID: n.ID, MessageID: fmt.Sprintf("notice-%d", n.ID), Channel: channel, To: subject.To(channel),
		Language: n.Language, Text: s.words(i, n.Language, link), OptOutURL: link,
	}
	if channel == permission.ByEmail {
		out.Subject = s.opts.CentreName
	}
	return nil
}

// words is what a notice says: who says it, what the supervisor wrote, and how to hear no more.
func (s *Service) words(i Incident, language, link string) string {
	words := cmp.Or(i.NoticeEn, i.NoticeZh)
	if strings.HasPrefix(language, "zh") {
		words = cmp.Or(i.NoticeZh, i.NoticeEn)
		text := "【" + s.opts.CentreName + "】" + words
		if link != "" {
			text += " 不想再收到请点：" + link
		}
		return text
	}
	text := s.opts.CentreName + ": " + words
	if link != "" {
		text += " No more messages: " + link
	}
	return text
}

// endNotice writes a notice that is not sent, and ends the job.
func endNotice(st store, n Notice, state NoticeState, reason string, out *Outgoing) error {
	n.State, n.Reason = state, reason
	if err := st.putNotice(n); err != nil {
		return err
	}
	return out.Ticket.Done(st.Tx)
}

// NoticeSent records the result of sending a notice that BeginNotice returned. sendErr is the sender's error and is read as: nil accepted;
// fault.Unavailable or fault.TooMany refused for now; another permanent fault refused for good; anything else unknown. After a refusal for
// now the allowance is given back and the error returned, so that the job is tried again.
func (s *Service) NoticeSent(ctx context.Context, ticket outbox.Ticket, noticeID int64, sendErr error) error {
	now := s.now()
	var notNow error
	if fault.Is(sendErr, fault.Unavailable) || fault.Is(sendErr, fault.TooMany) {
		notNow = sendErr
	}
	err := ticket.Report(ctx, s.db, notNow, func(tx database.Tx) error {
		return s.settleNotice(store{tx}, noticeID, sendErr, notNow != nil, now)
	})
	if err != nil {
		return fmt.Errorf("record the sending of notice %d: %w", noticeID, err)
	}
	return nil
}

// settleNotice writes what is known of a notice, unless more is known already. The guard row of its person comes first.
func (s *Service) settleNotice(st store, id int64, sendErr error, notNow bool, now clock.Instant) error {
	n, err := st.notice(id)
	if err != nil {
		return err
	}
	persons, err := contact.ReservePersons(st.Tx, n.CustomerID)
	if err != nil {
		return err
	}
	if n, err = st.notice(id); err != nil || n.State != NoticeSending && n.State != NoticeUncertain {
		return err
	}
	gone := true
	switch {
	case sendErr == nil:
		n.State, n.Reason, n.SentAt = NoticeSent, "", now
	case notNow && n.State == NoticeSending:
		n.State, n.Reason, gone = NoticePlanned, reasonNotNow, false
	case notNow, fault.Permanent(sendErr): // one that was uncertain meanwhile is not tried again
		n.State, n.Reason, gone = NoticeFailed, reasonRefused, false
	case n.State == NoticeSending:
		n.State, n.Reason = NoticeUncertain, reasonNoReceipt
	}
	if !gone {
		if err := s.permit.Untouch(st.Tx, persons[n.CustomerID], permission.Notice, n.ID); err != nil {
			return err
		}
	}
	return st.putNotice(n)
}
