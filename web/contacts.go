package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
)

// contactsPage lists contacts, those changed last first.
type contactsPage struct {
	page
	Rows     []contact.Row
	Pager    pager
	Filter   contact.Filter
	Statuses []option
	Channels []option
	Sources  []option
	Narrowed bool // by a search or a filter: an empty list says so
}

func (*contactsPage) template() string { return "contacts" }

// contactPage shows one contact: its facts and its story in words.
type contactPage struct {
	page
	Contact contact.Detail
	Story   []storyLine
	ByHand  *handPlan // nil where the viewer may not plan a callback, or there is nothing to follow up
}

func (*contactPage) template() string { return "contact" }

// customerPage shows one customer with their contacts.
type customerPage struct {
	page
	Customer contact.Profile
	Contacts []contact.Row
	Subject  customerState
	May      []mayRow
	Person   identity.PersonView
	// MayRegroup is whether the viewer may merge and split.
	MayRegroup bool
}

func (*customerPage) template() string { return "customer" }

// customerState is what matters when somebody thinks of contacting the customer.
type customerState struct{ OpenComplaint bool }

func (s *Server) contactsRoutes() []route {
	readers := []account.Role{account.Supervisor, account.Handler}
	return []route{
		{method: http.MethodGet, path: "/contacts", roles: readers, handle: s.listContacts},
		{method: http.MethodGet, path: "/contacts/:id", roles: readers, handle: s.showContactPage},
		{method: http.MethodPost, path: "/contacts/:id/callbacks", roles: []account.Role{account.Supervisor}, handle: s.planByHand},
		{method: http.MethodGet, path: "/customers/:id", roles: readers, handle: s.showCustomer},
	}
}

func contactsSamples() []view {
	seconds := int64(204)
	c := contact.Contact{
		ID: 7, ExternalID: "T-7", Status: contact.Resolved, Channel: contact.Phone, Category: "Repairs", Subcategory: "Line", Product: "DSL",
		Severity: contact.High, Complaint: true, AutoClosed: true, OpenedAt: 1, FirstResponseAt: 1, TalkSeconds: &seconds, HoldSeconds: &seconds,
		WrapUpSeconds: &seconds, OrderReference: "O-1", ResolutionText: "text", RecordingURL: "https://example.com/1", Tags: `["a"]`, ChangedAt: 1,
	}
	customer := contact.Customer{ID: 3, Reference: "C-3", Name: "Ann", Language: "en", Zone: "Asia/Shanghai", Tags: `["vip"]`, Attributes: `{"a":"b"}`}
	addresses := []contact.Address{
		{Kind: contact.PhoneAddress, Raw: "139", Normalised: "+86139"},
		{Kind: contact.PhoneAddress, Raw: "12"},
		{Kind: contact.EmailAddress, Raw: "a@example.com", Normalised: "a@example.com"},
	}
	row := contact.Row{Contact: c, CustomerName: "Ann", SourceName: "s", ResolverName: "Li", TeamName: "t"}
	detail := contact.Detail{
		Contact: c, SourceName: "s", Customer: customer, Addresses: addresses,
		Participants: []contact.NamedParticipant{{Participant: contact.Participant{Role: contact.Handled}, AgentName: "Li", TeamName: "t"}},
		Resolutions:  []contact.Resolution{{No: 1, ResolvedAt: 1, ReopenedAt: 2, Answered: true}, {No: 2, ResolvedAt: 3}},
	}
	options := []option{{"", "any"}}
	return []view{
		&contactsPage{}, &contactsPage{Narrowed: true, Statuses: options, Channels: options, Sources: options},
		&contactsPage{Rows: []contact.Row{row, {Contact: contact.Contact{ID: 8, Status: contact.Open}}}, Pager: pager{Older: "/contacts?older=1"}},
		&contactPage{Contact: detail, Story: []storyLine{{At: 1, Text: "resolved", Basis: "rule", Actor: "Li", Note: "note"}}, ByHand: sampleHandPlan()},
		&contactPage{Contact: contact.Detail{Contact: contact.Contact{Status: contact.Open}}},
		&customerPage{Customer: contact.Profile{Customer: customer, SourceName: "s", Addresses: addresses}, Contacts: []contact.Row{row}, Subject: customerState{OpenComplaint: true}, May: []mayRow{{Way: "survey", Allowed: true}}, Person: samplePerson(), MayRegroup: true},
		&customerPage{},
	}
}

