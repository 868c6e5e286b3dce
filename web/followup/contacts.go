package followup

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/web/frame"
)

// contactsPage lists contacts, those changed last first.
type contactsPage struct {
	frame.Page
	Rows     []contact.Row
	Pager    frame.Pager
	Filter   contact.Filter
	Statuses []frame.Option
	Channels []frame.Option
	Sources  []frame.Option
	Narrowed bool // by a search or a filter: an empty list says so
}

func (*contactsPage) Template() string { return "contacts" }

// contactPage shows one contact: its facts and its timeline.
type contactPage struct {
	frame.Page
	Contact  contact.Detail
	Timeline []frame.TimelineLine
	Followed followedUp
	MayTie   bool      // to an incident
	ByHand   *handPlan // nil where the viewer may not plan a callback, or there is nothing to follow up
}

func (*contactPage) Template() string { return "contact" }

func (h *handlers) contactsRoutes() []frame.Route {
	readers := []account.Role{account.Supervisor, account.Handler}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/contacts", Roles: readers, Handle: h.listContacts},
		{Method: http.MethodGet, Path: "/contacts/:id", Roles: readers, Handle: h.showContactPage},
		{Method: http.MethodPost, Path: "/contacts/:id/callbacks", Roles: []account.Role{account.Supervisor}, Handle: h.planByHand},
		{Method: http.MethodGet, Path: "/customers/:id", Roles: readers, Handle: h.showCustomer},
	}
}

func (h *handlers) listContacts(c *gin.Context) error {
	f := contact.Filter{
		Search: c.Query("q"), Status: contact.Status(c.Query("status")), Channel: contact.Channel(c.Query("channel")),
		After: contactKey(frame.ListKey(c)), Limit: frame.PageSize + 1,
	}
	f.SourceID, _ = strconv.ParseInt(c.Query("source"), 10, 64) // anything else means all sources
	f.ImportID, _ = strconv.ParseInt(c.Query("import"), 10, 64)
	rows, err := h.contacts.List(c.Request.Context(), frame.Viewer(c), f)
	if err != nil {
		return err
	}
	if len(rows) == 1 && f.Search != "" && rows[0].ExternalID == strings.TrimSpace(f.Search) {
		c.Redirect(http.StatusSeeOther, fmt.Sprintf("/contacts/%d", rows[0].ID)) // exactly what was looked for
		return nil
	}
	sources, err := h.contacts.Sources(c.Request.Context())
	if err != nil {
		return err
	}
	p := &contactsPage{Filter: f, Narrowed: f.Search != "" || f.Status != "" || f.Channel != "" || f.SourceID != 0 || f.ImportID != 0}
	p.Rows, p.Pager = frame.Paged(c, rows, func(r contact.Row) string { return keyText(r.Key()) })
	p.Statuses = frame.FilterOptions(h.Site, c, "contacts.any_status", "status.", contact.Statuses())
	p.Channels = frame.FilterOptions(h.Site, c, "contacts.any_channel", "channel.", contact.Channels())
	p.Sources = []frame.Option{{Value: "", Label: h.T(c, "contacts.any_source")}}
	for _, source := range sources {
		p.Sources = append(p.Sources, frame.Option{Value: strconv.FormatInt(source.ID, 10), Label: source.Name})
	}
	p.Page = h.Page(c, "contacts.title")
	return h.Render(c, p)
}

// keyText and contactKey write a place in the list into the address and back.
func keyText(k contact.ListKey) string { return fmt.Sprintf("%d-%d", k.ChangedAt, k.ID) }

func contactKey(text string) contact.ListKey {
	at, id, _ := strings.Cut(text, "-")
	changed, err1 := strconv.ParseInt(at, 10, 64)
	number, err2 := strconv.ParseInt(id, 10, 64)
	if err1 != nil || err2 != nil {
		return contact.ListKey{}
	}
	return contact.ListKey{ChangedAt: clock.Instant(changed), ID: number}
}

func (h *handlers) showContactPage(c *gin.Context) error {
	return h.renderContact(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderContact(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	p := &contactPage{MayTie: frame.Viewer(c).Is(account.Supervisor)}
	if p.Contact, err = h.contacts.Contact(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	events, err := h.timelines.Timeline(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	p.Timeline = h.TimelineLines(c, events)
	if p.Followed, err = h.followedUp(c, p.Contact); err != nil {
		return err
	}
	if p.ByHand, err = h.handPlan(c, p.Contact.Contact, f); err != nil {
		return err
	}
	p.Page = h.Page(c, "contacts.one", "id", p.Contact.ExternalID).About("contact", p.Contact.ID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "contacts.title"), Href: "/contacts"}}
	return h.RenderStatus(c, status, p)
}
