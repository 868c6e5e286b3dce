package permission

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

// customerPermissionPage shows whether a customer may be contacted, what they said about it, and takes what they say by hand.
type customerPermissionPage struct {
	frame.Page
	CustomerID   int64
	May          []frame.MayRow
	AsOf         clock.Instant
	Consents     []consentRow
	Suppressions []suppressionRow
	MayLift      bool
	Form         frame.Form
	Purposes     []frame.Option // purposes the viewer may record
	Channels     []frame.Option
	Answers      []frame.Option
	Bases        []frame.Option
	Scopes       []frame.Option
}

func (*customerPermissionPage) Template() string { return "customer_permission" }

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

func (h *handlers) customerPermissionRoutes() []frame.Route {
	people := []account.Role{account.Supervisor, account.Marketing}
	const path = "/customers/:id/permission"
	return []frame.Route{
		{Method: http.MethodGet, Path: path, Roles: people, Handle: h.showCustomerPermission},
		{Method: http.MethodPost, Path: path + "/consents", Roles: people, Handle: frame.Numbered(h.recordConsent)},
		{Method: http.MethodPost, Path: path + "/refusals", Roles: people, Handle: frame.Numbered(h.recordRefusal)},
		{Method: http.MethodPost, Path: path + "/refusals/undo", Roles: people, Handle: frame.Numbered(h.undoRefusal)},
	}
}