func (s *Server) listContacts(c *gin.Context) error {
	f := contact.Filter{
		Search: c.Query("q"), Status: contact.Status(c.Query("status")), Channel: contact.Channel(c.Query("channel")),
		After: contactKey(listKey(c)), Limit: pageSize + 1,
	}
	f.SourceID, _ = strconv.ParseInt(c.Query("source"), 10, 64) // anything else means all sources
	rows, err := s.Contacts.List(c.Request.Context(), viewer(c), f)
	if err != nil {
		return err
	}
	if len(rows) == 1 && f.Search != "" && rows[0].ExternalID == strings.TrimSpace(f.Search) {
		c.Redirect(http.StatusSeeOther, fmt.Sprintf("/contacts/%d", rows[0].ID)) // exactly what was looked for
		return nil
	}
	sources, err := s.Contacts.Sources(c.Request.Context())
	if err != nil {
		return err
	}
	p := &contactsPage{Filter: f, Narrowed: f.Search != "" || f.Status != "" || f.Channel != "" || f.SourceID != 0}
	p.Rows, p.Pager = paged(c, rows, func(r contact.Row) string { return keyText(r.Key()) })
	p.Statuses = enumOptions(s, c, "contacts.any_status", "status", contact.Statuses())
	p.Channels = enumOptions(s, c, "contacts.any_channel", "channel", contact.Channels())
	p.Sources = []option{{"", s.t(c, "contacts.any_source")}}
	for _, source := range sources {
		p.Sources = append(p.Sources, option{strconv.FormatInt(source.ID, 10), source.Name})
	}
	p.page = s.page(c, "contacts.title")
	return s.render(c, p)
}

// enumOptions is the choices of a filter: any, or one of the values, which have texts below prefix.
func enumOptions[T ~string](s *Server, c *gin.Context, anyKey, prefix string, values []T) []option {
	options := []option{{"", s.t(c, anyKey)}}
	for _, v := range values {
		options = append(options, option{string(v), s.messages.textOr(s.language(c), string(v), nil, prefix+"."+string(v))})
	}
	return options
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

func (s *Server) showContactPage(c *gin.Context) error {
	return s.renderContact(c, http.StatusOK, form{})
}

func (s *Server) renderContact(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	p := &contactPage{}
	if p.Contact, err = s.Contacts.Contact(c.Request.Context(), viewer(c), id); err != nil {
		return err
	}
	events, err := s.Reads.Timeline(c.Request.Context(), viewer(c), id)
	if err != nil {
		return err
	}
	p.Story = s.storyLines(c, events)
	if p.ByHand, err = s.handPlan(c, p.Contact.Contact, f); err != nil {
		return err
	}
	p.page = s.page(c, "contacts.one", "id", p.Contact.ExternalID)
	p.Crumbs = []crumb{{Text: s.t(c, "contacts.title"), Href: "/contacts"}}
	return s.renderStatus(c, status, p)
}

// historySize is how many contacts of a customer are shown.
const historySize = 50

func (s *Server) showCustomer(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	p := &customerPage{}
	if p.Customer, err = s.Contacts.Customer(ctx, viewer(c), id); err != nil {
		return err
	}
	if p.Contacts, err = s.Contacts.List(ctx, viewer(c), contact.Filter{CustomerID: id, Limit: historySize}); err != nil {
		return err
	}
	subject, err := s.Permission.Subject(ctx, viewer(c), id)
	if err != nil {
		return err
	}
	p.Subject.OpenComplaint = subject.OpenComplaint
	verdicts, err := s.Permission.Verdicts(ctx, viewer(c), mayQuestions(subject))
	if err != nil {
		return err
	}
	p.May = s.mayRows(c, verdicts, id)
	if p.Person, err = s.Identity.Person(ctx, viewer(c), id); err != nil {
		return err
	}
	p.MayRegroup = viewer(c).Is(account.Supervisor)
	p.page = s.page(c, "customers.one", "name", p.Customer.Customer.DisplayName())
	p.Crumbs = []crumb{{Text: s.t(c, "contacts.title"), Href: "/contacts"}}
	return s.render(c, p)
}
