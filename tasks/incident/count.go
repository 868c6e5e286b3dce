package incident

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/tie"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
)

// Preview is what beginning an incident will hold of what was resolved already.
type Preview struct {
	Contacts  int
	Customers int  // persons: each is called and asked once
	Callbacks int  // open ones
	Surveys   int  // still to be sent
	AtLeast   bool // there were more resolutions than are counted before somebody waits too long
}

// previewed is how many resolutions a preview looks at.
const previewed = 20_000

// Preview counts what beginning an incident will hold, without holding it. It looks at the first 20,000 resolutions since the incident
// began. It returns fault.NotFound for an incident the viewer does not see.
func (s *Service) Preview(ctx context.Context, viewer account.Viewer, id int64) (Preview, error) {
	tx, now := s.db.View(ctx), s.now()
	i, err := seen(tx, viewer, id)
	if err != nil || i.Rule == "" {
		return Preview{}, err
	}
	p, contacts, err := s.preview(tx, i, now)
	if err != nil {
		return Preview{}, fmt.Errorf("count what incident %d will hold: %w", id, err)
	}
	p.Contacts = len(contacts)
	return p, nil
}

func (s *Service) preview(tx database.Tx, i Incident, now clock.Instant) (p Preview, contacts map[int64]bool, err error) {
	contacts = map[int64]bool{}
	persons := map[int64]bool{}
	key := contact.ResolvedKey{At: i.FromAt}
	for looked := 0; ; looked += tieAtOnce {
		if looked >= previewed {
			p.AtLeast = true
			return p, contacts, nil
		}
		resolutions, err := contact.ResolvedAfter(tx, key, now, tieAtOnce)
		if err != nil {
			return p, nil, err
		}
		matched, err := s.matched(tx, []Incident{i}, standing(resolutions), now)
		if err != nil {
			return p, nil, err
		}
		var fresh []int64
		for _, id := range database.Distinct(matched[0]) {
			if !contacts[id] {
				contacts[id] = true
				fresh = append(fresh, id)
			}
		}
		if err := p.add(tx, fresh, persons); err != nil {
			return p, nil, err
		}
		if len(resolutions) < tieAtOnce {
			return p, contacts, nil
		}
		last := resolutions[len(resolutions)-1]
		key = contact.ResolvedKey{At: last.ResolvedAt, ID: last.ID}
	}
}

func (p *Preview) add(tx database.Tx, contactIDs []int64, persons map[int64]bool) error {
	found, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(found))
	for _, c := range found {
		ids = append(ids, c.CustomerID)
	}
	of, err := contact.PersonsOf(tx, ids)
	if err != nil {
		return err
	}
	for _, person := range of {
		persons[person] = true
	}
	p.Customers = len(persons)
	open, _, err := callback.CountOpen(tx, contactIDs)
	if err != nil {
		return err
	}
	surveys, err := decision.CountSurveys(tx, contactIDs)
	p.Callbacks, p.Surveys = p.Callbacks+open, p.Surveys+surveys
	return err
}

// Standing is where an incident stands.
type Standing struct {
	Held, Freed, Removed int // contacts
	Customers            int // persons, of contacts that are or were held
	HeldCustomers        int // of contacts that are held
	Callbacks            int // open ones of contacts that are or were held
	Waiting              int // of those, the ones that wait for the end
	Superseded           int // ended, as another one asks what they would have asked
	Surveys              int // still to be sent
	Notices              []NoticeCount
}

// Standing counts where an incident stands. It returns fault.NotFound for one the viewer does not see.
func (s *Service) Standing(ctx context.Context, viewer account.Viewer, id int64) (Standing, error) {
	tx := s.db.View(ctx)
	if _, err := seen(tx, viewer, id); err != nil {
		return Standing{}, err
	}
	st := store{tx}
	counts, err := st.counts(id)
	if err != nil {
		return Standing{}, err
	}
	standing := Standing{Held: counts.Held, Freed: counts.Freed, Removed: counts.Removed}
	if standing.Customers, standing.HeldCustomers, err = st.customers(id); err != nil {
		return Standing{}, err
	}
	if err := st.followUp(id, &standing); err != nil {
		return Standing{}, err
	}
	standing.Notices, err = st.noticeCounts(id)
	return standing, err
}

// HeldCounts returns how many contacts each of the incidents holds, by id.
func (s *Service) HeldCounts(ctx context.Context, viewer account.Viewer) (map[int64]int, error) {
	if !viewer.Is(account.Supervisor) {
		return nil, errMayNot
	}
	return store{s.db.View(ctx)}.heldCounts()
}

// Row is a contact of an incident, as far as the viewer sees it.
type Row struct {
	Tie      tie.Tie
	Contact  contact.Contact
	Customer contact.Customer
	Visible  bool // otherwise only its tie is known: it is another team's
}

// Contacts returns up to limit contacts of an incident, the last tied first, behind a tie (0: from the first on).
func (s *Service) Contacts(ctx context.Context, viewer account.Viewer, id int64, state tie.State, before int64, limit int) ([]Row, error) {
	tx := s.db.View(ctx)
	if _, err := seen(tx, viewer, id); err != nil {
		return nil, err
	}
	ties, err := tie.Page(tx, id, state, before, limit)
	if err != nil {
		return nil, err
	}
	visible, err := contact.Visible(tx, viewer, tie.ContactsOf(ties))
	if err != nil {
		return nil, err
	}
	contacts := make(map[int64]contact.Contact, len(visible))
	customers := make([]int64, len(visible))
	for n, c := range visible {
		contacts[c.ID], customers[n] = c, c.CustomerID
	}
	people, err := contact.CustomersByID(tx, customers)
	rows := make([]Row, len(ties))
	for n, t := range ties {
		c, sees := contacts[t.ContactID]
		rows[n] = Row{Tie: t, Contact: c, Customer: people[c.CustomerID], Visible: sees}
	}
	return rows, err
}
