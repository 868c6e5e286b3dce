package followup

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// decisionsPage shows, for each kind of follow-up, the sum that adds up: resolved = planned + skipped by reason.
type decisionsPage struct {
	frame.Page
	Periods []frame.Option
	Period  string
	Sums    []decisionSum
	Days    []decisionDay
}

func (*decisionsPage) Template() string { return "decisions" }

// decisionSum is one kind's sum; every line leads to the decisions it counts.
type decisionSum struct {
	Kind      policy.Kind
	Resolved  frame.CountLine
	Planned   frame.CountLine
	Skipped   []frame.CountLine
	Undecided frame.CountLine
	Fate      []frame.CountLine
	Rules     []decisionRule
}

// decisionRule is what one rule decided.
type decisionRule struct {
	Name             string
	Planned, Skipped frame.CountLine
}

// decisionDay is what was decided about the resolutions of one day, by kind in the order of policy.Kinds.
type decisionDay struct {
	Date  string
	Cells []decisionCell
}

// decisionCell is one kind on one day.
type decisionCell struct{ Planned, Skipped frame.CountLine }

func (h *handlers) decisionsRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/decisions", Roles: supervisor, Handle: h.showDecisions},
		{Method: http.MethodGet, Path: "/decisions/list", Roles: supervisor, Handle: h.showDecisionList},
	}
}

func (h *handlers) showDecisions(c *gin.Context) error {
	days, from := h.decisionPeriod(c)
	ctx := c.Request.Context()
	summary, err := h.decisions.Summary(ctx, frame.Viewer(c), from, 0)
	if err != nil {
		return err
	}
	byDay, err := h.decisions.DaySums(ctx, frame.Viewer(c), from, 0)
	if err != nil {
		return err
	}
	p := &decisionsPage{Period: strconv.Itoa(days), Periods: h.decisionPeriods(c), Days: decisionDays(byDay)}
	period := url.Values{}
	if !from.IsZero() {
		period.Set("from", clock.DayOf(from, h.Zone).String())
	}
	for _, kind := range summary.Kinds {
		p.Sums = append(p.Sums, h.newDecisionSum(c, kind, period))
	}
	p.Page = h.Page(c, "decisions.title")
	return h.Render(c, p)
}

// decisionPeriod reads how many days back to look, today included, and when the first of them began; 0 days and no instant are all
// time.
func (h *handlers) decisionPeriod(c *gin.Context) (days int, from clock.Instant) {
	days, err := strconv.Atoi(c.DefaultQuery("days", "30"))
	if err != nil || days < 0 || days > 3660 {
		days = 30
	}
	if days == 0 {
		return 0, 0
	}
	return days, (clock.DayOf(h.Now(), h.Zone) - clock.Day(days-1)).Start(h.Zone)
}

// decisionPeriods are the periods to choose from.
func (h *handlers) decisionPeriods(c *gin.Context) []frame.Option {
	var list []frame.Option
	for _, days := range []int{7, 30, 90} {
		list = append(list, frame.Option{Value: strconv.Itoa(days), Label: h.T(c, "decisions.days", "count", days)})
	}
	return append(list, frame.Option{Value: "0", Label: h.T(c, "decisions.all_time")})
}

// newDecisionSum turns the sums of a kind into lines with addresses.
func (h *handlers) newDecisionSum(c *gin.Context, k decision.KindSummary, period url.Values) decisionSum {
	base := frame.With(period, "kind", string(k.Kind))
	line := func(count int, query url.Values) frame.CountLine {
		l := frame.CountLine{Count: count, Href: "/decisions/list?" + query.Encode()}
		if k.Resolved > 0 {
			l.Width = 100 * float64(count) / float64(k.Resolved)
		}
		return l
	}
	of := func(count int, state decision.State) frame.CountLine {
		return line(count, frame.With(base, "state", string(state)))
	}
	sum := decisionSum{
		Kind: k.Kind, Resolved: of(k.Resolved, decision.EveryResolution),
		Planned: of(k.Planned, decision.Planned), Undecided: of(k.Undecided, decision.Undecided),
	}
	for _, r := range k.Skipped {
		l := line(r.Count, frame.With(base, "state", string(decision.Skipped), "reason", string(r.Reason)))
		l.Text = h.ReasonText(c, r.Reason, r.Text)
		sum.Skipped = append(sum.Skipped, l)
	}
	for _, r := range k.Fate {
		l := line(r.Count, frame.With(base, "state", string(decision.Planned), "fate", string(r.Reason)))
		l.Text = h.ReasonText(c, r.Reason, r.Text)
		sum.Fate = append(sum.Fate, l)
	}
	for _, r := range k.Rules {
		byRule := frame.With(base, "rule", string(r.Rule))
		sum.Rules = append(sum.Rules, decisionRule{
			Name:    h.DecisionRuleName(c, r.Rule, r.Name),
			Planned: line(r.Planned, frame.With(byRule, "state", string(decision.Planned))),
			Skipped: line(r.Skipped, frame.With(byRule, "state", string(decision.Skipped))),
		})
	}
	return sum
}

func decisionDays(sums []decision.DaySum) []decisionDay {
	days := make([]decisionDay, len(sums))
	for i, sum := range sums {
		days[i].Date = sum.Date.String()
		for _, kind := range policy.Kinds() {
			query := frame.With(url.Values{}, "kind", string(kind), "from", days[i].Date, "to", days[i].Date)
			in := func(s decision.State) string {
				return "/decisions/list?" + frame.With(query, "state", string(s)).Encode()
			}
			days[i].Cells = append(days[i].Cells, decisionCell{
				Planned: frame.CountLine{Count: sum.Planned[kind], Href: in(decision.Planned)},
				Skipped: frame.CountLine{Count: sum.Skipped[kind], Href: in(decision.Skipped)},
			})
		}
	}
	return days
}
