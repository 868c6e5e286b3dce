package policy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"aftercall/tasks/internal/policytest"
	"aftercall/tasks/policy"
)

// The salt of a policy is not part of what it says.
var spoken = cmp.Options{cmpopts.IgnoreUnexported(policy.Policy{}), cmpopts.EquateEmpty()}

func TestExportedAndImportedAPolicyIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := policytest.Policy(t)
		if err := p.Check(); err != nil {
			t.Fatalf("drawn policy: %v", err)
		}
		again, err := policy.Parse([]byte(p.Format()))
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
	p := policy.Default(90 * time.Second)
	again, err := policy.Parse([]byte(p.Format()))
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
		p, f := policytest.Policy(t), policytest.Facts(t)
		wishes := p.Match(f)
		if len(wishes) != len(policy.Kinds()) {
			t.Fatalf("%d wishes", len(wishes))
		}
		for i, kind := range policy.Kinds() {
			if got, want := wishes[i].Rule, decidingRule(p, f, kind); wishes[i].Kind != kind || got != want {
				t.Fatalf("%s: decided by %s, want %s\n%s", wishes[i].Kind, got, want, p.Format())
			}
		}
	})
}

// decidingRule says it once more, kind by kind.
func decidingRule(p policy.Policy, f *policy.Facts, kind policy.Kind) policy.RuleID {
	if !f.Resolution.ReopenedAt.IsZero() {
		return policy.RuleReopened
	}
	if f.Now.Sub(f.Resolution.ResolvedAt) > p.MaxAge.Duration() {
		return policy.RuleTooOld
	}
	for _, r := range p.Rules {
		all := true
		for _, c := range r.When {
			all = all && naiveHolds(c, f)
		}
		_, nothing := r.Nothing[kind]
		plans := kind == policy.FollowUpCallback && r.Callback != nil || kind == policy.FollowUpSurvey && r.Survey != nil
		if all && (nothing || plans) {
			return r.ID
		}
	}
	return policy.RuleNone
}

// naiveHolds looks at each field of the drawn world by itself.
func naiveHolds(c policy.Condition, f *policy.Facts) bool {
	yes := func(b bool) []string { return []string{map[bool]string{true: policy.Yes, false: policy.No}[b]} }
	var texts []string
	switch c.Field {
	case policy.ContactSource:
		texts = []string{f.Source}
	case policy.ContactChannel:
		texts = []string{string(f.Resolution.Channel)}
	case policy.ContactCategory:
		texts = []string{f.Resolution.Category}
	case policy.ContactSubcategory:
		texts = []string{f.Contact.Subcategory}
	case policy.ContactProduct:
		texts = []string{f.Resolution.Product}
	case policy.ContactTeam:
		texts = []string{f.Team}
	case policy.ContactResolver:
		texts = []string{f.Resolver}
	case policy.ContactOrder:
		texts = []string{f.Contact.OrderReference}
	case policy.ContactComplaint:
		texts = yes(f.Resolution.Complaint)
	case policy.ContactAutoClosed:
		texts = yes(f.Resolution.AutoClosed)
	case policy.ContactAnswered:
		texts = yes(f.Resolution.Answered)
	case policy.HistoryFirstContact:
		texts = yes(f.FirstContact)
	case policy.HistoryRepeat:
		texts = yes(f.Repeat)
	case policy.HistoryOpenComplaint:
		texts = yes(f.OpenComplaint)
	case policy.CustomerZone:
		texts = []string{f.Zone}
	case policy.CustomerTags:
		texts = f.Tags
	case policy.ContactTags:
		texts = []string{"vip"}
	default: // ranks, numbers, prefixes and attributes have tables of their own
		one := policy.Policy{
			MaxAge: policy.Span(90 * 24 * time.Hour),
			Rules: []policy.Rule{
				{
					ID:      "one",
					When:    []policy.Condition{c},
					Nothing: map[policy.Kind]policy.Reason{policy.FollowUpSurvey: policy.ReasonNotNeeded},
				},
			},
		}
		return one.Match(f)[1].Rule == "one"
	}
	texts = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" })
	common := slices.ContainsFunc(texts, func(s string) bool { return slices.Contains(c.Values, s) })
	switch c.Op {
	case policy.Is, policy.Has:
		return common
	case policy.IsNot, policy.HasNot:
		return !common
	case policy.Known:
		return len(texts) > 0
	case policy.Unknown:
		return len(texts) == 0
	case policy.AtLeast, policy.AtMost:
	}
	panic("no such comparison for " + string(c.Field))
}
