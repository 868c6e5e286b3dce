package followup

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/flow"
	"aftercall/web/frame"
)

// customerPage shows one customer: what is open, what comes next, what happened, and who else they are.
type customerPage struct {
	frame.Page
	Customer contact.Profile
	Contacts []contact.Row
	Subject  customerState
	May      []frame.MayRow
	Person   identity.PersonView
	// MayRegroup is whether the viewer may merge and split.
	MayRegroup bool
	Ahead      aheadOf
	Timeline   customerTimeline
	// Topic is the part of the timeline that is shown; empty for everything.
	Topic string
}

func (*customerPage) Template() string { return "customer" }

// Shown is how many contacts the page lists beside the timeline.
func (p *customerPage) Shown() int {
	if p.Topic == string(flow.OnContacts) {
		return historySize
	}
	return fewContacts
}

// customerState is what matters when somebody thinks of contacting the customer.
type customerState struct{ OpenComplaint bool }

// customerTimeline is a page of what happened to a customer.
type customerTimeline struct {
	Topics []topicTab
	Lines  []frame.TimelineLine
	Pager  frame.Pager
	Hidden int // contacts of other teams
}

// topicTab is a part of the timeline that can be chosen.
type topicTab struct {
	Name, Href string
	Current    bool
}

// aheadOf is what is open for a customer, and what comes next.
type aheadOf struct {
	flow.Ahead
	Lines []aheadLine
	Next  frame.TimelineLine
	Now   bool // the next thing may be done now
}

// aheadLine is one thing that is open: what, how it stands, and until when it is to be done.
type aheadLine struct {
	Text, Href, Contact, ContactHref string
	State, Tone                      string // how it stands, and the class of its tag
	When                             string // what the instant is of
	At                               clock.Instant
	Who                              string
	Overdue                          bool
}

const (
	historySize = 50 // contacts of a customer that are listed
	fewContacts = 5  // of them beside a timeline of everything
)

func (h *handlers) showCustomer(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p := &customerPage{Topic: c.Query("topic"), MayRegroup: viewer.Is(account.Supervisor)}
	if p.Customer, err = h.contacts.Customer(ctx, viewer, id); err != nil {
		return err
	}
	if p.Contacts, err = h.contacts.List(ctx, viewer, contact.Filter{CustomerID: id, Limit: p.Shown() + 1}); err != nil {
		return err
	}
	subject, err := h.permission.Subject(ctx, viewer, id)
	if err != nil {
		return err
	}
	p.Subject.OpenComplaint = subject.OpenComplaint
	verdicts, err := h.permission.Verdicts(ctx, viewer, frame.MayQuestions(subject))
	if err != nil {
		return err
	}
	p.May = h.MayRows(c, verdicts, id)
	if p.Person, err = h.identity.Person(ctx, viewer, id); err != nil {
		return err
	}
	if p.Ahead, err = h.ahead(c, id); err != nil {
		return err
	}
	if p.Timeline, err = h.customerTimeline(c, id); err != nil {
		return err
	}
	p.Page = h.Page(c, "customers.one", "name", p.Customer.DisplayName()).About("customer", p.Customer.ID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "contacts.title"), Href: "/contacts"}}
	return h.Render(c, p)
}

// customerTimeline reads the part of the timeline that the address asks for.
func (h *handlers) customerTimeline(c *gin.Context, id int64) (customerTimeline, error) {
	topic := flow.Topic(c.Query("topic"))
	found, err := h.customers.Timeline(c.Request.Context(), frame.Viewer(c), id, flow.TimelineFilter{
		Topic: topic, After: flow.ParsePlace(frame.ListKey(c)), Limit: frame.PageSize + 1,
	})
	if err != nil {
		return customerTimeline{}, err
	}
	t := customerTimeline{Topics: h.topicTabs(c, id, topic), Hidden: found.Hidden}
	told, pager := frame.Paged(c, found.Events, func(e flow.Told) string { return e.Place.String() })
	for _, link := range []*string{&pager.Older, &pager.Newer, &pager.Newest} {
		if *link != "" {
			*link += "#timeline"
		}
	}
	t.Pager = pager
	events := make([]contact.Event, len(told))
	for i, e := range told {
		events[i] = e.Event
	}
	t.Lines = h.TimelineLines(c, events)
	viewer := frame.Viewer(c)
	for i, e := range events {
		line := &t.Lines[i]
		if e.About.Kind == contact.AboutConsent && h.Reachable(viewer, "/customers/:id/permission") {
			line.Href = frame.CustomerPermissionPath(id) + "#consent-" + strconv.FormatInt(e.About.ID, 10)
		}
		if of := found.Contacts[e.ContactID]; of.ID != 0 {
			line.Contact, line.ContactHref = contactLabel(of), h.pathOf(viewer, "/contacts/:id", of.ID)
		}
	}
	return t, nil
}

// contactLabel names a contact among others of its customer.
func contactLabel(c contact.Contact) string { return frame.Joined(" ", c.ExternalID, c.Category) }

// pathOf is the path of an object's page, or "" for a viewer who may not open such pages.
func (h *handlers) pathOf(viewer account.Viewer, route string, id int64) string {
	if !h.Reachable(viewer, route) {
		return ""
	}
	return strings.Replace(route, ":id", strconv.FormatInt(id, 10), 1)
}

func (h *handlers) topicTabs(c *gin.Context, id int64, current flow.Topic) []topicTab {
	tabs := []topicTab{{Name: h.T(c, "timeline_topic.all"), Href: customerPath(id) + "#timeline", Current: current == ""}}
	for _, topic := range flow.Topics() {
		tabs = append(tabs, topicTab{
			Name: h.T(c, "timeline_topic."+string(topic)), Href: customerPath(id) + "?topic=" + string(topic) + "#timeline",
			Current: topic == current,
		})
	}
	return tabs
}
