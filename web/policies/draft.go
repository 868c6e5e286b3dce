package policies

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// policyPage shows a version, or a draft with everything that can be done to it.
type policyPage struct {
	frame.Page
	Record     policy.Record
	InForce    policy.Record
	Rules      []policyRuleRow
	Removed    []policyRuleRow // rules in force that the draft lacks
	Reordered  bool            // the rules both have stand in another order
	MayPublish bool
	Form       frame.Form
	PerDay     int // resolutions a day, lately
	DryRuns    []decision.DryRun
}

func (*policyPage) Template() string { return "policy" }

// Changed reports whether the draft says anything else than the version in force.
func (p *policyPage) Changed() bool {
	return p.Reordered || len(p.Removed) > 0 || p.Record.Policy.MaxAge != p.InForce.Policy.MaxAge ||
		slices.ContainsFunc(p.Rules, func(r policyRuleRow) bool { return r.Change != "" })
}

// Revision is that of the draft which was shown when a form was filled in.
func (p *policyPage) Revision() int { return p.Form.RevisionOr(p.Record.Revision) }

// Span is the field of a length of time.
func (p *policyPage) Span(name, label, help string) spanField {
	return newSpanField(p.Form, name, label, help)
}

// DryRunDays are the periods a dry run can go over.
func (*policyPage) DryRunDays() []int { return []int{7, 30, 90} }

func (h *handlers) showPolicy(c *gin.Context) error {
	record, err := h.policyRecord(c)
	if err != nil {
		return err
	}
	return h.renderPolicy(c, http.StatusOK, record, frame.Form{})
}

func (h *handlers) policyRecord(c *gin.Context) (policy.Record, error) {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return policy.Record{}, err
	}
	return h.policies.ByID(c.Request.Context(), id)
}

// policyForm returns the policy that the address names and the form that was sent about it.
func (h *handlers) policyForm(c *gin.Context) (policy.Record, frame.Form, error) {
	record, err := h.policyRecord(c)
	if err != nil {
		return record, frame.Form{}, err
	}
	f, err := frame.FormOf(c)
	return record, f, err
}

func (h *handlers) renderPolicy(c *gin.Context, status int, record policy.Record, f frame.Form) error {
	ctx := c.Request.Context()
	list, err := h.policies.List(ctx, 0)
	if err != nil {
		return err
	}
	words, err := h.wordsOf(c, record.Policy)
	if err != nil {
		return err
	}
	p := &policyPage{Record: record, InForce: list.InForce, Form: f, MayPublish: frame.Viewer(c).Role == account.Admin}
	p.Rules = h.policyRuleRows(c, words, record.Policy)
	if record.Draft() {
		if err := h.compareWithForce(c, p); err != nil {
			return err
		}
	} else {
		p.Rules = append(h.exclusionRows(c, words, record.Policy), p.Rules...)
	}
	if p.DryRuns, err = h.dryRunsOf(c, record.ID); err != nil {
		return err
	}
	if p.Form.Values == nil {
		p.Form = formOfPolicy(record)
	}
	p.Page = h.Page(c, policyTitle(record), "version", record.Version, "id", record.ID).About("policy", record.ID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "policy.title"), Href: policiesPath}}
	return h.RenderStatus(c, status, p)
}

func policyTitle(record policy.Record) string {
	if record.Draft() {
		return "policy.draft_title"
	}
	return "policy.version_title"
}

// formOfPolicy is what can be set of a draft besides its rules.
func formOfPolicy(record policy.Record) frame.Form {
	f := frame.Form{Values: map[string][]string{"note": {record.Note}}}
	setSpan(f.Values, "max_age", record.Policy.MaxAge)
	return f
}

// compareWithForce marks what the draft changes, and says how many resolutions a day it is about.
func (h *handlers) compareWithForce(c *gin.Context, p *policyPage) error {
	force := map[policy.RuleID]policy.Rule{}
	for _, rule := range p.InForce.Policy.Rules {
		force[rule.ID] = rule
	}
	var kept []policy.RuleID
	for i, rule := range p.Record.Policy.Rules {
		old, known := force[rule.ID]
		switch {
		case !known:
			p.Rules[i].Change = "added"
			continue
		case !sameRule(old, rule, p.InForce.Policy.Reasons, p.Record.Policy.Reasons):
			p.Rules[i].Change = "changed"
		}
		kept = append(kept, rule.ID)
	}
	words, err := h.wordsOf(c, p.InForce.Policy)
	if err != nil {
		return err
	}
	var order []policy.RuleID
	for i, row := range h.policyRuleRows(c, words, p.InForce.Policy) {
		if slices.Contains(kept, row.ID) {
			order = append(order, row.ID)
		} else {
			row.No = i + 1
			p.Removed = append(p.Removed, row)
		}
	}
	p.Reordered = !slices.Equal(order, kept)
	p.PerDay, err = h.resolutionsPerDay(c)
	return err
}

// sameRule reports whether two rules say the same, the words of their reasons included.
func sameRule(a, b policy.Rule, reasonsA, reasonsB map[policy.Reason]string) bool {
	for kind, reason := range a.Nothing {
		if b.Nothing[kind] != reason || reasonsA[reason] != reasonsB[reason] {
			return false
		}
	}
	return len(a.Nothing) == len(b.Nothing) && a.Name == b.Name && reflect.DeepEqual(a.Callback, b.Callback) &&
		reflect.DeepEqual(a.Survey, b.Survey) && slices.EqualFunc(a.When, b.When, sameCondition)
}

