// Package account knows who is at the keyboard: users with a role and teams, their login sessions, the API tokens of machines,
// and the audit of what they did.
package account

import (
	"slices"
)

// Role says what a user may do.
type Role string

// The roles of people, and Machine for API tokens.
const (
	Admin      Role = "admin"      // everything
	Supervisor Role = "supervisor" // callbacks, scores and callers of their teams
	Caller     Role = "caller"     // works callbacks
	Marketing  Role = "marketing"  // audiences and exports
	Handler    Role = "handler"    // answers handoffs
	Machine    Role = "machine"    // an API token bound to one source
)

// Roles returns the roles a person can have.
func Roles() []Role { return []Role{Admin, Supervisor, Caller, Marketing, Handler} }

// Viewer is who asks. Every query for people takes one and returns only what it may see.
type Viewer struct {
	UserID   int64
	Name     string
	Role     Role
	TeamIDs  []int64 // empty for an admin or a user without teams: see SeesTeam
	SourceID int64   // of a Machine: the one source it may write to
	Scopes   []Scope // of a Machine: see May
	Language string  // "zh-CN" or "en"
}

// Is reports whether the viewer has one of the roles; an admin has every role of people.
func (v Viewer) Is(roles ...Role) bool {
	if slices.Contains(roles, v.Role) {
		return true
	}
	return v.Role == Admin && slices.ContainsFunc(roles, func(r Role) bool { return r != Machine })
}

// Scope is something about customers of every source that a machine may do only where its token says so.
type Scope string

// The scopes. Without them a machine brings what its source knows, takes no for an answer from anybody, and asks about its own.
const (
	GiveConsent   Scope = "consent:give"   // record that somebody consented
	AskPermission Scope = "permission:ask" // ask about whomever, by number or e-mail
)

// Scopes returns every scope.
func Scopes() []Scope { return []Scope{GiveConsent, AskPermission} }

// May reports whether the viewer may do what a scope is about. People may what their role may.
func (v Viewer) May(scope Scope) bool {
	return v.Role != Machine || slices.Contains(v.Scopes, scope)
}

// SeesAllTeams reports whether the viewer's queries are not narrowed by team.
func (v Viewer) SeesAllTeams() bool {
	return v.Role == Admin || v.Role == Marketing || len(v.TeamIDs) == 0
}

// VisibleTeams returns the teams whose rows a viewer's queries are narrowed to, 0 for those without a team among them; none where they
// are not narrowed.
func (v Viewer) VisibleTeams() []int64 {
	if v.SeesAllTeams() {
		return nil
	}
	return append([]int64{0}, v.TeamIDs...)
}

// SeesTeam reports whether rows of the team are the viewer's to see.
func (v Viewer) SeesTeam(teamID int64) bool {
	return v.SeesAllTeams() || teamID == 0 || slices.Contains(v.TeamIDs, teamID)
}
