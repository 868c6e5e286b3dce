package policies

import (
	"maps"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

func (h *handlers) renderPolicyRule(c *gin.Context, status int, record policy.Record, f frame.Form) error {
	attributes, err := h.policies.Attributes(c.Request.Context())
	if err != nil {
		return err
	}
	fields := policy.Fields(attributes)
	reasons := maps.Clone(record.Policy.Reasons)
	if reasons == nil {
		reasons = map[policy.Reason]string{}
	}
	words := h.policyWords(c, fields, reasons)
	p := &policyRulePage{Record: record, ID: ruleNamed(c, record.Policy), Form: f, Fields: fieldGroups(words, fields)}
	rule, err := policyRuleOf(f, "", reasons, policy.Codes{})
	if err == nil && (rule.Callback != nil || rule.Survey != nil || len(rule.Nothing) > 0) {
		sentence := words.sentence(rule, len(record.Policy.Rules) == 0 || string(record.Policy.Rules[0].ID) == p.ID)
		p.Sentence = &sentence
	}
	for n, condition := range conditionsOf(f) {
		p.Conditions = append(p.Conditions, h.conditionRow(words, f, n, condition))
	}
	p.setFocus(f.Get("do"))
	if p.Choices, err = h.ruleChoices(c, words, record.Policy); err != nil {
		return err
	}
	if p.Lists, err = h.ruleLists(c); err != nil {
		return err
	}
	title := "policy.rule_title"
	if p.ID == newRule {
		title = "policy.rule_new"
	}
	p.Page = h.Page(c, title, "name", h.RuleName(c, policy.Rule{ID: policy.RuleID(p.ID), Name: f.Get("name")}))
	p.Crumbs = []frame.Crumb{
		{Text: h.T(c, "policy.title"), Href: policiesPath},
		{Text: h.T(c, policyTitle(record), "version", record.Version, "id", record.ID), Href: policyPath(record.ID)},
	}
	return h.RenderStatus(c, status, p)
}

// setFocus lets the keyboard go on where a button of the form was pressed, rather than at the top of the page.
func (p *policyRulePage) setFocus(do string) {
	switch {
	case do == "" && p.ID == newRule:
		p.Focus = "name"
	case do == "add" && len(p.Conditions) > 0:
		p.Conditions[len(p.Conditions)-1].Focus = true
	case strings.HasPrefix(do, "drop."):
		p.Focus = "field"
	case do == "read":
		p.Focus = "sentence"
	}
}

// fieldGroups sorts the fields by what they are about.
func fieldGroups(words policyWords, fields []policy.FieldInfo) []optionGroup {
	groups := []optionGroup{
		{Label: words.t("policy.group_contact")},
		{Label: words.t("policy.group_customer")},
		{Label: words.t("policy.group_history")},
	}
	for _, info := range fields {
		g := 0
		switch {
		case strings.HasPrefix(string(info.Field), "customer."):
			g = 1
		case strings.HasPrefix(string(info.Field), "history."):
			g = 2
		}
		groups[g].Options = append(groups[g].Options, frame.Option{Value: string(info.Field), Label: words.field(info.Field)})
	}
	return groups
}

// conditionRow makes the row of a condition: its comparisons and values fit its field.
func (h *handlers) conditionRow(words policyWords, f frame.Form, n int, condition policy.Condition) conditionRow {
	info := words.fields[condition.Field]
	row := conditionRow{
		N: n, Field: string(condition.Field), Label: words.field(condition.Field), Kind: info.Kind, Op: string(condition.Op),
		Refusal: f.Errors[conditionField(n, "values")],
	}
	for _, op := range info.Kind.Ops() {
		row.Ops = append(row.Ops, frame.Option{Value: string(op), Label: words.t("policy_op." + string(op))})
	}
	for _, choice := range info.Choices {
		row.Checks = append(row.Checks, frame.Checkbox{
			Name: row.Name("values"), Value: choice, Label: words.choice(info.Field, choice),
			Checked: slices.Contains(condition.Values, choice),
		})
	}
	row.Yes = slices.Contains(condition.Values, policy.Yes)
	row.Values, row.Rows = strings.Join(condition.Values, "\n"), min(max(1, len(condition.Values)), maxValueRows)
	row.List = listsOfFields[condition.Field]
	return row
}

// maxValueRows keeps a long list of values from filling the page.
const maxValueRows = 8

// listsOfFields is which datalist suggests values of a field.
var listsOfFields = map[policy.Field]string{
	policy.ContactCategory: "categories", policy.ContactProduct: "products", policy.ContactTeam: "teams", policy.ContactSource: "sources",
}

// ruleChoices is what can be chosen in a rule's form.
func (h *handlers) ruleChoices(c *gin.Context, words policyWords, p policy.Policy) (ruleChoices, error) {
	choices := ruleChoices{
		Says: []frame.Option{
			{Value: saysPlan, Label: words.t("policy.says_plan")},
			{Value: saysNothing, Label: words.t("policy.says_nothing")},
			{Value: saysNoMore, Label: words.t("policy.says_no_more")},
		},
		Reminders: []frame.Option{{Value: "0", Label: words.t("policy.no_reminder")}, {Value: "1", Label: words.t("policy.one_reminder")}},
		Scripts:   []frame.Option{{Value: "", Label: words.t("policy.script_of_kind")}},
	}
	choices.Kinds, choices.Priorities = frame.CallbackChoices(words.t)
	for _, script := range policy.Scripts() {
		choices.Scripts = append(choices.Scripts, frame.Option{Value: script, Label: words.t("callback_kind." + script)})
	}
	for _, reason := range policy.ReasonsForNothing() {
		choices.Reasons = append(choices.Reasons, frame.Option{Value: string(reason), Label: words.reason(reason)})
	}
	for _, reason := range slices.Sorted(maps.Keys(p.Reasons)) {
		choices.Reasons = append(choices.Reasons, frame.Option{Value: string(reason), Label: p.Reasons[reason]})
	}
	choices.Reasons = append(choices.Reasons, frame.Option{Value: ownReason, Label: words.t("policy.own_reason")})
	for _, order := range orders(policy.SurveyChannels()) {
		choices.Channels = append(choices.Channels,
			frame.Option{Value: strings.Join(channelCodes(order), ","), Label: words.channels(order)})
	}
	names, err := h.surveys.Names(c.Request.Context())
	for _, name := range names {
		choices.Surveys = append(choices.Surveys, frame.Option{Value: name, Label: name})
	}
	return choices, err
}

// orders returns every way to try some of a few channels one after the other, those that try more of them first.
func orders(channels []permission.Channel) [][]permission.Channel {
	var list [][]permission.Channel
	var extend func(chosen []permission.Channel)
	extend = func(chosen []permission.Channel) {
		for _, ch := range channels {
			if !slices.Contains(chosen, ch) {
				longer := append(slices.Clone(chosen), ch)
				list = append(list, longer)
				extend(longer)
			}
		}
	}
	extend(nil)
	slices.SortStableFunc(list, func(a, b []permission.Channel) int { return len(b) - len(a) })
	return list
}

// suggestedDays is how far back values are looked for that a condition may be about.
const suggestedDays = 90

// ruleLists is what there is to suggest: the categories and products of late, the teams and the sources.
func (h *handlers) ruleLists(c *gin.Context) ([]datalist, error) {
	ctx := c.Request.Context()
	teams, err := h.accounts.Teams(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := h.contacts.Sources(ctx)
	if err != nil {
		return nil, err
	}
	lists := []datalist{{ID: "teams"}, {ID: "sources"}}
	for _, t := range teams {
		lists[0].Values = append(lists[0].Values, t.Name)
	}
	for _, source := range sources {
		lists[1].Values = append(lists[1].Values, source.Name)
	}
	today := clock.DayOf(h.Now(), h.Zone)
	for id, dimension := range map[string]figures.Dimension{"categories": figures.Category, "products": figures.Product} {
		q := figures.Query{Metric: figures.CSAT, From: today - suggestedDays, To: today, Time: figures.ByResolved, Viewer: frame.Viewer(c)}
		rows, err := h.figures.Breakdown(ctx, q, dimension)
		if err != nil {
			return nil, err
		}
		list := datalist{ID: id}
		for _, row := range rows {
			if row.Member != "" {
				list.Values = append(list.Values, row.Member)
			}
		}
		lists = append(lists, list)
	}
	slices.SortFunc(lists, func(a, b datalist) int { return strings.Compare(a.ID, b.ID) })
	return lists, nil
}

// ruleNamed returns the code of the rule that the address names, or newRule where the policy has none of that code.
func ruleNamed(c *gin.Context, p policy.Policy) string {
	id := c.Param("rule")
	if slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return string(r.ID) == id }) {
		return id
	}
	return newRule
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
