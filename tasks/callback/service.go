// Package callback is the work of callers: one callback after the other is offered, claimed, dialled and finished, or set aside for
// later. Its states are drawn in package tasks. Whoever plans callbacks adds them here, and is told when one is cancelled.
//
// Lock order: callbacks by their ids, then persons, then addresses and decisions. What else of the person a claim takes, it locks without
// waiting. A claim writes the guard row of the person before its hold.
package callback

import (
	"cmp"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/skill"
)

// The kinds of job this package adds.
const (
	JobOffer   = "callback.offer"   // ref: callback
	JobOutcome = "callback.outcome" // ref: attempt; what leaves the callback after an outcome, once that can no longer be undone
	JobMissed  = "callback.missed"  // ref: attempt; plans the text after a missed call, at the same time
	JobClosed  = "callback.closed"  // ref: callback after a reply; tells what became of it, once that can no longer be undone
)

// Decisions is told what becomes of the callbacks that decisions planned. Package decision implements it: this package does not
// import it.
type Decisions interface {
	// CallbackCancelled is called in the transaction that cancels a callback, with the revision of the decision that planned it.
	CallbackCancelled(tx database.Tx, decisionID int64, revision int, reason Reason, now clock.Instant) error
	// CallbackRestored is called in the transaction that takes that back, of what was cancelled by hand.
	CallbackRestored(tx database.Tx, decisionID int64, revision int) error
}

// Scores knows what customers answered, in whatever way. Package survey keeps that: this package does not import it.
type Scores interface {
	// ScoreOf returns the answer that counts about a resolution, and false when there is none.
	ScoreOf(tx database.Tx, resolutionID int64) (Answered, bool, error)
}

// Handoffs knows what waits for a reply inside. Package handoff keeps that: this package does not import it.
type Handoffs interface {
	// Waiting returns which of the contacts nobody is called about before a reply is written.
	Waiting(tx database.Tx, contactIDs []int64) (map[int64]bool, error)
}

// Answered is an answer that counts about a resolution: the question is not asked again.
type Answered struct {
	Value int
	Scale string // such as "1-5"
	Via   string // link, call or import
	At    clock.Instant
}

// Options are the settings of the centre.
type Options struct {
	Zone       *time.Location   // of the centre, for days and shown times; required
	CentreName string           // as scripts say it
	Language   string           // of the centre: of scripts for customers whose language nobody told
	Outcomes   *outcome.Service // what may be recorded of a call; nil: the centre's sets, with what elsewhere than in China begins with
	Scores     Scores           // nothing is known to be answered when nil
	Handoffs   Handoffs         // nothing waits for a reply when nil
	Duty       Duty             // everybody is taken to be there when nil
	// How many callbacks one caller may keep for themselves at once; 0 for the usual.
	OwnAppointments int // 20: with a time that the customer named
	Paused          int // 10: that wait for something inside
}

// The usual limits on what one caller keeps for themselves.
const (
	usualOwnAppointments = 20
	usualPaused          = 10
)

// Service hands out callbacks and records what came of them. Methods for the caller at work take the fence of the claim; they
// refuse an old fence with ErrStale.
type Service struct {
	db        *database.DB
	permit    *permission.Service
	decisions Decisions
	now       clock.Now
	scripts   *script.Service
	skills    *skill.Service
	opts      Options
	outcomes  *outcome.Service
	asking    atomic.Int64 // how many in this process look for a callback just now
	reaching  sync.Map     // the persons whom somebody in this process is just claiming
	looks     looks
	known     knownPools
}

// New returns a service. It panics without a zone: days would silently be UTC days.
func New(db *database.DB, permit *permission.Service, decisions Decisions, now clock.Now, opts Options) *Service {
	if opts.Zone == nil {
		panic(errors.New("callback: the centre's zone is required"))
	}
	if opts.Outcomes == nil {
		opts.Outcomes = outcome.New(db, now, "")
	}
	opts.OwnAppointments = cmp.Or(opts.OwnAppointments, usualOwnAppointments)
	opts.Paused = cmp.Or(opts.Paused, usualPaused)
	kinds := make([]string, 0, len(Kinds()))
	for _, kind := range Kinds() {
		kinds = append(kinds, string(kind))
	}
	scripts := script.New(db, now, script.Options{Zone: opts.Zone, CentreName: opts.CentreName, Language: opts.Language})
	return &Service{
		db: db, permit: permit, decisions: decisions, now: now, scripts: scripts, opts: opts, outcomes: opts.Outcomes,
		looks:  looks{turns: make(chan struct{}, looksAtOnce)},
		skills: skill.New(db, now, kinds),
	}
}

// Scripts returns what callers say.
func (s *Service) Scripts() *script.Service { return s.scripts }
