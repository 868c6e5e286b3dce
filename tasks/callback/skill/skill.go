// Package skill is what callers are good at: skills by the names the centre chose, who has which, and the rules that say which callbacks
// need one. It finds no callback: package callback asks it when it puts one into a pool and when it hands one out.
package skill

import (
	"context"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Skill is something that not every caller can do, such as a language or complaints.
type Skill struct {
	ID   int64
	Name string
}

// TableName names the table.
func (Skill) TableName() string { return "skills" }

// holding says that a caller has a skill.
type holding struct {
	UserID  int64 `gorm:"primaryKey;autoIncrement:false"`
	SkillID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// TableName names the table.
func (holding) TableName() string { return "caller_skills" }

// JobSort is the kind of the job that brings open callbacks into the pools the rules say by now, and opens them to anybody when the
// fall-through says. ref: the callback behind which it goes on.
const JobSort = "callback.skills"

// Limits of what a centre keeps.
const (
	MaxSkills  = 50
	MaxRules   = 100
	MaxHolders = 5000 // of one skill
	maxName    = 40   // characters
)

// The refusals.
var (
	errUnknown     = fault.New(fault.NotFound, "skill_unknown", "there is no such skill")
	errUnknownRule = fault.New(fault.NotFound, "skill_rule_unknown", "there is no such rule")
	errMayNot      = fault.New(fault.Forbidden, "skill_role", "only administrators change skills")
	errNeeded      = fault.New(fault.Conflict, "skill_needed", "a rule says that callbacks need this skill; remove the rule first")
	errTooMany     = fault.New(fault.Conflict, "skill_too_many", "there are 50 skills; remove one first")
	errManyRules   = fault.New(fault.Conflict, "skill_rules_many", "there are 100 rules; remove one first")
)

// Service keeps skills, who has them, and the rules.
type Service struct {
	db    *database.DB
	now   clock.Now
	kinds []string
}

// New returns the service on a migrated database. kinds are those of callbacks, which rules can name.
func New(db *database.DB, now clock.Now, kinds []string) *Service {
	return &Service{db: db, now: now, kinds: kinds}
}

// Kinds returns the kinds of callback that a rule can name.
func (s *Service) Kinds() []string { return s.kinds }

// Kept is everything a centre says about skills.
type Kept struct {
	Skills      []Skill       // by name
	Holders     map[int64]int // by skill: how many callers have it
	Rules       []Rule        // in the order in which they are asked
	FallThrough time.Duration // after which a callback is anybody's
	Sorting     bool          // callbacks are still being brought into the pools the rules say
}

// All returns everything the centre says about skills.
func (s *Service) All(ctx context.Context) (Kept, error) {
	st := store{s.db.View(ctx)}
	var k Kept
	var err error
	if k.Skills, err = st.skills(); err != nil {
		return Kept{}, err
	}
	if k.Holders, err = st.countHolders(); err != nil {
		return Kept{}, err
	}
	if k.Rules, err = st.rules(); err != nil {
		return Kept{}, err
	}
	if k.FallThrough, err = FallThrough(st.Tx); err != nil {
		return Kept{}, err
	}
	k.Sorting, err = sorting(st.Tx)
	return k, err
}

// ByID returns a skill with who has it, by login. It returns fault.NotFound for one there is not.
func (s *Service) ByID(ctx context.Context, id int64) (Skill, []account.User, error) {
	st := store{s.db.View(ctx)}
	found, err := st.skill(id)
	if err != nil {
		return Skill{}, nil, err
	}
	ids, err := st.holders(id)
	if err != nil {
		return Skill{}, nil, err
	}
	users, err := account.UsersByID(st.Tx, ids)
	return found, users, err
}
