package contact

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"aftercall/internal/clock"
)

// draftAnswer is an answer about a resolution that may have no id yet, or about a contact that has none: no is 0.
type draftAnswer struct {
	no     int
	answer ImportedAnswer
}

// rating is what a source told of one metric about one resolution, in the order it arrived. It begins with what came while the
// contact had none.
type rating []ImportedAnswer

// about returns what is about a resolution, of all that was told of a metric. What came before the first resolution belongs to the one
// that goes on with it: that one does not begin with revision 1.
func (r rating) about(newest *Resolution) rating {
	if newest == nil {
		return r
	}
	own := slices.DeleteFunc(slices.Clone(r), func(a ImportedAnswer) bool { return a.ResolutionID != newest.ID })
	if len(own) == 0 || own[0].Revision == 1 {
		return own
	}
	return slices.DeleteFunc(r, func(a ImportedAnswer) bool { return a.ResolutionID != 0 && a.ResolutionID != newest.ID })
}

// first returns when the customer first answered.
func (r rating) first() clock.Instant { return r[0].AnsweredAt }

// newest returns the answer that counts.
func (r rating) newest() ImportedAnswer {
	for _, a := range slices.Backward(r) {
		if !a.Late {
			return a
		}
	}
	return ImportedAnswer{} // the first one is never late
}

// knows reports whether the answer says nothing that was not told before. One that came too late to count, and is told again by a
// source that lets it count now, is new.
func (r rating) knows(a ImportedAnswer, now clock.Instant) bool {
	last := r[len(r)-1]
	return r.newest().saysAllOf(a, now) || last.Late && a.Late && last.saysAllOf(a, now)
}

// ended reports whether the answer was given when, as its source says, changes did not count any more.
func (r rating) ended(a ImportedAnswer, revisableDays *int, now clock.Instant) bool {
	return len(r) > 0 && revisableDays != nil &&
		cmp.Or(a.AnsweredAt, a.SourceChangedAt, now) > r.first().Add(time.Duration(*revisableDays)*24*time.Hour)
}

// given is when the customer answered, as far as the source tells; nobody has answered in the future, so that such a time tells nothing.
func (a ImportedAnswer) given(now clock.Instant) clock.Instant {
	if !a.Timed || a.AnsweredAt > now.Add(clockSkew) {
		return 0
	}
	return a.AnsweredAt
}

// saysAllOf reports whether nothing of b is new. A source that tells no comment, or no time, has not taken back what it told.
func (a ImportedAnswer) saysAllOf(b ImportedAnswer, now clock.Instant) bool {
	return a.Value == b.Value && a.Scale == b.Scale && (b.Comment == "" || a.Comment == b.Comment) &&
		(!b.Timed || a.Timed && b.given(now) <= a.given(now))
}

// isOlderThan reports whether an answer is from before another, as far as the source tells: by when the customer answered, else by
// when the source changed the contact. What tells neither is as new as its arrival.
func (a ImportedAnswer) isOlderThan(b ImportedAnswer, now clock.Instant) bool {
	switch x, y := a.given(now), b.given(now); {
	case a.Timed && b.Timed && x != y:
		return x < y
	case !a.SourceChangedAt.IsZero() && !b.SourceChangedAt.IsZero():
		return a.SourceChangedAt < b.SourceChangedAt
	}
	return false
}

// takeAnswers keeps the ratings that came along: about the newest resolution, and while there is none, about the contact. Its first
// resolution takes over what was told before it, so that the contact has the same score however many deliveries told of it.
func (d *draft) takeAnswers(t *taken, now clock.Instant) {
	given, before := t.input.Answers, len(d.answers)
	if len(given) > 1 { // a source may tell the history of a rating in one go
		given = slices.Clone(given)
		slices.SortStableFunc(given, func(a, b InputAnswer) int { return cmp.Compare(a.AnsweredAt, b.AnsweredAt) })
	}
	for _, a := range given {
		d.takeAnswer(t, a, now)
	}
	if d.newest() == nil || !d.unbound && !d.redated {
		return
	}
	for _, metric := range slices.Sorted(maps.Keys(d.ratings)) {
		if !d.isAbout(metric, before) {
			d.addAnswer(d.ratings[metric].newest())
		}
	}
	d.unbound, d.redated = false, false
}

