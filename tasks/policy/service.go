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
	surveyDelay time.Duration // of the policy a new centre starts with
	versions    *sync.Map     // published ones as parsed, by number: they never change
}

// New returns a service. The policy a new centre starts with sends its survey after a delay; an hour if that is zero.
func New(db *database.DB, surveys Surveys, now clock.Now, surveyDelay time.Duration) *Service {
	return &Service{db: db, surveys: surveys, now: now, surveyDelay: cmp.Or(surveyDelay, time.Hour), versions: new(sync.Map)}
}
