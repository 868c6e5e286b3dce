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
	errNoAudience = fault.New(fault.NotFound, "audience_not_found", "there is no such audience")
	errNameInUse  = fault.New(fault.Conflict, "audience_name_in_use", "another audience has this name")
)

func (s store) audiences() ([]Audience, error) {
	var list []Audience
	if err := s.Gorm().Order("name, id").Limit(500).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list audiences: %w", err)
	}
	return list, nil
}

func (s store) audience(id int64) (Audience, error) {
	var a Audience
	err := s.Gorm().Take(&a, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return a, errNoAudience
	}
	if err != nil {
		return a, fmt.Errorf("read audience %d: %w", id, err)
	}
	return a, nil
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

func (s store) change(a Audience) error {
	err := s.Gorm().Model(&Audience{}).Where("id = ?", a.ID).Updates(map[string]any{
		"name": a.Name, "purpose": a.Purpose, "channel": a.Channel, "rule": a.Rule, "version": a.Version, "updated_at": a.UpdatedAt,
	}).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errNameInUse
	}
	if err != nil {
		return fmt.Errorf("change audience %d: %w", a.ID, err)
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

// lock makes others who want to make a snapshot of the audience wait.
func (s store) lock(audienceID int64) error {
	if err := s.Gorm().Model(&Audience{}).Where("id = ?", audienceID).Update("version", gorm.Expr("version")).Error; err != nil {
		return fmt.Errorf("lock audience %d: %w", audienceID, err)
	}
	return nil
}
