// Package account knows who is at the keyboard: users with a role and teams, their login sessions, the API tokens of machines,
// and the audit of what they did.
package account

import (
	"net/netip"
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

// Viewer is who asks: a user, or a machine with an API token. A query for people takes one and returns only what the viewer may
// see. The zero Viewer is the program itself, such as the command line: it has no role and sees all teams.
type Viewer struct {
	UserID   int64
	Name     string
	Role     Role
	TeamIDs  []int64 // empty for an admin or a user without teams: see SeesTeam
	SourceID int64   // of a Machine: the one source it may write to
	Scopes   []Scope // of a Machine: see May
	Language string  // "zh-CN" or "en"

	Door    Door   // how they came; empty for the service itself
	Network string // from where, as NetworkOf has it
	TokenID int64  // the API token they came with; 0 for none
}

// Door is how somebody reaches the service. It is translated under "audit.door_<code>".
type Door string

// The doors.
const (
	ByPage    Door = "page"
	ByAPI     Door = "api"
	ByCommand Door = "command"
)

// Through returns the viewer with how they came, and from which address.
func (v Viewer) Through(door Door, ip string) Viewer {
	v.Door, v.Network = door, NetworkOf(ip)
	return v
}

// NetworkOf returns what is kept of where somebody is: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address, as in
// 203.0.113.0/24; "" for what is no address. No single person is told from others by it.
func NetworkOf(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// Is reports whether the viewer has one of the roles. An admin has every role of people, but is never a Machine.
func (v Viewer) Is(roles ...Role) bool {
	if slices.Contains(roles, v.Role) {
		return true
	}
	return v.Role == Admin && slices.ContainsFunc(roles, func(r Role) bool { return r != Machine })
}

// Scope is a right beside bringing what a source knows. A machine has it only if its token says so.
type Scope string

// The scopes. Without them a machine brings what its source knows, takes no for an answer from anybody, and asks about its own.
const (
	GiveConsent   Scope = "consent:give"   // record that somebody consented
	AskPermission Scope = "permission:ask" // ask about whomever, by number or e-mail
	ManageUsers   Scope = "users:manage"   // add, edit and disable users other than administrators
	WorkHandoffs  Scope = "handoffs:work"  // read and answer the handoffs about contacts of its source
)

// Scopes returns every scope.
func Scopes() []Scope { return []Scope{GiveConsent, AskPermission, ManageUsers, WorkHandoffs} }

// May reports whether the viewer has a scope. For people it is always true: their role decides.
func (v Viewer) May(scope Scope) bool {
	return v.Role != Machine || slices.Contains(v.Scopes, scope)
}

// SeesAllTeams reports whether the viewer sees every team's rows: an admin, marketing, and whoever has no teams.
func (v Viewer) SeesAllTeams() bool {
	return v.Role == Admin || v.Role == Marketing || len(v.TeamIDs) == 0
}

// VisibleTeams returns the teams to which a query narrows its rows. Team 0, of rows without a team, is always among them. It
// returns nil for a viewer who sees all teams: do not narrow then.
func (v Viewer) VisibleTeams() []int64 {
	if v.SeesAllTeams() {
		return nil
	}
	return append([]int64{0}, v.TeamIDs...)
}

// LooksAfter reports whether a supervisor looks after a caller or supervisor: they share a team, or one of them sees all teams.
func (v Viewer) LooksAfter(p Viewer) bool {
	shared := func(id int64) bool { return slices.Contains(v.TeamIDs, id) }
	return v.SeesAllTeams() || len(p.TeamIDs) == 0 || slices.ContainsFunc(p.TeamIDs, shared)
}

// SeesTeam reports whether the viewer sees rows of a team. Everybody sees rows of team 0.
func (v Viewer) SeesTeam(teamID int64) bool {
	return v.SeesAllTeams() || teamID == 0 || slices.Contains(v.TeamIDs, teamID)
}
