package policies

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// refusePolicyRule shows the form again with what is wrong. When somebody else saved the draft meanwhile, the form comes back with
// theirs as its base: saving it again changes this one rule of it.
func (h *handlers) refusePolicyRule(c *gin.Context, record policy.Record, f frame.Form, cause error) error {
	typed := f.Values
	f, unmendable := h.RefusedForm(c, f, cause)
	if unmendable != nil {
		return unmendable
	}
	f.Values = typed
	used, err := h.policies.UsedCodes(c.Request.Context())
	if err != nil {
		return err
	}
	own := string(ruleIDOf(ruleNamed(c, record.Policy), f, used))
	for name, problem := range f.Errors {
		if name == own+": id" && f.Get("callback") == saysNoMore && f.Get("survey") == saysNoMore {
			delete(f.Errors, name)
			f.Error = h.T(c, "policy.rule_idle")
		} else if field, ok := ruleFormField(name, own, f); ok {
			delete(f.Errors, name)
			f.Errors[field] = problem
		} else if strings.ContainsAny(name, ": ") || f.Values.Get(name) == "" && !f.Values.Has(name) {
			delete(f.Errors, name)
			f.Error = strings.TrimSpace(f.Error + " " + h.problemOfRule(c, name, problem))
		}
	}
	if fault.Is(cause, fault.Conflict) {
		f.Now("revision", record.Revision)
		f.Error = h.T(c, "policy.conflict", "name", authorName(h, c, record.UpdatedBy))
		if f.Meanwhile, err = h.ruleNow(c, record); err != nil {
			return err
		}
	}
	return h.renderPolicyRule(c, frame.StatusOf(cause), record, f)
}

// missedRule says who was first where the draft, or the rule in it, is no more there to be saved, and returns where what was typed can
// go: into the draft, as a new rule, or into a draft begun from the version that is returned.
func (h *handlers) missedRule(c *gin.Context, record policy.Record, f *frame.Form) (policy.Record, error) {
	switch {
	case record.ID == 0:
		list, err := h.policies.List(c.Request.Context(), 0)
		f.Error = h.T(c, "policy.conflict_deleted")
		return list.InForce, err
	case !record.Draft():
		f.Error = h.T(c, "policy.conflict_published", "name", authorName(h, c, record.PublishedBy))
		f.Meanwhile = &frame.Meanwhile{By: record.PublishedBy.Name, At: record.PublishedAt, Note: record.Note}
	default:
		f.Error = h.T(c, "policy.conflict_removed", "name", authorName(h, c, record.UpdatedBy))
		f.Meanwhile = changedBy(record)
		f.Now("revision", record.Revision)
	}
	return record, nil
}

// ruleNow reads out what the draft says by now of the rule that the address names; a new one it does not know.
func (h *handlers) ruleNow(c *gin.Context, record policy.Record) (*frame.Meanwhile, error) {
	words, err := h.wordsOf(c, record.Policy)
	now := changedBy(record)
	for _, rule := range record.Policy.Rules {
		if now != nil && string(rule.ID) == c.Param("rule") {
			sentence := words.sentence(rule, true)
			now.Stands = append([]string{sentence.When + h.T(c, "policy.colon")}, sentence.Then...)
		}
	}
	return now, err
}

// ruleFormField finds the field of the form that a problem of the rule belongs to.
func ruleFormField(name, rule string, f frame.Form) (string, bool) {
	path, ok := strings.CutPrefix(name, rule+": ")
	if !ok {
		if code, own := strings.CutPrefix(name, "reasons."); own && code != "" {
			for _, kind := range []string{"callback", "survey"} {
				if f.Get(kind) == saysNothing && f.Get(kind+"_reason") == ownReason {
					return kind + "_reason_text", true
				}
			}
		}
		return "", false
	}
	if rest, ok := strings.CutPrefix(path, "when["); ok {
		n, _, _ := strings.Cut(rest, "]")
		at, err := strconv.Atoi(n)
		return conditionField(at, "values"), err == nil
	}
	if kind, ok := strings.CutPrefix(path, "nothing."); ok {
		return kind + "_reason", true
	}
	switch path {
	case "name":
		return "name", true
	case "survey.survey":
		return "survey_which", true
	case "survey.sample":
		return "survey_share", true
	}
	if kind, field, ok := strings.Cut(path, "."); ok && (kind == "callback" || kind == "survey") {
		return kind + "_" + field, true
	}
	return "", false
}

// problemOfRule says what is wrong where the page has no field for it: "vip: …".
func (h *handlers) problemOfRule(c *gin.Context, name, problem string) string {
	return h.T(c, "policy.problem", "field", name, "problem", problem)
}

// authorName is who did something; the program itself has a word, too.
func authorName(h *handlers, c *gin.Context, by policy.Author) string {
	if by.Name == "" {
		return h.T(c, "policy.built_in")
	}
	return by.Name
}
