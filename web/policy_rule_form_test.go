package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/tasks"
)

// drawRule draws a rule the form can say: which is every rule whose values have no commas.
func drawRule(t *rapid.T, fields []tasks.FieldInfo) tasks.Rule {
	word := rapid.StringMatching(`[a-z0-9]{1,8}`)
	span := rapid.Custom(func(t *rapid.T) tasks.Span {
		unit := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "unit")
		return tasks.Span(time.Duration(rapid.IntRange(0, 90).Draw(t, "n")) * unit)
	})
	rule := tasks.Rule{ID: "r", Name: word.Draw(t, "name"), Nothing: map[tasks.Kind]tasks.Reason{}}
	for range rapid.IntRange(0, 4).Draw(t, "conditions") {
		info := rapid.SampledFrom(fields).Draw(t, "field")
		c := tasks.Condition{Field: info.Field, Op: rapid.SampledFrom(info.Kind.Ops()).Draw(t, "op")}
		if c.Op != tasks.Known && c.Op != tasks.Unknown {
			c.Values = rapid.SliceOfN(word, 1, 3).Draw(t, "values")
		}
		rule.When = append(rule.When, c)
	}
	switch rapid.IntRange(0, 2).Draw(t, "callback") {
	case 0:
		rule.Callback = &tasks.CallbackAction{
			Kind: rapid.SampledFrom(tasks.PlannedCallbacks()).Draw(t, "kind"), Priority: rapid.IntRange(1, 5).Draw(t, "priority"), Delay: span.Draw(t, "delay"),
			Within: span.Draw(t, "within"), Team: word.Draw(t, "team"), Script: rapid.SampledFrom(tasks.Scripts()).Draw(t, "script"),
			Attempts: rapid.IntRange(1, 6).Draw(t, "attempts"), Expiry: span.Draw(t, "expiry"),
		}
	case 1:
		rule.Nothing[tasks.FollowUpCallback] = tasks.Reason(word.Draw(t, "reason"))
	}
	switch rapid.IntRange(0, 2).Draw(t, "survey") {
	case 0:
		rule.Survey = &tasks.SurveyAction{
			Survey: word.Draw(t, "survey"), Family: word.Draw(t, "family"), Delay: span.Draw(t, "survey delay"), Reminders: rapid.IntRange(0, 1).Draw(t, "reminders"),
			RemindAfter: span.Draw(t, "remind"), Expiry: span.Draw(t, "expiry"), Share: tasks.Share(rapid.IntRange(1, 1_000_000).Draw(t, "share")),
			Channels: rapid.SampledFrom(orders(tasks.SurveyChannels())).Draw(t, "channels"),
		}
	case 1:
		rule.Nothing[tasks.FollowUpSurvey] = tasks.Reason(word.Draw(t, "reason"))
	}
	return rule
}

func TestTheFormOfARuleLosesNothing(t *testing.T) {
	t.Parallel()
	fields := tasks.Fields([]tasks.Attribute{{Name: "tariff", Kind: tasks.TextField}})
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, fields)
		again, err := policyRuleOf(formOfPolicyRule(rule), rule.ID, map[tasks.Reason]string{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rule, again); diff != "" {
			t.Fatalf("(-rule +read back):\n%s", diff)
		}
	})
}

func TestCodesOfRulesAreStableAndFree(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{"vip": true, "rule_1": true}
	for name, want := range map[string]string{"VIP": "vip_1", "Repeat within 48 h!": "repeat_within_48_h", "重复来访": "rule_2", "9 lives": "lives", "": "rule_2"} {
		if got := codeFor(name, "rule", func(code string) bool { return taken[code] }); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
