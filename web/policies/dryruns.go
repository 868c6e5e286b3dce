package policies

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// dryRunPage shows one dry run: how far it is, and what the policy would have done next to what was done.
type dryRunPage struct {
	frame.Page
	Run     decision.DryRun
	Policy  policy.Record // ID 0: the draft is deleted
	By      string
	Changed bool // the draft is not any more what was tried
	Kinds   []dryRunKind
}

func (*dryRunPage) Template() string { return "dry_run" }

// dryRunKind is one kind of follow-up: the sum both ways, the rules, and what would come out otherwise.
type dryRunKind struct {
	Kind     policy.Kind
	Resolved int
	Same     int
	Sum      []dryRunLine // resolved, less each reason, is planned
	Rules    []dryRunRule
	Changes  []dryRunChange
}

// dryRunLine is one line of the sum: what would be, what was, and the bar of what would be in percent of the resolved.
type dryRunLine struct {
	Planned         bool
	Text            string
	Would, Happened int
	Width           float64
	Examples        []decision.Example // of what would be; of what was where nothing would be
}

// More is how many more there would be.
func (l dryRunLine) More() int { return l.Would - l.Happened }

// dryRunRule is what one rule would decide alike.
type dryRunRule struct {
	Name, Text string
	Planned    bool
	Count      int
	Examples   []decision.Example
}

// dryRunChange is how many resolutions would come out otherwise.
type dryRunChange struct {
	From, To string
	Count    int
	Examples []decision.Example
}

func (h *handlers) dryRunsRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodPost, Path: policiesPath + "/:id/dryruns", Roles: supervisor, Handle: h.startDryRun},
		{Method: http.MethodGet, Path: "/dryruns/:id", Roles: supervisor, Handle: frame.Numbered(h.showDryRun)},
		{Method: http.MethodPost, Path: "/dryruns/:id/cancel", Roles: supervisor, Handle: frame.Numbered(h.cancelDryRun)},
	}
}

func (h *handlers) dryRunsOf(c *gin.Context, policyID int64) ([]decision.DryRun, error) {
	return h.decisions.DryRuns(c.Request.Context(), policyID)
}

func (h *handlers) startDryRun(c *gin.Context) error {
	record, f, err := h.policyForm(c)
	if err != nil {
		return err
	}
	days, _ := strconv.Atoi(f.Get("days")) // anything else is no number of days there can be
	run, err := h.decisions.StartDryRun(c.Request.Context(), frame.Viewer(c), record.ID, days)
	if err != nil {
		return h.refusePolicy(c, record, f, err)
	}
	return h.Redirect(c, dryRunPath(run.ID))
}

func dryRunPath(id int64) string { return "/dryruns/" + strconv.FormatInt(id, 10) }

func (h *handlers) cancelDryRun(c *gin.Context, id int64) error {
	if err := h.decisions.CancelDryRun(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, dryRunPath(id), frame.Done("dry_run.cancelled"))
}

func (h *handlers) showDryRun(c *gin.Context, id int64) error {
	ctx := c.Request.Context()
	run, report, err := h.decisions.DryRunByID(ctx, frame.Viewer(c), id)
	if err != nil {
		return err
	}
	p := &dryRunPage{Run: run}
	if p.Policy, err = h.policies.ByID(ctx, run.PolicyID); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	p.Changed = p.Policy.ID != 0 && p.Policy.Draft() && p.Policy.Revision != run.Revision
	names, err := h.accounts.UserNames(ctx, []int64{run.CreatedBy})
	if err != nil {
		return err
	}
	p.By = names[run.CreatedBy]
	if report != nil {
		for _, kind := range report.Kinds {
			p.Kinds = append(p.Kinds, h.dryRunKind(c, report.Resolved, kind))
		}
	}
	p.Page = h.Page(c, "dry_run.one", "count", run.Days)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "policy.title"), Href: policiesPath}}
	if p.Policy.ID != 0 {
		p.Crumbs = append(p.Crumbs, frame.Crumb{
			Text: h.T(c, policyTitle(p.Policy), "version", p.Policy.Version, "id", p.Policy.ID),
			Href: policyPath(p.Policy.ID),
		})
	}
	return h.Render(c, p)
}

// dryRunKind puts one kind of a report into words.
func (h *handlers) dryRunKind(c *gin.Context, resolved int, k decision.DryRunKind) dryRunKind {
	kind := dryRunKind{Kind: k.Kind, Resolved: resolved, Same: k.Same, Sum: h.dryRunSum(c, resolved, k)}
	words := map[policy.Reason]string{"": h.T(c, "decisions.planned")}
	for _, line := range slices.Concat(k.Lines, k.Happened) {
		if words[line.Reason] == "" {
			words[line.Reason] = h.dryRunReason(c, line)
		}
	}
	for _, line := range k.Lines {
		rule := dryRunRule{
			Name:     h.DecisionRuleName(c, line.Rule, line.Name),
			Planned:  plannedLine(line),
			Count:    line.Count,
			Examples: line.Examples,
		}
		if line.Reason != "" {
			rule.Text = words[line.Reason]
		}
		kind.Rules = append(kind.Rules, rule)
	}
	for _, change := range k.Changes {
		kind.Changes = append(kind.Changes,
			dryRunChange{From: words[change.From], To: words[change.To], Count: change.Count, Examples: change.Examples})
	}
	return kind
}

// plannedLine reports whether the follow-up was planned, even if it was given up later.
func plannedLine(line decision.DryRunLine) bool { return line.Reason == "" || line.GivenUp }

func (h *handlers) dryRunReason(c *gin.Context, line decision.DryRunLine) string {
	if line.Reason == policy.ReasonUndecided {
		return h.T(c, "decisions.undecided")
	}
	return h.ReasonText(c, line.Reason, line.Text)
}

// dryRunSum lines up what would be with what was: reason by reason, the most first, then what is planned. Either way the lines sum
// to the resolved.
func (h *handlers) dryRunSum(c *gin.Context, resolved int, k decision.DryRunKind) []dryRunLine {
	planned := dryRunLine{Planned: true, Text: h.T(c, "decisions.planned")}
	byReason := map[policy.Reason]*dryRunLine{}
	at := func(line decision.DryRunLine) *dryRunLine {
		if plannedLine(line) {
			return &planned
		}
		if byReason[line.Reason] == nil {
			byReason[line.Reason] = &dryRunLine{Text: h.dryRunReason(c, line)}
		}
		return byReason[line.Reason]
	}
	for _, line := range k.Lines {
		l := at(line)
		l.Would += line.Count
		l.Examples = append(l.Examples, line.Examples...)
	}
	for _, line := range k.Happened {
		l := at(line)
		l.Happened += line.Count
		if l.Would == 0 {
			l.Examples = append(l.Examples, line.Examples...)
		}
	}
	var lines []dryRunLine
	for _, l := range byReason {
		lines = append(lines, *l)
	}
	slices.SortFunc(lines, func(a, b dryRunLine) int {
		return cmp.Or(cmp.Compare(b.Would, a.Would), cmp.Compare(b.Happened, a.Happened), cmp.Compare(a.Text, b.Text))
	})
	lines = append(lines, planned)
	for i := range lines {
		lines[i].Width = 100 * float64(lines[i].Would) / float64(max(1, resolved))
		lines[i].Examples = lines[i].Examples[:min(len(lines[i].Examples), shownExamples)]
	}
	return lines
}

// shownExamples is how many contacts a line of the sum shows, in one line; the rules below show all there are.
const shownExamples = 3
