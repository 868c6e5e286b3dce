package callback

import (
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
	h := hold{
		PersonID: c.PersonID, CallerID: viewer.UserID, Slot: w.slot, CallbackID: c.ID, Fence: fence + 1, UntilAt: now.Add(w.lease),
	}
	st := store{tx}
	if err := st.hold(h, now); err != nil {
		return err
	}
	for _, taken := range append([]*Callback{c}, others...) {
		taken.claim(h, w.kind, now)
		if err := st.write(taken); err != nil {
			return err
		}
	}
	return nil
}

// lockOthers locks the other callbacks of a callback's person that the viewer may make now, leaving out those that somebody is just
// changing. It returns the highest fence of the person's callbacks too: a new hold goes above it, so that what was claimed together is
// known by its fence.
func (s *Service) lockOthers(
	tx database.Tx, viewer account.Viewer, c Callback, now clock.Instant,
) (others []*Callback, fence int64, err error) {
	found, err := store{tx}.ofPerson(c)
	if err != nil {
		return nil, 0, err
	}
	fence = c.Fence
	for _, other := range found {
		fence = max(fence, other.Fence)
	}
	found = slices.DeleteFunc(found, func(other Callback) bool {
		return !other.claimable(viewer.UserID, now) || other.usedUp() || !viewer.SeesTeam(other.TeamID)
	})
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
	undone, err := overtaken(tx, callbacks...)
	if err != nil {
		return nil, err
	}
	allowed, err := s.judgeCustomers(tx, callbacks, now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(callbacks, func(c Callback) bool { return undone[c.ID] != "" || !allowed[c.CustomerID].Allowed }), nil
}

// judgeCustomers asks permission to call each of the callbacks' customers now.
func (s *Service) judgeCustomers(tx database.Tx, callbacks []Callback, now clock.Instant) (map[int64]permission.Verdict, error) {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.CustomerID
	}
	ids = database.Distinct(ids)
	subjects, err := loadSubjects(tx, ids)
	if err != nil {
		return nil, err
	}
	questions := make([]permission.Question, len(ids))
	for i, id := range ids {
		questions[i] = Question(subjects[id], now)
	}
	verdicts, err := s.permit.Judge(tx, questions)
	if err != nil {
		return nil, err
	}
	byCustomer := make(map[int64]permission.Verdict, len(ids))
	for i, id := range ids {
		byCustomer[id] = verdicts[i]
	}
	return byCustomer, nil
}

// callOn returns the attempt under which the number of a callback's customer was dialled in the call that is on, for whichever of the
// callbacks held together. A second callback of one call is no second dial, and no second touch.
func callOn(tx database.Tx, c Callback, subject permission.Subject) (a Attempt, found bool, err error) {
	attempts, err := store{tx}.attemptsTogether(c)
	if err != nil {
		return Attempt{}, false, err
	}
	same, err := sameNumber(tx, subject, c.CustomerID, attempts, func(a Attempt) int64 { return a.CustomerID })
	if err != nil || len(same) == 0 {
		return Attempt{}, false, err
	}
	return same[0], true, nil
}

// sameNumber returns those of the items whose customer has the number of the given one: they may be several records of one person.
func sameNumber[T any](tx database.Tx, subject permission.Subject, customerID int64, items []T, of func(T) int64) ([]T, error) {
	var foreign []int64
	for _, item := range items {
		if of(item) != customerID {
			foreign = append(foreign, of(item))
		}
	}
	if len(foreign) == 0 {
		return items, nil
	}
	subjects, err := loadSubjects(tx, database.Distinct(foreign))
	if err != nil {
		return nil, err
	}
	number := subject.Address(permission.ByPhone)
	return slices.DeleteFunc(items, func(item T) bool {
		return of(item) != customerID && subjects[of(item)].Address(permission.ByPhone) != number
	}), nil
}

// endTogether lets the outcome of a call end what was held together with its callback, as far as it is theirs too: a call that nobody
// took was made for all of them, and who wants no contact is called about none.
func (s *Service) endTogether(tx database.Tx, viewer account.Viewer, c Callback, o Outcome, now clock.Instant) error {
	set, err := s.outcomes.InForce(tx)
	if err != nil {
		return err
	}
	call, _ := o.codes(set)
	refused := o.suppressed(set) != ""
	if call.Is(outcome.CountsAsReached) && !refused {
		return nil
	}
	others, err := store{tx}.lockTogether(c)
	if err != nil || len(others) == 0 {
		return err
	}
	if refused {
		return s.letGo(tx, others, now)
	}
	subject, err := loadSubject(tx, c.CustomerID)
	if err != nil {
		return err
	}
	others, err = sameNumber(tx, subject, c.CustomerID, others, func(c Callback) int64 { return c.CustomerID })
	if err != nil {
		return err
	}
	for i := range others {
		if _, err := s.finish(tx, viewer, &others[i], o, now); err != nil {
			return err
		}
	}
	return nil
}

// letGo takes those of the held callbacks that may not be made any more out of their caller's hands.
func (s *Service) letGo(tx database.Tx, held []Callback, now clock.Instant) error {
	verdicts, err := s.judgeCustomers(tx, held, now)
	if err != nil {
		return err
	}
	for i := range held {
		c, v := &held[i], verdicts[held[i].CustomerID]
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
