package tasks

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/permission"
)

// drawPolicy draws a valid policy over a small world, so that rules often match.
func drawPolicy(t *rapid.T) Policy {
	p := Policy{MaxAge: Span(time.Duration(rapid.IntRange(1, 30).Draw(t, "max age")) * day), Reasons: map[Reason]string{"vip": "The manager calls"}}
	for i := range rapid.IntRange(0, 8).Draw(t, "rules") {
		r := Rule{ID: RuleID(fmt.Sprintf("rule_%d", i)), Name: rapid.SampledFrom([]string{"", "A name", "规则", "yes", "1", "- x: #y"}).Draw(t, "name")}
		for range rapid.IntRange(0, 3).Draw(t, "conditions") {
			r.When = append(r.When, drawCondition(t))
		}
		for _, kind := range Kinds() {
			switch rapid.IntRange(0, 2).Draw(t, "says") {
			case 0:
				if r.Nothing == nil {
					r.Nothing = map[Kind]Reason{}
				}
				r.Nothing[kind] = rapid.SampledFrom([]Reason{ReasonNotNeeded, "vip"}).Draw(t, "reason")
			case 1:
				drawAction(t, &r, kind, p.MaxAge)
			}
		}
		if !r.speaksOf(FollowUpCallback) && !r.speaksOf(FollowUpSurvey) {
			r.Nothing = map[Kind]Reason{FollowUpCallback: ReasonNotNeeded}
		}
		p.Rules = append(p.Rules, r)
	}
	return p
}

func drawSpan(t *rapid.T, label string, least, most time.Duration) Span {
	return Span(time.Duration(rapid.Int64Range(int64(least/time.Second), int64(most/time.Second)).Draw(t, label)) * time.Second)
}

func drawAction(t *rapid.T, r *Rule, kind Kind, maxAge Span) {
	if kind == FollowUpCallback {
		within := drawSpan(t, "within", 10*time.Minute, 30*day)
		r.Callback = &CallbackAction{
			Kind: rapid.SampledFrom(PlannedCallbacks()).Draw(t, "kind"), Priority: rapid.IntRange(1, 5).Draw(t, "priority"),
			Delay: drawSpan(t, "delay", 0, maxAge.Duration()), Within: within, Attempts: rapid.IntRange(1, 6).Draw(t, "attempts"),
			Expiry: drawSpan(t, "expiry", within.Duration(), 60*day), Team: rapid.SampledFrom([]string{"", "二线", "1"}).Draw(t, "team"),
			Script: rapid.SampledFrom(append(Scripts(), "")).Draw(t, "script"),
		}
		return
	}
	channels := rapid.Permutation(SurveyChannels()).Draw(t, "channels")
	r.Survey = &SurveyAction{
		Survey: rapid.SampledFrom([]string{"csat", "nps", "no"}).Draw(t, "survey"), Family: "csat", Delay: drawSpan(t, "delay", 0, maxAge.Duration()),
		Channels: channels[:rapid.IntRange(1, len(channels)).Draw(t, "some")], Reminders: rapid.IntRange(0, 1).Draw(t, "reminders"),
		RemindAfter: Span(time.Hour), Expiry: drawSpan(t, "expiry", 2*time.Hour, 90*day), Share: Share(rapid.IntRange(1, int(Everybody)).Draw(t, "share")),
	}
}

func drawCondition(t *rapid.T) Condition {
	infos := append(Fields([]Attribute{{Name: "等级", Kind: TextField}}), FieldInfo{Field: AttributeField("spend"), Kind: NumberField})
	info := rapid.SampledFrom(infos).Draw(t, "field")
	c := Condition{Field: info.Field, Op: rapid.SampledFrom(info.Kind.Ops()).Draw(t, "op")}
	least, most := c.Op.values()
	pool := map[FieldKind][]string{
		TextField: {"a", "b", "zh", "yes", "1", "007", "0x1f", "1_000", ".inf", "~", "null", "12:30", "a, b", "- a", "a: b", "#a", "'"}, TagsField: {"vip", "b2b"}, NumberField: {"0", "1", "30", "2.5"}, YesNoField: {Yes, No},
		ChoiceField: info.Choices, LevelField: info.Choices,
	}[info.Kind]
	if most > 0 {
		c.Values = rapid.SliceOfN(rapid.SampledFrom(pool), least, min(most, 3)).Draw(t, "values")
	}
	return c
}