func (h *handlers) showCustomerPermission(c *gin.Context) error {
	return h.renderCustomerPermission(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderCustomerPermission(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	customer, err := h.contacts.Customer(ctx, frame.Viewer(c), id)
	if err != nil {
		return err
	}
	subject, err := h.permission.Subject(ctx, frame.Viewer(c), id)
	if err != nil {
		return err
	}
	p := &customerPermissionPage{CustomerID: id, Form: f, AsOf: h.Now(), MayLift: frame.Viewer(c).Is(account.Supervisor)}
	verdicts, err := h.permission.Verdicts(ctx, frame.Viewer(c), frame.MayQuestions(subject))
	if err != nil {
		return err
	}
	p.May = h.MayRows(c, verdicts, id)
	if err := h.fillSaid(c, p, subject); err != nil {
		return err
	}
	h.fillChoices(c, p)
	p.Page = h.Page(c, "contactable.title", "name", customer.DisplayName())
	p.Crumbs = []frame.Crumb{
		{Text: h.T(c, "contacts.title"), Href: "/contacts"},
		{Text: customer.DisplayName(), Href: "/customers/" + strconv.FormatInt(id, 10)},
	}
	if !frame.Viewer(c).Is(account.Supervisor) {
		p.Crumbs = []frame.Crumb{{Text: h.T(c, "permission.title"), Href: permissionPath}}
	}
	return h.RenderStatus(c, status, p)
}

// fillSaid adds what the customer said and what forbids contact with their addresses.
func (h *handlers) fillSaid(c *gin.Context, p *customerPermissionPage, subject permission.Subject) error {
	ctx := c.Request.Context()
	consents, err := h.permission.ConsentsOf(ctx, frame.Viewer(c), subject.CustomerID)
	if err != nil {
		return err
	}
	names, err := h.accounts.UserNames(ctx, frame.IDsBy(consents, func(e permission.ConsentEvent) int64 { return e.UserID }))
	if err != nil {
		return err
	}
	seen, err := h.speakers(c, consents)
	if err != nil {
		return err
	}
	for _, e := range consents {
		p.Consents = append(p.Consents, consentRow{
			ConsentEvent: e, About: h.saidAbout(c, e), Proof: h.Evidence(c, e.Evidence),
			Via: h.Catalogue.TextOr(h.Lang(c), e.Source, nil, "consents.via_"+e.Source),
			By:  names[e.UserID], Other: e.CustomerID != p.CustomerID,
			Seen:  seen[e.CustomerID].ID != 0,
			Ended: !e.ExpiresAt.IsZero() && e.ExpiresAt <= h.Now(),
		})
	}
	suppressions, err := h.permission.SuppressionsOn(ctx, frame.Viewer(c), subject.CustomerID)
	if err != nil {
		return err
	}
	slices.Reverse(suppressions) // the newest first
	p.Suppressions, err = h.suppressionRows(c,
		slices.DeleteFunc(suppressions, func(sup permission.Suppression) bool { return !sup.InForce(h.Now()) }))
	return err
}

// speakers returns those of the customers who said something whom the viewer sees.
func (h *handlers) speakers(c *gin.Context, consents []permission.ConsentEvent) (map[int64]contact.Customer, error) {
	ids := make([]int64, len(consents))
	for i, e := range consents {
		ids[i] = e.CustomerID
	}
	return h.contacts.CustomersByID(c.Request.Context(), frame.Viewer(c), ids)
}

func (h *handlers) saidAbout(c *gin.Context, e permission.ConsentEvent) string {
	channel := h.T(c, "consents.every_channel")
	if e.Channel != "" {
		channel = h.T(c, "channel."+string(e.Channel))
	}
	return h.T(c, "purpose."+string(e.Purpose)) + " · " + channel
}

func (h *handlers) fillChoices(c *gin.Context, p *customerPermissionPage) {
	p.Purposes = frame.EnumOptions(h.Site, c, "purpose.", permission.Recordable(frame.Viewer(c)))
	p.Channels = frame.FilterOptions(h.Site, c, "consents.every_channel", "channel.", permission.Channels())
	p.Answers = frame.EnumOptions(h.Site, c, "consents.", []string{"given", "withdrawn"})
	p.Bases = frame.EnumOptions(h.Site, c, "basis.", permission.Bases())
	p.Scopes = frame.EnumOptions(h.Site, c, "scope.", permission.Scopes())
}

func (h *handlers) recordConsent(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	event, err := h.typedConsent(f)
	if err == nil {
		event.CustomerID = id
		err = h.permission.RecordByHand(c.Request.Context(), frame.Viewer(c), event)
	}
	if err == nil {
		return h.Redirect(c, frame.CustomerPermissionPath(id), frame.Done("consents.recorded"))
	}
	return h.Again(c, f, err, h.renderCustomerPermission)
}

// typedConsent reads the form of one consent.
func (h *handlers) typedConsent(f frame.Form) (permission.ConsentEvent, error) {
	e := permission.ConsentEvent{
		Purpose: permission.Purpose(f.Get("purpose")), Channel: permission.Channel(f.Get("channel")), Given: f.Get("answer") == "given",
		Basis: permission.Basis(f.Get("basis")), Wording: strings.TrimSpace(f.Get("wording")),
		Evidence: strings.TrimSpace(f.Get("evidence")),
	}
	var problems []fault.Field
	if e.Evidence == "" {
		problems = append(problems, fault.Field{Name: "evidence", Code: "required", Problem: "is required"})
	}
	if !e.Given {
		e.Basis = permission.ByOwnRequest
	}
	var bad []fault.Field
	e.At, bad = h.TypedTime("at", f.Get("at"))
	problems = append(problems, bad...)
	e.ExpiresAt, bad = h.typedEndOfDay("expires_at", f.Get("expires_at"))
	problems = append(problems, bad...)
	if len(problems) > 0 {
		return e, fault.InvalidFields(problems...)
	}
	return e, nil
}

func (h *handlers) recordRefusal(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	at, err := h.permission.RefuseByHand(c.Request.Context(), frame.Viewer(c), id,
		permission.Scope(f.Get("scope")), strings.TrimSpace(f.Get("refusal_evidence")))
	if err != nil {
		f, unmendable := h.RefusedForm(c, f, err)
		if unmendable != nil {
			return unmendable
		}
		f.Errors["refusal_evidence"] = f.Errors["evidence"] // the other form on the page has a field of that name
		delete(f.Errors, "evidence")
		return h.renderCustomerPermission(c, frame.StatusOf(err), f)
	}
	undo := frame.CustomerPermissionPath(id) + "/refusals/undo?at=" + strconv.FormatInt(int64(at), 10)
	return h.Redirect(c, frame.CustomerPermissionPath(id), frame.Done("contactable.refused").Undo(undo))
}

func (h *handlers) undoRefusal(c *gin.Context, id int64) error {
	at, err := strconv.ParseInt(c.Query("at"), 10, 64)
	if err != nil {
		return frame.ErrNoPage
	}
	if err := h.permission.TakeBackRefusal(c.Request.Context(), frame.Viewer(c), id, clock.Instant(at)); err != nil {
		return err
	}
	return h.Redirect(c, frame.CustomerPermissionPath(id), frame.Done("contactable.undone"))
}
