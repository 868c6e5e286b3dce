package web

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

const policiesPath = "/policies"

// policiesPage reads the policy in force out, and lists the drafts and the versions there were.
type policiesPage struct {
	page
	InForce policy.Record
	Rules   []policyRuleRow
	Drafts  []policy.Record
	History []policy.Record
	Older   string // address of the versions before those shown
	Newer   bool   // there are newer versions than those shown
	From    string // first day of the counts
}

func (*policiesPage) template() string { return "policies" }

// policyRuleRow is a rule read out, with what it decided and how it differs from the version in force.
type policyRuleRow struct {
	No               int // 0 for what holds whatever the rules say
	ID               policy.RuleID
	Name             string
	Sentence         ruleSentence
	Change           string // "added", "changed" or ""
	Unreached        bool   // rules without conditions above it decide everything it speaks of
	Planned, Skipped decisionLine
}

func (s *Server) policiesRoutes() []route {
	supervisor, admin := []account.Role{account.Supervisor}, []account.Role{account.Admin}
	one := policiesPath + "/:id"
	return []route{
		{method: http.MethodGet, path: policiesPath, roles: supervisor, handle: s.showPolicies},
		{method: http.MethodPost, path: policiesPath, roles: supervisor, handle: s.newPolicyDraft},
		{method: http.MethodGet, path: policiesPath + "/import", roles: supervisor, handle: s.showPolicyImport},
		{method: http.MethodPost, path: policiesPath + "/import", roles: supervisor, handle: s.importPolicy},
		{method: http.MethodGet, path: one, roles: supervisor, handle: s.showPolicy},
		{method: http.MethodPost, path: one, roles: supervisor, handle: s.changePolicy},
		{method: http.MethodGet, path: one + "/yaml", roles: supervisor, handle: s.exportPolicy},
		{method: http.MethodPost, path: one + "/delete", roles: supervisor, handle: s.deletePolicyDraft},
		{method: http.MethodPost, path: one + "/publish", roles: admin, handle: s.publishPolicy},
		{method: http.MethodPost, path: one + "/rollback", roles: admin, handle: s.rollBackPolicy},
		{method: http.MethodGet, path: one + "/rules/:rule", roles: supervisor, handle: s.showPolicyRule},
		{method: http.MethodPost, path: one + "/rules/:rule", roles: supervisor, handle: s.savePolicyRule},
		{method: http.MethodPost, path: one + "/rules/:rule/up", roles: supervisor, handle: s.movePolicyRule(-1)},
		{method: http.MethodPost, path: one + "/rules/:rule/down", roles: supervisor, handle: s.movePolicyRule(1)},
		{method: http.MethodPost, path: one + "/rules/:rule/remove", roles: supervisor, handle: s.removePolicyRule},
		{method: http.MethodPost, path: one + "/rules/:rule/restore", roles: supervisor, handle: s.restorePolicyRule},
	}
}

func policiesSamples() []view {
	line := decisionLine{Count: 12, Href: "/decisions/list"}
	record := policy.Record{ID: 4, Version: 3, Policy: policy.Default(0), Note: "note", BasedOn: 2, Revision: 1, CreatedBy: policy.Author{ID: 1, Name: "Wang Min"}, CreatedAt: 1, UpdatedAt: 1, PublishedAt: 1}
	builtIn := policy.Record{ID: 1, Version: 1, Policy: policy.Default(0), PublishedAt: 1}
	draft := record
	draft.ID, draft.Version = 5, 0
	sentence := ruleSentence{When: "Every contact", Then: []string{"survey by e-mail", "call back"}}
	rows := []policyRuleRow{
		{Sentence: sentence, Skipped: line},
		{No: 1, ID: "vip", Name: "VIP", Sentence: sentence, Change: "changed", Planned: line, Skipped: line},
		{No: 2, ID: "last", Name: "Last", Sentence: sentence, Change: "added", Unreached: true},
	}
	wrong := form{Error: "wrong", Errors: map[string]string{"note": "is too long"}}
	return []view{
		&policiesPage{InForce: builtIn, Rules: rows},
		&policiesPage{InForce: record, Rules: rows, Drafts: []policy.Record{draft}, History: []policy.Record{record, builtIn}, Older: "/x", Newer: true, From: "2026-11-01"},
		&policyPage{Record: record, InForce: builtIn, Rules: rows},
		&policyPage{Record: draft, InForce: builtIn, Rules: rows, Removed: rows, Reordered: true, MayPublish: true, Form: wrong, PerDay: 12},
		&policyPage{Record: draft, InForce: builtIn, Form: wrong, PerDay: 1},
		&policyImportPage{}, &policyImportPage{Form: wrong, Problems: []fieldProblem{{Line: 3, Name: "rules", Problem: "is wrong", Value: "x"}}},
	}
}

