package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// customerPermissionPage shows whether a customer may be contacted, what they said about it, and takes what they say by hand.
type customerPermissionPage struct {
	page
	CustomerID   int64
	May          []mayRow
	AsOf         clock.Instant
	Consents     []consentRow
	Suppressions []suppressionRow
	MayLift      bool
	Form         form
	Ways         []option // purposes the viewer may record
	Channels     []option
	Answers      []option
	Bases        []option
	Scopes       []option
}

func (*customerPermissionPage) template() string { return "customer_permission" }

// consentRow is one thing the customer said, in words.
type consentRow struct {
	permission.ConsentEvent
	About string // purpose and channel
	Proof string // the row or text it came from
	Via   string // where it was said
	By    string
	Other bool // it was said to another record of the same person
	Seen  bool // and that record is the viewer's to see
	Ended bool // it expired
}

func customerPermissionSamples() []view {
	choices := []option{{"", "any"}}
	may := []mayRow{
		{Way: "survey · e-mail", Allowed: true},
		{Way: "marketing call", Why: []whyLine{{Text: "refused", Evidence: "consent 3", Href: "/x"}, {Text: "outside hours"}}},
		{Way: "survey · SMS", Why: []whyLine{{Text: "asked"}}, From: 5},
	}
	yes := permission.ConsentEvent{ID: 3, CustomerID: 2, Purpose: permission.Survey, Given: true, Basis: permission.ByConsent, Wording: "v2", Source: "desk", At: 1}
	ended := yes
	ended.ExpiresAt = 5
	return []view{
		&customerPermissionPage{},
		&customerPermissionPage{
			CustomerID: 1, May: may, MayLift: true, Form: form{Error: "wrong", Errors: map[string]string{"evidence": "wrong"}},
			Consents:     []consentRow{{ConsentEvent: yes, About: "survey", By: "Li", Other: true, Seen: true}, {ConsentEvent: yes, Other: true}, {ConsentEvent: ended, Ended: true}, {}},
			Suppressions: []suppressionRow{sampleSuppression()}, Ways: choices, Channels: choices, Answers: choices, Bases: choices, Scopes: choices,
		},
	}
}

func customerPermissionPath(id int64) string {
	return "/customers/" + strconv.FormatInt(id, 10) + "/permission"
}

func (s *Server) customerPermissionRoutes() []route {
	people := []account.Role{account.Supervisor, account.Marketing}
	const path = "/customers/:id/permission"
	return []route{
		{method: http.MethodGet, path: path, roles: people, handle: s.showCustomerPermission},
		{method: http.MethodPost, path: path + "/consents", roles: people, handle: s.recordConsent},
		{method: http.MethodPost, path: path + "/refusals", roles: people, handle: s.recordRefusal},
		{method: http.MethodPost, path: path + "/refusals/undo", roles: people, handle: s.undoRefusal},
	}
}

func (s *Server) showCustomerPermission(c *gin.Context) error {
	return s.renderCustomerPermission(c, http.StatusOK, form{})
}

func (s *Server) renderCustomerPermission(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	customer, err := s.Contacts.Customer(ctx, viewer(c), id)
	if err != nil {
		return err
	}
	subject, err := s.Permission.Subject(ctx, viewer(c), id)
	if err != nil {
		return err
	}
	p := &customerPermissionPage{CustomerID: id, Form: f, AsOf: s.now(), MayLift: viewer(c).Is(account.Supervisor)}
	verdicts, err := s.Permission.Verdicts(ctx, viewer(c), mayQuestions(subject))
	if err != nil {
		return err
	}
	p.May = s.mayRows(c, verdicts, id)
	if err := s.fillSaid(c, p, subject); err != nil {
		return err
	}
	s.fillChoices(c, p)
	p.page = s.page(c, "contactable.title", "name", customer.Customer.DisplayName())
	p.Crumbs = []crumb{{Text: s.t(c, "contacts.title"), Href: "/contacts"}, {Text: customer.Customer.DisplayName(), Href: "/customers/" + strconv.FormatInt(id, 10)}}
	if !viewer(c).Is(account.Supervisor) {
		p.Crumbs = []crumb{{Text: s.t(c, "permission.title"), Href: permissionPath}}
	}
	return s.renderStatus(c, status, p)
}

// fillSaid adds what the customer said and what forbids contact with their addresses.
func (s *Server) fillSaid(c *gin.Context, p *customerPermissionPage, subject permission.Subject) error {
	ctx := c.Request.Context()
	consents, err := s.Permission.ConsentsOf(ctx, subject)
	if err != nil {
		return err
	}
	names, err := s.Accounts.UserNames(ctx, idsBy(consents, func(e permission.ConsentEvent) int64 { return e.UserID }))
	if err != nil {
		return err
	}
	seen, err := s.speakers(c, consents)
	if err != nil {
		return err
	}
	for _, e := range consents {
		p.Consents = append(p.Consents, consentRow{
			ConsentEvent: e, About: s.saidAbout(c, e), Proof: s.evidence(c, e.Evidence),
			Via: s.messages.textOr(s.language(c), e.Source, nil, "consents.via_"+e.Source), By: names[e.UserID], Other: e.CustomerID != p.CustomerID,
			Seen:  seen[e.CustomerID].ID != 0,
			Ended: !e.ExpiresAt.IsZero() && e.ExpiresAt <= s.now(),
		})
	}
	suppressions, err := s.Permission.SuppressionsOn(ctx, viewer(c), subject.CustomerID)
	if err != nil {
		return err
	}
	slices.Reverse(suppressions) // the newest first
	p.Suppressions, err = s.suppressionRows(c, slices.DeleteFunc(suppressions, func(sup permission.Suppression) bool { return !sup.InForce(s.now()) }))
	return err
}

