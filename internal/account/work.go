package account

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Held is how much of one kind a user has in hand. What is a code, translated under "users.held_<what>".
type Held struct {
	What  string
	Count int
}

// Work is what users have in hand. It is handed back when they may have it no more: accounts themselves know of none.
type Work interface {
	// Held returns what the user has that they would have no more as they are to be, which has no role for one who is disabled.
	Held(tx database.Tx, as Viewer, now clock.Instant) ([]Held, error)
	// HandBack takes that from them, in the transaction of what changes them.
	HandBack(tx database.Tx, by, as Viewer, now clock.Instant) error
	// HandBackSoon has it taken from them by a job: where many users are changed at once, whose work is locked in no order.
	HandBackSoon(tx database.Tx, by, as Viewer, now clock.Instant) error
}

// handing is one of the two ways in which work is handed back.
type handing func(tx database.Tx, by, as Viewer, now clock.Instant) error

// Skills is what users are good at.
type Skills interface {
	// Kept returns the names of all skills.
	Kept(tx database.Tx) (map[int64]string, error)
	// Of returns the skills of users.
	Of(tx database.Tx, userIDs []int64) (map[int64][]int64, error)
	// Give lets a user have these skills and no others.
	Give(tx database.Tx, userID int64, skillIDs []int64) error
}

// Knowing tells the service what users have in hand and what they are good at, and returns it. Without it they have nothing and no skills.
func (s *Service) Knowing(work Work, skills Skills) *Service {
	s.work, s.skills = work, skills
	return s
}

type nothing struct{}

func (nothing) Held(database.Tx, Viewer, clock.Instant) ([]Held, error)       { return nil, nil }
func (nothing) HandBack(database.Tx, Viewer, Viewer, clock.Instant) error     { return nil }
func (nothing) HandBackSoon(database.Tx, Viewer, Viewer, clock.Instant) error { return nil }
func (nothing) Kept(database.Tx) (map[int64]string, error)                    { return nil, nil }
func (nothing) Of(database.Tx, []int64) (map[int64][]int64, error)            { return nil, nil }
func (nothing) Give(_ database.Tx, _ int64, _ []int64) error                  { return nil }

// SkillNames returns the names of all skills.
func (s *Service) SkillNames(ctx context.Context) (map[int64]string, error) {
	return s.skills.Kept(s.db.View(ctx))
}

// as is a user as a viewer: what they may is decided by it. Who is disabled has no role.
func (u User) as(teams []int64) Viewer {
	v := Viewer{UserID: u.ID, Name: u.Name, Role: u.Role, TeamIDs: teams, Language: u.Language}
	if !u.Enabled() {
		v.Role = ""
	}
	return v
}
