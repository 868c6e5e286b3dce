package followup

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// mergePage looks for another person and says what becomes of both.
type mergePage struct {
	frame.Page
	Customer   contact.Profile
	Person     identity.PersonView
	Searched   bool
	Candidates []identity.Candidate
	Form       frame.Form
}

func (*mergePage) Template() string { return "person_merge" }

// splitPage chooses which records of a person leave.
type splitPage struct {
	frame.Page
	Customer contact.Profile
	Person   identity.PersonView
	Leaving  map[int64]bool
	Form     frame.Form
}

func (*splitPage) Template() string { return "person_split" }

// Only reports whether there is nobody to be separated from.
func (p *splitPage) Only() bool { return p.Person.Total < 2 }

func (h *handlers) personsRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	const path = "/customers/:id"
	return []frame.Route{
		{Method: http.MethodGet, Path: path + "/merge", Roles: supervisor, Handle: h.showMerge},
		{Method: http.MethodPost, Path: path + "/merge/search", Roles: supervisor, Handle: h.searchMerge},
		{Method: http.MethodPost, Path: path + "/merge", Roles: supervisor, Handle: h.mergePersons},
		{Method: http.MethodGet, Path: path + "/split", Roles: supervisor, Handle: h.showSplit},
		{Method: http.MethodPost, Path: path + "/split", Roles: supervisor, Handle: h.splitPerson},
		{Method: http.MethodGet, Path: path + "/apart", Roles: supervisor, Handle: h.showApart},
		{Method: http.MethodPost, Path: path + "/apart", Roles: supervisor, Handle: h.takeApart},
		{Method: http.MethodPost, Path: path + "/changes/:change/undo", Roles: supervisor, Handle: h.undoPersonChange},
	}
}

func customerPath(id int64) string { return "/customers/" + strconv.FormatInt(id, 10) }

// personOf reads the customer of the address with who else they are.
func (h *handlers) personOf(c *gin.Context) (contact.Profile, identity.PersonView, error) {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return contact.Profile{}, identity.PersonView{}, err
	}
	customer, err := h.contacts.Customer(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return customer, identity.PersonView{}, err
	}
	person, err := h.identity.Person(c.Request.Context(), frame.Viewer(c), id)
	return customer, person, err
}

func (h *handlers) showMerge(c *gin.Context) error {
	return h.renderMerge(c, http.StatusOK, &mergePage{})
}

// searchMerge answers a POST with a page: what is searched for is a number, an e-mail or a name, which no address may show.
func (h *handlers) searchMerge(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	return h.renderMerge(c, http.StatusOK, &mergePage{Form: f})
}

// renderMerge shows the search with what it finds.
func (h *handlers) renderMerge(c *gin.Context, status int, p *mergePage) (err error) {
	if p.Customer, p.Person, err = h.personOf(c); err != nil {
		return err
	}
	if search := p.Form.Get("search"); search != "" {
		p.Searched = true
		if p.Candidates, err = h.identity.Candidates(c.Request.Context(), frame.Viewer(c), p.Customer.ID, search); err != nil {
			return err
		}
	}
	p.Page = h.Page(c, "persons.merge_title", "name", p.Customer.DisplayName())
	p.Crumbs = h.customerCrumbs(c, p.Customer.Customer)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) customerCrumbs(c *gin.Context, customer contact.Customer) []frame.Crumb {
	return []frame.Crumb{
		{Text: h.T(c, "contacts.title"), Href: "/contacts"},
		{Text: customer.DisplayName(), Href: customerPath(customer.ID)},
	}
}

func (h *handlers) mergePersons(c *gin.Context) error {
	customer, _, err := h.personOf(c)
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	from, _ := strconv.ParseInt(f.Get("from"), 10, 64) // nothing chosen is nobody
	change, err := h.identity.Merge(c.Request.Context(), frame.Viewer(c), customer.PersonID, from, f.Get("reason"))
	if err == nil {
		return h.Redirect(c, customerPath(customer.ID),
			frame.Done("persons.merged", "count", change.Moved).Undo(undoPath(customer.ID, change.ID)))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderMerge(c, status, &mergePage{Form: f})
	})
}

func undoPath(customerID, changeID int64) string {
	return fmt.Sprintf("%s/changes/%d/undo", customerPath(customerID), changeID)
}

func (h *handlers) showSplit(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.renderSplit(c, http.StatusOK, &splitPage{Leaving: map[int64]bool{id: true}})
}

func (h *handlers) renderSplit(c *gin.Context, status int, p *splitPage) (err error) {
	if p.Customer, p.Person, err = h.personOf(c); err != nil {
		return err
	}
	p.Page = h.Page(c, "persons.split_title", "name", p.Customer.DisplayName())
	p.Crumbs = h.customerCrumbs(c, p.Customer.Customer)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) splitPerson(c *gin.Context) error {
	customer, _, err := h.personOf(c)
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	p := &splitPage{}
	var ids []int64
	ids, p.Leaving = idsOf(f.Values["record"])
	change, err := h.identity.Split(c.Request.Context(), frame.Viewer(c), ids, f.Get("reason"))
	if err == nil {
		return h.Redirect(c, customerPath(customer.ID),
			frame.Done("persons.separated", "count", change.Moved).Undo(undoPath(customer.ID, change.ID)))
	}
	var unmendable error
	if p.Form, unmendable = h.RefusedForm(c, f, err); unmendable != nil {
		return unmendable
	}
	return h.renderSplit(c, frame.StatusOf(err), p)
}

func (h *handlers) undoPersonChange(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	change, err := frame.PathID(c, "change")
	if err != nil {
		return err
	}
	if _, err := h.contacts.Customer(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	_, err = h.identity.Undo(c.Request.Context(), frame.Viewer(c), change)
	if f, known := fault.Of(err); known && f.Kind == fault.Conflict {
		return h.Redirect(c, customerPath(id), frame.Refused("fault."+f.Code))
	}
	if err != nil {
		return err
	}
	return h.Redirect(c, customerPath(id), frame.Done("persons.undone"))
}
