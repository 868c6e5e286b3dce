package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/policy"
)

// newRule is the address of a rule that is not there yet. Codes of rules have no capitals.
const newRule = "NEW"

// policyRulePage is the form of one rule of a draft.
type policyRulePage struct {
	page
	Record     policy.Record
	ID         string // newRule for a new one
	Form       form
	Sentence   *ruleSentence // of what the form says, if it can be read
	Conditions []conditionRow
	Fields     []optionGroup // a condition can be added about
	Choices    ruleChoices
	Lists      []datalist
	Focus      string // where the keyboard goes on: "name", "field" or "sentence"; an added condition has it instead
}

func (*policyRulePage) template() string { return "policy_rule" }

// conditionRow is one condition in the form: its field is fixed, its comparison and values fit the field.
type conditionRow struct {
	N       int
	Field   string
	Label   string
	Kind    policy.FieldKind
	Op      string
	Ops     []option
	Checks  []check // of a choice or a level
	Yes     bool    // of a yes or no
	Values  string  // of anything else, one a line
	Rows    int     // lines that are shown of them
	List    string  // of what there is
	Refusal string
	Focus   bool // it was just added
}

// Name is the name of a part of the condition in the form.
func (r conditionRow) Name(part string) string { return conditionField(r.N, part) }

// Span is the field of a length of time.
func (p *policyRulePage) Span(name, label, help string) spanField {
	return newSpanField(p.Form, name, label, help)
}

// Says is what the rule says about a kind of follow-up.
func (p *policyRulePage) Says(name string) field {
	return field{Name: name, Value: p.Form.Get(name), Options: p.Choices.Says}
}

// optionGroup is options under a heading.
type optionGroup struct {
	Label   string
	Options []option
}

// datalist is what a field suggests while somebody types.
type datalist struct {
	ID     string
	Values []string
}

// ruleChoices is what the selects of a rule's form offer.
type ruleChoices struct {
	Says, Reasons, Kinds, Priorities, Scripts, Surveys, Channels, Reminders []option
}

func policyRuleSamples() []view {
	record := policy.Record{ID: 5, Policy: policy.Default(0), Revision: 2}
	options := []option{{Value: "a", Label: "A"}}
	f := formOfPolicyRule(record.Policy.Rules[2])
	f.Error, f.Errors = "wrong", map[string]string{"callback_within": "is too long", "survey_share": "is wrong", "survey_reason_text": "is required"}
	return []view{
		&policyRulePage{Record: record, ID: newRule, Form: form{}},
		&policyRulePage{
			Record: record, ID: "vip", Form: f, Sentence: &ruleSentence{When: "Every contact", Then: []string{"call back"}},
			Conditions: []conditionRow{
				{Field: "contact.severity", Label: "severity", Kind: policy.LevelField, Op: "a", Ops: options, Checks: []check{{"when.0.values", "high", "High", true}}, Refusal: "is wrong"},
				{N: 1, Field: "contact.complaint", Label: "complaint", Kind: policy.YesNoField, Yes: true},
				{N: 2, Field: "customer.tags", Label: "tags", Kind: policy.TagsField, Ops: options, Values: "vip\nkey account", Rows: 2, List: "tags"},
			},
			Fields:  []optionGroup{{Label: "Contact", Options: options}},
			Choices: ruleChoices{Says: options, Reasons: options, Kinds: options, Priorities: options, Scripts: options, Surveys: options, Channels: options, Reminders: options},
			Lists:   []datalist{{ID: "teams", Values: []string{"A"}}},
		},
	}
}

// ruleOfDraft returns the draft and the rule the address names, and where it stands: len(Rules) for a new one.
func (s *Server) ruleOfDraft(c *gin.Context) (policy.Record, int, error) {
	record, err := s.policyRecord(c)
	if err != nil {
		return record, 0, err
	}
	if !record.Draft() {
		return record, 0, errNoPage // what never changes has no form
	}
	id := c.Param("rule")
	at := slices.IndexFunc(record.Policy.Rules, func(r policy.Rule) bool { return string(r.ID) == id })
	switch {
	case id == newRule:
		at = len(record.Policy.Rules)
	case at < 0:
		return record, 0, errNoPage
	}
	return record, at, nil
}

func (s *Server) showPolicyRule(c *gin.Context) error {
	record, at, err := s.ruleOfDraft(c)
	if err != nil {
		return err
	}
	var rule policy.Rule // a new one plans nothing until somebody says so
	if at < len(record.Policy.Rules) {
		rule = record.Policy.Rules[at]
	}
	return s.renderPolicyRule(c, http.StatusOK, record, formOfPolicyRule(rule))
}

// savePolicyRule saves the rule, or, where another button was pressed, shows the form with a condition more or less, or read out.
func (s *Server) savePolicyRule(c *gin.Context) error {
	record, at, err := s.ruleOfDraft(c)
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	switch do := f.Get("do"); {
	case do == "add":
		if info, ok, err := s.policyField(c, policy.Field(f.Get("new_field"))); err != nil || ok {
			if err != nil {
				return err
			}
			f = addCondition(f, info)
		}
		return s.renderPolicyRule(c, http.StatusOK, record, f)
	case do == "read":
		return s.renderPolicyRule(c, http.StatusOK, record, f)
	case strings.HasPrefix(do, "drop."):
		n, _ := strconv.Atoi(strings.TrimPrefix(do, "drop.")) // of anything else the first goes, which is seen at once
		return s.renderPolicyRule(c, http.StatusOK, record, removeCondition(f, n))
	}
	err = s.putRule(c, record, at, f)
	if err != nil {
		return s.refusePolicyRule(c, record, f, err)
	}
	return s.redirect(c, policyPath(record.ID), done("policy.rule_saved"))
}

