package contact

import (
	"context"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Filter narrows a list of contacts. The zero value means all of them.
type Filter struct {
	Search     string // exactly an external id, or the reference, name, phone or e-mail of a customer
	Status     Status
	SourceID   int64
	Channel    Channel
	CustomerID int64
	ImportID   int64 // the last import that changed them
	After      ListKey
	Limit      int // 50 when 0
}

// ListKey is a place in a list of contacts: those changed last come first. The zero value is the beginning.
type ListKey struct {
	ChangedAt clock.Instant
	ID        int64
}

// Row is one contact of a list with the names it is shown with.
type Row struct {
	Contact
	CustomerName string
	SourceName   string
	ResolverName string
	TeamName     string
}

// Key returns the place of the row in its list.
func (r Row) Key() ListKey { return ListKey{r.ChangedAt, r.ID} }

// List returns the contacts the viewer may see, those changed last first.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) ([]Row, error) {
	if f.Limit == 0 {
		f.Limit = 50
	}
	tx := s.db.View(ctx)
	st := store{tx}
	found, err := s.search(st, viewer, f.Search)
	if err != nil || found.nothing() {
		return nil, err
	}
	contacts, err := st.list(viewer, f, found)
	if err != nil {
		return nil, err
	}
	return rows(tx, contacts)
}

// rows names who and where the contacts are of.
func rows(tx database.Tx, contacts []Contact) ([]Row, error) {
	var ids, customerIDs, sourceIDs []int64
	for _, c := range contacts {
		ids, customerIDs, sourceIDs = append(ids, c.ID), append(customerIDs, c.CustomerID), append(sourceIDs, c.SourceID)
	}
	customers, err := CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	sources, err := SourceNames(tx, sourceIDs)
	if err != nil {
		return nil, err
	}
	people, err := peopleOf(tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Row, len(contacts))
	for i, c := range contacts {
		who := credited(people[c.ID])
		list[i] = Row{
			Contact: c, CustomerName: customers[c.CustomerID].Name, SourceName: sources[c.SourceID],
			ResolverName: who.AgentName, TeamName: who.TeamName,
		}
	}
	return list, nil
}

// NamedParticipant is a participant with the names they are shown with.
type NamedParticipant struct {
	Participant
	AgentName string
	TeamName  string
}

func credited(people []NamedParticipant) NamedParticipant {
	plain := make([]Participant, len(people))
	for i, p := range people {
		plain[i] = p.Participant
	}
	who := resolver(plain)
	for _, p := range people {
		if p.Participant == who {
			return p
		}
	}
	return NamedParticipant{}
}

// peopleOf returns who took part in each contact.
func peopleOf(tx database.Tx, contactIDs []int64) (map[int64][]NamedParticipant, error) {
	participants, err := store{tx}.participantsOf(contactIDs)
	if err != nil {
		return nil, err
	}
	var agentIDs, teamIDs []int64
	for _, p := range participants {
		agentIDs, teamIDs = append(agentIDs, p.AgentID), append(teamIDs, p.TeamID)
	}
	agents, err := AgentNames(tx, agentIDs)
	if err != nil {
		return nil, err
	}
	teams, err := account.TeamNames(tx, database.DistinctNonzero(teamIDs))
	if err != nil {
		return nil, err
	}
	people := make(map[int64][]NamedParticipant, len(contactIDs))
	for _, p := range participants {
		people[p.ContactID] = append(people[p.ContactID], NamedParticipant{p, agents[p.AgentID], teams[p.TeamID]})
	}
	return people, nil
}

// Detail is everything known of one contact.
type Detail struct {
	Contact
	SourceName   string
	Customer     Customer // zero when nothing identifies one
	Addresses    []Address
	Participants []NamedParticipant
	Resolutions  []Resolution // by number
}

// What is not there, or not for the viewer to see.
var (
	errNoContact  = fault.New(fault.NotFound, "no_contact", "there is no such contact")
	ErrNoCustomer = fault.New(fault.NotFound, "no_customer", "there is no such customer")
)

// Contact returns a contact the viewer may see. For a machine these are the contacts of its source.
func (s *Service) Contact(ctx context.Context, viewer account.Viewer, id int64) (Detail, error) {
	tx := s.db.View(ctx)
	contacts, err := store{tx}.list(viewer, Filter{Limit: 1}, found{contacts: []int64{id}})
	if err != nil {
		return Detail{}, err
	}
	if len(contacts) == 0 {
		return Detail{}, errNoContact
	}
	d := Detail{Contact: contacts[0]}
	names, err := SourceNames(tx, []int64{d.SourceID})
	if err != nil {
		return Detail{}, err
	}
	d.SourceName = names[d.SourceID]
	customers, err := CustomersByID(tx, []int64{d.CustomerID})
	if err != nil {
		return Detail{}, err
	}
	d.Customer = customers[d.CustomerID]
	addresses, err := AddressesOf(tx, []int64{d.CustomerID})
	if err != nil {
		return Detail{}, err
	}
	d.Addresses = addresses[d.CustomerID]
	people, err := peopleOf(tx, []int64{id})
	if err != nil {
		return Detail{}, err
	}
	d.Participants = people[id]
	d.Resolutions, err = store{tx}.resolutionsOfContacts([]int64{id})
	return d, err
}

// Profile is a customer as their source knows them.
type Profile struct {
	Customer
	SourceName string
	Addresses  []Address
}

// Customer returns a customer the viewer sees.
func (s *Service) Customer(ctx context.Context, viewer account.Viewer, id int64) (Profile, error) {
	customers, err := s.CustomersByID(ctx, viewer, []int64{id})
	if err != nil {
		return Profile{}, err
	}
	c, known := customers[id]
	if !known {
		return Profile{}, ErrNoCustomer
	}
	tx := s.db.View(ctx)
	names, err := SourceNames(tx, []int64{c.SourceID})
	if err != nil {
		return Profile{}, err
	}
	addresses, err := AddressesOf(tx, []int64{id})
	return Profile{Customer: c, SourceName: names[c.SourceID], Addresses: addresses[id]}, err
}

// CustomersByID returns those of the customers whom the viewer sees.
func (s *Service) CustomersByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]Customer, error) {
	tx := s.db.View(ctx)
	seen, err := store{tx}.seen(viewer, ids)
	if err != nil {
		return nil, err
	}
	return CustomersByID(tx, seen)
}

// ContactsByID returns those of the contacts that the viewer sees.
func (s *Service) ContactsByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]Contact, error) {
	return SeenByID(s.db.View(ctx), viewer, ids)
}

// SourceNames is the function of that name.
func (s *Service) SourceNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	return SourceNames(s.db.View(ctx), ids)
}
