package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/fault"
)

// mergePage looks for another person and says what becomes of both.
type mergePage struct {
	page
	Customer   contact.Profile
	Person     identity.PersonView
	Searched   bool
	Candidates []identity.Candidate
	Form       form
}

func (*mergePage) template() string { return "person_merge" }

// splitPage chooses which records of a person leave.
type splitPage struct {
	page
	Customer contact.Profile
	Person   identity.PersonView
	Leaving  map[int64]bool
	Form     form
}

func (*splitPage) template() string { return "person_split" }

// Only reports whether there is nobody to be separated from.
func (p *splitPage) Only() bool { return p.Person.Total < 2 }

func (s *Server) personsRoutes() []route {
	supervisor := []account.Role{account.Supervisor}
	const path = "/customers/:id"
	return []route{
		{method: http.MethodGet, path: path + "/merge", roles: supervisor, handle: s.showMerge},
		{method: http.MethodPost, path: path + "/merge/search", roles: supervisor, handle: s.searchMerge},
		{method: http.MethodPost, path: path + "/merge", roles: supervisor, handle: s.mergePersons},
		{method: http.MethodGet, path: path + "/split", roles: supervisor, handle: s.showSplit},
		{method: http.MethodPost, path: path + "/split", roles: supervisor, handle: s.splitPerson},
		{method: http.MethodPost, path: path + "/changes/:change/undo", roles: supervisor, handle: s.undoPersonChange},
	}
}

func personsSamples() []view {
	ann := contact.Profile{Customer: contact.Customer{ID: 3, Reference: "C-3", Name: "Ann"}, SourceName: "s"}
	wrong := form{Error: "wrong", Errors: map[string]string{"reason": "is short", "record": "leave one", "from": "choose"}}
	found := []identity.Candidate{{PersonID: 8, Total: 2, Hidden: 1, Found: samplePerson().Records}, {PersonID: 9, Total: 1}}
	return []view{
		&mergePage{}, &mergePage{Customer: ann, Person: samplePerson(), Searched: true, Form: wrong},
		&mergePage{Customer: ann, Person: samplePerson(), Searched: true, Candidates: found},
		&splitPage{}, &splitPage{Customer: ann, Person: samplePerson(), Leaving: map[int64]bool{3: true}, Form: wrong},
	}
}

// samplePerson is a person with everything that can be said of one.
func samplePerson() identity.PersonView {
	line := contact.Address{Kind: contact.PhoneAddress, Raw: "139", Normalised: "+86139"}
	v := identity.PersonView{
		PersonID: 5, Total: 60, Hidden: 2, Held: 9,
		Records: []identity.Record{
			{Customer: contact.Customer{ID: 3, Reference: "C-3", Name: "Ann"}, SourceName: "s", Common: []contact.Address{line}},
			{Customer: contact.Customer{ID: 4, Reference: "C-4"}, SourceName: "pbx"},
		},
		Lines: []identity.Line{{Address: line, Customers: 2}, {Address: line, Customers: 37, Shared: true}},
	}
	for i, kind := range identity.ChangeKinds() {
		change := identity.PersonChange{ID: int64(i + 1), Kind: kind, Moved: 7, Stayed: 1, Reason: "why", At: 1}
		v.Log = append(v.Log, identity.LoggedChange{PersonChange: change, By: "Li", Records: []contact.Customer{v.Records[0].Customer}, Undone: i == 0})
	}
	undone := int64(1)
	v.Log = append(v.Log, identity.LoggedChange{PersonChange: identity.PersonChange{ID: 9, Kind: identity.ChangeSplit, Undoes: &undone, At: 1}})
	return v
}

func customerPath(id int64) string { return "/customers/" + strconv.FormatInt(id, 10) }

// personOf reads the customer of the address with who else they are.
func (s *Server) personOf(c *gin.Context) (contact.Profile, identity.PersonView, error) {
	id, err := pathID(c, "id")
	if err != nil {
		return contact.Profile{}, identity.PersonView{}, err
	}
	customer, err := s.Contacts.Customer(c.Request.Context(), viewer(c), id)
	if err != nil {
		return customer, identity.PersonView{}, err
	}
	person, err := s.Identity.Person(c.Request.Context(), viewer(c), id)
	return customer, person, err
}

