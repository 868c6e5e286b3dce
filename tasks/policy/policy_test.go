package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
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
		{
			"critical severity: a callback too",
			with(func(r *contact.Resolution) { r.Severity = contact.Critical }),
			outcome{"[severe]", "[survey]"},
		},
		{"a complaint: a callback too", with(func(r *contact.Resolution) { r.Complaint = true }), outcome{"[complaint]", "[survey]"}},
		{
			"a severe complaint is a complaint first",
			with(func(r *contact.Resolution) { r.Complaint, r.Severity = true, contact.Critical }),
			outcome{"[complaint]", "[survey]"},
		},
		{
			"auto-closed: nothing",
			with(func(r *contact.Resolution) { r.AutoClosed, r.Complaint = true, true }),
			outcome{"auto_closed", "auto_closed"},
		},
		{
			"a week to the instant: still followed up",
			with(func(r *contact.Resolution) { r.ResolvedAt = morning.Add(-7 * 24 * time.Hour) }),
			outcome{"not_needed", "[survey]"},
		},
		{
			"a week and a microsecond: too old",
			with(func(r *contact.Resolution) { r.ResolvedAt = morning.Add(-7*24*time.Hour - time.Microsecond) }),
			outcome{"too_old", "too_old"},
		},
		{
			"came with an answer: nothing",
			with(func(r *contact.Resolution) { r.Answered, r.Severity = true, contact.High }),
			outcome{"already_answered", "already_answered"},
		},
		{
			"reopened before it was planned: nothing",
			with(func(r *contact.Resolution) { r.ReopenedAt = morning }),
			outcome{"reopened", "reopened"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := Default(time.Hour)
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
	policy := Default(time.Hour)
	fresh := policy.Match(&Facts{Now: morning, Resolution: contact.Resolution{ResolvedAt: morning.Add(-10 * time.Minute)}})[1]
	if want := morning.Add(50 * time.Minute); fresh.NotBefore != want {
		t.Errorf("due %v, want %v", fresh.NotBefore, want)
	}
	late := policy.Match(&Facts{Now: morning, Resolution: contact.Resolution{ResolvedAt: morning.Add(-10 * time.Hour)}})[1]
	if late.NotBefore != morning {
		t.Errorf("due %v, want now", late.NotBefore)
	}
}
