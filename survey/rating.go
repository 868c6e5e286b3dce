package survey

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// rating is what a source told of one metric about one resolution, the first answer first. Its response has a revision for each.
type rating []contact.ImportedAnswer

// key is under what the response of the rating is found again. It is that of the first answer: a rating from before the first
// resolution stays the same one.
func (r rating) key() string {
	if first := r[0]; first.ResolutionID == 0 {
		return fmt.Sprintf("import:contact-%d:%s", first.ContactID, first.Metric)
	}
	return fmt.Sprintf("import:%d:%s", r[0].ResolutionID, r[0].Metric)
}

func keysOf(ratings []rating) []string {
	keys := make([]string, len(ratings))
	for i, r := range ratings {
		keys[i] = r.key()
	}
	return keys
}

// ratingsOf puts answers together that are revisions of each other. What came before the first resolution goes on in the rating of
// that resolution, which does not begin with revision 1 then.
func ratingsOf(imported []contact.ImportedAnswer) []rating {
	type place struct {
		contactID, resolutionID int64
		metric                  string
	}
	var ratings []rating
	at := make(map[place]int, len(imported))
	for _, a := range imported {
		p := place{a.ContactID, a.ResolutionID, a.Metric}
		n, known := at[p]
		if !known && a.Revision > 1 {
			n, known = at[place{contactID: a.ContactID, metric: a.Metric}]
			at[p] = n
		}
		if !known {
			n = len(ratings)
			at[p] = n
			ratings = append(ratings, nil)
		}
		ratings[n] = append(ratings[n], a)
	}
	return ratings
}

// rated is what answers of a batch are about.
type rated struct {
	resolutions map[int64]contact.Resolution
	contacts    map[int64]contact.Resolution // those without a resolution, as they are now
}

func subjectsOf(tx database.Tx, ratings []rating) (about rated, err error) {
	var resolutions, contacts []int64
	for _, r := range ratings {
		for _, a := range r {
			if a.ResolutionID == 0 {
				contacts = append(contacts, a.ContactID)
			} else {
				resolutions = append(resolutions, a.ResolutionID)
			}
		}
	}
	if about.resolutions, err = contact.ResolutionsByID(tx, resolutions); err != nil {
		return rated{}, err
	}
	about.contacts, err = contact.Unresolved(tx, contacts)
	return about, err
}

func (r rated) of(a contact.ImportedAnswer) contact.Resolution {
	if a.ResolutionID == 0 {
		return r.contacts[a.ContactID]
	}
	return r.resolutions[a.ResolutionID]
}

func (r rated) resolutionIDs() []int64 {
	ids := make([]int64, 0, len(r.resolutions))
	for id := range r.resolutions {
		ids = append(ids, id)
	}
	return ids
}

// responseFrom returns an imported answer as a response. A value on a scale that nobody has defined is kept and not scored.
func responseFrom(a contact.ImportedAnswer, about contact.Resolution, now clock.Instant) (Response, Answer) {
	key, metric := rating{a}.key(), figures.Metric(a.Metric)
	answer := Answer{
		Question: KeyRating, Metric: metric, Scale: a.Scale, Value: &a.Value, Comment: a.Comment, AnsweredAt: a.AnsweredAt,
	}
	response := Response{
		ResolutionID: about.ID, ContactID: about.ContactID, CustomerID: about.CustomerID, Via: FromSource, ExternalKey: &key, Revision: 1,
		FirstAnsweredAt: a.AnsweredAt, AnsweredAt: a.AnsweredAt, FinishedAt: a.AnsweredAt,
		ResolvedAt: about.ResolvedAt, Dimensions: dimensionsOf(about),
	}
	scale, ok := usual(metric, a.Scale)
	if !ok || !scale.Has(a.Value) {
		response.ExcludedAt, response.ExcludedReason = now, reasonScale
		return response, answer
	}
	answer.Scale, answer.Band = scale.String(), scale.Band(a.Value)
	return response, answer
}
