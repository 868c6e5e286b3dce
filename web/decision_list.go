package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// decisionListPage is the decisions behind a number.
type decisionListPage struct {
	page
	Rows                          []decisionRow
	Pager                         pager
	Filter                        decision.Filter
	Kinds, States, Reasons, Rules []option
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

func (*decisionListPage) template() string { return "decision_list" }

func (s *Server) showDecisionList(c *gin.Context) error {
	f := decisionFilter(c)
	p := &decisionListPage{From: c.Query("from"), To: c.Query("to")}
	f.From, f.To = s.dayRange(p.From, p.To)
	rows, err := s.Decisions.List(c.Request.Context(), viewer(c), f)
	if err != nil {
		return err
	}
	p.Filter = f
	rows, p.Pager = paged(c, rows, func(r decision.Row) string {
		if f.OfResolutions() {
			return keyText(contact.ListKey{ChangedAt: r.Decision.ResolvedAt, ID: r.Decision.ResolutionID})
		}
		return strconv.FormatInt(r.Decision.ID, 10)
	})
	for _, r := range rows {
		p.Rows = append(p.Rows, decisionRow{
			Row: r, Rule: s.decisionRuleName(c, r.Decision.Rule, r.RuleName), Reason: s.reasonText(c, r.Decision.Reason, r.ReasonText),
			Fate: s.reasonText(c, r.Fate, ""),
		})
	}
	p.Kinds = s.options(c, "decisions.any_kind", "follow_up.", codesOf(policy.Kinds()))
	p.States = s.options(c, "decisions.any_decision", "decisions.", []string{string(decision.Planned), string(decision.Skipped), string(decision.Undecided)})
	p.States = append(p.States, option{string(decision.EveryResolution), s.t(c, "decisions.every_resolution")})
	if err := s.decisionWords(c, p); err != nil {
		return err
	}
	p.page = s.page(c, "decisions.list_title")
	p.Crumbs = []crumb{{Text: s.t(c, "decisions.title"), Href: "/decisions"}}
	return s.render(c, p)
}

// decisionFilter reads what the address asks for. A list of resolutions is of one kind. What has a reason, a rule or a fate is decided
// about: then every resolution is every decision, and of the undecided ones there are none to narrow.
func decisionFilter(c *gin.Context) decision.Filter {
	f := decision.Filter{
		Kind: policy.Kind(c.Query("kind")), State: decision.State(c.Query("state")), Reason: policy.Reason(c.Query("reason")),
		Rule: policy.RuleID(c.Query("rule")), Fate: policy.Reason(c.Query("fate")), Limit: pageSize + 1,
	}
	if f.State == decision.EveryResolution && (f.Reason != "" || f.Rule != "" || f.Fate != "") {
		f.State = ""
	}
	if !f.OfResolutions() {
		f.Before = listKeyID(c)
		return f
	}
	if f.Reason, f.Rule, f.Fate = "", "", ""; !slices.Contains(policy.Kinds(), f.Kind) {
		f.Kind = policy.Kinds()[0]
	}
	after := contactKey(listKey(c))
	f.BeforeAt, f.Before = after.ChangedAt, after.ID
	return f
}

// decisionWords fills in the rules and the reasons that there are to choose from, and that chosen by hand in the address.
func (s *Server) decisionWords(c *gin.Context, p *decisionListPage) error {
	words, err := s.Policies.Words(c.Request.Context())
	if err != nil {
		return err
	}
	p.Rules = []option{{"", s.t(c, "decisions.any_rule")}}
	for _, r := range words.Rules {
		p.Rules = append(p.Rules, option{string(r.Rule), s.decisionRuleName(c, r.Rule, r.Name)})
	}
	p.Reasons = []option{{"", s.t(c, "decisions.any_reason")}}
	for _, r := range words.Reasons {
		p.Reasons = append(p.Reasons, option{string(r.Reason), s.reasonText(c, r.Reason, r.Text)})
	}
	p.Rules, p.Reasons = withChosen(p.Rules, string(p.Filter.Rule)), withChosen(p.Reasons, string(p.Filter.Reason))
	return nil
}

// withChosen adds what the address asks for to the options if it is none of them: of a version long past.
func withChosen(options []option, chosen string) []option {
	if slices.ContainsFunc(options, func(o option) bool { return o.Value == chosen }) {
		return options
	}
	return append(options, option{chosen, chosen})
}

// dayRange reads two dates of the centre's zone, both inclusive; what is no date is no limit.
func (s *Server) dayRange(from, to string) (clock.Instant, clock.Instant) {
	var first, last clock.Instant
	if t, err := time.Parse(time.DateOnly, from); err == nil {
		first = clock.DayFrom(t.Date()).Start(s.opts.Zone)
	}
	if t, err := time.Parse(time.DateOnly, to); err == nil {
		last = (clock.DayFrom(t.Date()) + 1).Start(s.opts.Zone)
	}
	return first, last
}