// policyDays is how far back the counts of rules go.
const policyDays = 30

func (s *Server) showPolicies(c *gin.Context) error {
	before, _ := strconv.Atoi(c.Query("before")) // anything else is the newest
	list, err := s.Policies.List(c.Request.Context(), before)
	if err != nil {
		return err
	}
	words, err := s.wordsOf(c, list.InForce.Policy)
	if err != nil {
		return err
	}
	p := &policiesPage{InForce: list.InForce, Drafts: list.Drafts, History: list.History, Newer: before > 0}
	first := clock.DayOf(s.now(), s.opts.Zone) - policyDays + 1
	p.From = first.String()
	p.Rules = append(s.exclusionRows(c, words, list.InForce.Policy), s.policyRuleRows(c, words, list.InForce.Policy)...)
	if err := s.countRules(c, p.Rules, first); err != nil {
		return err
	}
	if n := len(list.History); n > 0 && list.History[n-1].Version > 1 {
		p.Older = policiesPath + "?before=" + strconv.Itoa(list.History[n-1].Version) + "#history"
	}
	p.page = s.page(c, "policy.title")
	return s.render(c, p)
}

// wordsOf returns the words for a policy, with the labels of the attributes it may ask about.
func (s *Server) wordsOf(c *gin.Context, p policy.Policy) (policyWords, error) {
	attributes, err := s.Policies.Attributes(c.Request.Context())
	if err != nil {
		return policyWords{}, err
	}
	return s.policyWords(c, policy.Fields(attributes), p.Reasons), nil
}

// policyRuleRows reads the rules of a policy out.
func (s *Server) policyRuleRows(c *gin.Context, words policyWords, p policy.Policy) []policyRuleRow {
	rows := make([]policyRuleRow, len(p.Rules))
	decided := map[policy.Kind]bool{} // by a rule without conditions, whatever comes
	for i, rule := range p.Rules {
		rows[i] = policyRuleRow{No: i + 1, ID: rule.ID, Name: s.ruleName(c, rule), Sentence: words.sentence(rule, i == 0), Unreached: true}
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
func (s *Server) exclusionRows(c *gin.Context, words policyWords, p policy.Policy) []policyRuleRow {
	nothing := func(id policy.RuleID, when string) policyRuleRow {
		return policyRuleRow{ID: id, Sentence: ruleSentence{When: when, Then: []string{s.t(c, "policy.nothing")}}}
	}
	return []policyRuleRow{
		nothing(policy.RuleReopened, s.t(c, "policy.excludes_reopened")),
		nothing(policy.RuleTooOld, s.t(c, "policy.excludes_old", "span", spanText(words.t, p.MaxAge))),
	}
}

// countRules fills in what each rule decided about what was resolved since a day.
func (s *Server) countRules(c *gin.Context, rows []policyRuleRow, from clock.Day) error {
	summary, err := s.Decisions.Summary(c.Request.Context(), viewer(c), from.Start(s.opts.Zone), 0)
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
	return "/decisions/list?" + with(nil, "rule", string(id), "state", string(state), "from", from.String()).Encode()
}

func policyPath(id int64) string { return policiesPath + "/" + strconv.FormatInt(id, 10) }

func (s *Server) newPolicyDraft(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(f.Get("version")) // anything else is the version in force
	draft, err := s.Policies.Draft(c.Request.Context(), viewer(c), version)
	if err != nil {
		return err
	}
	return s.redirect(c, policyPath(draft.ID), done("policy.drafted", "version", draft.BasedOn))
}
