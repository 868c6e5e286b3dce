package frame

import (
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/policy"
)

// CountLine is one number, the width of its bar in percent of the resolved, and where it leads.
type CountLine struct {
	Text  string // the reason in words, where the line is one's
	Count int
	Width float64
	Href  string
}

// ReasonText is a reason in the words of the policy that gave it, or in ours.
func (s *Site) ReasonText(c *gin.Context, r policy.Reason, own string) string {
	if own != "" || r == "" {
		return own
	}
	return s.Catalogue.TextOr(s.Lang(c), string(r), nil, "reason."+string(r))
}

// DecisionRuleName is what the policy calls a rule, or our name for it.
func (s *Site) DecisionRuleName(c *gin.Context, id policy.RuleID, own string) string {
	return s.RuleName(c, policy.Rule{ID: id, Name: own})
}

// CallbackChoices is the kinds of callback that can be planned, and the priorities.
func CallbackChoices(t func(key string, args ...any) string) (kinds, priorities []Option) {
	for _, kind := range policy.PlannedCallbacks() {
		kinds = append(kinds, Option{string(kind), t("callback_kind." + string(kind))})
	}
	for n := 1; n <= policy.PriorityLast; n++ {
		priorities = append(priorities, Option{strconv.Itoa(n), t("policy.priority_"+strconv.Itoa(n), "n", n)})
	}
	return kinds, priorities
}

// SpanText is a length of time in its largest units: 1 day 12 h.
func SpanText(t func(key string, args ...any) string, span policy.Span) string {
	rest := span.Duration()
	if rest == 0 {
		return t("span.none")
	}
	var parts []string
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"days", 24 * time.Hour}, {"hours", time.Hour}, {"minutes", time.Minute}, {"seconds", time.Second}} {
		if n := int(rest / unit.length); n > 0 {
			parts = append(parts, t("span."+unit.name, "count", n))
			rest -= time.Duration(n) * unit.length
		}
	}
	return strings.Join(parts, " ")
}

// RuleName is what a rule of the policy is called: its own name, the text of a rule we brought, or its code.
func (s *Site) RuleName(c *gin.Context, rule policy.Rule) string {
	if rule.Name != "" {
		return rule.Name
	}
	return s.ruleCode(c, rule.ID)
}

// ruleCode is the name of a rule without one of its own.
func (s *Site) ruleCode(c *gin.Context, id policy.RuleID) string {
	return s.Catalogue.TextOr(s.Lang(c), string(id), nil, "rule."+string(id))
}
