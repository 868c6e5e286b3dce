// Package policy says which follow-up is wanted. A Policy is a list of rules, and Match a pure function over Facts; permission is asked by
// whoever decides. Drafts are edited, checked and published; a published version never changes:
//
//	draft ──Save──► draft ──Publish──► version, in force until the next one
//	  ▲                                   │
//	  └───────Draft, Import───────────────┘
package policy

import (
	"cmp"
	"sync"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Service keeps policies and the attributes they may ask about.
type Service struct {
	db          *database.DB
	surveys     Surveys
	now         clock.Now
	surveyDelay time.Duration                  // of the policy a new centre starts with
	attempts    struct{ usual, complaint int } // of its callbacks
	versions    *sync.Map                      // published ones as parsed, by number: they never change
}

// New returns a service. The policy a new centre starts with sends its survey after a delay; an hour if that is zero.
func New(db *database.DB, surveys Surveys, now clock.Now, surveyDelay time.Duration) *Service {
	s := &Service{db: db, surveys: surveys, now: now, surveyDelay: cmp.Or(surveyDelay, time.Hour), versions: new(sync.Map)}
	s.StartWith(MaxAttempts, MaxAttempts)
	return s
}

// StartWith says how many attempts the policy of a new centre gives a usual callback, and one after a complaint. It is called before
// EnsureBuiltIn; a policy that is published already stays as it is.
func (s *Service) StartWith(usual, complaint int) {
	s.attempts.usual, s.attempts.complaint = usual, complaint
}

// starting is the policy of a new centre.
func (s *Service) starting() Policy {
	p := Default(s.surveyDelay)
	for i := range p.Rules {
		switch a := p.Rules[i].Callback; {
		case a == nil:
		case a.Kind == ComplaintCallback:
			a.Attempts = s.attempts.complaint
		default:
			a.Attempts = s.attempts.usual
		}
	}
	return p
}
