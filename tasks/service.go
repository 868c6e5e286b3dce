package tasks

import (
	"errors"
	"sync"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// The kinds of job this package adds.
const (
	JobSendSurvey = "survey.send"        // ref: decision
	JobOffer      = "callback.offer"     // ref: callback
	JobAnswered   = "callbacks.answered" // ref: attempt in which survey questions were asked
)

// Options are the settings of the centre.
type Options struct {
	Zone        *time.Location // of the centre, for days and shown times; required
	SurveyDelay time.Duration  // of the policy a new centre starts with; an hour if zero
	CentreName  string         // as scripts say it
}

// Service decides follow-up and hands out callbacks.
type Service struct {
	db          *database.DB
	permit      *permission.Service
	surveys     Surveys
	now         clock.Now
	surveyDelay time.Duration
	zone        *time.Location
	centre      string
	policies    *sync.Map // published versions as parsed, by number: they never change
}

// New returns a service. It panics without a zone: days would silently be UTC days.
func New(db *database.DB, permit *permission.Service, surveys Surveys, now clock.Now, opts Options) *Service {
	if opts.Zone == nil {
		panic(errors.New("tasks: the centre's zone is required"))
	}
	if opts.SurveyDelay == 0 {
		opts.SurveyDelay = time.Hour
	}
	return &Service{
		db: db, permit: permit, surveys: surveys, now: now, surveyDelay: opts.SurveyDelay, zone: opts.Zone, centre: opts.CentreName,
		policies: new(sync.Map),
	}
}

// at returns the instant of a use case run by a job, or the clock's when it is called directly.
func (s *Service) at(ticket clock.Instant) clock.Instant {
	if ticket.IsZero() {
		return s.now()
	}
	return ticket
}