func sameCondition(a, b policy.Condition) bool {
	return a.Field == b.Field && a.Op == b.Op && slices.Equal(a.Values, b.Values)
}

// resolutionsPerDay is how many resolutions a day there were in the last 30 days, rounded.
func (h *handlers) resolutionsPerDay(c *gin.Context) (int, error) {
	from := clock.DayOf(h.Now(), h.Zone) - policyDays + 1
	summary, err := h.decisions.Summary(c.Request.Context(), frame.Viewer(c), from.Start(h.Zone), 0)
	if err != nil || len(summary.Kinds) == 0 {
		return 0, err
	}
	return (summary.Kinds[0].Resolved + policyDays/2) / policyDays, nil
}

// changePolicy saves what can be set of a draft besides its rules.
func (h *handlers) changePolicy(c *gin.Context) error {
	record, f, err := h.policyForm(c)
	if err != nil {
		return err
	}
	p := record.Policy
	if p.MaxAge, err = policy.ParseSpan(strings.TrimSpace(f.Get("max_age")) + f.Get("max_age_unit")); err != nil {
		err = fault.InvalidFields(fault.Field{
			Name: "max_age", Code: "not_a_span", Problem: "is not a length of time", Value: f.Get("max_age"),
		})
	} else if _, err = h.policies.Save(c.Request.Context(), frame.Viewer(c), record.ID, f.Revision(), p, f.Get("note")); err == nil {
		return h.Redirect(c, policyPath(record.ID), frame.Done("flash.saved"))
	}
	return h.refusePolicy(c, record, f, err)
}

// refusePolicy shows the draft again with what was typed and what is wrong with it.
func (h *handlers) refusePolicy(c *gin.Context, record policy.Record, f frame.Form, cause error) error {
	f, unmendable := h.RefusedForm(c, f, cause)
	if unmendable == nil && fault.Is(cause, fault.Conflict) {
		record, unmendable = h.policies.ByID(c.Request.Context(), record.ID)
		f.Meanwhile = h.draftNow(c, record, f)
		f.Now("revision", record.Revision)
	}
	if unmendable != nil {
		return unmendable
	}
	for name, problem := range f.Errors {
		if name != "note" && name != "max_age" { // of a rule: the draft's page has no field for it
			f.Error = strings.TrimSpace(f.Error + " " + h.problemOfRule(c, name, problem))
		}
	}
	for name, values := range formOfPolicy(record).Values {
		if !f.Values.Has(name) {
			f.Values[name] = values
		}
	}
	return h.renderPolicy(c, frame.StatusOf(cause), record, f)
}

// draftNow says who changed a draft last, and what of theirs the form would replace.
func (h *handlers) draftNow(c *gin.Context, record policy.Record, f frame.Form) *frame.Meanwhile {
	now, theirs := changedBy(record), formOfPolicy(record)
	if now == nil || !f.Values.Has("max_age") {
		return now
	}
	if f.Get("max_age") != theirs.Get("max_age") || f.Get("max_age_unit") != theirs.Get("max_age_unit") {
		t := func(key string, args ...any) string { return h.T(c, key, args...) }
		now.Replaces = []string{h.problemOfRule(c, h.T(c, "policy.max_age"), frame.SpanText(t, record.Policy.MaxAge))}
	}
	return now
}

// changedBy says who changed a draft last; of a version, which does not change, nothing.
func changedBy(record policy.Record) *frame.Meanwhile {
	if !record.Draft() {
		return nil
	}
	return &frame.Meanwhile{By: record.UpdatedBy.Name, At: record.UpdatedAt, Note: record.Note}
}

func (h *handlers) deletePolicyDraft(c *gin.Context) error {
	record, f, err := h.policyForm(c)
	if err != nil {
		return err
	}
	if err := h.policies.Delete(c.Request.Context(), frame.Viewer(c), record.ID, f.Revision()); err != nil {
		return h.refusePolicy(c, record, f, err)
	}
	return h.Redirect(c, policiesPath, frame.Done("policy.deleted"))
}

func (h *handlers) publishPolicy(c *gin.Context) error {
	record, f, err := h.policyForm(c)
	if err != nil {
		return err
	}
	published, err := h.policies.Publish(c.Request.Context(), frame.Viewer(c), record.ID, f.Revision(), f.Get("note"))
	if err != nil {
		return h.refusePolicy(c, record, f, err)
	}
	return h.Redirect(c, policiesPath, frame.Done("policy.published", "version", published.Version))
}

func (h *handlers) rollBackPolicy(c *gin.Context) error {
	record, f, err := h.policyForm(c)
	if err != nil {
		return err
	}
	published, err := h.policies.RollBack(c.Request.Context(), frame.Viewer(c), record.Version, f.Get("note"))
	if err != nil {
		return h.refusePolicy(c, record, f, err)
	}
	return h.Redirect(c, policiesPath, frame.Done("policy.rolled_back", "version", published.Version, "old", record.Version))
}
