package policies

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

const policiesPath = "/policies"

// policiesPage reads the policy in force out, and lists the drafts and the versions there were.
type policiesPage struct {
	frame.Page
	InForce policy.Record
	Rules   []policyRuleRow
	Drafts  []policy.Record
	History []policy.Record
	Older   string // address of the versions before those shown
	Newer   bool   // there are newer versions than those shown
	From    string // first day of the counts
}

func (*policiesPage) Template() string { return "policies" }

// policyRuleRow is a rule read out, with what it decided and how it differs from the version in force.
type policyRuleRow struct {
	No               int // 0 for what holds whatever the rules say
	ID               policy.RuleID
	Name             string
	Sentence         ruleSentence
	Change           string // "added", "changed" or ""
	Unreached        bool   // rules without conditions above it decide everything it speaks of
	Planned, Skipped frame.CountLine
}

func (h *handlers) policiesRoutes() []frame.Route {
	supervisor, admin := []account.Role{account.Supervisor}, []account.Role{account.Admin}
	one := policiesPath + "/:id"
	return []frame.Route{
		{Method: http.MethodGet, Path: policiesPath, Roles: supervisor, Handle: h.showPolicies},
		{Method: http.MethodPost, Path: policiesPath, Roles: supervisor, Handle: frame.Posted(h.newPolicyDraft)},
		{Method: http.MethodGet, Path: policiesPath + "/import", Roles: supervisor, Handle: h.showPolicyImport},
		{Method: http.MethodPost, Path: policiesPath + "/import", Roles: supervisor, Handle: h.importPolicy},
		{Method: http.MethodGet, Path: one, Roles: supervisor, Handle: h.showPolicy},
		{Method: http.MethodPost, Path: one, Roles: supervisor, Handle: h.changePolicy},
		{Method: http.MethodGet, Path: one + "/yaml", Roles: supervisor, Handle: h.exportPolicy},
		{Method: http.MethodPost, Path: one + "/delete", Roles: supervisor, Handle: h.deletePolicyDraft},
		{Method: http.MethodPost, Path: one + "/publish", Roles: admin, Handle: h.publishPolicy},
		{Method: http.MethodPost, Path: one + "/rollback", Roles: admin, Handle: h.rollBackPolicy},
		{Method: http.MethodGet, Path: one + "/rules/:rule", Roles: supervisor, Handle: h.showPolicyRule},
		{Method: http.MethodPost, Path: one + "/rules/:rule", Roles: supervisor, Handle: h.savePolicyRule},
		{Method: http.MethodPost, Path: one + "/rules/:rule/up", Roles: supervisor, Handle: h.movePolicyRule(-1)},
		{Method: http.MethodPost, Path: one + "/rules/:rule/down", Roles: supervisor, Handle: h.movePolicyRule(1)},
		{Method: http.MethodPost, Path: one + "/rules/:rule/remove", Roles: supervisor, Handle: h.removePolicyRule},
		{Method: http.MethodPost, Path: one + "/rules/:rule/restore", Roles: supervisor, Handle: h.restorePolicyRule},
	}
}

// policyDays is how far back the counts of rules go.
const policyDays = 30

func (h *handlers) showPolicies(c *gin.Context) error {
	before, _ := strconv.Atoi(c.Query("before")) // anything else is the newest
	list, err := h.policies.List(c.Request.Context(), before)
	if err != nil {
		return err
	}
	words, err := h.wordsOf(c, list.InForce.Policy)
	if err != nil {
		return err
	}
	p := &policiesPage{InForce: list.InForce, Drafts: list.Drafts, History: list.History, Newer: before > 0}
	first := clock.DayOf(h.Now(), h.Zone) - policyDays + 1
	p.From = first.String()
	p.Rules = append(h.exclusionRows(c, words, list.InForce.Policy), h.policyRuleRows(c, words, list.InForce.Policy)...)
	if err := h.countRules(c, p.Rules, first); err != nil {
		return err
	}
	if n := len(list.History); n > 0 && list.History[n-1].Version > 1 {
		p.Older = policiesPath + "?before=" + strconv.Itoa(list.History[n-1].Version) + "#history"
	}
	p.Page = h.Page(c, "policy.title").About("policy", 0)
	return h.Render(c, p)
}

