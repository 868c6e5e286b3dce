package permission

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

// suppressionsPage lists who must not be contacted, finds an address among them, and takes new ones by hand.
type suppressionsPage struct {
	frame.Page
	Rows     []suppressionRow
	Pager    frame.Pager
	Filter   permission.SuppressionFilter
	Narrowed bool
	Found    *lookUp // of an address; nil when none was looked for
	Scopes   []frame.Option
	Reasons  []frame.Option
	MayAdd   bool
	Form     frame.Form
}

func (*suppressionsPage) Template() string { return "suppressions" }

// lookUp is an address that was looked for. It is never part of an address of a page.
type lookUp struct {
	Text  string
	Valid bool
	Rows  []suppressionRow
}

// suppressionPage shows one suppression and lifts it.
type suppressionPage struct {
	frame.Page
	Row     suppressionRow
	MayLift bool
	Form    frame.Form
}

func (*suppressionPage) Template() string { return "suppression" }

// suppressionRow is one suppression in words. The address itself is not kept.
type suppressionRow struct {
	permission.Suppression
	Covers   string // the scope in words; its code when it is none of ours
	Why      string // the reason in words
	Proof    string // the row or text it came from
	By       string
	LiftedBy string
	Holds    bool
}

// Path is the address of the suppression.
func (r suppressionRow) Path() string {
	return frame.SuppressionsPath + "/" + strconv.FormatInt(r.ID, 10)
}

func (h *handlers) suppressionsRoutes() []frame.Route {
	readers, keepers := []account.Role{account.Supervisor, account.Marketing}, []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: frame.SuppressionsPath, Roles: readers, Handle: h.listSuppressions},
		{Method: http.MethodPost, Path: frame.SuppressionsPath, Roles: keepers, Handle: frame.Posted(h.addSuppression)},
		{Method: http.MethodPost, Path: frame.SuppressionsPath + "/find", Roles: readers, Handle: frame.Posted(h.findSuppressions)},
		{Method: http.MethodGet, Path: frame.SuppressionsPath + "/:id", Roles: readers, Handle: h.showSuppression},
		{Method: http.MethodPost, Path: frame.SuppressionsPath + "/:id/lift", Roles: keepers, Handle: frame.Numbered(h.liftSuppression)},
	}
}

func (h *handlers) listSuppressions(c *gin.Context) error {
	if id, err := strconv.ParseInt(c.Query("id"), 10, 64); err == nil && id > 0 {
		c.Redirect(http.StatusSeeOther, frame.SuppressionsPath+"/"+strconv.FormatInt(id, 10))
		return nil
	}
	return h.renderSuppressions(c, http.StatusOK, frame.Form{}, nil)
}

