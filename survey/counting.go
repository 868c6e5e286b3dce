package survey

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// One problem, one answer that counts: the first with a rating, and while there is none the first that says anything. The others about the
// resolution are aside. What came from the source counts beside these; it is revised there.

// place says whether a response that was just answered counts: what comes second is aside, and what was aside counts when it is the
// first to have a rating. The rating of a link always counts: the link would be closed otherwise. The response has its score already, and
// the answers of others are behind the same guard row.
func (r *Response) place(st store, now clock.Instant, wasEvaluated bool) error {
	rated := r.evaluated() && !wasEvaluated
	if r.ID != 0 && !rated || r.Late || !r.counted() && r.ExcludedReason != ReasonAnswered {
		return nil
	}
	second, err := r.isSecond(st)
	if err != nil {
		return err
	}
	if !second {
		r.ExcludedAt, r.ExcludedReason = 0, ""
	} else if r.counted() {
		r.ExcludedAt, r.ExcludedReason = now, ReasonAnswered
	}
	return nil
}

// isSecond reports whether another response about the resolution counts instead of this one.
func (r *Response) isSecond(st store) (bool, error) {
	if r.Via == FromSource || r.Via == ByLink && r.evaluated() {
		return false, nil
	}
	rated, err := st.firstCounted(r.ResolutionID)
	if err != nil {
		return false, err
	}
	if len(rated) > 0 && rated[0].ID != r.ID && (r.Via == InCall || rated[0].Via != FromSource) {
		return true, nil
	}
	if r.evaluated() {
		return false, nil
	}
	said, err := st.unratedBeside(*r)
	return len(said) > 0, err
}

// bringBack lets the first of the answers about a resolution count that were set aside for a response which has no rating any more: one
// with a rating, or, when that response says nothing at all, any.
func bringBack(st store, now clock.Instant, from Response, saysNothing bool) error {
	rated, err := st.firstCounted(from.ResolutionID)
	if err != nil || len(rated) > 0 {
		return err
	}
	aside, err := st.asideBeside(from)
	if err != nil || len(aside) == 0 {
		return err
	}
	answers, err := st.currentAnswers(aside)
	if err != nil {
		return err
	}
	var chosen *Response
	for i, r := range aside {
		better := chosen == nil && saysNothing && len(answers[r.ID]) > 0
		if better || r.evaluated() && (chosen == nil || !chosen.evaluated()) {
			chosen = &aside[i]
		}
	}
	if chosen == nil {
		return nil
	}
	chosen.ExcludedAt, chosen.ExcludedReason = 0, ""
	if err := st.putResponse(chosen); err != nil {
		return err
	}
	sentAt, err := st.sentAt(*chosen)
	if err != nil {
		return err
	}
	entries := chosen.entries(answers[chosen.ID], sentAt)
	if chosen.evaluated() {
		if err := setUnratedAside(st, now, *chosen); err != nil {
			return err
		}
		entries = append(entries, chosen.covered())
	}
	return appendEntries(st.Tx, corrections(nil, entries, now))
}

// reopen opens the links again that a rating in a call had closed and that are still in time, now that the rating was taken back. Their
// reminders stay given up. One that was not sent by then is not sent any more: the customer was called instead.
func reopen(st store, now clock.Instant, r contact.Resolution) error {
	rated, err := st.ratedInCall(r.ID)
	if err != nil || rated {
		return err
	}
	invitations, err := st.invitationsAbout(r.ID)
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if i.Reason != ReasonInCall || i.unsent() || now > i.ExpiresAt {
			continue
		}
		if reason, err := overtaken(st.Tx, r, i.CustomerID); err != nil || reason != "" {
			return err
		}
		if err := i.reopen(); err != nil {
			return err
		}
		if err := st.putInvitation(&i); err != nil {
			return err
		}
	}
	return nil
}

// reopen is cancel taken back, for one that went out or may have gone out.
func (i *Invitation) reopen() error {
	switch {
	case !i.closed() || i.unsent():
		return i.refuse("reopen")
	case !i.known():
		i.State, i.Reason = Uncertain, ReasonNoReceipt
	case i.DeliveredAt.IsZero():
		i.State, i.Reason = Sent, ""
	default:
		i.State, i.Reason = Delivered, ""
	}
	return nil
}
