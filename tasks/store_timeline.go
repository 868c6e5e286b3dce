package tasks

import (
	"fmt"
	"slices"
)

// maxEvents bounds how much of a contact's story is read.
const maxEvents = 200

func (s store) decisionsOfContact(contactID int64) ([]Decision, error) {
	var rows []Decision
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id DESC").Limit(maxEvents).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the decisions of contact %d: %w", contactID, err)
	}
	return rows, nil
}

func (s store) callbacksOfContact(contactID int64) ([]Callback, error) {
	return listCallbacks(s.Gorm().Where("contact_id = ?", contactID).Order("id DESC").Limit(maxEvents))
}

func (s store) attemptsOfCallbacks(callbackIDs []int64) ([]Attempt, error) {
	if len(callbackIDs) == 0 {
		return nil, nil
	}
	var rows []Attempt
	if err := s.Gorm().Where("callback_id IN ?", callbackIDs).Order("id DESC").Limit(maxEvents).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return rows, nil
}

// policyVersions returns some published versions of the policy; 0 is none.
func (s store) policyVersions(numbers []int) (versions, error) {
	slices.Sort(numbers)
	found := versions{}
	for chunk := range slices.Chunk(slices.Compact(numbers), maxIn) {
		var rows []policyRow
		if err := s.Gorm().Where("version IN ?", chunk).Limit(len(chunk)).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read versions of the policy: %w", err)
		}
		for _, row := range rows {
			p, err := row.policy()
			if err != nil {
				return nil, err
			}
			found[p.Version] = &p
		}
	}
	return found, nil
}
