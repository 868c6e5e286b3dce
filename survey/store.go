package survey

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

// maxRows bounds what a query without a page returns.
const maxRows = 500

// counts is the condition on responses whose answers count for coverage; see Response.counted and evaluated.
const counts = "late = 0 AND excluded_at = 0 AND score_metric <> ''"

// one returns the row that a query finds; what names it in an error.
func one[T any](query *gorm.DB, what string) (T, error) {
	return database.One[T](query, what, fault.New(fault.NotFound, "survey_row_missing", "read "+what+": there is none"))
}

func (s store) ensureSurvey(survey Survey) (int64, error) {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&survey).Error; err != nil {
		return 0, fmt.Errorf("add survey: %w", err)
	}
	kept, err := one[Survey](s.Gorm().Where("name = ?", survey.Name), "survey")
	return kept.ID, err
}

func (s store) names() ([]string, error) {
	var names []string
	if err := s.Gorm().Model(&Survey{}).Order("name").Limit(10_000).Pluck("name", &names).Error; err != nil {
		return nil, fmt.Errorf("read names of surveys: %w", err)
	}
	return names, nil
}

func (s store) ensureVersion(version Version) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&version).Error; err != nil {
		return fmt.Errorf("publish survey version: %w", err)
	}
	return nil
}

// publishedVersion is a version of a survey, with the family that its invitations share a cooldown with.
type publishedVersion struct {
	Version
	Family        string
	questionnaire Questionnaire
}

// current returns the newest version of the survey with a name.
func (s store) current(name string) (publishedVersion, error) {
	return s.published("surveys.name = ?", name)
}

// version returns a version by its id.
func (s store) version(id int64) (publishedVersion, error) {
	return s.published("survey_versions.id = ?", id)
}

// published returns the newest version that meets a condition.
func (s store) published(condition string, value any) (publishedVersion, error) {
	v, err := one[publishedVersion](s.Gorm().Table("survey_versions").
		Select("survey_versions.*, surveys.family").
		Joins("JOIN surveys ON surveys.id = survey_versions.survey_id").
		Where(condition, value).Order("survey_versions.version DESC"), "survey version")
	if err != nil {
		return v, err
	}
	v.questionnaire, err = v.Questionnaire()
	return v, err
}

func (s store) versions() ([]Version, error) {
	var rows []Version
	if err := s.Gorm().Order("id").Limit(10_000).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read survey versions: %w", err)
	}
	return rows, nil
}

func (s store) invitation(id int64) (Invitation, error) {
	return one[Invitation](s.Gorm().Where("id = ?", id), "invitation")
}

// guarded writes the guard row of an invitation's person and returns the invitation as it is behind the row: until the
// transaction ends nobody else decides about it. Its person is the present one, after any merge or split.
func (s store) guarded(id int64) (Invitation, error) {
	i, err := s.invitation(id)
	if err != nil {
		return i, err
	}
	return s.behindGuard(i)
}

// behindGuard is guarded for an invitation that was read before.
func (s store) behindGuard(i Invitation) (Invitation, error) {
	persons, err := reserve(s.Tx, i.CustomerID)
	if err != nil {
		return i, err
	}
	fresh, err := s.invitation(i.ID)
	fresh.PersonID = persons[i.CustomerID]
	return fresh, err
}

func (s store) invitationFor(resolutionID, surveyID int64) (Invitation, error) {
	return one[Invitation](s.Gorm().Where("resolution_id = ? AND survey_id = ?", resolutionID, surveyID), "invitation")
}

// invitationsAbout returns the invitations of a resolution: one for each survey that was wanted for it.
func (s store) invitationsAbout(resolutionID int64) ([]Invitation, error) {
	var rows []Invitation
	if err := s.Gorm().Where("resolution_id = ?", resolutionID).Order("id").Limit(maxRows).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read invitations about resolution %d: %w", resolutionID, err)
	}
	return rows, nil
}

func (s store) invitationByToken(token string) (Invitation, error) {
	if !wellFormed(token) {
		return Invitation{}, errUnknownLink
	}
	return database.One[Invitation](s.Gorm().Where("token_hash = ?", hashOf(token)), "invitation", errUnknownLink)
}

// putInvitation inserts an invitation without an id, and otherwise writes what its life changes.
func (s store) putInvitation(i *Invitation) error {
	if i.ID == 0 {
		if err := s.Gorm().Create(i).Error; err != nil {
			return fmt.Errorf("add invitation: %w", err)
		}
		return nil
	}
	err := s.Gorm().Model(i).
		Select("state", "reason", "outbound_channel", "language", "sent_at", "delivered_at", "expires_at",
			"reminder_state", "reminder_reason", "reminder_due_at", "reminder_sent_at").
		Updates(i).Error
	if err != nil {
		return fmt.Errorf("write invitation %d: %w", i.ID, err)
	}
	return nil
}

// readdress writes whom an invitation that nobody has got is for.
func (s store) readdress(i Invitation) error {
	err := s.Gorm().Model(&i).Select("customer_id", "person_id", "decision_id").Updates(&i).Error
	if err != nil {
		return fmt.Errorf("write whom invitation %d is for: %w", i.ID, err)
	}
	return nil
}

func (s store) invitationsByID(ids []int64) (map[int64]Invitation, error) {
	rows, err := database.In[Invitation](ids, "invitations", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
	found := make(map[int64]Invitation, len(rows))
	for _, i := range rows {
		found[i.ID] = i
	}
	return found, err
}

// unansweredOf returns the invitations of a contact that can still be cancelled.
func (s store) unansweredOf(contactID int64) ([]Invitation, error) {
	var rows []Invitation
	err := s.Gorm().Where("contact_id = ? AND state NOT IN ?", contactID, []State{Failed, Cancelled}).
		Where("NOT EXISTS (SELECT 1 FROM responses WHERE responses.invitation_id = invitations.id)").
		Order("id").Limit(maxRows).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read open invitations of contact %d: %w", contactID, err)
	}
	return rows, nil
}

// overtaken returns the reason for which a planned message about a resolution to a customer must not be sent any more, because
// of what the source has said since; "" for none.
func overtaken(tx database.Tx, r contact.Resolution, customerID int64) (string, error) {
	by, err := contact.Overtaken(tx, contact.Plan{Resolution: r, CustomerID: customerID})
	if err != nil {
		return "", err
	}
	return string(by[0]), nil
}
