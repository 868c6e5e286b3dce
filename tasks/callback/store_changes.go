package callback

import "fmt"

// write stores everything about a callback that a transition may change, and what was noted about it.
func (s store) write(c *Callback) error {
	if err := s.updateCallback(c); err != nil {
		return err
	}
	return s.writeChanges(c)
}

// writeClaim is write after a claim, which changes less.
func (s store) writeClaim(c *Callback) error {
	err := s.Gorm().Exec("UPDATE callbacks SET person_id = ?, state = ?, caller_id = ?, caller_before = ?, slot = ?, fence = ?, "+
		"lease_until = ?, wait_reason = ?, claimed_at = ?, dialled_at = ?, changed_at = ? WHERE id = ?", c.PersonID, c.State, c.CallerID,
		c.CallerBefore, c.Slot, c.Fence, c.LeaseUntil, c.WaitReason, c.ClaimedAt, c.DialledAt, c.ChangedAt, c.ID).Error
	if err != nil {
		return fmt.Errorf("claim callback %d: %w", c.ID, err)
	}
	return s.writeChanges(c)
}

// writeChanges stores what was noted about a callback.
func (s store) writeChanges(c *Callback) error {
	if len(c.changes) > 0 {
		if err := s.Gorm().Create(&c.changes).Error; err != nil {
			return fmt.Errorf("write the changes of callback %d: %w", c.ID, err)
		}
		c.changes = nil
	}
	return nil
}

// changesOf returns what became of a callback, the newest first.
func (s store) changesOf(callbackID int64, limit int) ([]Change, error) {
	var rows []Change
	if err := s.Gorm().Where("callback_id = ?", callbackID).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the changes of callback %d: %w", callbackID, err)
	}
	return rows, nil
}

// changedSince reports whether somebody passed the callback on, paused, resumed, reserved or moved it after the outcome of an attempt was
// recorded; another outcome that was recorded in between, and undone, hides none of that.
func (s store) changedSince(a Attempt) (bool, error) {
	var since int64
	err := s.Gorm().Model(&Change{}).Select("COALESCE(MAX(id), 0)").
		Where("callback_id = ? AND kind = ? AND at = ?", a.CallbackID, ChangeOutcome, a.EndedAt).Scan(&since).Error
	var deeds []int64
	if err == nil {
		err = s.Gorm().Model(&Change{}).Where("callback_id = ? AND id > ? AND at >= ?", a.CallbackID, since, a.EndedAt).
			Where("kind IN ?", []ChangeKind{
				ChangeSkipped, ChangeTransferred, ChangePaused, ChangeResumed, ChangeReserved, ChangePrioritised, ChangeMoved,
				ChangeRestored,
			}).
			Limit(1).Pluck("id", &deeds).Error
	}
	if err != nil {
		return false, fmt.Errorf("read what became of callback %d after attempt %d: %w", a.CallbackID, a.ID, err)
	}
	return len(deeds) > 0, nil
}

// lastChange names the state of a callback: two that are named alike are the same, and nothing has happened in between.
func (s store) lastChange(c Callback) (string, error) {
	var id int64
	err := s.Gorm().Model(&Change{}).Select("COALESCE(MAX(id), 0)").Where("callback_id = ?", c.ID).Scan(&id).Error
	if err != nil {
		return "", fmt.Errorf("read what became of callback %d last: %w", c.ID, err)
	}
	return fmt.Sprintf("%d %d", c.ChangedAt, id), nil
}

// freedFrom returns how a callback was taken out of a caller's hands since they were given it last, and false when it was not.
func (s store) freedFrom(callbackID, callerID int64) (Change, bool, error) {
	var found []Change
	given := s.Gorm().Model(&Change{}).Select("COALESCE(MAX(id), 0)").
		Where("callback_id = ? AND user_id = ? AND kind IN ?", callbackID, callerID, []ChangeKind{ChangeClaimed, ChangePicked})
	err := s.Gorm().Where("callback_id = ? AND kind = ? AND for_user_id = ? AND id > (?)", callbackID, ChangeFreed, callerID, given).
		Order("id DESC").Limit(1).Find(&found).Error
	if err != nil {
		return Change{}, false, fmt.Errorf("read who took callback %d away: %w", callbackID, err)
	}
	if len(found) == 0 {
		return Change{}, false, nil
	}
	return found[0], true, nil
}

// everHad reports whether a user ever was given a callback to call: also what they typed about it late is kept.
func (s store) everHad(callbackID, userID int64) (bool, error) {
	var ids []int64
	err := s.Gorm().Model(&Change{}).
		Where("callback_id = ? AND user_id = ? AND kind IN ?", callbackID, userID, []ChangeKind{ChangeClaimed, ChangePicked}).
		Limit(1).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("read who had callback %d: %w", callbackID, err)
	}
	return len(ids) > 0, nil
}
