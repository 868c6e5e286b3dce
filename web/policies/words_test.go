package policies

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// wordsIn returns the words of a language; a text that is missing fails the test.
func wordsIn(t testing.TB, site *frame.Site, lang string, attributes []policy.Attribute, reasons map[policy.Reason]string) policyWords {
	t.Helper()
	w := policyWords{fields: map[policy.Field]policy.FieldInfo{}, reasons: reasons}
	w.t = func(key string, args ...any) string {
		text, err := site.Catalogue.Text(lang, key, frame.Pairs(args))
		if err != nil {
			t.Errorf("%v", err)
		}
		return text
	}
	for _, f := range policy.Fields(attributes) {
		w.fields[f.Field] = f
	}
	return w
}

func spoken(s ruleSentence) string { return s.When + " | " + strings.Join(s.Then, " | ") }

func TestARuleIsReadOutAsASentence(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	callback, survey := policy.DefaultCallback(), policy.DefaultSurvey()
	survey.Share, survey.Reminders = 250_000, 1
	team := callback
	team.Team, team.Delay = "二线组", policy.Span(36*time.Hour)
	reasons := map[policy.Reason]string{"handled": "VIP desk calls"}
	rules := []policy.Rule{
		{When: []policy.Condition{
			{Field: policy.ContactSeverity, Op: policy.Is, Values: []string{"high", "critical"}},
			{Field: policy.CustomerTags, Op: policy.Has, Values: []string{"VIP"}},
		}, Callback: &callback, Survey: &survey},
		{Nothing: map[policy.Kind]policy.Reason{policy.FollowUpCallback: "handled"}},
		{When: []policy.Condition{
			{Field: policy.ContactComplaint, Op: policy.Is, Values: []string{policy.Yes}},
			{Field: policy.AttributeField("tariff"), Op: policy.IsNot, Values: []string{"S", "M"}},
		}, Callback: &team},
		{Nothing: map[policy.Kind]policy.Reason{
			policy.FollowUpCallback: policy.ReasonNotNeeded, policy.FollowUpSurvey: policy.ReasonNotNeeded,
		}},
	}
	attributes := []policy.Attribute{{Name: "tariff", Label: "套餐", Kind: policy.TextField}}
	for lang, want := range map[string][]string{
		"en": {
			"When severity is High or Critical and tags of the customer include “VIP” | " +
				"call back (Confirmation, group 3), within 1 day, at most 6 attempts, given up after 7 days | " +
				"survey by e-mail, then SMS, 1 h after the resolution, for a sample of 25%, one reminder after 3 days, open for 14 days",
			"Whatever is not decided yet | no callback (VIP desk calls)",
			"When it is a complaint and customer's 套餐 is not “S” or “M” | " +
				"call back (Confirmation, group 3), 1 day 12 h after the resolution at the earliest, within 1 day, " +
				"by team “二线组”, at most 6 attempts, given up after 7 days",
			"Whatever is not decided yet | no callback and no survey (Not needed: not severe, no complaint)",
		},
		"zh-CN": {
			"紧急程度为高或紧急，且客户标签含“VIP”的工单 | 安排确认回访（优先级第 3 组），1 天内完成，最多拨打 6 次，7 天后不再拨打 | 办结 1 小时后邀评（邮件，再短信），抽样 25%，3 天后未答提醒一次，14 天内可作答",
			"以上未判定的工单 | 不回访，原因：VIP desk calls",
			"属于投诉，且客户的套餐不是“S”或“M”的工单 | 安排确认回访（优先级第 3 组），最早在办结 1 天 12 小时后，1 天内完成，由“二线组”拨打，最多拨打 6 次，7 天后不再拨打",
			"以上未判定的工单 | 不回访，也不邀评，原因：不需要回访（非紧急、非投诉）",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			words := wordsIn(t, site, lang, attributes, reasons)
			for i, rule := range rules {
				if diff := cmp.Diff(want[i], spoken(words.sentence(rule, i == 0))); diff != "" {
					t.Errorf("rule %d in %s (-want +got):\n%s", i, lang, diff)
				}
			}
		})
	}
}

func TestEveryConditionCanBeReadOut(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	attributes := []policy.Attribute{
		{Name: "a", Kind: policy.TextField},
		{Name: "b", Kind: policy.NumberField},
		{Name: "c", Kind: policy.YesNoField},
	}
	for _, lang := range account.Languages() {
		t.Run(lang, func(t *testing.T) {
			words := wordsIn(t, site, lang, attributes, nil)
			for _, f := range policy.Fields(attributes) {
				for _, op := range f.Kind.Ops() {
					for _, value := range append([]string{policy.Yes, policy.No}, f.Choices...) {
						if len(f.Choices) > 0 && (value == policy.Yes || value == policy.No) {
							continue
						}
						if text := words.condition(policy.Condition{Field: f.Field, Op: op, Values: []string{value}}); text == "" {
							t.Errorf("%s %s in %s reads as nothing", f.Field, op, lang)
						}
					}
				}
			}
			for _, channel := range policy.SurveyChannels() {
				words.channels([]permission.Channel{channel})
			}
		})
	}
}

// newSite returns a site with this area alone.
func newSite(t testing.TB) *frame.Site {
	t.Helper()
	site, err := frame.New(frame.Options{Language: "zh-CN", Now: clocktest.Fixed(1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Open(New(site, nil, nil, nil, nil, nil, nil)); err != nil {
		t.Fatal(err)
	}
	return site
}
