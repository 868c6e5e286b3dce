package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
)

func (s *Server) renderPolicyRule(c *gin.Context, status int, record policy.Record, f form) error {
	attributes, err := s.Policies.Attributes(c.Request.Context())
	if err != nil {
		return err
	}
	fields := policy.Fields(attributes)
	reasons := maps.Clone(record.Policy.Reasons)
	if reasons == nil {
		reasons = map[policy.Reason]string{}
	}
	words := s.policyWords(c, fields, reasons)
	p := &policyRulePage{Record: record, ID: c.Param("rule"), Form: f, Fields: fieldGroups(words, fields)}
	if rule, err := policyRuleOf(f, "", reasons, policy.Codes{}); err == nil && (rule.Callback != nil || rule.Survey != nil || len(rule.Nothing) > 0) {
		sentence := words.sentence(rule, len(record.Policy.Rules) == 0 || string(record.Policy.Rules[0].ID) == p.ID)
		p.Sentence = &sentence
	}
	for n, condition := range conditionsOf(f) {
		p.Conditions = append(p.Conditions, s.conditionRow(words, f, n, condition))
	}
	p.setFocus(f.Get("do"))
	if p.Choices, err = s.ruleChoices(c, words, record.Policy); err != nil {
		return err
	}
	if p.Lists, err = s.ruleLists(c); err != nil {
		return err
	}
	title := "policy.rule_title"
	if p.ID == newRule {
		title = "policy.rule_new"
	}
	p.page = s.page(c, title, "name", s.ruleName(c, policy.Rule{ID: policy.RuleID(p.ID), Name: f.Get("name")}))
	p.Crumbs = []crumb{{Text: s.t(c, "policy.title"), Href: policiesPath}, {Text: s.t(c, "policy.draft_title", "id", record.ID), Href: policyPath(record.ID)}}
	return s.renderStatus(c, status, p)
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
	groups := []optionGroup{{Label: words.t("policy.group_contact")}, {Label: words.t("policy.group_customer")}, {Label: words.t("policy.group_history")}}
	for _, info := range fields {
		g := 0
		switch {
		case strings.HasPrefix(string(info.Field), "customer."):
			g = 1
		case strings.HasPrefix(string(info.Field), "history."):
			g = 2
		}
		groups[g].Options = append(groups[g].Options, option{Value: string(info.Field), Label: words.field(info.Field)})
	}
	return groups
}

// conditionRow makes the row of a condition: its comparisons and values fit its field.
func (s *Server) conditionRow(words policyWords, f form, n int, condition policy.Condition) conditionRow {
	info := words.fields[condition.Field]
	row := conditionRow{
		N: n, Field: string(condition.Field), Label: words.field(condition.Field), Kind: info.Kind, Op: string(condition.Op),
		Refusal: f.Errors[conditionField(n, "values")],
	}
	for _, op := range info.Kind.Ops() {
		row.Ops = append(row.Ops, option{Value: string(op), Label: words.t("policy_op." + string(op))})
	}
	for _, choice := range info.Choices {
		row.Checks = append(row.Checks, check{
			Name: row.Name("values"), Value: choice, Label: words.choice(info.Field, choice), Checked: slices.Contains(condition.Values, choice),
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
func (s *Server) ruleChoices(c *gin.Context, words policyWords, p policy.Policy) (ruleChoices, error) {
	choices := ruleChoices{
		Says: []option{
			{saysPlan, words.t("policy.says_plan")}, {saysNothing, words.t("policy.says_nothing")}, {saysNoMore, words.t("policy.says_no_more")},
		},
		Reminders: []option{{"0", words.t("policy.no_reminder")}, {"1", words.t("policy.one_reminder")}},
		Scripts:   []option{{"", words.t("policy.script_of_kind")}},
	}
	choices.Kinds, choices.Priorities = callbackChoices(words.t)
	for _, script := range policy.Scripts() {
		choices.Scripts = append(choices.Scripts, option{script, words.t("callback_kind." + script)})
	}
	for _, reason := range policy.ReasonsForNothing() {
		choices.Reasons = append(choices.Reasons, option{string(reason), words.reason(reason)})
	}
	for _, reason := range slices.Sorted(maps.Keys(p.Reasons)) {
		choices.Reasons = append(choices.Reasons, option{string(reason), p.Reasons[reason]})
	}
	choices.Reasons = append(choices.Reasons, option{ownReason, words.t("policy.own_reason")})
	for _, order := range orders(policy.SurveyChannels()) {
		choices.Channels = append(choices.Channels, option{strings.Join(channelCodes(order), ","), words.channels(order)})
	}
	names, err := s.Surveys.Names(c.Request.Context())
	for _, name := range names {
		choices.Surveys = append(choices.Surveys, option{name, name})
	}
	return choices, err
}

// callbackChoices is the kinds of callback that can be planned, and the priorities.
func callbackChoices(t func(key string, args ...any) string) (kinds, priorities []option) {
	for _, kind := range policy.PlannedCallbacks() {
		kinds = append(kinds, option{string(kind), t("callback_kind." + string(kind))})
	}
	for n := 1; n <= policy.PriorityLast; n++ {
		priorities = append(priorities, option{strconv.Itoa(n), t("policy.priority_"+strconv.Itoa(n), "n", n)})
	}
	return kinds, priorities
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
func (s *Server) ruleLists(c *gin.Context) ([]datalist, error) {
	ctx := c.Request.Context()
	teams, err := s.Accounts.Teams(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := s.Contacts.Sources(ctx)
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
	today := clock.DayOf(s.now(), s.opts.Zone)
	for id, dimension := range map[string]figures.Dimension{"categories": figures.Category, "products": figures.Product} {
		q := figures.Query{Metric: figures.CSAT, From: today - suggestedDays, To: today, Time: figures.ByResolved, Viewer: viewer(c)}
		rows, err := s.Figures.Breakdown(ctx, q, dimension)
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
