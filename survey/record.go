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

// Record is the job that stores the answers that came with a batch of contacts, each once and at the time it was given. A
// corrected value becomes a revision. These answers were given elsewhere and may be old, so no recovery follows from them. It
// returns outbox.ErrStale when another worker has the job.
func (s *Service) Record(ctx context.Context, ticket outbox.Ticket, batchID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		imported, err := contact.AnswersOfBatch(tx, batchID)
		if err != nil {
			return err
		}
		return s.record(store{tx}, now, imported)
	})
	if err != nil {
		return fmt.Errorf("record answers of batch %d: %w", batchID, err)
	}
	return nil
}

func (s *Service) record(st store, now clock.Instant, imported []contact.ImportedAnswer) error {
	if len(imported) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(imported))
	keys := make([]string, 0, len(imported))
	for _, a := range imported {
		ids = append(ids, a.ResolutionID)
		keys = append(keys, importKey(a))
	}
	resolutions, err := contact.ResolutionsByID(st.Tx, ids)
	if err != nil {
		return err
	}
	if err := reserveAll(st.Tx, resolutions); err != nil {
		return err
	}
	known, err := st.responsesByKeys(keys)
	if err != nil {
		return err
	}
	covered, err := st.firstCovering(ids)
	if err != nil {
		return err
	}
	fresh := &importing{covered: covered, now: now}
	for i, a := range imported {
		earlier, corrected := known[keys[i]]
		response, answer := responseFrom(a, resolutions[a.ResolutionID], now)
		switch {
		case !corrected:
			fresh.add(response, answer)
		case earlier.ScoreValue != a.Value || earlier.ScoreScale != answer.Scale:
			if err := s.correct(st, now, earlier, answer); err != nil {
				return err
			}
		}
	}
	return fresh.write(st)
}

// reserveAll reserves the persons of resolutions, so that no two answers both count as the first one about a resolution.
func reserveAll(tx database.Tx, resolutions map[int64]contact.Resolution) error {
	customers := make([]int64, 0, len(resolutions))
	for _, r := range resolutions {
		customers = append(customers, r.CustomerID)
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
	if _, covered := i.covered[r.ResolutionID]; !covered && r.counted() {
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

// correct makes a revision of an imported response whose value was corrected at the source. It keeps its time.
func (s *Service) correct(st store, now clock.Instant, r Response, answer Answer) error {
	prior, err := st.currentAnswers([]Response{r})
	if err != nil {
		return err
	}
	before := r.entries(prior[r.ID], 0)
	r.Revision++
	r.AnsweredAt = answer.AnsweredAt
	r.score([]Answer{answer})
	if err := st.putResponse(&r); err != nil {
		return err
	}
	if err := st.addAnswers(revision(r, []Answer{answer})); err != nil {
		return err
	}
	return appendEntries(st.Tx, corrections(before, r.entries([]Answer{answer}, 0), now))
}

func importKey(a contact.ImportedAnswer) string {
	return fmt.Sprintf("import:%d:%s", a.ResolutionID, a.Metric)
}

// responseFrom returns an imported answer as a response. A value on a scale that nobody has defined is kept and not scored.
func responseFrom(a contact.ImportedAnswer, r contact.Resolution, now clock.Instant) (Response, Answer) {
	key := importKey(a)
	metric := figures.Metric(a.Metric)
	answer := Answer{
		Question: KeyRating, Metric: metric, Scale: a.Scale, Value: &a.Value, Comment: a.Comment, AnsweredAt: a.AnsweredAt,
	}
	response := Response{
		ResolutionID: r.ID, ContactID: r.ContactID, CustomerID: r.CustomerID, Via: FromSource, ExternalKey: &key, Revision: 1,
		FirstAnsweredAt: a.AnsweredAt, AnsweredAt: a.AnsweredAt, FinishedAt: a.AnsweredAt,
		ResolvedAt: r.ResolvedAt, Dimensions: dimensionsOf(r),
	}
	scale, ok := usual(metric, a.Scale)
	if !ok || !scale.Has(a.Value) {
		response.ExcludedAt, response.ExcludedReason = now, reasonScale
		return response, answer
	}
	answer.Scale, answer.Band = scale.String(), scale.Band(a.Value)
	return response, answer
}