func (h *handlers) renderSuppressions(c *gin.Context, status int, f frame.Form, found *lookUp) error {
	filter := permission.SuppressionFilter{
		Scope:  permission.Scope(c.Query("scope")),
		Active: c.Query("active") == "1",
		Before: frame.ListKeyID(c),
	}
	list, err := h.permission.Suppressions(c.Request.Context(), filter, frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &suppressionsPage{
		Filter:   filter,
		Narrowed: filter.Scope != "" || filter.Active,
		Found:    found,
		Form:     f,
		MayAdd:   frame.Viewer(c).Is(account.Supervisor),
	}
	list, p.Pager = frame.PagedByID(c, list, func(sup permission.Suppression) int64 { return sup.ID })
	if p.Rows, err = h.suppressionRows(c, list); err != nil {
		return err
	}
	p.Scopes = frame.EnumOptions(h.Site, c, "scope.", permission.Scopes())
	p.Reasons = frame.EnumOptions(h.Site, c, "suppression.", permission.SuppressionReasons())
	p.Page = h.Page(c, "suppressions.title").About("suppression", 0)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) suppressionRows(c *gin.Context, list []permission.Suppression) ([]suppressionRow, error) {
	names, err := h.accounts.UserNames(c.Request.Context(),
		frame.IDsBy(append(slices.Clone(list), lifters(list)...), func(sup permission.Suppression) int64 { return sup.UserID }))
	if err != nil {
		return nil, err
	}
	rows := make([]suppressionRow, len(list))
	for i, sup := range list {
		rows[i] = suppressionRow{
			Suppression: sup, Covers: h.Catalogue.TextOr(h.Lang(c), string(sup.Scope), nil, "scope."+string(sup.Scope)),
			Why:   h.Catalogue.TextOr(h.Lang(c), sup.Reason, nil, "suppression."+sup.Reason),
			Proof: h.Evidence(c, sup.Evidence), Holds: sup.InForce(h.Now()),
			By: names[sup.UserID], LiftedBy: names[sup.LiftedBy],
		}
	}
	return rows, nil
}

// lifters stands in for those who lifted, so that their names are read with the others.
func lifters(list []permission.Suppression) []permission.Suppression {
	var by []permission.Suppression
	for _, sup := range list {
		if sup.LiftedBy != 0 {
			by = append(by, permission.Suppression{UserID: sup.LiftedBy})
		}
	}
	return by
}

// findSuppressions looks an address up. It is posted, so that no log and no history of a browser keeps it.
func (h *handlers) findSuppressions(c *gin.Context, f frame.Form) error {
	found := &lookUp{Text: strings.TrimSpace(f.Get("find"))}
	kind, address, _ := h.addressTyped(found.Text)
	if found.Valid = address != ""; found.Valid {
		if kind == permission.EmailAddress {
			address = found.Text // refusals that were stored before the present form are known by how they were written
		}
		list, err := h.permission.Suppressions(c.Request.Context(),
			permission.SuppressionFilter{Kind: kind, Address: address}, frame.PageSize)
		if err != nil {
			return err
		}
		if found.Rows, err = h.suppressionRows(c, list); err != nil {
			return err
		}
	}
	return h.renderSuppressions(c, http.StatusOK, frame.Form{}, found)
}

// addressTyped reads a phone number or an e-mail address as people type it; the problem says why it is neither.
func (h *handlers) addressTyped(text string) (permission.AddressKind, string, *fault.Field) {
	kind := permission.PhoneAddress
	if strings.ContainsAny(text, "@＠") || strings.Contains(strings.ToLower(text), "%40") {
		kind = permission.EmailAddress
	}
	address, problem := permission.ReadAddress(kind, text, h.contacts.Region())
	return kind, address, problem
}

func (h *handlers) addSuppression(c *gin.Context, f frame.Form) error {
	added := false
	sup, err := h.typedSuppression(f)
	if err == nil {
		added, err = h.permission.SuppressByHand(c.Request.Context(), frame.Viewer(c), sup)
	}
	switch {
	case err == nil && added:
		return h.Redirect(c, frame.SuppressionsPath, frame.Done("suppressions.added"))
	case err == nil:
		return h.Redirect(c, frame.SuppressionsPath, frame.Done("suppressions.covered"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderSuppressions(c, status, f, nil)
	})
}

func (h *handlers) typedSuppression(f frame.Form) (permission.Suppression, error) {
	sup := permission.Suppression{Scope: permission.Scope(f.Get("scope")), Reason: f.Get("reason"), Evidence: f.Get("evidence")}
	var problems []fault.Field
	var bad *fault.Field
	if sup.Kind, sup.Address, bad = h.addressTyped(f.Get("address")); bad != nil {
		if bad.Name = "address"; bad.Code == "phone_invalid" {
			bad.Code, bad.Problem = "no_address", "is neither a phone number nor an e-mail address"
		}
		problems = append(problems, *bad)
	}
	if !slices.Contains(permission.Scopes(), sup.Scope) {
		problems = append(problems, fault.Field{Name: "scope", Code: "unknown_value", Problem: "is not one of the choices"})
	}
	until, wrong := h.typedEndOfDay("until", f.Get("until"))
	sup.UntilAt = until
	if problems = append(problems, wrong...); len(problems) > 0 {
		return sup, fault.InvalidFields(problems...)
	}
	return sup, nil
}

func (h *handlers) showSuppression(c *gin.Context) error {
	return h.renderSuppression(c, http.StatusOK, frame.Form{})
}

var errNoSuppression = fault.New(fault.NotFound, "suppression_not_found", "there is no such suppression")

func (h *handlers) renderSuppression(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	list, err := h.permission.Suppressions(c.Request.Context(), permission.SuppressionFilter{Before: id + 1}, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].ID != id {
		return errNoSuppression
	}
	rows, err := h.suppressionRows(c, list)
	if err != nil {
		return err
	}
	p := &suppressionPage{Row: rows[0], MayLift: frame.Viewer(c).Is(account.Supervisor) && list[0].LiftedAt == clock.Instant(0), Form: f}
	p.Page = h.Page(c, "suppressions.one", "id", id).About("suppression", id)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "suppressions.title"), Href: frame.SuppressionsPath}}
	return h.RenderStatus(c, status, p)
}

func (h *handlers) liftSuppression(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	err = h.permission.LiftSuppression(c.Request.Context(), frame.Viewer(c), id, f.Get("reason"))
	if err == nil {
		return h.Redirect(c, frame.SuppressionsPath+"/"+strconv.FormatInt(id, 10), frame.Done("suppressions.lifted"))
	}
	return h.Again(c, f, err, h.renderSuppression)
}

// typedEndOfDay reads a date as the end of that day at the centre; nothing is none.
func (h *handlers) typedEndOfDay(field, text string) (clock.Instant, []fault.Field) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, []fault.Field{{Name: field, Code: "not_a_date", Problem: "is not a date such as 2026-11-22", Value: text}}
	}
	return (clock.DayFrom(t.Date()) + 1).Start(h.Zone), nil
}
