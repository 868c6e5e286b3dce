package permission

import (
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// TouchKind is the kind of contact we made.
type TouchKind string

// The kinds of touch.
const (
	Attempt    TouchKind = "attempt"    // a call, whether or not somebody answered
	Invitation TouchKind = "invitation" // a survey was offered, by message or in a call
	Reminder   TouchKind = "reminder"   // of an invitation; exempt from the caps on messages
	Offer      TouchKind = "offer"      // marketing
	Text       TouchKind = "text"       // says that we called, after a call nobody took
	Notice     TouchKind = "notice"     // says what became of an outage, instead of a call and a survey
)

// Touch is one contact we made. Every feature that contacts somebody records it here, in the transaction that decides to.
type Touch struct {
	ID          int64
	PersonID    int64
	CustomerID  int64
	Address     string `gorm:"-"` // normalised; given when recorded, never stored
	AddressHash string
	Kind        TouchKind
	Purpose     Purpose
	Channel     Channel
	Family      string // survey family
	Ref         int64  // id of the attempt, invitation, offer, text or notice; minus that of the attempt for a survey asked in a call
	At          clock.Instant
}

// message reports whether the touch counts against the cap on messages.
func (t Touch) message() bool {
	return (t.Channel == BySMS || t.Channel == ByEmail) && t.Kind != Reminder
}

// Reserve makes everybody else who is about to contact one of the persons wait until this transaction ends, so that two planners
// cannot both spend the last allowance. Call it before Judge, and record the Touch in the same transaction. It returns
// fault.NotFound for a person nobody knows.
func Reserve(tx database.Tx, personIDs ...int64) error {
	return store{tx}.reserve(database.Distinct(personIDs))
}

// Versions returns the version of each person's guard row. What is asked about a person after it still holds as far as Reserve guards it if
// ReserveUnchanged finds the version again.
func Versions(tx database.Tx, personIDs []int64) (map[int64]int64, error) {
	return store{tx}.versions(personIDs)
}

// ReserveUnchanged is Reserve for a person whose guard row nobody has written since it had the version. Otherwise it reports false and
// reserves nothing.
func ReserveUnchanged(tx database.Tx, personID, version int64) (bool, error) {
	return store{tx}.raiseFrom(personID, version)
}

// ReserveAddresses does for the addresses in question what Reserve does for persons: a shared line has many of them. Call it after
// Reserve and before Judge.
func (s *Service) ReserveAddresses(tx database.Tx, questions ...Question) error {
	var hashes []string
	for _, q := range questions {
		if address := q.address(); address != "" {
			hashes = append(hashes, s.hashes(q.Channel.kind(), address)[0])
		}
	}
	return store{tx}.reserveAddresses(database.Distinct(hashes))
}

// Touch records contacts we make, in the transaction that decides to make them. Touches without an instant are dated now.
func (s *Service) Touch(tx database.Tx, touches ...Touch) error {
	now := s.now()
	touches = slices.Clone(touches)
	for i := range touches {
		t := &touches[i]
		if t.Address != "" {
			t.AddressHash = s.hashes(t.Channel.kind(), t.Address)[0]
		}
		if t.At.IsZero() {
			t.At = now
		}
	}
	if err := (store{tx}).addTouches(touches); err != nil {
		return err
	}
	return s.changed(tx, eventOf(touches))
}

// Untouch takes back the touch of a contact that is known not to have been made, so that it does not count against later ones.
func (s *Service) Untouch(tx database.Tx, personID int64, kind TouchKind, ref int64) error {
	removed, err := store{tx}.removeTouches(personID, kind, ref)
	if err != nil {
		return err
	}
	return s.changed(tx, eventOf(removed))
}

// Retouch makes the touch of a contact that of another ref: of two attempts that are one call, the one that is left.
func (s *Service) Retouch(tx database.Tx, personID int64, kind TouchKind, from, to int64) error {
	return store{tx}.retouch(personID, kind, from, to)
}

// eventOf returns whom touches concern: the person, and for a marketing call everybody with the number, which is capped as well.
func eventOf(touches []Touch) event {
	var e event
	for _, t := range touches {
		switch {
		case t.PersonID != 0:
			e.persons = append(e.persons, t.PersonID)
		case t.CustomerID != 0:
			e.customers = append(e.customers, t.CustomerID)
		}
		if t.Purpose.Marketing() && t.AddressHash != "" {
			e.called = append(e.called, t.AddressHash)
		}
	}
	return e
}
