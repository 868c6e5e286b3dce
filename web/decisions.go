package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks"
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
	Kind      tasks.Kind
	Resolved  int
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

// decisionDay is what was decided about the resolutions of one day, by kind in the order of tasks.Kinds.
type decisionDay struct {
	Date  string
	Cells []decisionCell
}

// decisionCell is one kind on one day.
type decisionCell struct{ Planned, Skipped decisionLine }

// decisionListPage is the decisions behind a number.
type decisionListPage struct {
	page
	Rows                          []decisionRow
	Pager                         pager
	Filter                        tasks.DecisionFilter
	Kinds, States, Reasons, Rules []option
	From, To                      string
}

// decisionRow is a decision with its rule and its reason in words.
type decisionRow struct {
	tasks.DecisionRow
	Rule, Reason string
	Fate         string
}

// Sampled reports whether the rule took a sample.
func (r decisionRow) Sampled() bool { return r.Decision.ProbabilityPPM < tasks.Everybody }

func (*decisionListPage) template() string { return "decision_list" }

func (s *Server) decisionsRoutes() []route {
	supervisor := []account.Role{account.Supervisor}
	return []route{
		{method: http.MethodGet, path: "/decisions", roles: supervisor, handle: s.showDecisions},
		{method: http.MethodGet, path: "/decisions/list", roles: supervisor, handle: s.showDecisionList},
	}
}

func decisionsSamples() []view {
	line := decisionLine{Text: "too old", Count: 2, Width: 40, Href: "/decisions/list"}
	planned := tasks.Decision{ID: 1, ContactID: 1, Kind: tasks.FollowUpSurvey, State: tasks.Planned, Rule: tasks.RuleSurvey, ProbabilityPPM: 250_000, PolicyVersion: 1, DueAt: 1, DecidedAt: 1}
	skipped := tasks.Decision{ID: 2, ContactID: 1, Kind: tasks.FollowUpCallback, State: tasks.Skipped, Rule: tasks.RuleTooOld, PolicyVersion: 1, ReasonSince: 1, AllowedFrom: 2, Revision: 2, DecidedAt: 1}
	rows := []decisionRow{
		{DecisionRow: tasks.DecisionRow{Decision: planned, ExternalID: "T-1", Customer: "c", Category: "c"}, Rule: "survey", Fate: "scheduled"},
		{DecisionRow: tasks.DecisionRow{Decision: skipped, ExternalID: "T-1"}, Rule: "too old", Reason: "too old"},
	}
	options := []option{{"", "Any"}}
	return []view{
		&decisionsPage{},
		&decisionsPage{
			Periods: []option{{"30", "30 days"}}, Period: "30", Days: []decisionDay{{Date: "2026-11-22", Cells: []decisionCell{{Planned: line, Skipped: line}}}},
			Sums: []decisionSum{{Kind: tasks.FollowUpSurvey, Resolved: 5, Planned: line, Skipped: []decisionLine{line}, Undecided: line, Fate: []decisionLine{line}, Rules: []decisionRule{{Name: "survey", Planned: line, Skipped: line}}}},
		},
		&decisionListPage{},
		&decisionListPage{Rows: rows, Pager: pager{Older: "/x"}, Kinds: options, States: options, Reasons: options, Rules: options, From: "2026-11-01", To: "2026-11-22"},
	}
}