func drawFacts(t *rapid.T) *Facts {
	r := drawResolution(t)
	text := rapid.SampledFrom([]string{"", "a", "b"})
	r.Channel = rapid.SampledFrom(append(contact.Channels(), "")).Draw(t, "channel")
	r.Category, r.Product, r.No = text.Draw(t, "category"), text.Draw(t, "product"), rapid.IntRange(1, 3).Draw(t, "no")
	f := &Facts{
		Now: morning, Resolution: r, Source: text.Draw(t, "source"), Team: text.Draw(t, "team"), Resolver: text.Draw(t, "resolver"),
		Language: rapid.SampledFrom([]string{"", "zh", "zh-CN", "en"}).Draw(t, "language"), Zone: text.Draw(t, "zone"),
		Region: rapid.SampledFrom([]string{"", "a", "a-x"}).Draw(t, "region"), Tags: rapid.SampledFrom([][]string{nil, {"vip"}, {"b2b", "vip"}}).Draw(t, "tags"),
		Attributes:     map[string]string{"spend": rapid.SampledFrom([]string{"", "1", "2.5", "many"}).Draw(t, "spend")},
		AttributeKinds: map[string]FieldKind{"等级": TextField, "spend": NumberField},
		FirstContact:   rapid.Bool().Draw(t, "first"), Repeat: rapid.Bool().Draw(t, "repeat"), OpenComplaint: rapid.Bool().Draw(t, "open"),
		Contact: contact.Contact{Subcategory: text.Draw(t, "subcategory"), OrderReference: text.Draw(t, "order"), Tags: `["vip"]`},
	}
	if rapid.Bool().Draw(t, "answered before") {
		at := morning.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "days")) * day)
		f.CSAT, f.AnsweredAt = &Score{Metric: "csat", Value: rapid.IntRange(1, 5).Draw(t, "csat"), Band: rapid.SampledFrom(Bands()).Draw(t, "band"), At: at}, at
	}
	return f
}

// The salt of a policy is not part of what it says.
var spoken = cmp.Options{cmpopts.IgnoreUnexported(Policy{}), cmpopts.EquateEmpty()}

func TestExportedAndImportedAPolicyIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		if err := p.Check(); err != nil {
			t.Fatalf("drawn policy: %v", err)
		}
		again, err := ParsePolicy([]byte(p.Format()))
		if err != nil {
			t.Fatalf("%v\n%s", err, p.Format())
		}
		if diff := cmp.Diff(p, again, spoken); diff != "" {
			t.Fatalf("%s\n%s", diff, p.Format())
		}
	})
}

func TestTheBuiltInPolicyIsValidAndReadsBackTheSame(t *testing.T) {
	t.Parallel()
	p := DefaultPolicy(90 * time.Second)
	again, err := ParsePolicy([]byte(p.Format()))
	if err != nil {
		t.Fatal(err)
	}
	again.Version = 1
	if diff := cmp.Diff(p, again, spoken); diff != "" {
		t.Error(diff)
	}
}

// The first rule that matches and says something about a kind decides that kind, and nothing else does.
func TestTheFirstRuleThatMatchesAndSpeaksDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawPolicy(t), drawFacts(t)
		wishes := p.Match(f)
		if len(wishes) != len(Kinds()) {
			t.Fatalf("%d wishes", len(wishes))
		}
		for i, kind := range Kinds() {
			if got, want := wishes[i].Rule, decidingRule(p, f, kind); wishes[i].Kind != kind || got != want {
				t.Fatalf("%s: decided by %s, want %s\n%s", wishes[i].Kind, got, want, p.Format())
			}
		}
	})
}

