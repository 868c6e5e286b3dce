package courier

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/handoff"
)

// sendLease is how long a link may be on its way before somebody else says that its fate is unknown.
const sendLease = time.Minute

// Outgoing is a link to send once. Report the result with Sent, using Ticket.
type Outgoing struct {
	Ticket    outbox.Ticket // begun: what comes next is done with this one
	LinkID    int64
	MessageID string // the same for every try; a sender may drop a second one
	Way       Way
	To        string // E.164, or the address of the robot
	Language  string
	Text      string
}

// Begin asks whether a link should still be sent, and if so reserves it in state sending and returns it. It begins the job. A link that an
// earlier try left in state sending is marked uncertain, and never sent again. It returns false when there is nothing to send: the job is
// done then. It returns outbox.ErrStale when another worker has the job.
func (s *Service) Begin(ctx context.Context, ticket outbox.Ticket, linkID int64) (Outgoing, bool, error) {
	begun, err := ticket.Begin(ctx, s.db, sendLease)
	if err != nil {
		return Outgoing{}, false, err
	}
	var out Outgoing
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		out = Outgoing{Ticket: begun}
		return s.begin(store{tx}, ticket.Now(s.now), linkID, &out)
	})
	if err != nil {
		return Outgoing{}, false, fmt.Errorf("begin link %d: %w", linkID, err)
	}
	return out, out.LinkID != 0, nil
}

func (s *Service) begin(st store, now clock.Instant, id int64, out *Outgoing) error {
	link, err := st.lockLink(id)
	if err != nil {
		return err
	}
	if link.State == Sending { // left there by a crash
		link.State = Uncertain
		return s.end(st, link, out)
	}
	if link.State != Planned {
		return out.Ticket.Done(st.Tx)
	}
	c, err := st.contact(link.ContactID)
	if err != nil {
		return err
	}
	h, err := handoff.OfEntry(st.Tx, link.EntryID)
	if err != nil {
		return err
	}
	if !c.EndedAt.IsZero() || !h.Owed() || h.TeamID != c.TeamID || !link.RevokedAt.IsZero() {
		link.State = Cancelled
		return s.end(st, link, out)
	}
	to, err := s.opts.Addresses.Unseal(c.Sealed)
	if err != nil { // of another key: nobody can read it any more
		link.State = Failed
		return s.end(st, link, out)
	}
	contacts, err := contact.ContactsByID(st.Tx, []int64{h.ContactID})
	if err != nil {
		return err
	}
	token := s.token(link.ID)
	hash := hashOf(token)
	link.State, link.TokenHash = Sending, &hash
	if err := st.putLink(link); err != nil {
		return err
	}
	*out = Outgoing{
		Ticket: out.Ticket, LinkID: link.ID, MessageID: fmt.Sprintf("handoff-link-%d", link.ID), Way: c.Way, To: to, Language: c.Language,
		Text: s.words(c.Language, h, contacts[h.ContactID].Category, s.opts.PublicURL+"/h/"+token, now),
	}
	return nil
}

// words is what is sent. It names nobody.
func (s *Service) words(language string, h handoff.Handoff, about, link string, now clock.Instant) string {
	by := h.DueAt.In(s.opts.Zone).Format("01-02 15:04")
	late := h.Overdue(now)
	if language == "zh-CN" {
		state := by + "前回复"
		if late {
			state = "已超时"
		}
		return fmt.Sprintf("【%s】联系单%d %s，%s。查看并回复：%s", s.opts.CentreName, h.ID, about, state, link)
	}
	state := "reply owed by " + by
	if late {
		state = "overdue"
	}
	return fmt.Sprintf("[%s] Handoff %d, %s: %s. Read and reply: %s", s.opts.CentreName, h.ID, about, state, link)
}

// end writes a link that is not sent, and ends the job.
func (s *Service) end(st store, link Link, out *Outgoing) error {
	if err := st.putLink(link); err != nil {
		return err
	}
	return out.Ticket.Done(st.Tx)
}

// Sent records the result of sending a link that Begin returned. sendErr is the sender's error and is read as: nil accepted;
// fault.Unavailable or fault.TooMany refused for now; another permanent fault refused for good; anything else unknown. After a refusal for
// now the error is returned, so that the job is tried again.
func (s *Service) Sent(ctx context.Context, ticket outbox.Ticket, linkID int64, sendErr error) error {
	now := s.now()
	var notNow error
	if fault.Is(sendErr, fault.Unavailable) || fault.Is(sendErr, fault.TooMany) {
		notNow = sendErr
	}
	err := ticket.Report(ctx, s.db, notNow, func(tx database.Tx) error {
		st := store{tx}
		link, err := st.lockLink(linkID)
		if err != nil || link.State != Sending && link.State != Uncertain {
			return err
		}
		switch {
		case sendErr == nil:
			link.State, link.SentAt = Sent, now
		case notNow != nil:
			link.State = Planned
		case fault.Permanent(sendErr):
			link.State = Failed
		default:
			link.State = Uncertain
		}
		return st.putLink(link)
	})
	if err != nil {
		return fmt.Errorf("record the sending of link %d: %w", linkID, err)
	}
	return nil
}
