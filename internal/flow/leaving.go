package flow

import (
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/skill"
)

var (
	_ account.Work   = Leaving{}
	_ account.Skills = UserSkills{}
)

// Leaving is what users have in hand, of every feature, for who disables them or gives them another role or other teams.
type Leaving struct {
	Callbacks *callback.Service
}

// Held returns what a user would have no more as they are to be.
func (l Leaving) Held(tx database.Tx, as account.Viewer, now clock.Instant) ([]account.Held, error) {
	return l.Callbacks.HeldBy(tx, as, now)
}

// HandBack takes that from them.
func (l Leaving) HandBack(tx database.Tx, by, as account.Viewer, now clock.Instant) error {
	return l.Callbacks.HandBack(tx, by, as, now)
}

// HandBackSoon has it taken from them by a job.
func (l Leaving) HandBackSoon(tx database.Tx, _, as account.Viewer, now clock.Instant) error {
	return l.Callbacks.HandBackSoon(tx, as.UserID, now)
}

// UserSkills is what users are good at, for who edits them.
type UserSkills struct{}

// Kept returns the names of all skills.
func (UserSkills) Kept(tx database.Tx) (map[int64]string, error) { return skill.AllNames(tx) }

// Of returns the skills of users.
func (UserSkills) Of(tx database.Tx, userIDs []int64) (map[int64][]int64, error) {
	return skill.Of(tx, userIDs)
}

// Give lets a user have these skills and no others.
func (UserSkills) Give(tx database.Tx, userID int64, skillIDs []int64) error {
	return skill.Give(tx, userID, skillIDs)
}