func (s *Server) showMerge(c *gin.Context) error {
	return s.renderMerge(c, http.StatusOK, &mergePage{})
}

// searchMerge answers a POST with a page: what is searched for is a number, an e-mail or a name, which no address may show.
func (s *Server) searchMerge(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	return s.renderMerge(c, http.StatusOK, &mergePage{Form: f})
}

// renderMerge shows the search with what it finds.
func (s *Server) renderMerge(c *gin.Context, status int, p *mergePage) (err error) {
	if p.Customer, p.Person, err = s.personOf(c); err != nil {
		return err
	}
	if search := p.Form.Get("search"); search != "" {
		p.Searched = true
		if p.Candidates, err = s.Identity.Candidates(c.Request.Context(), viewer(c), p.Customer.ID, search); err != nil {
			return err
		}
	}
	p.page = s.page(c, "persons.merge_title", "name", p.Customer.Customer.DisplayName())
	p.Crumbs = s.customerCrumbs(c, p.Customer.Customer)
	return s.renderStatus(c, status, p)
}

func (s *Server) customerCrumbs(c *gin.Context, customer contact.Customer) []crumb {
	return []crumb{{Text: s.t(c, "contacts.title"), Href: "/contacts"}, {Text: customer.DisplayName(), Href: customerPath(customer.ID)}}
}

func (s *Server) mergePersons(c *gin.Context) error {
	customer, _, err := s.personOf(c)
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	from, _ := strconv.ParseInt(f.Get("from"), 10, 64) // nothing chosen is nobody
	change, err := s.Identity.Merge(c.Request.Context(), viewer(c), customer.PersonID, from, f.Get("reason"))
	if err == nil {
		return s.redirect(c, customerPath(customer.ID), done("persons.merged", "count", change.Moved).undo(undoPath(customer.ID, change.ID)))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderMerge(c, statusOf(err), &mergePage{Form: f})
}

func undoPath(customerID, changeID int64) string {
	return fmt.Sprintf("%s/changes/%d/undo", customerPath(customerID), changeID)
}

func (s *Server) showSplit(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	return s.renderSplit(c, http.StatusOK, &splitPage{Leaving: map[int64]bool{id: true}})
}

func (s *Server) renderSplit(c *gin.Context, status int, p *splitPage) (err error) {
	if p.Customer, p.Person, err = s.personOf(c); err != nil {
		return err
	}
	p.page = s.page(c, "persons.split_title", "name", p.Customer.Customer.DisplayName())
	p.Crumbs = s.customerCrumbs(c, p.Customer.Customer)
	return s.renderStatus(c, status, p)
}

func (s *Server) splitPerson(c *gin.Context) error {
	customer, _, err := s.personOf(c)
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	p := &splitPage{Leaving: map[int64]bool{}}
	var ids []int64
	for _, text := range f.Values["record"] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, id)
			p.Leaving[id] = true
		}
	}
	change, err := s.Identity.Split(c.Request.Context(), viewer(c), ids, f.Get("reason"))
	if err == nil {
		return s.redirect(c, customerPath(customer.ID), done("persons.separated", "count", change.Moved).undo(undoPath(customer.ID, change.ID)))
	}
	var unmendable error
	if p.Form, unmendable = s.refusedForm(c, f, err); unmendable != nil {
		return unmendable
	}
	return s.renderSplit(c, statusOf(err), p)
}

func (s *Server) undoPersonChange(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	change, err := pathID(c, "change")
	if err != nil {
		return err
	}
	if _, err := s.Contacts.Customer(c.Request.Context(), viewer(c), id); err != nil {
		return err
	}
	_, err = s.Identity.Undo(c.Request.Context(), viewer(c), change)
	if f, known := fault.Of(err); known && f.Kind == fault.Conflict {
		return s.redirect(c, customerPath(id), refused("fault."+f.Code))
	}
	if err != nil {
		return err
	}
	return s.redirect(c, customerPath(id), done("persons.undone"))
}
