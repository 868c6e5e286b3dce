package tasks

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

func (s store) decision(id int64) (Decision, error) {
	var d Decision
	err := s.Gorm().Where("id = ?", id).Take(&d).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Decision{}, fault.New(fault.NotFound, "decision_unknown", "there is no such decision")
	}
	if err != nil {
		return Decision{}, fmt.Errorf("read decision: %w", err)
	}
	return d, nil
}

// cancelDecisions marks planned decisions as given up; those given up already keep their first reason.
func (s store) cancelDecisions(now clock.Instant, reason Reason, ids ...int64) error {
	err := s.Gorm().Model(&Decision{}).Where("id IN ? AND state = ? AND cancelled_at = 0", ids, Planned).
		Updates(map[string]any{"cancelled_at": now, "cancel_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("cancel decisions: %w", err)
	}
	return nil
}

// standSurveys takes back that planned surveys were given up.
func (s store) standSurveys(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.Gorm().Model(&Decision{}).Where("id IN ? AND kind = ? AND state = ? AND cancelled_at > 0", ids, FollowUpSurvey, Planned).
		Updates(map[string]any{"cancelled_at": 0, "cancel_reason": ""}).Error
	if err != nil {
		return fmt.Errorf("let planned surveys stand: %w", err)
	}
	return nil
}

// putOffDecision gives a planned decision a later due time, and why; one that was given up meanwhile stays as it is.
func (s store) putOffDecision(id int64, until clock.Instant, reason Reason) error {
	err := s.Gorm().Model(&Decision{}).Where("id = ? AND state = ? AND cancelled_at = 0", id, Planned).
		Updates(map[string]any{"due_at": until, "allowed_from": until, "wait_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("put off decision %d: %w", id, err)
	}
	return nil
}

// cancelRevision is cancelDecisions for what a decision planned, unless it has been decided again since.
func (s store) cancelRevision(now clock.Instant, reason Reason, id int64, revision int) error {
	err := s.Gorm().Model(&Decision{}).Where("id = ? AND revision = ? AND state = ? AND cancelled_at = 0", id, revision, Planned).
		Updates(map[string]any{"cancelled_at": now, "cancel_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("cancel decision %d: %w", id, err)
	}
	return nil
}

// decidedResolutions returns the ids of the contact's resolutions that have decisions. A contact is resolved a few times at most.
func (s store) decidedResolutions(contactID int64) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Model(&Decision{}).Distinct("resolution_id").Where("contact_id = ?", contactID).Limit(maxIn).Pluck("resolution_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read the decisions of contact %d: %w", contactID, err)
	}
	return ids, nil
}

func (s store) liveSurveyDecisions(resolutionIDs []int64) ([]Decision, error) {
	var rows []Decision
	err := s.Gorm().Where("resolution_id IN ? AND kind = ? AND state = ? AND cancelled_at = 0", resolutionIDs, FollowUpSurvey, Planned).
		Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read planned surveys: %w", err)
	}
	return rows, nil
}

// openCallbacks returns the callbacks of the resolutions that are not closed.
func (s store) openCallbacks(resolutionIDs []int64) ([]Callback, error) {
	var rows []Callback
	err := s.Gorm().Where("resolution_id IN ? AND state IN ?", resolutionIDs, []CallbackState{Waiting, Ready, Claimed}).
		Order("id").Limit(maxIn).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read open callbacks: %w", err)
	}
	return rows, nil
}

func (s store) pools() ([]pool, error) {
	var pools []pool
	if err := s.Gorm().Order("id").Limit(maxPools).Find(&pools).Error; err != nil {
		return nil, fmt.Errorf("read pools: %w", err)
	}
	return pools, nil
}

// maxPools bounds how many pools a claim looks at: teams × kinds × zones are some hundreds in the largest centres.
const maxPools = 10000
