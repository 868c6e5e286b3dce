package callback

import (
	"cmp"
	"errors"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// One person, one conversation: who claims a callback has with it the other callbacks of the person that they may make now. The hold has
// one fence; each callback keeps its row and gets an outcome of its own.

// Other is a callback that is held together with the one on the desk.
type Other struct {
	Callback Callback
	Contact  contact.Contact
}

// holdConversation claims a callback, whose person is reserved, with what may be claimed together with it. It returns errHeld when
// somebody else holds the person, or the caller another one in that slot.
func (s *Service) holdConversation(tx database.Tx, viewer account.Viewer, w want, c *Callback, now clock.Instant) error {
	others, fence, err := s.lockOthers(tx, viewer, *c, now)
	if err != nil {
		return err
	}
	return s.holdAll(tx, viewer, w, c, others, fence, now)
}

// holdAll takes the hold of a conversation, above a fence, and writes the callbacks that are in it.
func (s *Service) holdAll(
	tx database.Tx, viewer account.Viewer, w want, c *Callback, others []*Callback, fence int64, now clock.Instant,
) error {
	h := hold{
		PersonID: c.PersonID, CallerID: viewer.UserID, Slot: w.slot, CallbackID: c.ID, Fence: fence + 1, UntilAt: now.Add(w.lease),
	}
	st := store{tx}
	if err := st.hold(h, now); err != nil {
		return err
	}
	for _, taken := range append([]*Callback{c}, others...) {
		taken.claim(h, w.kind, now)
		if err := st.writeClaim(taken); err != nil {
			return err
		}
	}
	return nil
}

// lockOthers locks the other callbacks of a callback's person that the viewer may make now, leaving out those that somebody is just
// changing. It returns the highest fence of the person's callbacks too, closed ones among them: a new hold goes above it, so that what was
// claimed together is known by its fence.
func (s *Service) lockOthers(
	tx database.Tx, viewer account.Viewer, c Callback, now clock.Instant,
) (others []*Callback, fence int64, err error) {
	found, err := store{tx}.ofPerson(c)
	if err != nil {
		return nil, 0, err
	}
	if fence, err = (store{tx}).highestFence(c.PersonID); err != nil {
		return nil, 0, err
	}
	fence = max(fence, c.Fence) // its person may be another one since
	found = slices.DeleteFunc(found, func(other Callback) bool {
		return !other.claimable(viewer.UserID, now) || other.usedUp() || !viewer.SeesTeam(other.TeamID)
	})
	if found, err = withinSkills(tx, viewer, found, now); err != nil {
		return nil, 0, err
	}
	wanted, err := s.stillWanted(tx, found, now)
	if err != nil {
		return nil, 0, err
	}
	for _, seen := range wanted {
		other, err := store{tx}.lockFree(seen)
		if errors.Is(err, errGone) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		others = append(others, other)
	}
	return others, fence, nil
}

// stillWanted returns those of the callbacks that were not overtaken and may be made now.
func (s *Service) stillWanted(tx database.Tx, callbacks []Callback, now clock.Instant) ([]Callback, error) {
	if len(callbacks) == 0 {
		return nil, nil
	}
	undone, err := s.overtaken(tx, callbacks...)
	if err != nil {
		return nil, err
	}
	allowed, err := s.judgeAll(tx, callbacks, now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(callbacks, func(c Callback) bool { return undone[c.ID] != "" || !allowed[c.ID].Allowed }), nil
}

// judgeAll asks permission to make each of the callbacks now, and returns the verdicts by callback.
func (s *Service) judgeAll(tx database.Tx, callbacks []Callback, now clock.Instant) (map[int64]permission.Verdict, error) {
	_, verdicts, err := s.judgeEach(tx, callbacks, now)
	return verdicts, err
}

// judgeEach is judgeAll that returns the subjects too.
func (s *Service) judgeEach(
	tx database.Tx, callbacks []Callback, now clock.Instant,
) (map[int64]permission.Subject, map[int64]permission.Verdict, error) {
	subjects, err := s.whomAll(tx, callbacks...)
	if err != nil {
		return nil, nil, err
	}
	questions := make([]permission.Question, len(callbacks))
	for i, c := range callbacks {
		questions[i] = Question(subjects[c.ID], now)
	}
	verdicts, err := s.permit.Judge(tx, questions)
	if err != nil {
		return nil, nil, err
	}
	byCallback := make(map[int64]permission.Verdict, len(callbacks))
	for i, c := range callbacks {
		byCallback[c.ID] = verdicts[i]
	}
	return subjects, byCallback, nil
}

// callOn returns the attempt under which the number of a callback's customer was dialled in the call that is on, for whichever of the
// callbacks held together. A second callback of one call is no second dial, and no second touch.
func (s *Service) callOn(tx database.Tx, c Callback, subject permission.Subject) (a Attempt, found bool, err error) {
	attempts, err := store{tx}.attemptsTogether(c)
	if err != nil {
		return Attempt{}, false, err
	}
	same, err := sameNumber(s, tx, subject, c.ID, attempts, func(a Attempt) int64 { return a.CallbackID })
	if err != nil || len(same) == 0 {
		return Attempt{}, false, err
	}
	return same[0], true, nil
}

// lockAffected locks what is held together with a callback and ends by the outcome of its call too: a call that nobody took was made for
// all of the same number, and who wants no contact is called about none. It is asked before the outcome changes which number that is.
func (s *Service) lockAffected(tx database.Tx, set *outcome.Set, c Callback, o Outcome) ([]Callback, error) {
	call, _ := o.codes(set)
	never := o.suppressed(set) == permission.Everything
	if call.Is(outcome.CountsAsReached) && !never {
		return nil, nil
	}
	others, err := store{tx}.lockTogether(c)
	if err != nil || len(others) == 0 || never {
		return others, err
	}
	subject, err := s.whom(tx, c)
	if err != nil {
		return nil, err
	}
	return sameNumber(s, tx, subject, c.ID, others, func(c Callback) int64 { return c.ID })
}

// endTogether lets the outcome of a call end what lockAffected found. What was typed about those, and what was written for whoever calls
// next about them, stays.
func (s *Service) endTogether(
	tx database.Tx, viewer account.Viewer, set *outcome.Set, others []Callback, o Outcome, now clock.Instant,
) error {
	if len(others) == 0 {
		return nil
	}
	if o.suppressed(set) == permission.Everything {
		return s.letGo(tx, others, now)
	}
	for i := range others {
		said := o
		said.NoteForNext = cmp.Or(o.NoteForNext, others[i].NoteForNext)
		said.ForSupervisor = "" // who reads it is told once
		if _, err := s.finish(tx, viewer, set, &others[i], said, now); err != nil {
			return err
		}
	}
	return nil
}

// letGo takes those of the held callbacks that may not be made any more out of their caller's hands.
func (s *Service) letGo(tx database.Tx, held []Callback, now clock.Instant) error {
	verdicts, err := s.judgeAll(tx, held, now)
	if err != nil {
		return err
	}
	for i := range held {
		c, v := &held[i], verdicts[held[i].ID]
		if v.Allowed || c.closed() {
			continue
		}
		c.LeaseUntil = 0
		if err := s.moveAway(tx, c, v, now); err != nil {
			return err
		}
	}
	return nil
}
