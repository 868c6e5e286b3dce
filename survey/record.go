package survey

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
)

// reasonScale is why an answer from elsewhere is kept and not scored.
const reasonScale = "scale_unknown"

// Record is the job that stores the answers that came with a batch of contacts, each once and at the time it was given. A rating that
// was changed at its source becomes a revision; one of a contact without a resolution is scored for the contact, until its first
// resolution takes it over. These answers were given elsewhere and may be old, so no recovery follows from them. It returns
// outbox.ErrStale when another worker has the job.
func (s *Service) Record(ctx context.Context, ticket outbox.Ticket, batchID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		imported, err := contact.RatingsOfBatch(tx, batchID)
		if err != nil {
			return err
		}
		return record(store{tx}, now, ratingsOf(imported))
	})
	if err != nil {
		return fmt.Errorf("record answers of batch %d: %w", batchID, err)
	}
	return nil
}

// record brings the response of each rating to the rating's newest revision. What a response has already is left alone.
func record(st store, now clock.Instant, ratings []rating) error {
	if len(ratings) == 0 {
		return nil
	}
	about, err := subjectsOf(st.Tx, ratings)
	if err != nil {
		return err
	}
	if err := reserveAll(st.Tx, about); err != nil {
		return err
	}
	known, err := st.responsesByKeys(keysOf(ratings))
	if err != nil {
		return err
	}
	fresh := &importing{now: now}
	if fresh.covered, err = st.firstCovering(about.resolutionIDs()); err != nil {
		return err
	}
	for _, r := range ratings {
		if _, recorded := known[r.key()]; !recorded {
			fresh.add(responseFrom(r[0], about.of(r[0]), now))
		}
	}
	if err := fresh.write(st); err != nil {
		return err
	}
	for _, r := range fresh.responses {
		known[*r.ExternalKey] = r
	}
	for _, r := range ratings {
		response := known[r.key()]
		for n := response.Revision; n < len(r); n++ {
			if err := revise(st, now, &response, r[n], about.of(r[n])); err != nil {
				return err
			}
		}
	}
	return nil
}

// reserveAll reserves the persons of what was rated, so that no two answers both count as the first one about a resolution.
func reserveAll(tx database.Tx, about rated) error {
	var customers []int64
	for _, of := range []map[int64]contact.Resolution{about.resolutions, about.contacts} {
		for _, r := range of {
			customers = append(customers, r.CustomerID)
		}
	}
	_, err := reserve(tx, customers...)
	return err
}

// importing collects the new responses of a batch, so that they are written with a few statements.
type importing struct {
	responses []Response
	answers   []Answer
	entries   []figures.Entry
	covered   map[int64]int64
	now       clock.Instant
}

func (i *importing) add(r Response, a Answer) {
	r.score([]Answer{a})
	i.responses = append(i.responses, r)
	i.answers = append(i.answers, a)
	i.entries = append(i.entries, r.entries([]Answer{a}, 0)...)
	if _, covered := i.covered[r.ResolutionID]; !covered && r.counted() && r.ResolutionID != 0 {
		i.covered[r.ResolutionID] = 0
		i.entries = append(i.entries, r.covered())
	}
}

func (i *importing) write(st store) error {
	if err := st.addResponses(i.responses); err != nil {
		return err
	}
	for n := range i.answers {
		i.answers[n].ResponseID, i.answers[n].Revision = i.responses[n].ID, i.responses[n].Revision
	}
	if err := st.addAnswers(i.answers); err != nil {
		return err
	}
	return appendEntries(st.Tx, recordedAt(i.entries, i.now))
}

// revise makes the next revision of an imported response: of what the customer says, or of what it is about.
func revise(st store, now clock.Instant, r *Response, a contact.ImportedAnswer, about contact.Resolution) error {
	prior, err := st.currentAnswers([]Response{*r})
	if err != nil {
		return err
	}
	before := r.entries(prior[r.ID], 0)
	next, answer := responseFrom(a, about, now)
	coveredBefore, err := st.covering(about.ID)
	if err != nil {
		return err
	}
	r.Revision++
	r.AnsweredAt, r.ExcludedAt, r.ExcludedReason = answer.AnsweredAt, next.ExcludedAt, next.ExcludedReason
	if r.ResolutionID != next.ResolutionID { // its contact was resolved: it has the agent and team of the resolution now
		r.ResolutionID, r.CustomerID, r.Dimensions = next.ResolutionID, next.CustomerID, next.Dimensions
	}
	r.ResolvedAt = next.ResolvedAt
	r.score([]Answer{answer})
	if err := st.putImported(r); err != nil {
		return err
	}
	if err := st.addAnswers(revision(*r, []Answer{answer})); err != nil {
		return err
	}
	coveredAfter, err := st.covering(about.ID)
	if err != nil {
		return err
	}
	after := append(r.entries([]Answer{answer}, 0), coveredAfter...)
	return appendEntries(st.Tx, corrections(append(before, coveredBefore...), after, now))
}
