// Package decision decides which follow-up every resolution gets, and why: by the policy in force, by a supervisor's hand, or anew after a
// correction. What is planned is set up at once: callbacks, and the jobs of surveys. A dry run decides without writing anything.
//
// Lock order: callbacks, then decisions.
package decision

import (
	"errors"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// The kinds of job this package adds.
const (
	JobSendSurvey = "survey.send"      // ref: decision
	JobDryRun     = "policies.dry_run" // ref: dry run
)

// Surveys ends planned surveys. Package survey does the work; flow connects the two, which do not import each other.
type Surveys interface {
	// Withdraw ends what is under way about a resolution, and reports whether the customer was asked, or may have been. Whoever
	// takes the job of a survey away calls it in the same transaction.
	Withdraw(tx database.Tx, resolutionID int64, reason policy.Reason) (bool, error)
}

// Service decides which follow-up resolutions get, and sets it up.
type Service struct {
	db        *database.DB
	permit    *permission.Service
	policies  *policy.Service
	callbacks *callback.Service
	surveys   Surveys
	now       clock.Now
	zone      *time.Location
	incidents Incidents // nil: there are none
}

// New returns a service. It panics without the centre's zone: days would silently be UTC days.
func New(
	db *database.DB,
	permit *permission.Service,
	policies *policy.Service,
	callbacks *callback.Service,
	surveys Surveys,
	now clock.Now,
	zone *time.Location,
) *Service {
	if zone == nil {
		panic(errors.New("decision: the centre's zone is required"))
	}
	return &Service{db: db, permit: permit, policies: policies, callbacks: callbacks, surveys: surveys, now: now, zone: zone}
}
