package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

const suppressionsPath = "/suppressions"

// suppressionsPage lists who must not be contacted, finds an address among them, and takes new ones by hand.
type suppressionsPage struct {
	page
	Rows     []suppressionRow
	Pager    pager
	Filter   permission.SuppressionFilter
	Narrowed bool
	Found    *lookUp // of an address; nil when none was looked for
	Scopes   []option
	Reasons  []option
	MayAdd   bool
	Form     form
}

func (*suppressionsPage) template() string { return "suppressions" }

// lookUp is an address that was looked for. It is never part of an address of a page.
type lookUp struct {
	Text  string
	Valid bool
	Rows  []suppressionRow
}

// suppressionPage shows one suppression and lifts it.
type suppressionPage struct {
	page
	Row     suppressionRow
	MayLift bool
	Form    form
}

func (*suppressionPage) template() string { return "suppression" }

// suppressionRow is one suppression in words. The address itself is not kept.
type suppressionRow struct {
	permission.Suppression
	Why      string // the reason in words
	Proof    string // the row or text it came from
	By       string
	LiftedBy string
	Holds    bool
}

// Path is the address of the suppression.
func (r suppressionRow) Path() string { return suppressionsPath + "/" + strconv.FormatInt(r.ID, 10) }

func (s *Server) suppressionsRoutes() []route {
	readers, keepers := []account.Role{account.Supervisor, account.Marketing}, []account.Role{account.Supervisor}
	return []route{
		{method: http.MethodGet, path: suppressionsPath, roles: readers, handle: s.listSuppressions},
		{method: http.MethodPost, path: suppressionsPath, roles: keepers, handle: s.addSuppression},
		{method: http.MethodPost, path: suppressionsPath + "/find", roles: readers, handle: s.findSuppressions},
		{method: http.MethodGet, path: suppressionsPath + "/:id", roles: readers, handle: s.showSuppression},
		{method: http.MethodPost, path: suppressionsPath + "/:id/lift", roles: keepers, handle: s.liftSuppression},
	}
}

func sampleSuppression() suppressionRow {
	return suppressionRow{Suppression: permission.Suppression{
		ID: 1, Kind: permission.PhoneAddress, Scope: permission.OneCampaign, CampaignID: 7, At: 1, UntilAt: 9, Reason: "import",
	}, Why: "import", Proof: "attempt 3", By: "Li", Holds: true}
}

func suppressionsSamples() []view {
	row, lifted := sampleSuppression(), sampleSuppression()
	lifted.UntilAt, lifted.LiftedAt, lifted.LiftReason, lifted.LiftedBy, lifted.Holds = 0, 5, "mistake", "Li", false
	choices := []option{{"", "any"}}
	return []view{
		&suppressionsPage{}, &suppressionsPage{Narrowed: true, Found: &lookUp{Text: "12"}},
		&suppressionsPage{
			Rows: []suppressionRow{row, lifted}, Pager: pager{Older: "/x"}, Found: &lookUp{Text: "139", Valid: true, Rows: []suppressionRow{row}},
			Scopes: choices, Reasons: choices, MayAdd: true, Form: form{Error: "wrong", Errors: map[string]string{"address": "wrong"}},
		},
		&suppressionsPage{Found: &lookUp{Text: "139", Valid: true}},
		&suppressionPage{Row: row, MayLift: true, Form: form{Error: "wrong"}}, &suppressionPage{Row: lifted},
	}
}

func (s *Server) listSuppressions(c *gin.Context) error {
	if id, err := strconv.ParseInt(c.Query("id"), 10, 64); err == nil && id > 0 {
		c.Redirect(http.StatusSeeOther, suppressionsPath+"/"+strconv.FormatInt(id, 10))
		return nil
	}
	return s.renderSuppressions(c, http.StatusOK, form{}, nil)
}

func (s *Server) renderSuppressions(c *gin.Context, status int, f form, found *lookUp) error {
	filter := permission.SuppressionFilter{Scope: permission.Scope(c.Query("scope")), Active: c.Query("active") == "1", Before: listKeyID(c)}
	list, err := s.Permission.Suppressions(c.Request.Context(), filter, pageSize+1)
	if err != nil {
		return err
	}
	p := &suppressionsPage{Filter: filter, Narrowed: filter.Scope != "" || filter.Active, Found: found, Form: f, MayAdd: viewer(c).Is(account.Supervisor)}
	list, p.Pager = pagedByID(c, list, func(sup permission.Suppression) int64 { return sup.ID })
	if p.Rows, err = s.suppressionRows(c, list); err != nil {
		return err
	}
	p.Scopes = options(s, c, "scope", byHandScopes)
	p.Reasons = options(s, c, "suppression", permission.SuppressionReasons())
	p.page = s.page(c, "suppressions.title")
	return s.renderStatus(c, status, p)
}

