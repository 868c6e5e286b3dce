package audiences

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

// explainPage says whether one customer is in an audience, and why.
type explainPage struct {
	frame.Page
	AudienceID int64
	Query      string             // what was looked for
	Asked      bool               // something was looked for
	Found      []contact.Customer // more than one: which of them?
	Answer     *explanation
}

func (*explainPage) Template() string { return "audience_explain" }

// explanation is a campaign.Explanation in the reader's words.
type explanation struct {
	Customer    contact.Customer
	AsOf        clock.Instant
	Eligible    bool
	First       string // the first reason
	Reasons     []explainedReason
	AllowedFrom clock.Instant
	Consent     string // the consent that permits it
	Trace       tracedRule
}

type explainedReason struct {
	Text     string
	Evidence string
	From     clock.Instant
}

// tracedRule is one node of the rule: what is asked, whether it holds, and what is known.
type tracedRule struct {
	Text     string
	Holds    bool
	Known    string
	Children []tracedRule
}

func (h *handlers) explainCustomer(c *gin.Context, id int64) error {
	ctx := c.Request.Context()
	audience, err := h.campaigns.Audience(ctx, id)
	if err != nil {
		return err
	}
	p := &explainPage{AudienceID: id, Query: strings.TrimSpace(c.Query("q"))}
	customer, _ := strconv.ParseInt(c.Query("customer"), 10, 64)
	if customer == 0 && p.Query != "" {
		if p.Found, err = h.contacts.Find(ctx, frame.Viewer(c), p.Query); err != nil {
			return err
		}
		if len(p.Found) == 1 {
			customer, p.Found = p.Found[0].ID, nil
		}
	}
	if p.Asked = customer != 0 || p.Query != ""; customer != 0 {
		e, err := h.campaigns.Explain(ctx, id, customer)
		if err != nil {
			return err
		}
		p.Answer = h.explanation(c, e)
	}
	p.Page = h.Page(c, "audience.explain")
	p.Crumbs = h.audienceCrumbs(c, audience)
	return h.RenderStatus(c, http.StatusOK, p)
}

func (h *handlers) audienceCrumbs(c *gin.Context, a campaign.Audience) []frame.Crumb {
	return []frame.Crumb{
		{Text: h.T(c, "audiences.title"), Href: "/audiences"},
		{Text: h.audienceName(c, a), Href: "/audiences/" + strconv.FormatInt(a.ID, 10)},
	}
}

func (h *handlers) explanation(c *gin.Context, e campaign.Explanation) *explanation {
	x := &explanation{
		Customer: e.Customer, AsOf: e.AsOf, Eligible: e.Eligible(), AllowedFrom: e.AllowedFrom, Trace: h.traced(c, e.Trace),
	}
	for i, reason := range e.Reasons {
		r := explainedReason{Text: h.T(c, "reason."+string(reason))}
		if i == 0 {
			x.First = r.Text
		}
		at := slices.IndexFunc(e.Against, func(a permission.Reason) bool { return string(a.Code) == string(reason) })
		if at >= 0 {
			r.From, r.Evidence = e.Against[at].From, h.Evidence(c, e.Against[at].Evidence)
		}
		x.Reasons = append(x.Reasons, r)
	}
	if e.ConsentID != 0 {
		x.Consent = h.T(c, "evidence.consent", "id", e.ConsentID)
	}
	return x
}

// evidenceList puts the rows that reasons came from into words: "resolution 12, response 34".
func (h *handlers) evidenceList(c *gin.Context, rows string) string {
	if rows == "" {
		return ""
	}
	parts := strings.Split(rows, ", ")
	for i, row := range parts {
		parts[i] = h.Evidence(c, row)
	}
	return strings.Join(parts, " · ")
}

func (h *handlers) traced(c *gin.Context, t campaign.Trace) tracedRule {
	words := h.words(c)
	r := tracedRule{Holds: t.Holds}
	switch {
	case t.Rule.Fact == campaign.ResolvedWithin:
		r.Text, r.Known = t.Rule.Sentence(words), h.T(c, "rule.never_resolved")
		if !t.At.IsZero() {
			r.Known = t.At.In(h.Zone).Format("2006-01-02 15:04")
		}
	case t.Rule.Fact != "":
		known := make([]string, len(t.Values))
		for i, v := range t.Values {
			known[i] = campaign.ValueText(t.Rule.Fact, v, words)
		}
		r.Text, r.Known = t.Rule.Sentence(words), strings.Join(known, " · ")
		if len(known) == 0 {
			r.Known = h.T(c, "rule.not_known")
		}
	case t.Rule.Not != nil:
		r.Text = h.T(c, "rule.none_of")
	case t.Rule.Any != nil:
		r.Text = h.T(c, "rule.any_of")
	default:
		r.Text = h.T(c, "rule.all_of")
	}
	for _, child := range t.Children {
		r.Children = append(r.Children, h.traced(c, child))
	}
	return r
}

// examplesPage lists customers behind a number of a waterfall.
type examplesPage struct {
	frame.Page
	AudienceID int64
	Reason     string // empty for the eligible ones
	Limit      int
	Customers  []exampleRow
}

// exampleRow is a customer with everything that stands against them.
type exampleRow struct {
	ID          int64
	Name        string
	Reference   string
	Address     string // masked
	Others      string // reasons beside the first
	AllowedFrom clock.Instant
}

func (*examplesPage) Template() string { return "audience_customers" }

func (h *handlers) showExamples(c *gin.Context, id int64) error {
	reason := campaign.Reason(c.Query("reason"))
	if reason != "" && !slices.Contains(campaign.Reasons(), reason) {
		return frame.ErrNoPage
	}
	ctx := c.Request.Context()
	audience, err := h.campaigns.Audience(ctx, id)
	if err != nil {
		return err
	}
	examples, err := h.campaigns.Examples(ctx, id, reason, frame.PageSize)
	if err != nil {
		return err
	}
	p := &examplesPage{AudienceID: id, Reason: string(reason), Limit: frame.PageSize}
	for _, e := range examples {
		row := exampleRow{
			ID: e.Customer.ID, Name: e.Customer.Name, Reference: e.Customer.Reference,
			Address: masked(e.Address), AllowedFrom: e.AllowedFrom,
		}
		var others []string
		for _, r := range e.Reasons[min(1, len(e.Reasons)):] {
			others = append(others, h.T(c, "reason."+string(r)))
		}
		row.Others = strings.Join(others, " · ")
		p.Customers = append(p.Customers, row)
	}
	title := "waterfall.eligible"
	if reason != "" {
		title = "reason." + string(reason)
	}
	p.Page = h.Page(c, title)
	p.Crumbs = h.audienceCrumbs(c, audience)
	return h.Render(c, p)
}

// masked returns a phone number or an e-mail address so that its owner can be told from others but not reached.
func masked(address string) string {
	if local, domain, found := strings.Cut(address, "@"); found {
		return local[:min(1, len(local))] + "***@" + domain
	}
	if len(address) < 9 {
		return strings.Repeat("*", len(address))
	}
	return address[:len(address)-8] + "****" + address[len(address)-4:]
}
