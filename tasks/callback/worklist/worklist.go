// Package worklist is what pages list of callbacks: the supervisor's list and counts, a caller's own tasks and day, what supervisors are
// told, how recoveries stand, and what came of the callbacks of a contact. It reads the tables of package callback, which does not know it,
// and writes nothing but the filters that somebody saves.
package worklist

import (
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// Service reads lists of callbacks. Every list is narrowed to what its viewer sees.
type Service struct {
	db        *database.DB
	callbacks *callback.Service
	outcomes  *outcome.Service
	now       clock.Now
	zone      *time.Location
	few       int // see few
}

// New returns a service. zone is the centre's, whose days the lists are of.
func New(db *database.DB, callbacks *callback.Service, outcomes *outcome.Service, now clock.Now, zone *time.Location) *Service {
	return &Service{db: db, callbacks: callbacks, outcomes: outcomes, now: now, zone: zone, few: few}
}

// Row is a callback in a list, with the names a person needs to recognise it.
type Row struct {
	Callback callback.Callback
	Customer string // name; the source's reference when there is none
	Ticket   string // the id of its contact at the source
	Category string
	Product  string
	Caller   string // who has it or had it last
	Reserved string // for whom it is kept
	Team     string
	Needs    callback.SkillNeed
}

// Named adds the names to callbacks, which whoever asks may see.
func Named(tx database.Tx, callbacks []callback.Callback) ([]Row, error) { return rows(tx, callbacks) }

// rows adds the names to callbacks, with a handful of queries for the whole list.
func rows(tx database.Tx, callbacks []callback.Callback) ([]Row, error) {
	var customerIDs, contactIDs, userIDs, teamIDs []int64
	for _, c := range callbacks {
		customerIDs, contactIDs = append(customerIDs, c.CustomerID), append(contactIDs, c.ContactID)
		userIDs, teamIDs = append(userIDs, c.CallerID, c.ReservedFor), append(teamIDs, c.TeamID)
	}
	customers, err := contact.CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	contacts, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	users, err := account.UserNames(tx, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read callers: %w", err)
	}
	teams, err := account.TeamNames(tx, teamIDs)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	needs, err := callback.SkillNeeds(tx, callbacks)
	if err != nil {
		return nil, fmt.Errorf("read skills: %w", err)
	}
	list := make([]Row, len(callbacks))
	for i, c := range callbacks {
		list[i] = Row{
			Callback: c, Customer: customers[c.CustomerID].DisplayName(), Ticket: contacts[c.ContactID].ExternalID,
			Category: contacts[c.ContactID].Category,
			Product:  contacts[c.ContactID].Product, Caller: users[c.CallerID], Reserved: users[c.ReservedFor], Team: teams[c.TeamID],
			Needs: needs[c.ID],
		}
	}
	return list, nil
}
