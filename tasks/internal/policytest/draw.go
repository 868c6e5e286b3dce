// Package policytest draws policies, and facts for them, for property tests.
package policytest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/policy"
)

const day = 24 * time.Hour

// morning is 10:05 in Shanghai, inside calling hours.
var morning = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))

// Policy draws a valid policy over a small world, so that rules often match.
func Policy(t *rapid.T) policy.Policy {
	p := policy.Policy{
		MaxAge:  policy.Span(time.Duration(rapid.IntRange(1, 30).Draw(t, "max age")) * day),
		Reasons: map[policy.Reason]string{"vip": "The manager calls"},
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "rules") {
		r := policy.Rule{
			ID:   policy.RuleID(fmt.Sprintf("rule_%d", i)),
			Name: rapid.SampledFrom([]string{"", "A name", "规则", "yes", "1", "- x: #y"}).Draw(t, "name"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "conditions") {
			r.When = append(r.When, drawCondition(t))
		}
		for _, kind := range policy.Kinds() {
			switch rapid.IntRange(0, 2).Draw(t, "says") {
			case 0:
				if r.Nothing == nil {
					r.Nothing = map[policy.Kind]policy.Reason{}
				}
				r.Nothing[kind] = rapid.SampledFrom([]policy.Reason{policy.ReasonNotNeeded, "vip"}).Draw(t, "reason")
			case 1:
				drawAction(t, &r, kind, p.MaxAge)
			}
		}
		if r.Callback == nil && r.Survey == nil && r.Nothing == nil {
			r.Nothing = map[policy.Kind]policy.Reason{policy.FollowUpCallback: policy.ReasonNotNeeded}
		}
		p.Rules = append(p.Rules, r)
	}
	return p
}

func drawSpan(t *rapid.T, label string, least, most time.Duration) policy.Span {
	return policy.Span(time.Duration(rapid.Int64Range(int64(least/time.Second), int64(most/time.Second)).Draw(t, label)) * time.Second)
}

func drawAction(t *rapid.T, r *policy.Rule, kind policy.Kind, maxAge policy.Span) {
	if kind == policy.FollowUpCallback {
		within := drawSpan(t, "within", 10*time.Minute, 30*day)
		r.Callback = &policy.CallbackAction{
			Kind: rapid.SampledFrom(policy.PlannedCallbacks()).Draw(t, "kind"), Priority: rapid.IntRange(1, 5).Draw(t, "priority"),
			Delay: drawSpan(t, "delay", 0, maxAge.Duration()), Within: within, Attempts: rapid.IntRange(1, 6).Draw(t, "attempts"),
			Expiry: drawSpan(t, "expiry", within.Duration(), 60*day), Team: rapid.SampledFrom([]string{"", "二线", "1"}).Draw(t, "team"),
			Script: rapid.SampledFrom(append(policy.Scripts(), "")).Draw(t, "script"),
		}
		return
	}
	channels := rapid.Permutation(policy.SurveyChannels()).Draw(t, "channels")
	r.Survey = &policy.SurveyAction{
		Survey: rapid.SampledFrom([]string{"csat", "nps", "no"}).Draw(t, "survey"),
		Family: "csat", Delay: drawSpan(t, "delay", 0, maxAge.Duration()),
		Channels: channels[:rapid.IntRange(1, len(channels)).Draw(t, "some")], Reminders: rapid.IntRange(0, 1).Draw(t, "reminders"),
		RemindAfter: policy.Span(time.Hour), Expiry: drawSpan(t, "expiry", 2*time.Hour, 90*day),
		Share: policy.Share(rapid.IntRange(1, int(policy.Everybody)).Draw(t, "share")),
	}
}

func drawCondition(t *rapid.T) policy.Condition {
	infos := append(policy.Fields([]policy.Attribute{{Name: "等级", Kind: policy.TextField}}),
		policy.FieldInfo{Field: policy.AttributeField("spend"), Kind: policy.NumberField})
	info := rapid.SampledFrom(infos).Draw(t, "field")
	c := policy.Condition{Field: info.Field, Op: rapid.SampledFrom(info.Kind.Ops()).Draw(t, "op")}
	least, most := 1, 3
	switch c.Op {
	case policy.Known, policy.Unknown:
		most = 0
	case policy.AtLeast, policy.AtMost:
		most = 1
	case policy.Is, policy.IsNot, policy.Has, policy.HasNot:
	}
	pool := map[policy.FieldKind][]string{
		policy.TextField: {
			"a", "b", "zh", "yes", "1", "007", "0x1f", "1_000", ".inf", "~", "null", "12:30", "a, b", "- a", "a: b", "#a", "'",
		},
		policy.TagsField: {"vip", "b2b"}, policy.NumberField: {"0", "1", "30", "2.5"}, policy.YesNoField: {policy.Yes, policy.No},
		policy.ChoiceField: info.Choices, policy.LevelField: info.Choices,
	}[info.Kind]
	if most > 0 {
		c.Values = rapid.SliceOfN(rapid.SampledFrom(pool), least, most).Draw(t, "values")
	}
	return c
}

// Facts draws what is known about a contact.
func Facts(t *rapid.T) *policy.Facts {
	r := drawResolution(t)
	text := rapid.SampledFrom([]string{"", "a", "b"})
	r.Channel = rapid.SampledFrom(append(contact.Channels(), "")).Draw(t, "channel")
	r.Category, r.Product, r.No = text.Draw(t, "category"), text.Draw(t, "product"), rapid.IntRange(1, 3).Draw(t, "no")
	f := &policy.Facts{
		Now: morning, Resolution: r, Source: text.Draw(t, "source"), Team: text.Draw(t, "team"), Resolver: text.Draw(t, "resolver"),
		Language: rapid.SampledFrom([]string{"", "zh", "zh-CN", "en"}).Draw(t, "language"), Zone: text.Draw(t, "zone"),
		Region:         rapid.SampledFrom([]string{"", "a", "a-x"}).Draw(t, "region"),
		Tags:           rapid.SampledFrom([][]string{nil, {"vip"}, {"b2b", "vip"}}).Draw(t, "tags"),
		Attributes:     map[string]string{"spend": rapid.SampledFrom([]string{"", "1", "2.5", "many"}).Draw(t, "spend")},
		AttributeKinds: map[string]policy.FieldKind{"等级": policy.TextField, "spend": policy.NumberField},
		FirstContact:   rapid.Bool().Draw(t, "first"), Repeat: rapid.Bool().Draw(t, "repeat"), OpenComplaint: rapid.Bool().Draw(t, "open"),
		Contact: contact.Contact{Subcategory: text.Draw(t, "subcategory"), OrderReference: text.Draw(t, "order"), Tags: `["vip"]`},
	}
	if rapid.Bool().Draw(t, "answered before") {
		at := morning.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "days")) * day)
		f.CSAT, f.AnsweredAt = &policy.Score{
			Metric: "csat",
			Value:  rapid.IntRange(1, 5).Draw(t, "csat"),
			Band:   rapid.SampledFrom(policy.Bands()).Draw(t, "band"),
			At:     at,
		}, at
	}
	return f
}

func drawResolution(t *rapid.T) contact.Resolution {
	r := contact.Resolution{
		ID:         rapid.Int64Range(1, 1e9).Draw(t, "id"),
		ResolvedAt: morning.Add(-time.Duration(rapid.Int64Range(-3600, 20*24*3600).Draw(t, "age")) * time.Second),
		Severity: rapid.SampledFrom([]contact.Severity{"", contact.Low, contact.Medium, contact.High, contact.Critical}).
			Draw(t, "severity"),
		Complaint:  rapid.Bool().Draw(t, "complaint"),
		AutoClosed: rapid.Bool().Draw(t, "auto"),
		Answered:   rapid.Bool().Draw(t, "answered"),
	}
	if rapid.Bool().Draw(t, "reopened") {
		r.ReopenedAt = morning
	}
	return r
}
