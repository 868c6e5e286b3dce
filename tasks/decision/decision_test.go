package decision

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/tasks/internal/policytest"
	"aftercall/tasks/policy"
)

// morning is 10:05 in Shanghai, inside calling hours.
var morning = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))

// Whatever the policy: every kind gets exactly one decision, planned without a reason or skipped with one, and the sums add up.
func TestEveryResolutionIsDecidedOnceByAnyPolicy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		drawn := policytest.Policy(t)
		p, err := policy.Kept{Body: drawn.Format(), Salt: hex.EncodeToString([]byte(rapid.String().Draw(t, "salt")))}.Policy()
		if err != nil {
			t.Fatal(err)
		}
		p.Version = 7
		n := rapid.IntRange(1, 20).Draw(t, "resolutions")
		var counts []count
		for range n {
			f := policytest.Facts(t)
			for _, w := range p.Match(f) {
				if len(questionsFor(w, permission.Subject{Phones: []string{"+8613800000000"}})) == 0 && w.Wanted() {
					t.Fatalf("%s is wanted and permission is not asked", w.Kind)
				}
				d := decide(&p, &f.Resolution, w, rapid.Custom(drawVerdict).Draw(t, "verdict"), morning)
				if (d.State == Planned) != (d.Reason == "") || d.Rule == "" || d.PolicyVersion != 7 || d.ProbabilityPPM < 1 ||
					d.ProbabilityPPM > policy.Everybody {
					t.Fatalf("not a whole decision: %+v", d)
				}
				counts = append(counts, count{Kind: d.Kind, State: d.State, Reason: d.Reason, Rule: d.Rule, Fate: FateScheduled, Count: 1})
			}
		}
		for _, kind := range policy.Kinds() {
			sum, rules := sumUp(kind, n, counts, policy.Names{}), 0
			for _, r := range sum.Rules {
				rules += r.Planned + r.Skipped
			}
			if sum.Undecided != 0 || sum.Planned+sum.SkippedTotal() != n || rules != n {
				t.Fatalf("%s does not add up: %+v", kind, sum)
			}
		}
	})
}

func TestWhatOnlyTimeForbidsIsPlannedForThen(t *testing.T) {
	t.Parallel()
	p := policy.Default(time.Hour)
	r := contact.Resolution{ID: 1, ResolvedAt: morning}
	wish := policy.Wish{Kind: policy.FollowUpSurvey, Rule: policy.RuleSurvey, NotBefore: morning}
	tomorrow, nextMonth := morning.Add(24*time.Hour), morning.Add(30*24*time.Hour)
	tests := []struct {
		name    string
		verdict permission.Verdict
		state   State
		reason  policy.Reason
		due     clock.Instant
	}{
		{"allowed", permission.Verdict{Allowed: true, AllowedFrom: morning}, Planned, "", morning},
		{"allowed tomorrow", permission.Verdict{First: permission.MessageCap, AllowedFrom: tomorrow}, Planned, "", tomorrow},
		{
			"allowed when nobody remembers",
			permission.Verdict{First: permission.SurveyCooldown, AllowedFrom: nextMonth},
			Skipped,
			"survey_cooldown",
			0,
		},
		{"only the customer can change it", permission.Verdict{First: permission.Suppressed}, Skipped, "suppressed", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := decide(&p, &r, wish, tt.verdict, morning)
			if d.State != tt.state || d.Reason != tt.reason || d.DueAt != tt.due {
				t.Errorf("got %s %q due %v", d.State, d.Reason, d.DueAt)
			}
		})
	}
}

func drawVerdict(t *rapid.T) permission.Verdict {
	if rapid.Bool().Draw(t, "allowed") {
		return permission.Verdict{Allowed: true, AllowedFrom: morning}
	}
	v := permission.Verdict{First: rapid.SampledFrom([]permission.Code{
		permission.NoAddress, permission.Suppressed, permission.OutsideHours, permission.SurveyCooldown,
	}).Draw(t, "code")}
	if hours := rapid.IntRange(0, 24*40).Draw(t, "hours"); hours > 0 {
		v.AllowedFrom = morning.Add(time.Duration(hours) * time.Hour)
	}
	return v
}

func TestBetterVerdictIsTheEarlierOne(t *testing.T) {
	t.Parallel()
	allowed := permission.Verdict{Allowed: true, AllowedFrom: morning}
	soon := permission.Verdict{First: permission.MessageCap, AllowedFrom: morning.Add(time.Hour)}
	late := permission.Verdict{First: permission.SurveyCooldown, AllowedFrom: morning.Add(2 * time.Hour)}
	never := permission.Verdict{First: permission.NoAddress}
	for _, tt := range []struct {
		name       string
		a, b, want permission.Verdict
	}{
		{"no verdict yet", permission.Verdict{}, never, never},
		{"allowed wins", soon, allowed, allowed},
		{"allowed stays", allowed, soon, allowed},
		{"the earlier wins", late, soon, soon},
		{"the earlier stays", soon, late, soon},
		{"a date beats none", never, late, late},
		{"none does not beat a date", late, never, late},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, better(tt.a, tt.b)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
