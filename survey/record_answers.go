package survey

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// recording is one set of answers on its way into a response.
type recording struct {
	response      Response // as it was, or a new one without an id
	prior         []Answer // its answers until now
	answers       []Answer // its answers from now on
	questionnaire Questionnaire
	sentAt        clock.Instant // of the invitation; none without one
	finished      bool          // the last page was posted
	userID        int64         // who typed; 0 for the customer
}

// recordAnswers writes a revision of a response and all that follows from it: score entries, consent, and the job that tells
// the other features. If the answers are the same as before, there is no new revision. Call it behind the guard row of the
// person.
func (s *Service) recordAnswers(st store, now clock.Instant, rec recording) error {
	r := rec.response
	before, wasEvaluated := r.entries(rec.prior, rec.sentAt), r.evaluated()
	coveredBefore, err := st.covering(r.ResolutionID)
	if err != nil {
		return err
	}
	changed := r.ID == 0 || !sameAnswers(rec.prior, rec.answers)
	if changed {
		r.Revision++
		r.AnsweredAt = newest(r.AnsweredAt, rec.answers)
		r.score(rec.answers)
		if err := r.place(st, now, wasEvaluated); err != nil {
			return err
		}
	}
	switch {
	case len(rec.answers) == 0:
		r.FinishedAt = 0 // all was taken back
	case rec.finished && r.FinishedAt.IsZero():
		r.FinishedAt = r.AnsweredAt
	}
	if err := st.putResponse(&r); err != nil {
		return err
	}
	if !changed {
		return nil
	}
	if err := st.addAnswers(revision(r, rec.answers)); err != nil {
		return err
	}
	coveredAfter := coveredBefore
	switch {
	case wasEvaluated && !r.evaluated():
		if coveredAfter, err = st.covering(r.ResolutionID); err != nil {
			return err
		}
	case len(coveredBefore) == 0 && r.counted() && r.evaluated():
		coveredAfter = []figures.Entry{r.covered()}
	}
	after := append(r.entries(rec.answers, rec.sentAt), coveredAfter...)
	if err := appendEntries(st.Tx, corrections(append(before, coveredBefore...), after, now)); err != nil {
		return err
	}
	if !wasEvaluated && r.evaluated() && r.counted() {
		if err := setUnratedAside(st, now, r); err != nil {
			return err
		}
	}
	if r.counted() && (wasEvaluated && !r.evaluated() || len(rec.answers) == 0) {
		if err := bringBack(st, now, r, len(rec.answers) == 0); err != nil {
			return err
		}
	}
	if err := s.recordConsent(st.Tx, now, r, rec); err != nil {
		return err
	}
	return outbox.Add(st.Tx, now, outbox.New(JobAnswered, r.ID, outbox.Urgent, now))
}

// setUnratedAside takes out of the figures what was answered about the resolution without a rating, in a call or by link, now that a
// response with a rating counts: the customer is one who said that it is solved, not two.
func setUnratedAside(st store, now clock.Instant, rated Response) error {
	unrated, err := st.unratedBeside(rated)
	if err != nil || len(unrated) == 0 {
		return err
	}
	answers, err := st.currentAnswers(unrated)
	if err != nil {
		return err
	}
	for _, r := range unrated {
		before := r.entries(answers[r.ID], 0) // one without a rating has no entry of its invitation
		r.ExcludedAt, r.ExcludedReason = now, ReasonAnswered
		if err := st.putResponse(&r); err != nil {
			return err
		}
		if err := appendEntries(st.Tx, corrections(before, nil, now)); err != nil {
			return err
		}
	}
	return nil
}

// newest returns the time of the last answer.
func newest(before clock.Instant, answers []Answer) clock.Instant {
	for _, a := range answers {
		before = max(before, a.AnsweredAt)
	}
	return before
}

// revision stamps answers as those of the response's newest revision.
func revision(r Response, answers []Answer) []Answer {
	stamped := make([]Answer, len(answers))
	for i, a := range answers {
		a.ID, a.ResponseID, a.Revision = 0, r.ID, r.Revision
		stamped[i] = a
	}
	return stamped
}

// recordConsent turns a box that was ticked, or unticked again, into events. A box that was never ticked says nothing.
func (s *Service) recordConsent(tx database.Tx, now clock.Instant, r Response, rec recording) error {
	var events []permission.ConsentEvent
	for _, q := range rec.questionnaire.Questions {
		had, has := find(rec.prior, q.Key).Value != nil, find(rec.answers, q.Key).Value != nil
		if q.Kind != Consent || had == has {
			continue
		}
		for _, p := range q.Permits {
			events = append(events, permission.ConsentEvent{
				CustomerID: r.CustomerID, Purpose: p.Purpose, Channel: p.Channel, Given: has, Basis: "consent", Wording: q.Wording,
				Source: sourceOf(r.Via), Evidence: fmt.Sprintf("response %d", r.ID), UserID: rec.userID, At: now,
			})
		}
	}
	if len(events) == 0 {
		return nil
	}
	return s.permission.RecordConsent(tx, events...)
}

// sourceOf returns where a consent was said, in permission's words.
func sourceOf(via Via) string {
	if via == InCall {
		return "call"
	}
	return "survey"
}

func appendEntries(tx database.Tx, entries []figures.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return figures.Append(tx, entries...)
}
