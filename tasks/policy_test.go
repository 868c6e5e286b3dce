package tasks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
)

// morning is 10:05 in Shanghai, inside calling hours.
var morning = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))

func TestDefaultPolicy(t *testing.T) {
	t.Parallel()
	plain := contact.Resolution{ID: 1, ResolvedAt: morning.Add(-10 * time.Minute), Severity: contact.Medium}
	with := func(change func(*contact.Resolution)) contact.Resolution {
		r := plain
		change(&r)
		return r
	}
	type outcome struct {
		Callback, Survey string // the reason against, or the rule in brackets
	}
	tests := []struct {
		name string
		r    contact.Resolution
		want outcome
	}{
		{"resolved by a person: a survey", plain, outcome{"not_needed", "[survey]"}},
		{"high severity: a callback too", with(func(r *contact.Resolution) { r.Severity = contact.High }), outcome{"[severe]", "[survey]"}},
		{"critical severity: a callback too", with(func(r *contact.Resolution) { r.Severity = contact.Critical }), outcome{"[severe]", "[survey]"}},
		{"a complaint: a callback too", with(func(r *contact.Resolution) { r.Complaint = true }), outcome{"[complaint]", "[survey]"}},
		{"a severe complaint is a complaint first", with(func(r *contact.Resolution) { r.Complaint, r.Severity = true, contact.Critical }), outcome{"[complaint]", "[survey]"}},
		{"auto-closed: nothing", with(func(r *contact.Resolution) { r.AutoClosed, r.Complaint = true, true }), outcome{"auto_closed", "auto_closed"}},
		{"a week to the instant: still followed up", with(func(r *contact.Resolution) { r.ResolvedAt = morning.Add(-7 * 24 * time.Hour) }), outcome{"not_needed", "[survey]"}},
		{"a week and a microsecond: too old", with(func(r *contact.Resolution) { r.ResolvedAt = morning.Add(-7*24*time.Hour - time.Microsecond) }), outcome{"too_old", "too_old"}},
		{"came with an answer: nothing", with(func(r *contact.Resolution) { r.Answered, r.Severity = true, contact.High }), outcome{"already_answered", "already_answered"}},
		{"reopened before it was planned: nothing", with(func(r *contact.Resolution) { r.ReopenedAt = morning }), outcome{"reopened", "reopened"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := DefaultPolicy(time.Hour)
			wishes := policy.Match(&Facts{Now: morning, Resolution: tt.r})
			got := outcome{describe(wishes[0]), describe(wishes[1])}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func describe(w Wish) string {
	if w.Wanted() {
		return "[" + string(w.Rule) + "]"
	}
	return string(w.Reason)
}

func TestSurveyIsDueAfterTheDelayOrNow(t *testing.T) {
	t.Parallel()
	policy := DefaultPolicy(time.Hour)
	fresh := policy.Match(&Facts{Now: morning, Resolution: contact.Resolution{ResolvedAt: morning.Add(-10 * time.Minute)}})[1]
	if want := morning.Add(50 * time.Minute); fresh.NotBefore != want {
		t.Errorf("due %v, want %v", fresh.NotBefore, want)
	}
	late := policy.Match(&Facts{Now: morning, Resolution: contact.Resolution{ResolvedAt: morning.Add(-10 * time.Hour)}})[1]
	if late.NotBefore != morning {
		t.Errorf("due %v, want now", late.NotBefore)
	}
}

func TestWhatOnlyTimeForbidsIsPlannedForThen(t *testing.T) {
	t.Parallel()
	policy := DefaultPolicy(time.Hour)
	r := contact.Resolution{ID: 1, ResolvedAt: morning}
	wish := Wish{Kind: FollowUpSurvey, Rule: RuleSurvey, NotBefore: morning}
	tomorrow, nextMonth := morning.Add(24*time.Hour), morning.Add(30*24*time.Hour)
	tests := []struct {
		name    string
		verdict permission.Verdict
		state   DecisionState
		reason  Reason
		due     clock.Instant
	}{
		{"allowed", permission.Verdict{Allowed: true, AllowedFrom: morning}, Planned, "", morning},
		{"allowed tomorrow", permission.Verdict{First: permission.MessageCap, AllowedFrom: tomorrow}, Planned, "", tomorrow},
		{"allowed when nobody remembers", permission.Verdict{First: permission.SurveyCooldown, AllowedFrom: nextMonth}, Skipped, "survey_cooldown", 0},
		{"only the customer can change it", permission.Verdict{First: permission.Suppressed}, Skipped, "suppressed", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := policy.decide(&r, wish, tt.verdict, morning)
			if d.State != tt.state || d.Reason != tt.reason || d.DueAt != tt.due {
				t.Errorf("got %s %q due %v", d.State, d.Reason, d.DueAt)
			}
		})
	}
}

func drawResolution(t *rapid.T) contact.Resolution {
	r := contact.Resolution{
		ID:         rapid.Int64Range(1, 1e9).Draw(t, "id"),
		ResolvedAt: morning.Add(-time.Duration(rapid.Int64Range(-3600, 20*24*3600).Draw(t, "age")) * time.Second),
		Severity:   rapid.SampledFrom([]contact.Severity{"", contact.Low, contact.Medium, contact.High, contact.Critical}).Draw(t, "severity"),
		Complaint:  rapid.Bool().Draw(t, "complaint"),
		AutoClosed: rapid.Bool().Draw(t, "auto"),
		Answered:   rapid.Bool().Draw(t, "answered"),
	}
	if rapid.Bool().Draw(t, "reopened") {
		r.ReopenedAt = morning
	}
	return r
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
		if diff := cmp.Diff(tt.want, better(tt.a, tt.b)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
