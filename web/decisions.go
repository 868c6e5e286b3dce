package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// decisionsPage shows, for each kind of follow-up, the sum that adds up: resolved = planned + skipped by reason.
type decisionsPage struct {
	page
	Periods []option
	Period  string
	Sums    []decisionSum
	Days    []decisionDay
}

func (*decisionsPage) template() string { return "decisions" }

// decisionSum is one kind's sum; every line leads to the decisions it counts.
type decisionSum struct {
	Kind      policy.Kind
	Resolved  decisionLine
	Planned   decisionLine
	Skipped   []decisionLine
	Undecided decisionLine
	Fate      []decisionLine
	Rules     []decisionRule
}

// decisionLine is one number, the width of its bar in percent of the resolved, and where it leads.
type decisionLine struct {
	Text  string // the reason in words, where the line is one's
	Count int
	Width float64
	Href  string
}

// decisionRule is what one rule decided.
type decisionRule struct {
	Name             string
	Planned, Skipped decisionLine
}

// decisionDay is what was decided about the resolutions of one day, by kind in the order of policy.Kinds.
type decisionDay struct {
	Date  string
	Cells []decisionCell
}

// decisionCell is one kind on one day.
type decisionCell struct{ Planned, Skipped decisionLine }

func (s *Server) decisionsRoutes() []route {
	supervisor := []account.Role{account.Supervisor}
	return []route{
		{method: http.MethodGet, path: "/decisions", roles: supervisor, handle: s.showDecisions},
		{method: http.MethodGet, path: "/decisions/list", roles: supervisor, handle: s.showDecisionList},
	}
}

func decisionsSamples() []view {
	line := decisionLine{Text: "too old", Count: 2, Width: 40, Href: "/decisions/list"}
	planned := decision.Decision{ID: 1, ContactID: 1, Kind: policy.FollowUpSurvey, State: decision.Planned, Rule: policy.RuleSurvey, ProbabilityPPM: 250_000, PolicyVersion: 1, DueAt: 1, DecidedAt: 1}
	skipped := decision.Decision{ID: 2, ContactID: 1, Kind: policy.FollowUpCallback, State: decision.Skipped, Rule: policy.RuleTooOld, PolicyVersion: 1, ReasonSince: 1, AllowedFrom: 2, Revision: 2, DecidedAt: 1}
	rows := []decisionRow{
		{Row: decision.Row{Decision: planned, ExternalID: "T-1", Customer: "c", Category: "c"}, Rule: "survey", Fate: "scheduled"},
		{Row: decision.Row{Decision: skipped, ExternalID: "T-1"}, Rule: "too old", Reason: "too old"},
		{Row: decision.Row{Decision: decision.Decision{ContactID: 1, Kind: policy.FollowUpCallback, State: decision.Undecided}, ExternalID: "T-2"}},
	}
	options := []option{{"", "Any"}}
	return []view{
		&decisionsPage{},
		&decisionsPage{
			Periods: []option{{"30", "30 days"}}, Period: "30", Days: []decisionDay{{Date: "2026-11-22", Cells: []decisionCell{{Planned: line, Skipped: line}}}},
			Sums: []decisionSum{{Kind: policy.FollowUpSurvey, Resolved: line, Planned: line, Skipped: []decisionLine{line}, Undecided: line, Fate: []decisionLine{line}, Rules: []decisionRule{{Name: "survey", Planned: line, Skipped: line}}}},
		},
		&decisionListPage{},
		&decisionListPage{Rows: rows, Pager: pager{Older: "/x"}, Kinds: options, States: options, Reasons: options, Rules: options, From: "2026-11-01", To: "2026-11-22"},
	}
}

func (s *Server) showDecisions(c *gin.Context) error {
	days, from := s.decisionPeriod(c)
	ctx := c.Request.Context()
	summary, err := s.Decisions.Summary(ctx, viewer(c), from, 0)
	if err != nil {
		return err
	}
	byDay, err := s.Decisions.DaySums(ctx, viewer(c), from, 0)
	if err != nil {
		return err
	}
	p := &decisionsPage{Period: strconv.Itoa(days), Periods: s.decisionPeriods(c), Days: decisionDays(byDay)}
	period := url.Values{}
	if !from.IsZero() {
		period.Set("from", clock.DayOf(from, s.opts.Zone).String())
	}
	for _, kind := range summary.Kinds {
		p.Sums = append(p.Sums, s.newDecisionSum(c, kind, period))
	}
	p.page = s.page(c, "decisions.title")
	return s.render(c, p)
}

