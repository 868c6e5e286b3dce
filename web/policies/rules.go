package policies

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// newRule is the address of a rule that is not there yet. Codes of rules have no capitals.
const newRule = "NEW"

// policyRulePage is the form of one rule of a draft.
type policyRulePage struct {
	frame.Page
	Record     policy.Record
	ID         string // newRule for a new one
	Form       frame.Form
	Sentence   *ruleSentence // of what the form says, if it can be read
	Conditions []conditionRow
	Fields     []optionGroup // a condition can be added about
	Choices    ruleChoices
	Lists      []datalist
	Focus      string // where the keyboard goes on: "name", "field" or "sentence"; an added condition has it instead
}

func (*policyRulePage) Template() string { return "policy_rule" }

// conditionRow is one condition in the form: its field is fixed, its comparison and values fit the field.
type conditionRow struct {
	N       int
	Field   string
	Label   string
	Kind    policy.FieldKind
	Op      string
	Ops     []frame.Option
	Checks  []frame.Checkbox // of a choice or a level
	Yes     bool             // of a yes or no
	Values  string           // of anything else, one a line
	Rows    int              // lines that are shown of them
	List    string           // of what there is
	Refusal string
	Focus   bool // it was just added
}

// Revision is that of the draft which was shown when the form was filled in.
func (p *policyRulePage) Revision() int { return p.Form.RevisionOr(p.Record.Revision) }

// Name is the name of a part of the condition in the form.
func (r conditionRow) Name(part string) string { return conditionField(r.N, part) }

// Span is the field of a length of time.
func (p *policyRulePage) Span(name, label, help string) spanField {
	return newSpanField(p.Form, name, label, help)
}

// Says is what the rule says about a kind of follow-up.
func (p *policyRulePage) Says(name string) frame.Field {
	return frame.Field{Name: name, Value: p.Form.Get(name), Options: p.Choices.Says}
}

// optionGroup is options under a heading.
type optionGroup struct {
	Label   string
	Options []frame.Option
}

// datalist is what a field suggests while somebody types.
type datalist struct {
	ID     string
	Values []string
}

// ruleChoices is what the selects of a rule's form offer.
type ruleChoices struct {
	Says, Reasons, Kinds, Priorities, Scripts, Surveys, Channels, Reminders []frame.Option
}

// ruleOfDraft returns the draft and the rule the address names, and where it stands: len(Rules) for a new one.
func (h *handlers) ruleOfDraft(c *gin.Context) (policy.Record, int, error) {
	record, err := h.policyRecord(c)
	if err != nil {
		return record, 0, err
	}
	if !record.Draft() {
		return record, 0, frame.ErrNoPage // what never changes has no form
	}
	id := c.Param("rule")
	at := slices.IndexFunc(record.Policy.Rules, func(r policy.Rule) bool { return string(r.ID) == id })
	switch {
	case id == newRule:
		at = len(record.Policy.Rules)
	case at < 0:
		return record, 0, frame.ErrNoPage
	}
	return record, at, nil
}

func (h *handlers) showPolicyRule(c *gin.Context) error {
	record, at, err := h.ruleOfDraft(c)
	if err != nil {
		return err
	}
	var rule policy.Rule // a new one plans nothing until somebody says so
	if at < len(record.Policy.Rules) {
		rule = record.Policy.Rules[at]
	}
	return h.renderPolicyRule(c, http.StatusOK, record, formOfPolicyRule(rule))
}

// savePolicyRule saves the rule, or, where another button was pressed, shows the form with a condition more or less, or read out.
func (h *handlers) savePolicyRule(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	record, _, err := h.ruleOfDraft(c)
	missed := err != nil && f.Values.Has("name") && fault.Is(err, fault.NotFound)
	if missed {
		record, err = h.missedRule(c, record, &f)
	}
	if err != nil {
		return err
	}
	switch do := f.Get("do"); {
	case do == "add":
		if info, ok, err := h.policyField(c, policy.Field(f.Get("new_field"))); err != nil || ok {
			if err != nil {
				return err
			}
			f = addCondition(f, info)
		}
		return h.renderPolicyRule(c, http.StatusOK, record, f)
	case do == "read":
		return h.renderPolicyRule(c, http.StatusOK, record, f)
	case strings.HasPrefix(do, "drop."):
		n, _ := strconv.Atoi(strings.TrimPrefix(do, "drop.")) // of anything else the first goes, which is seen at once
		return h.renderPolicyRule(c, http.StatusOK, record, removeCondition(f, n))
	case do == "draft" && !record.Draft():
		draft, err := h.policies.Draft(c.Request.Context(), frame.Viewer(c), 0)
		if err != nil {
			return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
				return h.renderPolicyRule(c, status, record, f)
			})
		}
		record, f.Error, f.Meanwhile = draft, "", nil
		f.Now("revision", draft.Revision)
	case missed:
		return h.renderPolicyRule(c, http.StatusConflict, record, f)
	}
	if err := h.putRule(c, record, f); err != nil {
		return h.refusePolicyRule(c, record, f, err)
	}
	return h.Redirect(c, policyPath(record.ID), frame.Done("policy.rule_saved"))
}

