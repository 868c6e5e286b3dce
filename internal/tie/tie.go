// Package tie keeps which contacts are tied to an incident, one outage behind many of them, and whether their follow-up is held by it. Who
// holds and frees them is tasks/incident; whoever is about to contact a customer asks here at the moment of contact, and needs to know
// nothing else of incidents.
//
// Lock order: rows of incidents come before everything else. Ties are written behind the row of their incident, or by its one job.
package tie

import (
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Reason is why follow-up waits whose contact is held. It is translated under "reason.<code>".
const Reason = "incident"

// State is what a tie does.
type State string

// The states.
const (
	Held    State = "held"    // nobody is called or asked about the contact
	Freed   State = "freed"   // the incident is over for it
	Removed State = "removed" // somebody said that it is no part of the incident; a rule does not tie it again
)

// Tie is a contact of an incident.
type Tie struct {
	ID         int64
	IncidentID int64
	ContactID  int64
	State      State
	ByHand     bool  // somebody named it; otherwise the rule of the incident did
	UserID     int64 // who tied it by hand, or removed it; 0 for nobody
	TiedAt     clock.Instant
	FreedAt    clock.Instant // when it was freed or removed
}

// TableName names the table.
func (Tie) TableName() string { return "incident_contacts" }

// Standing is how a contact stands with all its incidents.
type Standing struct {
	Held    bool
	FreedAt clock.Instant // when the last of them let go of it; none: never held, or none has
}

// Of returns how those of the contacts stand that were ever tied, with one query.
func Of(tx database.Tx, contactIDs []int64) (map[int64]Standing, error) {
	ties, err := store{tx}.ofContacts(database.DistinctNonzero(contactIDs))
	if err != nil || len(ties) == 0 {
		return nil, err
	}
	standings := make(map[int64]Standing, len(ties))
	for _, t := range ties {
		s := standings[t.ContactID]
		s.Held, s.FreedAt = s.Held || t.State == Held, max(s.FreedAt, t.FreedAt)
		standings[t.ContactID] = s
	}
	return standings, nil
}

// OfContact returns the ties of a contact, the oldest first.
func OfContact(tx database.Tx, contactID int64) ([]Tie, error) {
	return store{tx}.ofContacts([]int64{contactID})
}

// Add ties contacts to an incident and returns those that are held now and were not before. By a rule, what was tied to it once stays as
// it is; by hand, it is held again. Call it behind the row of the incident.
func Add(tx database.Tx, t Tie, contactIDs []int64) ([]int64, error) {
	contactIDs = database.DistinctNonzero(contactIDs)
	known, err := store{tx}.ofIncident(t.IncidentID, contactIDs)
	if err != nil {
		return nil, err
	}
	before := make(map[int64]Tie, len(known))
	for _, k := range known {
		before[k.ContactID] = k
	}
	var added, again []int64
	var rows []Tie
	t.State, t.FreedAt = Held, 0
	for _, id := range contactIDs {
		k, tied := before[id]
		switch {
		case !tied:
			t.ContactID = id
			rows, added = append(rows, t), append(added, id)
		case t.ByHand && k.State != Held:
			again, added = append(again, k.ID), append(added, id)
		}
	}
	if err := database.Insert(tx, "ties of an incident", rows); err != nil {
		return nil, err
	}
	return added, store{tx}.hold(again, t)
}

// End frees or removes ties that are held; user is who did, 0 for nobody.
func End(tx database.Tx, ids []int64, state State, user int64, now clock.Instant) error {
	return store{tx}.end(ids, state, user, now)
}

// HeldBy returns up to limit ties that an incident holds, in the order in which they were tied.
func HeldBy(tx database.Tx, incidentID int64, limit int) ([]Tie, error) {
	return store{tx}.heldBy(incidentID, limit)
}

// HeldTogether returns all ties that an incident holds of contacts of customers.
func HeldTogether(tx database.Tx, incidentID int64, customerIDs []int64) ([]Tie, error) {
	return store{tx}.heldOfCustomers(incidentID, customerIDs)
}

// ByContacts returns the ties of an incident to contacts.
func ByContacts(tx database.Tx, incidentID int64, contactIDs []int64) ([]Tie, error) {
	return store{tx}.ofIncident(incidentID, contactIDs)
}

// Page returns up to limit ties of an incident in a state (empty: in any but removed), with ids below before (0: from the newest on), the
// newest first.
func Page(tx database.Tx, incidentID int64, state State, before int64, limit int) ([]Tie, error) {
	return store{tx}.page(incidentID, state, before, limit)
}

// ContactsOf returns the contacts of ties, each once.
func ContactsOf(ties []Tie) []int64 {
	ids := make([]int64, len(ties))
	for i, t := range ties {
		ids[i] = t.ContactID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// IDsOf returns the ids of ties.
func IDsOf(ties []Tie) []int64 {
	ids := make([]int64, len(ties))
	for i, t := range ties {
		ids[i] = t.ID
	}
	return ids
}