// decidingRule says it once more, kind by kind.
func decidingRule(p Policy, f *Facts, kind Kind) RuleID {
	if !f.Resolution.ReopenedAt.IsZero() {
		return RuleReopened
	}
	if f.Now.Sub(f.Resolution.ResolvedAt) > p.MaxAge.Duration() {
		return RuleTooOld
	}
	for _, r := range p.Rules {
		all := true
		for _, c := range r.When {
			all = all && naiveHolds(c, f)
		}
		_, nothing := r.Nothing[kind]
		plans := kind == FollowUpCallback && r.Callback != nil || kind == FollowUpSurvey && r.Survey != nil
		if all && (nothing || plans) {
			return r.ID
		}
	}
	return RuleNone
}

// naiveHolds looks at each field of the drawn world by itself.
func naiveHolds(c Condition, f *Facts) bool {
	yes := func(b bool) []string { return []string{map[bool]string{true: Yes, false: No}[b]} }
	var texts []string
	switch c.Field {
	case ContactSource:
		texts = []string{f.Source}
	case ContactChannel:
		texts = []string{string(f.Resolution.Channel)}
	case ContactCategory:
		texts = []string{f.Resolution.Category}
	case ContactSubcategory:
		texts = []string{f.Contact.Subcategory}
	case ContactProduct:
		texts = []string{f.Resolution.Product}
	case ContactTeam:
		texts = []string{f.Team}
	case ContactResolver:
		texts = []string{f.Resolver}
	case ContactOrder:
		texts = []string{f.Contact.OrderReference}
	case ContactComplaint:
		texts = yes(f.Resolution.Complaint)
	case ContactAutoClosed:
		texts = yes(f.Resolution.AutoClosed)
	case ContactAnswered:
		texts = yes(f.Resolution.Answered)
	case HistoryFirstContact:
		texts = yes(f.FirstContact)
	case HistoryRepeat:
		texts = yes(f.Repeat)
	case HistoryOpenComplaint:
		texts = yes(f.OpenComplaint)
	case CustomerZone:
		texts = []string{f.Zone}
	case CustomerTags:
		texts = f.Tags
	case ContactTags:
		texts = []string{"vip"}
	default: // ranks, numbers, prefixes and attributes have tables of their own
		return c.holds(f)
	}
	texts = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" })
	common := slices.ContainsFunc(texts, func(s string) bool { return slices.Contains(c.Values, s) })
	switch c.Op {
	case Is, Has:
		return common
	case IsNot, HasNot:
		return !common
	case Known:
		return len(texts) > 0
	case Unknown:
		return len(texts) == 0
	case AtLeast, AtMost:
	}
	panic("no such comparison for " + string(c.Field))
}

// Whatever the policy: every kind gets exactly one decision, planned without a reason or skipped with one, and the sums add up.
func TestEveryResolutionIsDecidedOnceByAnyPolicy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		p.Version, p.salt = 7, []byte(rapid.String().Draw(t, "salt"))
		n := rapid.IntRange(1, 20).Draw(t, "resolutions")
		var counts []decisionCount
		for range n {
			f := drawFacts(t)
			for _, w := range p.Match(f) {
				if len(questionsFor(w, permission.Subject{Phones: []string{"+8613800000000"}})) == 0 && w.Wanted() {
					t.Fatalf("%s is wanted and permission is not asked", w.Kind)
				}
				d := p.decide(&f.Resolution, w, rapid.Custom(drawVerdict).Draw(t, "verdict"), morning)
				if (d.State == Planned) != (d.Reason == "") || d.Rule == "" || d.PolicyVersion != 7 || d.ProbabilityPPM < 1 || d.ProbabilityPPM > Everybody {
					t.Fatalf("not a whole decision: %+v", d)
				}
				counts = append(counts, decisionCount{Kind: d.Kind, State: d.State, Reason: d.Reason, Rule: d.Rule, Fate: FateScheduled, Count: 1})
			}
		}
		for _, kind := range Kinds() {
			sum, rules := sumUp(kind, n, counts, policyWords{}), 0
			for _, r := range sum.Rules {
				rules += r.Planned + r.Skipped
			}
			if sum.Undecided != 0 || sum.Planned+sum.SkippedTotal() != n || rules != n {
				t.Fatalf("%s does not add up: %+v", kind, sum)
			}
		}
	})
}
