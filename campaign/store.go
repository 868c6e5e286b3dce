package campaign

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

var (
	errNoAudience      = fault.New(fault.NotFound, "audience_not_found", "there is no such audience")
	errAudienceChanged = fault.New(fault.Conflict, "audience_changed",
		"somebody else changed the audience meanwhile; your changes are not saved")
	errNameInUse = fault.New(fault.Conflict, "audience_name_in_use", "another audience has this name")
)

func (s store) audiences() ([]Audience, error) {
	var list []Audience
	if err := s.Gorm().Order("name, id").Limit(500).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list audiences: %w", err)
	}
	return list, nil
}

func (s store) audience(id int64) (Audience, error) {
	return database.One[Audience](s.Gorm().Where("id = ?", id), fmt.Sprint("audience ", id), errNoAudience)
}

func (s store) insert(a *Audience) error {
	err := s.Gorm().Create(a).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errNameInUse
	}
	if err != nil {
		return fmt.Errorf("add audience: %w", err)
	}
	return nil
}

// insertOnce leaves an audience with the same code or name as it is.
func (s store) insertOnce(a Audience) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&a).Error; err != nil {
		return fmt.Errorf("add built-in audience: %w", err)
	}
	return nil
}

// change writes an audience as the revision after the one it was read at. It returns errAudienceChanged if somebody else was faster.
func (s store) change(a Audience) error {
	r := s.Gorm().Model(&Audience{}).Where("id = ? AND revision = ?", a.ID, a.Revision-1).Updates(map[string]any{
		"name": a.Name, "purpose": a.Purpose, "channel": a.Channel, "rule": a.Rule, "version": a.Version, "revision": a.Revision,
		"updated_at": a.UpdatedAt,
	})
	switch {
	case errors.Is(r.Error, gorm.ErrDuplicatedKey):
		return errNameInUse
	case r.Error != nil:
		return fmt.Errorf("change audience %d: %w", a.ID, r.Error)
	case r.RowsAffected == 0:
		return errAudienceChanged
	}
	return nil
}

func (s store) counted(id int64, counts string, at clock.Instant, version int) error {
	err := s.Gorm().Model(&Audience{}).Where("id = ? AND counted_at < ?", id, at).
		Updates(map[string]any{"counts": counts, "counted_at": at, "counted_version": version}).Error
	if err != nil {
		return fmt.Errorf("store counts of audience %d: %w", id, err)
	}
	return nil
}
