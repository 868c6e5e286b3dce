package followup

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// decisionListPage is the decisions behind a number.
type decisionListPage struct {
	frame.Page
	Rows                          []decisionRow
	Pager                         frame.Pager
	Filter                        decision.Filter
	Kinds, States, Reasons, Rules []frame.Option
	From, To                      string
}

// decisionRow is a decision with its rule and its reason in words.
type decisionRow struct {
	decision.Row
	Rule, Reason string
	Fate         string
}

// Sampled reports whether the rule took a sample.
func (r decisionRow) Sampled() bool {
	return r.Decision.Rule != "" && r.Decision.ProbabilityPPM < policy.Everybody
}

func (*decisionListPage) Template() string { return "decision_list" }

func (h *handlers) showDecisionList(c *gin.Context) error {
	f := decisionFilter(c)
	p := &decisionListPage{From: c.Query("from"), To: c.Query("to")}
	f.From, f.To = h.dayRange(p.From, p.To)
	rows, err := h.decisions.List(c.Request.Context(), frame.Viewer(c), f)
	if err != nil {
		return err
	}
	p.Filter = f
	rows, p.Pager = frame.Paged(c, rows, func(r decision.Row) string {
		if f.OfResolutions() {
			return keyText(contact.ListKey{ChangedAt: r.Decision.ResolvedAt, ID: r.Decision.ResolutionID})
		}
		return strconv.FormatInt(r.Decision.ID, 10)
	})
	for _, r := range rows {
		p.Rows = append(p.Rows, decisionRow{
			Row: r, Rule: h.DecisionRuleName(c, r.Decision.Rule, r.RuleName), Reason: h.ReasonText(c, r.Decision.Reason, r.ReasonText),
			Fate: h.ReasonText(c, r.Fate, ""),
		})
	}
	p.Kinds = frame.FilterOptions(h.Site, c, "decisions.any_kind", "follow_up.", policy.Kinds())
	p.States = frame.FilterOptions(h.Site, c, "decisions.any_decision", "decisions.",
		[]decision.State{decision.Planned, decision.Skipped, decision.Undecided})
	p.States = append(p.States, frame.Option{Value: string(decision.EveryResolution), Label: h.T(c, "decisions.every_resolution")})
	if err := h.decisionWords(c, p); err != nil {
		return err
	}
	p.Page = h.Page(c, "decisions.list_title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "decisions.title"), Href: "/decisions"}}
	return h.Render(c, p)
}

// decisionFilter reads what the address asks for. A list of resolutions is of one kind. What has a reason, a rule or a fate is decided
// about: then every resolution is every decision, and of the undecided ones there are none to narrow.
func decisionFilter(c *gin.Context) decision.Filter {
	f := decision.Filter{
		Kind: policy.Kind(c.Query("kind")), State: decision.State(c.Query("state")), Reason: policy.Reason(c.Query("reason")),
		Rule: policy.RuleID(c.Query("rule")), Fate: policy.Reason(c.Query("fate")), Limit: frame.PageSize + 1,
	}
	if f.State == decision.EveryResolution && (f.Reason != "" || f.Rule != "" || f.Fate != "") {
		f.State = ""
	}
	if !f.OfResolutions() {
		f.Before = frame.ListKeyID(c)
		return f
	}
	if f.Reason, f.Rule, f.Fate = "", "", ""; !slices.Contains(policy.Kinds(), f.Kind) {
		f.Kind = policy.Kinds()[0]
	}
	after := contactKey(frame.ListKey(c))
	f.BeforeAt, f.Before = after.ChangedAt, after.ID
	return f
}

// decisionWords fills in the rules and the reasons that there are to choose from, and that chosen by hand in the address.
func (h *handlers) decisionWords(c *gin.Context, p *decisionListPage) error {
	words, err := h.policies.Words(c.Request.Context())
	if err != nil {
		return err
	}
	p.Rules = []frame.Option{{Value: "", Label: h.T(c, "decisions.any_rule")}}
	for _, r := range words.Rules {
		p.Rules = append(p.Rules, frame.Option{Value: string(r.Rule), Label: h.DecisionRuleName(c, r.Rule, r.Name)})
	}
	p.Reasons = []frame.Option{{Value: "", Label: h.T(c, "decisions.any_reason")}}
	for _, r := range words.Reasons {
		p.Reasons = append(p.Reasons, frame.Option{Value: string(r.Reason), Label: h.ReasonText(c, r.Reason, r.Text)})
	}
	p.Rules, p.Reasons = withChosen(p.Rules, string(p.Filter.Rule)), withChosen(p.Reasons, string(p.Filter.Reason))
	return nil
}

// withChosen adds what the address asks for to the options if it is none of them: of a version long past.
func withChosen(options []frame.Option, chosen string) []frame.Option {
	if slices.ContainsFunc(options, func(o frame.Option) bool { return o.Value == chosen }) {
		return options
	}
	return append(options, frame.Option{Value: chosen, Label: chosen})
}

// dayRange reads two dates of the centre's zone, both inclusive; what is no date is no limit.
func (h *handlers) dayRange(from, to string) (clock.Instant, clock.Instant) {
	var first, last clock.Instant
	if t, err := time.Parse(time.DateOnly, from); err == nil {
		first = clock.DayFrom(t.Date()).Start(h.Zone)
	}
	if t, err := time.Parse(time.DateOnly, to); err == nil {
		last = (clock.DayFrom(t.Date()) + 1).Start(h.Zone)
	}
	return first, last
}
