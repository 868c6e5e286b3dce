package permission_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

var (
	rules = permission.DefaultRules()
	// 10:00 in Shanghai on a Tuesday.
	morning = clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	someone = permission.Subject{CustomerID: 7, PersonID: 9, Phones: []string{"+8613912348000"}, Emails: []string{"a@example.com"}}
)

func ask(p permission.Purpose, c permission.Channel) permission.Question {
	return permission.Question{Subject: someone, Purpose: p, Channel: c, Family: "csat", At: morning}
}

func codes(v permission.Verdict) []permission.Code {
	list := make([]permission.Code, len(v.All))
	for i, r := range v.All {
		list[i] = r.Code
	}
	return list
}

func TestEachReasonStandsAgainstWhatItShould(t *testing.T) {
	t.Parallel()
	yes := permission.ConsentEvent{
		ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, At: morning.Add(-time.Hour),
	}
	no := permission.ConsentEvent{ID: 2, CustomerID: 7, Purpose: permission.Survey, At: morning.Add(-time.Hour)}
	call := permission.Touch{ID: 3, Kind: permission.Attempt, Channel: permission.ByPhone, At: morning.Add(-10 * time.Minute)}
	invitation := permission.Touch{
		ID: 4, Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.ByEmail, Family: "csat",
		At: morning.Add(-48 * time.Hour),
	}
	suppressed := func(scope permission.Scope, until clock.Instant) permission.Facts {
		return permission.Facts{Suppressions: []permission.Suppression{{ID: 5, Scope: scope, UntilAt: until}}}
	}
	at := func(q permission.Question, at clock.Instant) permission.Question { q.At = at; return q }
	of := func(q permission.Question, s permission.Subject) permission.Question { q.Subject = s; return q }
	callback, survey := ask(permission.ServiceCallback, permission.ByPhone), ask(permission.Survey, permission.ByEmail)
	offer := ask(permission.MarketingCall, permission.ByPhone)
	evening := morning.Add(10 * time.Hour) // 20:00 in Shanghai

	for name, c := range map[string]struct {
		facts permission.Facts
		q     permission.Question
		want  []permission.Code
		from  clock.Instant
	}{
		"nothing against a callback":         {permission.Facts{}, callback, nil, morning},
		"nothing against a survey":           {permission.Facts{}, survey, nil, morning},
		"a satisfied silence is not consent": {permission.Facts{}, offer, []permission.Code{permission.NoConsent}, 0},
		"consent permits":                    {permission.Facts{Consents: []permission.ConsentEvent{yes}}, offer, nil, morning},
		"survey refusal blocks surveys": {
			facts: permission.Facts{Consents: []permission.ConsentEvent{no}}, q: survey, want: []permission.Code{permission.Refused},
		},
		"survey refusal leaves callbacks":     {permission.Facts{Consents: []permission.ConsentEvent{no}}, callback, nil, morning},
		"survey suppression leaves callbacks": {suppressed(permission.SurveysOnly, 0), callback, nil, morning},
		"suppression of everything": {
			facts: suppressed(permission.Everything, 0), q: callback, want: []permission.Code{permission.Suppressed},
		},
		"suppression ends": {
			facts: suppressed(permission.Everything, morning.Add(time.Hour)), q: callback,
			want: []permission.Code{permission.Suppressed},
			from: morning.Add(time.Hour),
		},
		"suppression that ends at night": {
			facts: suppressed(permission.Everything, evening), q: callback,
			want: []permission.Code{permission.Suppressed}, from: morning.Add(23 * time.Hour),
		},
		"no phone": {
			q: of(callback, permission.Subject{}), want: []permission.Code{permission.NoAddress},
		},
		"an hour between calls": {
			facts: permission.Facts{ByAddress: []permission.Touch{call}},
			q:     callback,
			want:  []permission.Code{permission.AttemptGap},
			from:  morning.Add(50 * time.Minute),
		},
		"three calls a day": {
			facts: permission.Facts{ByAddress: threeCalls(morning)},
			q:     callback,
			want:  []permission.Code{permission.AttemptCap},
			from:  morning.Add(19 * time.Hour).Add(4 * time.Hour),
		},
		"survey cooldown": {
			facts: permission.Facts{ByPerson: []permission.Touch{invitation}},
			q:     survey,
			want:  []permission.Code{permission.SurveyCooldown},
			from:  morning.Add(28 * 24 * time.Hour),
		},
		"another family has its own cooldown": {
			facts: permission.Facts{ByPerson: []permission.Touch{invitation}},
			q: permission.Question{
				Subject: someone, Purpose: permission.Survey, Channel: permission.ByEmail, Family: "nps", At: morning,
			},
			from: morning,
		},
		"marketing waits after any touch": {
			facts: permission.Facts{Consents: []permission.ConsentEvent{yes}, ByPerson: []permission.Touch{invitation}},
			q:     offer,
			want:  []permission.Code{permission.TouchedLately},
			from:  morning.Add(28 * 24 * time.Hour),
		},
		"20:00 is outside": {
			q: at(callback, evening), want: []permission.Code{permission.OutsideHours}, from: morning.Add(23 * time.Hour),
		},
		"19:59:59 is inside": {
			q: at(callback, evening.Add(-time.Second)), from: evening.Add(-time.Second),
		},
		"messages have no hours": {permission.Facts{}, at(survey, evening), nil, evening},
		"the customer's zone beats the number": {
			q:    of(callback, permission.Subject{Zone: "America/New_York", Phones: someone.Phones}),
			want: []permission.Code{permission.OutsideHours},
			from: morning.Add(12 * time.Hour),
		},
		"a number of no country": {
			q:    of(callback, permission.Subject{Phones: []string{"+99912345"}}),
			want: []permission.Code{permission.ZoneUnknown},
		},
		"the half-hour all toll-free zones share": {
			q:    of(callback, permission.Subject{Phones: []string{"+18005550100"}}),
			want: []permission.Code{permission.OutsideHours},
			from: morning.Add(21 * time.Hour),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := rules.Evaluate(c.facts, c.q)
			noNil := gocmp.Transformer("nil", func(c []permission.Code) []permission.Code { return append([]permission.Code{}, c...) })
			if diff := gocmp.Diff(c.want, codes(v), noNil); diff != "" {
				t.Error(diff)
			}
			if v.AllowedFrom != c.from {
				t.Errorf("allowed from %s, want %s", v.AllowedFrom, c.from)
			}
		})
	}
}

// threeCalls are 5, 3 and 2 hours old; the first leaves the day at 05:00, before calling hours.
func threeCalls(now clock.Instant) []permission.Touch {
	var calls []permission.Touch
	for i, h := range []int{2, 3, 5} {
		calls = append(calls, permission.Touch{
			ID: int64(i + 1), Kind: permission.Attempt, Channel: permission.ByPhone, At: now.Add(-time.Duration(h) * time.Hour),
		})
	}
	return calls
}

func BenchmarkEvaluate(b *testing.B) {
	facts := permission.Facts{
		Consents: []permission.ConsentEvent{{
			ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true,
			At: morning.Add(-time.Hour),
		}},
		ByAddress: threeCalls(morning),
		ByPerson:  threeCalls(morning),
	}
	for name, zone := range map[string]string{"zone": "Asia/Shanghai", "phone": ""} {
		q := ask(permission.MarketingCall, permission.ByPhone)
		q.Subject.Zone = zone
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rules.Evaluate(facts, q)
			}
		})
	}
}
