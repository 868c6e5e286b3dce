package skill

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// fallSetting is the name under which is kept after how many minutes a callback is anybody's.
const fallSetting = "skills.fall_through"

// The fall-through: what a centre begins with, and what it can choose.
const (
	usualFall    = 2 * time.Hour
	shortestFall = 5 * time.Minute
	longestFall  = 3 * 24 * time.Hour // a callback lives for seven days, if no rule says otherwise
)

// FallThrough returns how long a callback waits for somebody with its skill before it is anybody's.
func FallThrough(tx database.Tx) (time.Duration, error) {
	kept, err := database.Setting(tx, fallSetting)
	if err != nil || kept == "" {
		return usualFall, err
	}
	minutes, err := strconv.Atoi(kept)
	if err != nil {
		return 0, fmt.Errorf("read the fall-through: %w", err)
	}
	return min(time.Duration(minutes)*time.Minute, longestFall), nil
}

// SetFallThrough says how long a callback waits for somebody with its skill, also those that are open. It returns fault.Forbidden for
// anybody but an administrator, and fault.Invalid for less than five minutes and more than three days (field "fall_through").
func (s *Service) SetFallThrough(ctx context.Context, viewer account.Viewer, minutes int) error {
	if d := time.Duration(minutes) * time.Minute; d < shortestFall || d > longestFall {
		return fault.InvalidFields(fault.Field{
			Name: "fall_through", Code: "fall_through_range", Problem: "must be from 5 minutes to 3 days", Value: strconv.Itoa(minutes),
		})
	}
	err := s.change(ctx, viewer, func(st store, now clock.Instant) error {
		if err := database.PutSetting(st.Tx, fallSetting, strconv.Itoa(minutes)); err != nil {
			return err
		}
		if err := account.Audit(st.Tx, now, viewer, "skill.fall_through", "setting", 0,
			account.Detail(map[string]any{"minutes": minutes})); err != nil {
			return err
		}
		return sortAgain(st.Tx, now)
	})
	if err != nil {
		return fmt.Errorf("set the fall-through: %w", err)
	}
	return nil
}

// Of returns the skills of callers.
func Of(tx database.Tx, userIDs []int64) (map[int64][]int64, error) { return store{tx}.of(userIDs) }

// AllNames returns the names of all skills.
func AllNames(tx database.Tx) (map[int64]string, error) {
	all, err := store{tx}.skills()
	names := make(map[int64]string, len(all))
	for _, s := range all {
		names[s.ID] = s.Name
	}
	return names, err
}

// Give lets a user have these skills and no others, whoever changes skills at the same time. What was handed out by them stays so.
func Give(tx database.Tx, userID int64, skillIDs []int64) error {
	if err := database.Guard(tx, "skills"); err != nil {
		return err
	}
	return store{tx}.giveOnly(userID, skillIDs)
}

// Having returns which of the users have a skill.
func Having(tx database.Tx, skillID int64, userIDs []int64) (map[int64]bool, error) {
	return store{tx}.having(skillID, userIDs)
}

// Names returns the names of skills; one that was removed is left out.
func Names(tx database.Tx, ids []int64) (map[int64]string, error) { return store{tx}.names(ids) }