// policyField returns what is known about a field conditions can be about.
func (h *handlers) policyField(c *gin.Context, field policy.Field) (policy.FieldInfo, bool, error) {
	attributes, err := h.policies.Attributes(c.Request.Context())
	for _, info := range policy.Fields(attributes) {
		if info.Field == field {
			return info, true, err
		}
	}
	return policy.FieldInfo{}, false, err
}

// putRule saves the draft with the rule of the form at its place; a new one comes before the rules that leave nothing over.
func (h *handlers) putRule(c *gin.Context, record policy.Record, f frame.Form) error {
	p := clonedPolicy(record.Policy)
	used, err := h.policies.UsedCodes(c.Request.Context())
	if err != nil {
		return err
	}
	rule, err := policyRuleOf(f, ruleIDOf(ruleNamed(c, p), f, used), p.Reasons, used)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(p.Rules, func(r policy.Rule) bool { return r.ID == rule.ID })
	if at < 0 {
		at = len(p.Rules)
		catchAll := slices.IndexFunc(p.Rules, func(r policy.Rule) bool { return len(r.When) == 0 })
		if catchAll >= 0 && len(rule.When) > 0 {
			at = catchAll
		}
		p.Rules = slices.Insert(p.Rules, at, rule)
	} else {
		p.Rules[at] = rule
	}
	return h.saveRules(c, record, f, p)
}

// saveRules saves a draft with other rules, without the reasons no rule gives any more.
func (h *handlers) saveRules(c *gin.Context, record policy.Record, f frame.Form, p policy.Policy) error {
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
	_, err := h.policies.Save(c.Request.Context(), frame.Viewer(c), record.ID, f.Revision(), p, record.Note)
	return err
}

// ruleTaken reports whether a code is a rule's already, of the policy or of the program.
func ruleTaken(p policy.Policy) func(string) bool {
	return func(code string) bool {
		id := policy.RuleID(code)
		return slices.Contains(policy.OutsideRules(), id) || slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return r.ID == id })
	}
}

// movePolicyRule moves a rule one place up or down.
func (h *handlers) movePolicyRule(by int) func(*gin.Context) error {
	return func(c *gin.Context) error {
		return h.editRules(c, func(p *policy.Policy, at int) frame.Flash {
			if to := at + by; to >= 0 && to < len(p.Rules) {
				p.Rules[at], p.Rules[to] = p.Rules[to], p.Rules[at]
			}
			return frame.Done("policy.rule_moved")
		})
	}
}

func (h *handlers) removePolicyRule(c *gin.Context) error {
	return h.editRules(c, func(p *policy.Policy, at int) frame.Flash {
		p.Rules = slices.Delete(p.Rules, at, at+1)
		return frame.Done("policy.rule_removed")
	})
}

// editRules changes the rules of a draft around the one the address names. A draft that changed meanwhile is shown as it is now.
func (h *handlers) editRules(c *gin.Context, edit func(p *policy.Policy, at int) frame.Flash) error {
	record, at, err := h.ruleOfDraft(c)
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	if at == len(record.Policy.Rules) {
		return frame.ErrNoPage
	}
	p := clonedPolicy(record.Policy)
	message := edit(&p, at)
	if err := h.saveRules(c, record, f, p); err != nil {
		return h.refusePolicy(c, record, f, err)
	}
	return h.Redirect(c, policyPath(record.ID)+"#"+c.Param("rule"), message)
}

// restorePolicyRule puts a rule back that the draft lacks and the version in force has, at its old place.
func (h *handlers) restorePolicyRule(c *gin.Context) error {
	record, f, err := h.policyForm(c)
	if err != nil {
		return err
	}
	list, err := h.policies.List(c.Request.Context(), 0)
	if err != nil {
		return err
	}
	force := list.InForce.Policy
	at := slices.IndexFunc(force.Rules, func(r policy.Rule) bool { return string(r.ID) == c.Param("rule") })
	if at < 0 || ruleTaken(record.Policy)(c.Param("rule")) {
		return frame.ErrNoPage
	}
	p := clonedPolicy(record.Policy)
	p.Rules = slices.Insert(p.Rules, min(at, len(p.Rules)), force.Rules[at])
	for _, reason := range force.Rules[at].Nothing {
		if text := force.Reasons[reason]; text != "" {
			p.Reasons[reason] = text
		}
	}
	if err := h.saveRules(c, record, f, p); err != nil {
		return h.refusePolicy(c, record, f, err)
	}
	return h.Redirect(c, policyPath(record.ID), frame.Done("policy.rule_restored"))
}