// decisionPeriod reads how many days back to look, today included, and when the first of them began; 0 days and no instant are all
// time.
func (s *Server) decisionPeriod(c *gin.Context) (days int, from clock.Instant) {
	days, err := strconv.Atoi(c.DefaultQuery("days", "30"))
	if err != nil || days < 0 || days > 3660 {
		days = 30
	}
	if days == 0 {
		return 0, 0
	}
	return days, (clock.DayOf(s.now(), s.opts.Zone) - clock.Day(days-1)).Start(s.opts.Zone)
}

// decisionPeriods are the periods to choose from.
func (s *Server) decisionPeriods(c *gin.Context) []option {
	var list []option
	for _, days := range []int{7, 30, 90} {
		list = append(list, option{Value: strconv.Itoa(days), Label: s.t(c, "decisions.days", "count", days)})
	}
	return append(list, option{Value: "0", Label: s.t(c, "decisions.all_time")})
}

// newDecisionSum turns the sums of a kind into lines with addresses.
func (s *Server) newDecisionSum(c *gin.Context, k decision.KindSummary, period url.Values) decisionSum {
	base := with(period, "kind", string(k.Kind))
	line := func(count int, query url.Values) decisionLine {
		l := decisionLine{Count: count, Href: "/decisions/list?" + query.Encode()}
		if k.Resolved > 0 {
			l.Width = 100 * float64(count) / float64(k.Resolved)
		}
		return l
	}
	of := func(count int, state decision.State) decisionLine {
		return line(count, with(base, "state", string(state)))
	}
	sum := decisionSum{
		Kind: k.Kind, Resolved: of(k.Resolved, decision.EveryResolution), Planned: of(k.Planned, decision.Planned), Undecided: of(k.Undecided, decision.Undecided),
	}
	for _, r := range k.Skipped {
		l := line(r.Count, with(base, "state", string(decision.Skipped), "reason", string(r.Reason)))
		l.Text = s.reasonText(c, r.Reason, r.Text)
		sum.Skipped = append(sum.Skipped, l)
	}
	for _, r := range k.Fate {
		l := line(r.Count, with(base, "state", string(decision.Planned), "fate", string(r.Reason)))
		l.Text = s.reasonText(c, r.Reason, r.Text)
		sum.Fate = append(sum.Fate, l)
	}
	for _, r := range k.Rules {
		byRule := with(base, "rule", string(r.Rule))
		sum.Rules = append(sum.Rules, decisionRule{
			Name: s.decisionRuleName(c, r.Rule, r.Name), Planned: line(r.Planned, with(byRule, "state", string(decision.Planned))), Skipped: line(r.Skipped, with(byRule, "state", string(decision.Skipped))),
		})
	}
	return sum
}

// reasonText is a reason in the words of the policy that gave it, or in ours.
func (s *Server) reasonText(c *gin.Context, r policy.Reason, own string) string {
	if own != "" || r == "" {
		return own
	}
	return s.messages.textOr(s.language(c), string(r), nil, "reason."+string(r))
}

// decisionRuleName is what the policy calls a rule, or our name for it.
func (s *Server) decisionRuleName(c *gin.Context, id policy.RuleID, own string) string {
	return s.ruleName(c, policy.Rule{ID: id, Name: own})
}

func decisionDays(sums []decision.DaySum) []decisionDay {
	days := make([]decisionDay, len(sums))
	for i, sum := range sums {
		days[i].Date = sum.Date.String()
		for _, kind := range policy.Kinds() {
			query := with(url.Values{}, "kind", string(kind), "from", days[i].Date, "to", days[i].Date)
			days[i].Cells = append(days[i].Cells, decisionCell{
				Planned: decisionLine{Count: sum.Planned[kind], Href: "/decisions/list?" + with(query, "state", string(decision.Planned)).Encode()},
				Skipped: decisionLine{Count: sum.Skipped[kind], Href: "/decisions/list?" + with(query, "state", string(decision.Skipped)).Encode()},
			})
		}
	}
	return days
}

// with returns a copy of query values with more of them, names and values in turn.
func with(query url.Values, more ...string) url.Values {
	copied := url.Values{}
	for name, values := range query {
		copied[name] = values
	}
	for i := 0; i+1 < len(more); i += 2 {
		copied.Set(more[i], more[i+1])
	}
	return copied
}
