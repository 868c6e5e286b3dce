package policies_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
	"aftercall/web/policies"
)

// drawRule draws a rule. Values of conditions may have whatever separates values elsewhere.
func drawRule(t *rapid.T, fields []policy.FieldInfo) policy.Rule {
	word := rapid.StringMatching(`[a-z0-9]{1,8}`)
	span := rapid.Custom(func(t *rapid.T) policy.Span {
		unit := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "unit")
		return policy.Span(time.Duration(rapid.IntRange(0, 90).Draw(t, "n")) * unit)
	})
	rule := policy.Rule{ID: "r", Name: word.Draw(t, "name"), Nothing: map[policy.Kind]policy.Reason{}}
	for range rapid.IntRange(0, 4).Draw(t, "conditions") {
		info := rapid.SampledFrom(fields).Draw(t, "field")
		c := policy.Condition{Field: info.Field, Op: rapid.SampledFrom(info.Kind.Ops()).Draw(t, "op")}
		if c.Op != policy.Known && c.Op != policy.Unknown {
			c.Values = rapid.SliceOfN(rapid.StringMatching(`[a-z"]([a-z ,;，、；/|]{0,6}[a-z"])?`), 1, 3).Draw(t, "values")
		}
		rule.When = append(rule.When, c)
	}
	switch rapid.IntRange(0, 2).Draw(t, "callback") {
	case 0:
		rule.Callback = &policy.CallbackAction{
			Kind:     rapid.SampledFrom(policy.PlannedCallbacks()).Draw(t, "kind"),
			Priority: rapid.IntRange(1, 5).Draw(t, "priority"), Delay: span.Draw(t, "delay"),
			Within: span.Draw(t, "within"), Team: word.Draw(t, "team"), Script: rapid.SampledFrom(policy.Scripts()).Draw(t, "script"),
			Attempts: rapid.IntRange(1, 6).Draw(t, "attempts"), Expiry: span.Draw(t, "expiry"),
		}
	case 1:
		rule.Nothing[policy.FollowUpCallback] = policy.Reason(word.Draw(t, "reason"))
	}
	switch rapid.IntRange(0, 2).Draw(t, "survey") {
	case 0:
		rule.Survey = &policy.SurveyAction{
			Survey: word.Draw(t, "survey"), Family: word.Draw(t, "family"),
			Delay: span.Draw(t, "survey delay"), Reminders: rapid.IntRange(0, 1).Draw(t, "reminders"),
			RemindAfter: span.Draw(t, "remind"), Expiry: span.Draw(t, "expiry"),
			Share:    policy.Share(rapid.IntRange(1, 1_000_000).Draw(t, "share")),
			Channels: rapid.SampledFrom(policies.Orders(policy.SurveyChannels())).Draw(t, "channels"),
		}
	case 1:
		rule.Nothing[policy.FollowUpSurvey] = policy.Reason(word.Draw(t, "reason"))
	}
	return rule
}

// typed is a form as a browser sends it: the values of a condition in one text, a line each.
func typed(f frame.Form) frame.Form {
	for n := range policies.MaxFormConditions {
		if name := policies.ConditionField(n, "values"); len(f.Values[name]) > 0 {
			f.Values.Set(name, strings.Join(f.Values[name], "\r\n")+"\r\n")
		}
	}
	return f
}

func TestTheFormOfARuleLosesNothing(t *testing.T) {
	t.Parallel()
	fields := policy.Fields([]policy.Attribute{{Name: "tariff", Kind: policy.TextField}})
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, fields)
		again, err := policies.PolicyRuleOf(typed(policies.FormOfPolicyRule(rule)), rule.ID, map[policy.Reason]string{}, policy.Codes{})
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
	for name, want := range map[string]string{
		"VIP": "vip_1", "Repeat within 48 h!": "repeat_within_48_h", "重复来访": "rule_2", "9 lives": "lives", "": "rule_2",
	} {
		t.Run(name, func(t *testing.T) {
			if got := policies.CodeFor(name, "rule", func(code string) bool { return taken[code] }); got != want {
				t.Errorf("%q: %s, want %s", name, got, want)
			}
		})
	}
}

// skippingRule is the form of a rule that plans no callback for contacts of a category, for a reason in the centre's own words.
func skippingRule(name, category, reason, revision string) url.Values {
	f := ruleForm()
	f.Set("name", name)
	f.Set(policies.ConditionField(0, "field"), string(policy.ContactCategory))
	f.Set(policies.ConditionField(0, "values"), category)
	f.Set("callback", policies.SaysNothing)
	f.Set("callback_reason", policies.OwnReason)
	f.Set("callback_reason_text", reason)
	f.Set("revision", revision)
	return f
}

// A rule that took the place of another is not taken for it, nor is its reason.
func TestANewRuleHasACodeThatNeverMeantAnotherOne(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Admin)
	first := c.Post("/policies", nil).Header.Get("Location")
	c.Follow(c.Post(first+"/rules/NEW", skippingRule("大客户", "宽带报修", "由大客户经理回访", "1"))).Page(http.StatusOK)
	c.Follow(c.Post(first+"/publish", url.Values{"revision": {"2"}})).Page(http.StatusOK)
	second := c.Post("/policies", nil).Header.Get("Location")
	c.Follow(c.Post(second+"/rules/rule_1/remove", url.Values{"revision": {"1"}})).Page(http.StatusOK)
	saved := c.Follow(c.Post(second+"/rules/NEW", skippingRule("移机", "移机", "移机不回访", "2"))).Page(http.StatusOK)
	if saved.Find("#rule_1").Length() != 0 || saved.Find("#rule_2").Length() != 1 {
		t.Error("the new rule has the code of the one that was removed")
	}
	if yaml := c.Get(second + "/yaml").Body; strings.Contains(yaml, "reason_1") || !strings.Contains(yaml, "reason_2: 移机不回访") {
		t.Errorf("the new reason has the code of the one that was removed:\n%s", yaml)
	}
}

func TestAReasonOfTheCentresOwnMayHaveAnyWords(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Supervisor)
	for _, reason := range []string{"Not needed", "No answer", "Done", "Reopened", "Undecided"} {
		t.Run(reason, func(t *testing.T) {
			c := c.In(t)
			draft := c.Post("/policies", nil).Header.Get("Location")
			saved := c.Follow(c.Post(draft+"/rules/NEW", skippingRule("Quiet", "移机", reason, "1"))).Page(http.StatusOK)
			if text := saved.Find(".rules").Text(); !strings.Contains(text, reason) {
				t.Errorf("%s: not as it was typed: %s", reason, text)
			}
		})
	}
}
