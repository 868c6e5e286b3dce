package tasks

import (
	"cmp"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// poolKey names a pool: callbacks that the same callers may claim at the same hours.
type poolKey struct {
	TeamID int64  // of the resolver; callers see their teams' callbacks
	Skill  string // what a caller must be good at: the kind of the callback
	Zone   string // the hours class; see hoursClass
}

// pool is an interned poolKey.
type pool struct {
	ID     int64
	TeamID int64
	Skill  string
	Zone   string
}

func (p pool) key() poolKey { return poolKey{TeamID: p.TeamID, Skill: p.Skill, Zone: p.Zone} }

// compare orders pool keys.
func (k poolKey) compare(other poolKey) int {
	return cmp.Or(cmp.Compare(k.TeamID, other.TeamID), strings.Compare(k.Skill, other.Skill), strings.Compare(k.Zone, other.Zone))
}

// poolKeyOf names the pool of a callback to the subject.
func (s *Service) poolKeyOf(c Callback, subject permission.Subject) poolKey {
	return poolKey{TeamID: c.TeamID, Skill: string(c.Kind), Zone: s.hoursClass(subject)}
}

// hoursClass names what decides when the subject may be called: the one zone and country they can be in. It is empty when there are
// several or none; then each callback is judged by itself.
func (s *Service) hoursClass(subject permission.Subject) string {
	return s.permit.Rules().HoursClass(subject)
}

// window returns the calling hours of a pool's class. Pools without a class count as open.
func (s *Service) window(p pool, now clock.Instant) permission.Window {
	return s.permit.Rules().ClassWindow(p.Zone, now)
}
