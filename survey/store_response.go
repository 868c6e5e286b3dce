package survey

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// isAnswered reports whether anybody answered anything about the resolution, in whatever way.
func (s store) isAnswered(resolutionID int64) (bool, error) {
	var n int64
	err := s.Gorm().Model(&Response{}).Where("resolution_id = ?", resolutionID).Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for responses to resolution %d: %w", resolutionID, err)
	}
	return n > 0, nil
}

// isComplete reports whether the customer gave the core answer about the resolution, in whatever way, or went through all pages.
func (s store) isComplete(resolutionID int64) (bool, error) {
	var n int64
	err := s.Gorm().Model(&Response{}).Where("resolution_id = ? AND (score_metric <> '' OR finished_at > 0)", resolutionID).
		Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for complete responses to resolution %d: %w", resolutionID, err)
	}
	return n > 0, nil
}

// firstCovering returns, for each resolution that has a valid core answer, the response that gave the first one.
func (s store) firstCovering(resolutionIDs []int64) (map[int64]int64, error) {
	type covering struct{ ResolutionID, FirstID int64 }
	rows, err := database.In[covering](resolutionIDs, "valid answers", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Response{}).Select("resolution_id, MIN(id) AS first_id").
			Where("resolution_id IN ?", part).Where(counts).Group("resolution_id")
	})
	first := make(map[int64]int64, len(rows))
	for _, r := range rows {
		first[r.ResolutionID] = r.FirstID
	}
	return first, err
}

// ratedInCall reports whether a caller was given a core answer about the resolution that counts.
func (s store) ratedInCall(resolutionID int64) (bool, error) {
	var n int64
	err := s.Gorm().Model(&Response{}).Where("resolution_id = ? AND via = ?", resolutionID, InCall).Where(counts).Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for ratings of resolution %d in calls: %w", resolutionID, err)
	}
	return n > 0, nil
}

// firstCounted returns the response with the first valid core answer about a resolution; none when there is none.
func (s store) firstCounted(resolutionID int64) ([]Response, error) {
	if resolutionID == 0 {
		return nil, nil // a contact without a resolution covers none
	}
	var first []Response
	if err := s.Gorm().Where("resolution_id = ?", resolutionID).Where(counts).Order("id").Limit(1).Find(&first).Error; err != nil {
		return nil, fmt.Errorf("read what covers resolution %d: %w", resolutionID, err)
	}
	return first, nil
}

// unratedBeside returns the responses about the resolution of another one that count and have no core answer. Those that came from the
// source are revised there.
func (s store) unratedBeside(r Response) ([]Response, error) {
	if r.ResolutionID == 0 {
		return nil, nil
	}
	var rows []Response
	err := s.Gorm().
		Where("resolution_id = ? AND id <> ? AND via <> ?", r.ResolutionID, r.ID, FromSource).
		Where("late = 0 AND excluded_at = 0 AND score_metric = ''").
		Order("id").Limit(database.MaxIn).
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read responses without a rating to resolution %d: %w", r.ResolutionID, err)
	}
	return rows, nil
}

// asideBeside returns the responses about the resolution of another one that are aside because that was answered.
func (s store) asideBeside(r Response) ([]Response, error) {
	if r.ResolutionID == 0 {
		return nil, nil
	}
	var rows []Response
	err := s.Gorm().
		Where("resolution_id = ? AND id <> ? AND via <> ?", r.ResolutionID, r.ID, FromSource).
		Where("late = 0 AND excluded_reason = ?", ReasonAnswered).
		Order("id").Limit(database.MaxIn).
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the responses set aside of resolution %d: %w", r.ResolutionID, err)
	}
	return rows, nil
}

// sentAt returns when the invitation of a response was sent; none without one.
func (s store) sentAt(r Response) (clock.Instant, error) {
	if r.InvitationID == nil {
		return 0, nil
	}
	var sent []clock.Instant
	if err := s.Gorm().Model(&Invitation{}).Where("id = ?", *r.InvitationID).Limit(1).Pluck("sent_at", &sent).Error; err != nil {
		return 0, fmt.Errorf("read when invitation %d was sent: %w", *r.InvitationID, err)
	}
	if len(sent) == 0 {
		return 0, nil
	}
	return sent[0], nil
}

