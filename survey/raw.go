package survey

import (
	"fmt"

	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// RawEntries recomputes, from the rows of this package alone, every entry that should be in force: from each response's newest
// answers, banded again by the scale of their question version, and from each invitation. It reads in pages and yields in no
// particular order; RecordedAt is not set.
func RawEntries(tx database.Tx, yield func(figures.Entry) error) error {
	st := store{tx}
	if err := rawResponses(st, yield); err != nil {
		return fmt.Errorf("recompute entries of responses: %w", err)
	}
	if err := rawInvitations(st, yield); err != nil {
		return fmt.Errorf("recompute entries of invitations: %w", err)
	}
	return nil
}

func rawInvitations(st store, yield func(figures.Entry) error) error {
	for after := int64(0); ; {
		page, err := st.sentInvitationsAfter(after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, i := range page {
			after = i.ID
			for _, e := range i.entries() {
				if err := yield(e); err != nil {
					return err
				}
			}
		}
	}
}

func rawResponses(st store, yield func(figures.Entry) error) error {
	scales, err := publishedScales(st)
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		page, err := st.countedResponsesAfter(after)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		if err := rawPage(st, page, scales, yield); err != nil {
			return err
		}
	}
}

func rawPage(st store, page []Response, scales publishedScale, yield func(figures.Entry) error) error {
	answers, err := st.currentAnswers(page)
	if err != nil {
		return err
	}
	var invitationIDs, resolutionIDs []int64
	for _, r := range page {
		resolutionIDs = append(resolutionIDs, r.ResolutionID)
		if r.InvitationID != nil {
			invitationIDs = append(invitationIDs, *r.InvitationID)
		}
	}
	invitations, err := st.invitationsByID(invitationIDs)
	if err != nil {
		return err
	}
	covering, err := st.firstCovering(resolutionIDs)
	if err != nil {
		return err
	}
	for _, r := range page {
		entries := rawOf(r, answers[r.ID], scales, invitations)
		if r.ResolutionID != 0 && covering[r.ResolutionID] == r.ID {
			entries = append(entries, r.covered())
		}
		for _, e := range entries {
			if err := yield(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func rawOf(r Response, answers []Answer, scales publishedScale, invitations map[int64]Invitation) []figures.Entry {
	for i := range answers {
		if a := &answers[i]; a.isCore() {
			a.Band = scales.band(r.SurveyVersionID, *a)
		}
	}
	r.score(answers)
	if r.InvitationID == nil {
		return r.entries(answers, 0)
	}
	return r.entries(answers, invitations[*r.InvitationID].SentAt)
}

// publishedScale finds the scale of a question by version and key.
type publishedScale map[int64]map[string]Scale

func publishedScales(st store) (publishedScale, error) {
	versions, err := st.versions()
	if err != nil {
		return nil, err
	}
	scales := publishedScale{}
	for _, v := range versions {
		q, err := v.Questionnaire()
		if err != nil {
			return nil, err
		}
		scales[v.ID] = map[string]Scale{}
		for _, c := range q.Questions {
			if c.Scale != nil {
				scales[v.ID][c.Key] = *c.Scale
			}
		}
	}
	return scales, nil
}

// band returns where the value of an answer falls. Answers from elsewhere have no version.
func (p publishedScale) band(versionID int64, a Answer) figures.Band {
	if s, ok := p[versionID][a.Question]; ok {
		return s.Band(*a.Value)
	}
	s, ok := usual(a.Metric, a.Scale)
	if !ok {
		return figures.Mid
	}
	return s.Band(*a.Value)
}