// isAbout reports whether an answer of a metric came with this delivery: those before it came with others.
func (d *draft) isAbout(metric string, before int) bool {
	return slices.ContainsFunc(d.answers[before:], func(a draftAnswer) bool { return a.answer.Metric == metric && !a.answer.Late })
}

// takeAnswer keeps one rating as the first one, as a revision of the one before, or not at all.
func (d *draft) takeAnswer(t *taken, in InputAnswer, now clock.Instant) {
	a := ImportedAnswer{
		Metric: in.Metric, Value: *in.Value, Scale: in.Scale, Comment: in.Comment, AnsweredAt: in.AnsweredAt,
		Timed: !in.AnsweredAt.IsZero(), SourceChangedAt: t.input.ChangedAt,
	}
	known := d.ratings[a.Metric]
	a.Late = known.ended(a, in.RevisableDays, now)
	switch {
	case len(known) == 0:
		if !a.Timed && d.newest() == nil {
			a.AnsweredAt = cmp.Or(t.input.ChangedAt, d.contact.OpenedAt, now)
		}
	case known.knows(a, now):
		return
	case a.isOlderThan(known.newest(), now):
		t.warn("answers", "answer_overtaken", "is older than the answer that is known, which counts", a.Metric)
		return
	default:
		a.Comment = cmp.Or(a.Comment, known.newest().Comment)
		if a.Late {
			t.warn("answers", "answer_changed_late", "was changed when changes do not count any more; the answer before counts", a.Metric)
		}
	}
	d.addAnswer(a)
}

// addAnswer adds a rating about the newest resolution, or about the contact while there is none.
func (d *draft) addAnswer(a ImportedAnswer) {
	known := d.ratings[a.Metric]
	a.ID, a.BatchID, a.ResolutionID, a.Revision = 0, 0, 0, len(known)+1
	r := d.newest()
	switch {
	case a.Timed:
	case len(known) > 0 && known.newest().Timed:
		a.AnsweredAt, a.Timed = known.newest().AnsweredAt, true
	case r != nil:
		a.AnsweredAt = r.ResolvedAt
	case len(known) > 0:
		a.AnsweredAt = known.newest().AnsweredAt
	}
	if r != nil && !r.Answered {
		if r.ID != 0 {
			d.answeredLater = r.ID
		}
		r.Answered = true
	}
	if d.ratings == nil {
		d.ratings, d.unbound = map[string]rating{}, r == nil
	}
	d.ratings[a.Metric] = append(known, a)
	d.answers = append(d.answers, draftAnswer{no: len(d.resolutions), answer: a})
}

// loadRatings reads what was answered about the newest resolutions, and about contacts that have none.
func (k *intake) loadRatings(byID map[int64]*draft) error {
	rated := make([]int64, 0, len(byID))
	for id, d := range byID {
		if r := d.newest(); r == nil || r.Answered {
			rated = append(rated, id)
		}
	}
	answers, err := k.store.answersOfContacts(rated)
	if err != nil {
		return err
	}
	for _, a := range answers {
		d := byID[a.ContactID]
		if d.ratings == nil {
			d.ratings, d.unbound = map[string]rating{}, d.newest() == nil
		}
		d.ratings[a.Metric] = append(d.ratings[a.Metric], a)
	}
	for _, id := range rated {
		d := byID[id]
		for metric, r := range d.ratings {
			if d.ratings[metric] = r.about(d.newest()); len(d.ratings[metric]) == 0 {
				delete(d.ratings, metric)
			}
		}
	}
	return nil
}