// speakers returns those of the customers who said something whom the viewer sees.
func (s *Server) speakers(c *gin.Context, consents []permission.ConsentEvent) (map[int64]contact.Customer, error) {
	ids := make([]int64, len(consents))
	for i, e := range consents {
		ids[i] = e.CustomerID
	}
	return s.Contacts.CustomersByID(c.Request.Context(), viewer(c), ids)
}

func (s *Server) saidAbout(c *gin.Context, e permission.ConsentEvent) string {
	channel := s.t(c, "consents.every_channel")
	if e.Channel != "" {
		channel = s.t(c, "channel."+string(e.Channel))
	}
	return s.t(c, "purpose."+string(e.Purpose)) + " · " + channel
}

func (s *Server) fillChoices(c *gin.Context, p *customerPermissionPage) {
	p.Ways = options(s, c, "purpose", permission.Recordable(viewer(c)))
	p.Channels = append([]option{{"", s.t(c, "consents.every_channel")}}, options(s, c, "channel", permission.Channels())...)
	p.Answers = options(s, c, "consents", []string{"given", "withdrawn"})
	p.Bases = options(s, c, "basis", permission.Bases())
	p.Scopes = options(s, c, "scope", []permission.Scope{permission.Everything, permission.MarketingOnly, permission.SurveysOnly})
}

// options are the choices of a select field whose values have texts below a prefix.
func options[T ~string](s *Server, c *gin.Context, prefix string, values []T) []option {
	list := make([]option, len(values))
	for i, v := range values {
		list[i] = option{string(v), s.t(c, prefix+"."+string(v))}
	}
	return list
}

func (s *Server) recordConsent(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	event, err := s.typedConsent(f)
	if err == nil {
		event.CustomerID = id
		err = s.Permission.RecordByHand(c.Request.Context(), viewer(c), event)
	}
	if err == nil {
		return s.redirect(c, customerPermissionPath(id), done("consents.recorded"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderCustomerPermission(c, statusOf(err), f)
}

// typedConsent reads the form of one consent.
func (s *Server) typedConsent(f form) (permission.ConsentEvent, error) {
	e := permission.ConsentEvent{
		Purpose: permission.Purpose(f.Get("purpose")), Channel: permission.Channel(f.Get("channel")), Given: f.Get("answer") == "given",
		Basis: permission.Basis(f.Get("basis")), Wording: strings.TrimSpace(f.Get("wording")), Evidence: strings.TrimSpace(f.Get("evidence")),
	}
	var problems []fault.Field
	if e.Evidence == "" {
		problems = append(problems, fault.Field{Name: "evidence", Code: "required", Problem: "is required"})
	}
	if !e.Given {
		e.Basis = permission.ByOwnRequest
	}
	var bad []fault.Field
	e.At, bad = s.typedTime("at", f.Get("at"))
	problems = append(problems, bad...)
	e.ExpiresAt, bad = s.typedEndOfDay("expires_at", f.Get("expires_at"))
	problems = append(problems, bad...)
	if len(problems) > 0 {
		return e, fault.InvalidFields(problems...)
	}
	return e, nil
}

// typedTime reads a time of the centre's clock as browsers send it; nothing is none.
func (s *Server) typedTime(field, text string) (clock.Instant, []fault.Field) {
	if text == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation(localInput, text, s.opts.Zone)
	if err != nil {
		return 0, []fault.Field{{Name: field, Code: "not_a_time", Problem: "is not a date and time such as 2026-11-22 14:05", Value: text}}
	}
	return clock.At(t), nil
}

// typedEndOfDay reads a date as the end of that day at the centre; nothing is none.
func (s *Server) typedEndOfDay(field, text string) (clock.Instant, []fault.Field) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, []fault.Field{{Name: field, Code: "not_a_date", Problem: "is not a date such as 2026-11-22", Value: text}}
	}
	return (clock.DayFrom(t.Date()) + 1).Start(s.opts.Zone), nil
}

func (s *Server) recordRefusal(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	at, err := s.Permission.RefuseByHand(c.Request.Context(), viewer(c), id, permission.Scope(f.Get("scope")), strings.TrimSpace(f.Get("refusal_evidence")))
	if err != nil {
		f, unmendable := s.refusedForm(c, f, err)
		if unmendable != nil {
			return unmendable
		}
		f.Errors["refusal_evidence"] = f.Errors["evidence"] // the other form on the page has a field of that name
		delete(f.Errors, "evidence")
		return s.renderCustomerPermission(c, statusOf(err), f)
	}
	undo := customerPermissionPath(id) + "/refusals/undo?at=" + strconv.FormatInt(int64(at), 10)
	return s.redirect(c, customerPermissionPath(id), done("contactable.refused").undo(undo))
}

func (s *Server) undoRefusal(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(c.Query("at"), 10, 64)
	if err != nil {
		return errNoPage
	}
	if err := s.Permission.TakeBackRefusal(c.Request.Context(), viewer(c), id, clock.Instant(at)); err != nil {
		return err
	}
	return s.redirect(c, customerPermissionPath(id), done("contactable.undone"))
}