// byHandScopes is what people choose from: a suppression of one campaign comes with the campaign.
var byHandScopes = []permission.Scope{permission.Everything, permission.MarketingOnly, permission.SurveysOnly}

func (s *Server) suppressionRows(c *gin.Context, list []permission.Suppression) ([]suppressionRow, error) {
	names, err := s.Accounts.UserNames(c.Request.Context(), idsBy(append(slices.Clone(list), lifters(list)...), func(sup permission.Suppression) int64 { return sup.UserID }))
	if err != nil {
		return nil, err
	}
	rows := make([]suppressionRow, len(list))
	for i, sup := range list {
		rows[i] = suppressionRow{
			Suppression: sup, Why: s.messages.textOr(s.language(c), sup.Reason, nil, "suppression."+sup.Reason), Proof: s.evidence(c, sup.Evidence),
			By: names[sup.UserID], LiftedBy: names[sup.LiftedBy], Holds: sup.InForce(s.now()),
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
func (s *Server) findSuppressions(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	found := &lookUp{Text: strings.TrimSpace(f.Get("find"))}
	kind, address, _ := s.addressTyped(found.Text)
	if found.Valid = address != ""; found.Valid {
		if kind == permission.EmailAddress {
			address = found.Text // refusals that were stored before the present form are known by how they were written
		}
		list, err := s.Permission.Suppressions(c.Request.Context(), permission.SuppressionFilter{Kind: kind, Address: address}, pageSize)
		if err != nil {
			return err
		}
		if found.Rows, err = s.suppressionRows(c, list); err != nil {
			return err
		}
	}
	return s.renderSuppressions(c, http.StatusOK, form{}, found)
}

// addressTyped reads a phone number or an e-mail address as people type it; the problem says why it is neither.
func (s *Server) addressTyped(text string) (permission.AddressKind, string, *fault.Field) {
	kind := permission.PhoneAddress
	if strings.ContainsAny(text, "@＠") || strings.Contains(strings.ToLower(text), "%40") {
		kind = permission.EmailAddress
	}
	address, problem := permission.ReadAddress(kind, text, s.Contacts.Region())
	return kind, address, problem
}

func (s *Server) addSuppression(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	added := false
	sup, err := s.typedSuppression(f)
	if err == nil {
		added, err = s.Permission.SuppressByHand(c.Request.Context(), viewer(c), sup)
	}
	switch {
	case err == nil && added:
		return s.redirect(c, suppressionsPath, done("suppressions.added"))
	case err == nil:
		return s.redirect(c, suppressionsPath, done("suppressions.covered"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderSuppressions(c, statusOf(err), f, nil)
}

func (s *Server) typedSuppression(f form) (permission.Suppression, error) {
	sup := permission.Suppression{Scope: permission.Scope(f.Get("scope")), Reason: f.Get("reason"), Evidence: f.Get("evidence")}
	var problems []fault.Field
	var bad *fault.Field
	if sup.Kind, sup.Address, bad = s.addressTyped(f.Get("address")); bad != nil {
		if bad.Name = "address"; bad.Code == "phone_invalid" {
			bad.Code, bad.Problem = "no_address", "is neither a phone number nor an e-mail address"
		}
		problems = append(problems, *bad)
	}
	if !slices.Contains(byHandScopes, sup.Scope) {
		problems = append(problems, fault.Field{Name: "scope", Code: "unknown_value", Problem: "is not one of the choices"})
	}
	until, wrong := s.typedEndOfDay("until", f.Get("until"))
	sup.UntilAt = until
	if problems = append(problems, wrong...); len(problems) > 0 {
		return sup, fault.InvalidFields(problems...)
	}
	return sup, nil
}

func (s *Server) showSuppression(c *gin.Context) error {
	return s.renderSuppression(c, http.StatusOK, form{})
}

var errNoSuppression = fault.New(fault.NotFound, "suppression_not_found", "there is no such suppression")

func (s *Server) renderSuppression(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	list, err := s.Permission.Suppressions(c.Request.Context(), permission.SuppressionFilter{Before: id + 1}, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].ID != id {
		return errNoSuppression
	}
	rows, err := s.suppressionRows(c, list)
	if err != nil {
		return err
	}
	p := &suppressionPage{Row: rows[0], MayLift: viewer(c).Is(account.Supervisor) && list[0].LiftedAt == clock.Instant(0), Form: f}
	p.page = s.page(c, "suppressions.one", "id", id)
	p.Crumbs = []crumb{{Text: s.t(c, "suppressions.title"), Href: suppressionsPath}}
	return s.renderStatus(c, status, p)
}

func (s *Server) liftSuppression(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	err = s.Permission.LiftSuppression(c.Request.Context(), viewer(c), id, f.Get("reason"))
	if err == nil {
		return s.redirect(c, suppressionsPath+"/"+strconv.FormatInt(id, 10), done("suppressions.lifted"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderSuppression(c, statusOf(err), f)
}
