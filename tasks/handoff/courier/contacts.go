package courier

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Contact is somebody of a team who gets links.
type Contact struct {
	ID        int64
	TeamID    int64
	Name      string
	Way       Way
	Sealed    string // the number in E.164, or the address of the robot; empty when they were removed
	Shown     string // what of it may be read: the last four digits, or the host
	Language  string
	CreatedAt clock.Instant
	EndedAt   clock.Instant // removed; their links work no more
}

// TableName names the table.
func (Contact) TableName() string { return "handoff_contacts" }

// NewContact is a contact to be added.
type NewContact struct {
	TeamID   int64
	Name     string
	Way      Way
	Address  string // a phone number, or the https address of a robot
	Language string
}

// Limits.
const (
	MaxContacts = 20 // of a team
	maxName     = 40
	maxAddress  = 500
)

var (
	errRight     = fault.New(fault.Forbidden, "handoff_right", "this team is not yours to do that with")
	errNoContact = fault.New(fault.NotFound, "handoff_contact_unknown", "there is no such contact of a team")
	errMany      = fault.New(fault.Conflict, "handoff_contacts_many", "a team has at most 20 contacts; remove one first")
)

// Contacts returns who of a team gets links, by name.
func (s *Service) Contacts(ctx context.Context, viewer account.Viewer, teamID int64) ([]Contact, error) {
	if !viewer.Is(account.Supervisor) || !viewer.SeesTeam(teamID) {
		return nil, errRight
	}
	return store{s.db.View(ctx)}.contactsOf(teamID)
}

// AddContact adds somebody who gets links of a team's handoffs from now on. It returns fault.Forbidden for whoever is neither an
// administrator nor a supervisor of the team, fault.Conflict where it has enough, and fault.Invalid with the wrong fields: "team", "name",
// "way", "address", "language".
func (s *Service) AddContact(ctx context.Context, viewer account.Viewer, n NewContact) error {
	if !viewer.Is(account.Supervisor) || !viewer.SeesTeam(n.TeamID) {
		return errRight
	}
	c, plain, err := s.clean(n)
	if err != nil {
		return err
	}
	if c.Sealed, err = s.opts.Addresses.Seal(plain); err != nil {
		return fmt.Errorf("seal an address: %w", err)
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, "handoff contacts"); err != nil {
			return err
		}
		teams, err := account.TeamNames(tx, []int64{n.TeamID})
		if err != nil {
			return err
		}
		if teams[n.TeamID] == "" {
			return fault.InvalidFields(fault.Field{Name: "team", Code: "handoff_team", Problem: "is no team here"})
		}
		have, err := store{tx}.contactsOf(n.TeamID)
		if err != nil {
			return err
		}
		if len(have) >= MaxContacts {
			return errMany
		}
		added := c
		added.CreatedAt = now
		if err := (store{tx}).addContact(&added); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "handoff.contact_added", "team", n.TeamID, string(c.Way)+" "+c.Shown)
	})
	if err != nil {
		return fmt.Errorf("add a contact of team %d: %w", n.TeamID, err)
	}
	return nil
}

// clean returns a contact in the form in which it is kept, and its address in the clear.
func (s *Service) clean(n NewContact) (c Contact, plain string, err error) {
	var wrong fault.Problems
	c = Contact{TeamID: n.TeamID, Name: text.Name(n.Name), Way: n.Way, Language: n.Language}
	if c.Name == "" {
		wrong.Refuse("name", "required", "is required", "")
	}
	wrong.Limit("name", c.Name, maxName)
	fault.OneOf(&wrong, "way", n.Way, Ways())
	fault.OneOf(&wrong, "language", n.Language, account.Languages())
	plain = strings.TrimSpace(n.Address)
	switch n.Way {
	case BySMS:
		number := address.Phone(plain, s.opts.Region)
		if number == "" {
			wrong.Refuse("address", "handoff_number", "is no phone number", "")
		} else {
			plain, c.Shown = number, "••••"+number[len(number)-4:]
		}
	case ByRobot:
		u, err := url.Parse(plain)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(plain) > maxAddress {
			wrong.Refuse("address", "handoff_robot", "must be the address of a robot, with https://", "")
		} else {
			c.Shown = u.Hostname()
		}
	}
	if len(wrong) > 0 {
		return c, "", fault.InvalidFields(wrong...)
	}
	return c, plain, nil
}

// RemoveContact removes a contact of a team: they get no more links, those they have work no more, and their address is forgotten.
func (s *Service) RemoveContact(ctx context.Context, viewer account.Viewer, id int64) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, err := store{tx}.contact(id)
		if err != nil {
			return err
		}
		if !viewer.Is(account.Supervisor) || !viewer.SeesTeam(c.TeamID) || !c.EndedAt.IsZero() {
			return errNoContact
		}
		c.Sealed, c.EndedAt = "", now
		if err := (store{tx}).endContact(c); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "handoff.contact_removed", "team", c.TeamID, string(c.Way)+" "+c.Shown)
	})
	if err != nil {
		return fmt.Errorf("remove contact %d of a team: %w", id, err)
	}
	return nil
}
