package handoff

import (
	"errors"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
)

// The kinds of job this package adds.
const (
	JobWatch    = "handoff.watch"    // ref: handoff; warns, escalates and resumes when its time has come
	JobResolved = "handoff.resolved" // ref: handoff; settles it when its contact was resolved again at the source
)

// Calendar knows the public holidays and make-up days of the centre. Package permission keeps them.
type Calendar interface {
	Rules() permission.Rules
}

// Options are the settings of the centre.
type Options struct {
	Zone   *time.Location // of the centre; required: working hours are in it
	Region string         // ISO 3166: whose public holidays hold
	// Tell is told of every entry of a log, in its transaction; nil: nobody is.
	Tell func(tx database.Tx, h Handoff, e Entry, now clock.Instant) error
}

// Service keeps handoffs.
type Service struct {
	db        *database.DB
	callbacks *callback.Service
	calendar  Calendar
	now       clock.Now
	opts      Options
}

// New returns a service. It panics without a zone.
func New(db *database.DB, callbacks *callback.Service, calendar Calendar, now clock.Now, opts Options) *Service {
	if opts.Zone == nil {
		panic(errors.New("handoff: the centre's zone is required"))
	}
	return &Service{db: db, callbacks: callbacks, calendar: calendar, now: now, opts: opts}
}