func (s *Server) showDecisions(c *gin.Context) error {
	days, from := s.decisionPeriod(c)
	ctx := c.Request.Context()
	summary, err := s.Tasks.Summary(ctx, viewer(c), from, 0)
	if err != nil {
		return err
	}
	byDay, err := s.Tasks.DaySums(ctx, viewer(c), from, 0)
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
func (s *Server) newDecisionSum(c *gin.Context, k tasks.KindSummary, period url.Values) decisionSum {
	base := with(period, "kind", string(k.Kind))
	line := func(count int, query url.Values) decisionLine {
		l := decisionLine{Count: count, Href: "/decisions/list?" + query.Encode()}
		if k.Resolved > 0 {
			l.Width = 100 * float64(count) / float64(k.Resolved)
		}
		return l
	}
	sum := decisionSum{Kind: k.Kind, Resolved: k.Resolved, Planned: line(k.Planned, with(base, "state", string(tasks.Planned))), Undecided: line(k.Undecided, base)}
	for _, r := range k.Skipped {
		l := line(r.Count, with(base, "state", string(tasks.Skipped), "reason", string(r.Reason)))
		l.Text = s.reasonText(c, r.Reason, r.Text)
		sum.Skipped = append(sum.Skipped, l)
	}
	for _, r := range k.Fate {
		l := line(r.Count, with(base, "state", string(tasks.Planned), "fate", string(r.Reason)))
		l.Text = s.reasonText(c, r.Reason, r.Text)
		sum.Fate = append(sum.Fate, l)
	}
	for _, r := range k.Rules {
		byRule := with(base, "rule", string(r.Rule))
		sum.Rules = append(sum.Rules, decisionRule{
			Name: s.decisionRuleName(c, r.Rule, r.Name), Planned: line(r.Planned, with(byRule, "state", string(tasks.Planned))), Skipped: line(r.Skipped, with(byRule, "state", string(tasks.Skipped))),
		})
	}
	return sum
}

// reasonText is a reason in the words of the policy that gave it, or in ours.
func (s *Server) reasonText(c *gin.Context, r tasks.Reason, own string) string {
	if own != "" || r == "" {
		return own
	}
	return s.messages.textOr(s.language(c), string(r), nil, "reason."+string(r))
}

// decisionRuleName is what the policy calls a rule, or our name for it.
func (s *Server) decisionRuleName(c *gin.Context, id tasks.RuleID, own string) string {
	return s.ruleName(c, tasks.Rule{ID: id, Name: own})
}

func decisionDays(sums []tasks.DaySum) []decisionDay {
	days := make([]decisionDay, len(sums))
	for i, sum := range sums {
		days[i].Date = sum.Date.String()
		for _, kind := range tasks.Kinds() {
			query := with(url.Values{}, "kind", string(kind), "from", days[i].Date, "to", days[i].Date)
			days[i].Cells = append(days[i].Cells, decisionCell{
				Planned: decisionLine{Count: sum.Planned[kind], Href: "/decisions/list?" + with(query, "state", string(tasks.Planned)).Encode()},
				Skipped: decisionLine{Count: sum.Skipped[kind], Href: "/decisions/list?" + with(query, "state", string(tasks.Skipped)).Encode()},
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

func (s *Server) showDecisionList(c *gin.Context) error {
	f := tasks.DecisionFilter{
		Kind: tasks.Kind(c.Query("kind")), State: tasks.DecisionState(c.Query("state")), Reason: tasks.Reason(c.Query("reason")),
		Rule: tasks.RuleID(c.Query("rule")), Fate: tasks.Reason(c.Query("fate")), Before: listKeyID(c), Limit: pageSize + 1,
	}
	p := &decisionListPage{From: c.Query("from"), To: c.Query("to")}
	f.From, f.To = s.dayRange(p.From, p.To)
	rows, err := s.Tasks.Decisions(c.Request.Context(), viewer(c), f)
	if err != nil {
		return err
	}
	p.Filter = f
	rows, p.Pager = pagedByID(c, rows, func(r tasks.DecisionRow) int64 { return r.Decision.ID })
	for _, r := range rows {
		p.Rows = append(p.Rows, decisionRow{
			DecisionRow: r, Rule: s.decisionRuleName(c, r.Decision.Rule, r.RuleName), Reason: s.reasonText(c, r.Decision.Reason, r.ReasonText),
			Fate: s.reasonText(c, r.Fate, ""),
		})
	}
	p.Kinds = s.options(c, "decisions.any_kind", "follow_up.", codesOf(tasks.Kinds()))
	p.States = s.options(c, "decisions.any_decision", "decisions.", []string{string(tasks.Planned), string(tasks.Skipped)})
	if err := s.decisionWords(c, p); err != nil {
		return err
	}
	p.page = s.page(c, "decisions.list_title")
	p.Crumbs = []crumb{{Text: s.t(c, "decisions.title"), Href: "/decisions"}}
	return s.render(c, p)
}

// decisionWords fills in the rules and the reasons that there are to choose from, and that chosen by hand in the address.
func (s *Server) decisionWords(c *gin.Context, p *decisionListPage) error {
	words, err := s.Tasks.Words(c.Request.Context())
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