// policyField returns what is known about a field conditions can be about.
func (s *Server) policyField(c *gin.Context, field policy.Field) (policy.FieldInfo, bool, error) {
	attributes, err := s.Policies.Attributes(c.Request.Context())
	for _, info := range policy.Fields(attributes) {
		if info.Field == field {
			return info, true, err
		}
	}
	return policy.FieldInfo{}, false, err
}

// putRule saves the draft with the rule of the form at its place; a new one comes before the rules that leave nothing over.
func (s *Server) putRule(c *gin.Context, record policy.Record, at int, f form) error {
	p := clonedPolicy(record.Policy)
	used, err := s.Policies.UsedCodes(c.Request.Context())
	if err != nil {
		return err
	}
	rule, err := policyRuleOf(f, ruleIDOf(c, f, used), p.Reasons, used)
	if err != nil {
		return err
	}
	if at == len(p.Rules) {
		if catchAll := slices.IndexFunc(p.Rules, func(r policy.Rule) bool { return len(r.When) == 0 }); catchAll >= 0 && len(rule.When) > 0 {
			at = catchAll
		}
		p.Rules = slices.Insert(p.Rules, at, rule)
	} else {
		p.Rules[at] = rule
	}
	return s.saveRules(c, record, f, p)
}

// saveRules saves a draft with other rules, without the reasons no rule gives any more.
func (s *Server) saveRules(c *gin.Context, record policy.Record, f form, p policy.Policy) error {
	given := map[policy.Reason]bool{}
	for _, rule := range p.Rules {
		for _, reason := range rule.Nothing {
			given[reason] = true
		}
	}
	for code := range p.Reasons {
		if !given[code] {
			delete(p.Reasons, code)
		}
	}
	_, err := s.Policies.Save(c.Request.Context(), viewer(c), record.ID, shownRevision(f), p, record.Note)
	return err
}

// clonedPolicy returns a policy whose rules and reasons can be changed without changing the other's.
func clonedPolicy(p policy.Policy) policy.Policy {
	p.Rules = slices.Clone(p.Rules)
	reasons := make(map[policy.Reason]string, len(p.Reasons))
	for code, text := range p.Reasons {
		reasons[code] = text
	}
	p.Reasons = reasons
	return p
}

// ruleTaken reports whether a code is a rule's already, of the policy or of the program.
func ruleTaken(p policy.Policy) func(string) bool {
	return func(code string) bool {
		id := policy.RuleID(code)
		return slices.Contains(policy.OutsideRules(), id) || slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return r.ID == id })
	}
}

// movePolicyRule moves a rule one place up or down.
func (s *Server) movePolicyRule(by int) func(*gin.Context) error {
	return func(c *gin.Context) error {
		return s.editRules(c, func(p *policy.Policy, at int) flash {
			if to := at + by; to >= 0 && to < len(p.Rules) {
				p.Rules[at], p.Rules[to] = p.Rules[to], p.Rules[at]
			}
			return done("policy.rule_moved")
		})
	}
}

func (s *Server) removePolicyRule(c *gin.Context) error {
	return s.editRules(c, func(p *policy.Policy, at int) flash {
		p.Rules = slices.Delete(p.Rules, at, at+1)
		return done("policy.rule_removed")
	})
}

// editRules changes the rules of a draft around the one the address names. A draft that changed meanwhile is shown as it is now.
func (s *Server) editRules(c *gin.Context, edit func(p *policy.Policy, at int) flash) error {
	record, at, err := s.ruleOfDraft(c)
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	if at == len(record.Policy.Rules) {
		return errNoPage
	}
	p := clonedPolicy(record.Policy)
	message := edit(&p, at)
	if err := s.saveRules(c, record, f, p); err != nil {
		return s.refusePolicy(c, record, f, err)
	}
	return s.redirect(c, policyPath(record.ID)+"#"+c.Param("rule"), message)
}

// restorePolicyRule puts a rule back that the draft lacks and the version in force has, at its old place.
func (s *Server) restorePolicyRule(c *gin.Context) error {
	record, f, err := s.policyForm(c)
	if err != nil {
		return err
	}
	list, err := s.Policies.List(c.Request.Context(), 0)
	if err != nil {
		return err
	}
	force := list.InForce.Policy
	at := slices.IndexFunc(force.Rules, func(r policy.Rule) bool { return string(r.ID) == c.Param("rule") })
	if at < 0 || ruleTaken(record.Policy)(c.Param("rule")) {
		return errNoPage
	}
	p := clonedPolicy(record.Policy)
	p.Rules = slices.Insert(p.Rules, min(at, len(p.Rules)), force.Rules[at])
	for _, reason := range force.Rules[at].Nothing {
		if text := force.Reasons[reason]; text != "" {
			p.Reasons[reason] = text
		}
	}
	if err := s.saveRules(c, record, f, p); err != nil {
		return s.refusePolicy(c, record, f, err)
	}
	return s.redirect(c, policyPath(record.ID), done("policy.rule_restored"))
}
