package callback

import (
	"context"
	"encoding/json"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback/outcome"
)

// Pulse is how a claim stands at an instant, as an open desk asks every few seconds.
type Pulse struct {
	LeaseUntil clock.Instant // when the claim ends, or ended; none once it is lost
	Lapsed     bool          // the lease is over and nobody else has taken the callback: typing or dialling takes it up again
	Lost       bool          // the claim is not the last one, or its outcome is recorded
	Freed      *Freeing      // who took it out of their hands; nil where that is not how it was lost
	Cancelled  Reason        // why the callback was cancelled meanwhile; empty while it was not
	Forbidden  Reason        // why the customer may not be called now; empty while they may
	From       clock.Instant // from when they may be called again; none when that does not end by itself
	Recorded   *Attempt      // what was recorded under this very claim, for a browser that never heard of it; nil when nothing was
	At         clock.Instant
}

// Beat tells how the viewer's claim of a callback stands. It changes nothing: a lease ends if the caller has left, however long their
// page stays open. It returns fault.NotFound for a callback that does not exist, or that the viewer neither has nor sees.
func (s *Service) Beat(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (Pulse, error) {
	tx := s.db.View(ctx)
	p, err := s.pulse(tx, viewer, callbackID, fence)
	if err != nil {
		return Pulse{}, fmt.Errorf("look how the claim of callback %d stands: %w", callbackID, err)
	}
	return p, nil
}

func (s *Service) pulse(tx database.Tx, viewer account.Viewer, callbackID, fence int64) (Pulse, error) {
	p := Pulse{At: s.now()}
	c, err := store{tx}.callback(callbackID)
	if err != nil {
		return Pulse{}, err
	}
	if c.CallerID != viewer.UserID && !viewer.SeesTeam(c.TeamID) {
		return Pulse{}, errNoCallback
	}
	attempt, made, err := store{tx}.attemptUnder(c.ID, fence)
	if err != nil {
		return Pulse{}, err
	}
	if made && attempt.CallerID == viewer.UserID && attempt.CallResult != "" {
		p.Recorded = &attempt
	}
	if c.State == Cancelled {
		p.Cancelled = c.CloseReason
	}
	if !c.heldBy(viewer.UserID, fence) {
		p.Lost = true
		p.Freed, err = freed(tx, viewer, c.ID)
		return p, err
	}
	p.LeaseUntil, p.Lapsed = c.LeaseUntil, !c.LeaseUntil.After(p.At)
	if p.Cancelled != "" {
		return p, nil
	}
	err = s.forbidden(tx, c, &p)
	return p, err
}

// Freeing is how a callback was taken out of a caller's hands.
type Freeing struct {
	By  string // empty for who is not known any more
	Why string
	At  clock.Instant
}

func freed(tx database.Tx, viewer account.Viewer, callbackID int64) (*Freeing, error) {
	change, found, err := store{tx}.freedFrom(callbackID, viewer.UserID)
	if err != nil || !found {
		return nil, err
	}
	names, err := account.UserNames(tx, []int64{change.UserID})
	return &Freeing{By: names[change.UserID], Why: change.Detail, At: change.At}, err
}

// forbidden fills in why the customer may not be called now: the contact was overtaken, or permission says so, as Dial would. A
// call that is on does not stand in the way of dialling its line again.
func (s *Service) forbidden(tx database.Tx, c Callback, p *Pulse) error {
	undone, err := s.overtakenInHand(tx, c)
	if p.Forbidden = undone; err != nil || undone != "" {
		return err
	}
	subject, err := s.whom(tx, c)
	if err != nil {
		return err
	}
	question := Question(subject, p.At)
	attempt, on, err := s.callOn(tx, c, subject)
	if err != nil {
		return err
	}
	if on {
		question.Redial = attempt.ID
	}
	v, err := s.judge(tx, question)
	if err == nil && !v.Allowed {
		p.Forbidden, p.From = Reason(v.First), v.AllowedFrom
	}
	return err
}

// Is reports whether an outcome, read by a set, says what the attempt has: a browser that was cut off sends it once more.
func (a Attempt) Is(set *outcome.Set, o Outcome) bool {
	o = o.normalised(set)
	answers, err := json.Marshal(o.Answers)
	same := err == nil && (a.Answers == string(answers) || a.Answers == "" && o.Answers.Empty())
	return same && a.CallResult == o.CallResult && a.BusinessResult == o.BusinessResult && a.Note == o.Note &&
		a.NoteForSupervisor == o.ForSupervisor
}