// covering returns the entry of a resolution that has a valid core answer: that of the response which gave the first one.
func (s store) covering(resolutionID int64) ([]figures.Entry, error) {
	first, err := s.firstCounted(resolutionID)
	var entries []figures.Entry
	for _, r := range first {
		entries = append(entries, r.covered())
	}
	return entries, err
}

// responseTo returns the response to an invitation with its current answers.
func (s store) responseTo(invitationID int64) (Response, []Answer, error) {
	return s.responseWhere("invitation_id = ?", invitationID)
}

// responseByKey returns the response with an external key and its current answers.
func (s store) responseByKey(key string) (Response, []Answer, error) {
	return s.responseWhere("external_key = ?", key)
}

func (s store) responseWhere(condition string, value any) (Response, []Answer, error) {
	r, err := one[Response](s.Gorm().Where(condition, value), "response")
	if err != nil {
		return Response{}, nil, err
	}
	answers, err := s.currentAnswers([]Response{r})
	return r, answers[r.ID], err
}

// currentAnswers returns the answers of each response's newest revision.
func (s store) currentAnswers(responses []Response) (map[int64][]Answer, error) {
	current := make(map[int64]int, len(responses))
	ids := make([]int64, 0, len(responses))
	for _, r := range responses {
		current[r.ID] = r.Revision
		ids = append(ids, r.ID)
	}
	rows, err := database.In[Answer](ids, "answers", func(part []int64) *gorm.DB {
		return s.Gorm().Where("response_id IN ?", part).Order("id")
	})
	found := make(map[int64][]Answer, len(responses))
	for _, a := range rows {
		if a.Revision == current[a.ResponseID] {
			found[a.ResponseID] = append(found[a.ResponseID], a)
		}
	}
	return found, err
}

// putResponse inserts a response without an id, and otherwise writes what a revision changes.
func (s store) putResponse(r *Response) error {
	if r.ID == 0 {
		if err := s.Gorm().Create(r).Error; err != nil {
			return fmt.Errorf("add response: %w", err)
		}
		return nil
	}
	err := s.Gorm().Model(r).
		Select("revision", "answered_at", "finished_at", "score_metric", "score_scale", "score_value", "score_band", "excluded_at",
			"excluded_reason").
		Updates(r).Error
	if err != nil {
		return fmt.Errorf("write response %d: %w", r.ID, err)
	}
	return nil
}

// putImported writes what a revision at the source changes of an imported response, also what it is about.
func (s store) putImported(r *Response) error {
	err := s.Gorm().Model(r).
		Select("revision", "answered_at", "score_metric", "score_scale", "score_value", "score_band", "excluded_at", "excluded_reason",
			"resolution_id", "resolved_at", "customer_id",
			"source_id", "agent_id", "team_id", "channel", "category", "product", "severity").
		Updates(r).Error
	if err != nil {
		return fmt.Errorf("revise response %d: %w", r.ID, err)
	}
	return nil
}

func (s store) addAnswers(answers []Answer) error {
	return database.Insert(s.Tx, "answers", answers)
}

// responsesByKeys returns the responses there are for external keys.
func (s store) responsesByKeys(keys []string) (map[string]Response, error) {
	rows, err := database.In[Response](keys, "responses by key", func(part []string) *gorm.DB {
		return s.Gorm().Where("external_key IN ?", part)
	})
	found := make(map[string]Response, len(rows))
	for _, r := range rows {
		found[*r.ExternalKey] = r
	}
	return found, err
}

// addResponses inserts responses and gives them their ids.
func (s store) addResponses(rows []Response) error {
	return database.InsertWithIDs(s.Tx, "responses", rows, func(r *Response) *int64 { return &r.ID })
}
