package followup

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/web/frame"
)

// apartPage chooses which contacts of a customer are somebody else's.
type apartPage struct {
	frame.Page
	Customer contact.Profile
	Person   identity.PersonView
	Contacts []contact.Row // the newest ones that the viewer sees
	Chosen   map[int64]bool
	Going    map[int64]bool // addresses that are the other's
	Form     frame.Form
}

func (*apartPage) Template() string { return "customer_apart" }

// Only reports whether there is nothing to be taken apart.
func (p *apartPage) Only() bool { return len(p.Contacts) < 2 }

// Full reports whether there may be more contacts than are listed.
func (p *apartPage) Full() bool { return len(p.Contacts) == historySize }

func (h *handlers) showApart(c *gin.Context) error {
	return h.renderApart(c, http.StatusOK, &apartPage{})
}

func (h *handlers) renderApart(c *gin.Context, status int, p *apartPage) (err error) {
	if p.Customer, p.Person, err = h.personOf(c); err != nil {
		return err
	}
	filter := contact.Filter{CustomerID: p.Customer.ID, Limit: historySize}
	if p.Contacts, err = h.contacts.List(c.Request.Context(), frame.Viewer(c), filter); err != nil {
		return err
	}
	p.Page = h.Page(c, "persons.apart_title", "name", p.Customer.DisplayName())
	p.Crumbs = h.customerCrumbs(c, p.Customer.Customer)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) takeApart(c *gin.Context) error {
	customer, _, err := h.personOf(c)
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	p := &apartPage{}
	apart := contact.Apart{CustomerID: customer.ID, Name: f.Get("name")}
	apart.ContactIDs, p.Chosen = idsOf(f.Values["contact"])
	apart.AddressIDs, p.Going = idsOf(f.Values["address"])
	change, err := h.identity.TakeApart(c.Request.Context(), frame.Viewer(c), apart, f.Get("reason"))
	if err == nil {
		done := frame.Done("persons.taken_apart", "count", len(apart.ContactIDs))
		if change.ID != 0 {
			done = done.Undo(undoPath(customer.ID, change.ID))
		}
		return h.Redirect(c, customerPath(customer.ID), done)
	}
	var unmendable error
	if p.Form, unmendable = h.RefusedForm(c, f, err); unmendable != nil {
		return unmendable
	}
	return h.renderApart(c, frame.StatusOf(err), p)
}

// idsOf reads the ids that were chosen; what is none is left out.
func idsOf(texts []string) (ids []int64, chosen map[int64]bool) {
	chosen = make(map[int64]bool, len(texts))
	for _, text := range texts {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, id)
			chosen[id] = true
		}
	}
	return ids, chosen
}