// wordsOf returns the words for a policy, with the labels of the attributes it may ask about.
func (h *handlers) wordsOf(c *gin.Context, p policy.Policy) (policyWords, error) {
	attributes, err := h.policies.Attributes(c.Request.Context())
	if err != nil {
		return policyWords{}, err
	}
	return h.policyWords(c, policy.Fields(attributes), p.Reasons), nil
}

// policyRuleRows reads the rules of a policy out.
func (h *handlers) policyRuleRows(c *gin.Context, words policyWords, p policy.Policy) []policyRuleRow {
	rows := make([]policyRuleRow, len(p.Rules))
	decided := map[policy.Kind]bool{} // by a rule without conditions, whatever comes
	for i, rule := range p.Rules {
		rows[i] = policyRuleRow{No: i + 1, ID: rule.ID, Name: h.RuleName(c, rule), Sentence: words.sentence(rule, i == 0), Unreached: true}
		for _, kind := range policy.Kinds() {
			speaks := speaksOf(rule, kind)
			rows[i].Unreached = rows[i].Unreached && (decided[kind] || !speaks)
			decided[kind] = decided[kind] || speaks && len(rule.When) == 0
		}
	}
	return rows
}

// speaksOf reports whether a rule says anything about a kind of follow-up.
func speaksOf(rule policy.Rule, kind policy.Kind) bool {
	switch kind {
	case policy.FollowUpCallback:
		return rule.Callback != nil || rule.Nothing[kind] != ""
	case policy.FollowUpSurvey:
		return rule.Survey != nil || rule.Nothing[kind] != ""
	}
	return false
}

// exclusionRows is what holds whatever the rules say.
func (h *handlers) exclusionRows(c *gin.Context, words policyWords, p policy.Policy) []policyRuleRow {
	nothing := func(id policy.RuleID, when string) policyRuleRow {
		return policyRuleRow{ID: id, Sentence: ruleSentence{When: when, Then: []string{h.T(c, "policy.nothing")}}}
	}
	return []policyRuleRow{
		nothing(policy.RuleReopened, h.T(c, "policy.excludes_reopened")),
		nothing(policy.RuleTooOld, h.T(c, "policy.excludes_old", "span", frame.SpanText(words.t, p.MaxAge))),
	}
}

// countRules fills in what each rule decided about what was resolved since a day.
func (h *handlers) countRules(c *gin.Context, rows []policyRuleRow, from clock.Day) error {
	summary, err := h.decisions.Summary(c.Request.Context(), frame.Viewer(c), from.Start(h.Zone), 0)
	if err != nil {
		return err
	}
	for i := range rows {
		row := &rows[i]
		for _, kind := range summary.Kinds {
			for _, r := range kind.Rules {
				if r.Rule == row.ID {
					row.Planned.Count += r.Planned
					row.Skipped.Count += r.Skipped
				}
			}
		}
		row.Planned.Href = decisionsOfRule(row.ID, decision.Planned, from)
		row.Skipped.Href = decisionsOfRule(row.ID, decision.Skipped, from)
	}
	return nil
}

// decisionsOfRule is the address of the decisions of a rule since a day.
func decisionsOfRule(id policy.RuleID, state decision.State, from clock.Day) string {
	return "/decisions/list?" + frame.With(nil, "rule", string(id), "state", string(state), "from", from.String()).Encode()
}

func policyPath(id int64) string { return policiesPath + "/" + strconv.FormatInt(id, 10) }

func (h *handlers) newPolicyDraft(c *gin.Context, f frame.Form) error {
	version, _ := strconv.Atoi(f.Get("version")) // anything else is the version in force
	draft, err := h.policies.Draft(c.Request.Context(), frame.Viewer(c), version)
	if err != nil {
		return err
	}
	return h.Redirect(c, policyPath(draft.ID), frame.Done("policy.drafted", "version", draft.BasedOn))
}
