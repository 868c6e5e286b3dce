package followup

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/flow"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// lookupPage finds the customer who is on the line.
type lookupPage struct {
	frame.Page
	Search string
	Rows   []lookupRow
	Most   bool // there may be more than are shown
}

func (*lookupPage) Template() string { return "lookup" }

// lookupRow is a customer as a viewer may see them.
type lookupRow struct {
	Name, Source, Reference string
	Href                    string // of the customer's page; empty for those who may not open it
	Phones                  []string
	Contact                 contact.Contact // zero where the viewer sees none
	ContactHref             string
	Open                    []lookupCallback
}

// lookupCallback is an open callback, and what the viewer may do with it.
type lookupCallback struct {
	worklist.Row
	Standing callback.Standing
	Since    clock.Instant
	Who      string // who has it, or for whom it is kept
	Href     string
	Pick     bool // the viewer may choose it now
}

// mostFound is how many customers a search shows.
const mostFound = 20

func (h *handlers) lookupRoutes() []frame.Route {
	readers := []account.Role{account.Supervisor, account.Handler, account.Caller}
	return []frame.Route{
		{Method: http.MethodGet, Path: frame.SearchPath, Roles: readers, Handle: h.showLookup},
		{Method: http.MethodPost, Path: frame.SearchPath, Roles: readers, Handle: h.lookUp},
	}
}

func (h *handlers) showLookup(c *gin.Context) error {
	p := &lookupPage{Page: h.Page(c, "lookup.title")}
	return h.Render(c, p)
}

// lookUp answers a POST with a page: what is searched for is a number or a name, which no address may show. The id of a contact leads to
// it, for those who may open it.
func (h *handlers) lookUp(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	viewer, p := frame.Viewer(c), &lookupPage{Search: strings.TrimSpace(f.Get("q"))}
	found, err := h.timelines.Lookup(c.Request.Context(), viewer, p.Search)
	if err != nil {
		return err
	}
	if len(found) == 1 && found[0].Newest.ExternalID == p.Search && h.Reachable(viewer, "/contacts/:id") {
		c.Redirect(http.StatusSeeOther, "/contacts/"+strconv.FormatInt(found[0].Newest.ID, 10))
		return nil
	}
	p.Most = len(found) >= mostFound
	for _, one := range found {
		p.Rows = append(p.Rows, h.lookupRow(viewer, one))
	}
	p.Page = h.Page(c, "lookup.title")
	p.Query = p.Search
	return h.Render(c, p)
}

// lookupRow masks the numbers of everybody but whom the viewer is calling.
func (h *handlers) lookupRow(viewer account.Viewer, f flow.Found) lookupRow {
	row := lookupRow{Name: f.DisplayName(), Source: f.SourceName, Reference: f.Reference, Contact: f.Newest}
	if h.Reachable(viewer, "/customers/:id") {
		row.Href = customerPath(f.ID)
	}
	if h.Reachable(viewer, "/contacts/:id") && f.Newest.ID != 0 {
		row.ContactHref = "/contacts/" + strconv.FormatInt(f.Newest.ID, 10)
	}
	now, held := h.Now(), false
	for _, open := range f.Open {
		one := lookupCallbackOf(open, viewer, now)
		held = held || one.Standing == callback.StandsHeld
		row.Open = append(row.Open, one)
	}
	for _, phone := range f.Phones {
		if !held {
			phone = frame.MaskedPhone(phone)
		}
		row.Phones = append(row.Phones, phone)
	}
	return row
}

func lookupCallbackOf(r worklist.Row, viewer account.Viewer, now clock.Instant) lookupCallback {
	cb := r.Callback
	one := lookupCallback{Row: r, Standing: cb.Standing(viewer, now), Since: cb.ReadyAt, Pick: cb.PickableBy(viewer, now)}
	page := "/callbacks/" + strconv.FormatInt(cb.ID, 10)
	switch one.Standing {
	case callback.StandsHeld:
		one.Since, one.Href = cb.ClaimedAt, "/desk"
	case callback.StandsTaken:
		one.Since, one.Who = cb.ClaimedAt, r.Caller
	case callback.StandsKept:
		one.Who = r.Reserved
	case callback.StandsMine:
		one.Href = page
	case callback.StandsNotYours, callback.StandsOpen, callback.StandsWaiting:
	}
	if viewer.Is(account.Supervisor) && one.Href == "" {
		one.Href = page
	}
	return one
}
