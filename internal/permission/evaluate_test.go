package permission_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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
	yes := permission.ConsentEvent{ID: 1, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, At: morning.Add(-time.Hour)}
	no := permission.ConsentEvent{ID: 2, Purpose: permission.Survey, At: morning.Add(-time.Hour)}
	call := permission.Touch{ID: 3, Kind: permission.Attempt, Channel: permission.ByPhone, At: morning.Add(-10 * time.Minute)}
	invitation := permission.Touch{ID: 4, Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.ByEmail, Family: "csat", At: morning.Add(-48 * time.Hour)}
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
		"nothing against a callback":              {permission.Facts{}, callback, nil, morning},
		"nothing against a survey":                {permission.Facts{}, survey, nil, morning},
		"a satisfied silence is not consent":      {permission.Facts{}, offer, []permission.Code{permission.NoConsent}, 0},
		"consent permits":                         {permission.Facts{Consents: []permission.ConsentEvent{yes}}, offer, nil, morning},
		"survey refusal blocks surveys":           {permission.Facts{Consents: []permission.ConsentEvent{no}}, survey, []permission.Code{permission.Refused}, 0},
		"survey refusal leaves callbacks":         {permission.Facts{Consents: []permission.ConsentEvent{no}}, callback, nil, morning},
		"survey suppression leaves callbacks":     {suppressed(permission.SurveysOnly, 0), callback, nil, morning},
		"suppression of everything":               {suppressed(permission.Everything, 0), callback, []permission.Code{permission.Suppressed}, 0},
		"suppression ends":                        {suppressed(permission.Everything, morning.Add(time.Hour)), callback, []permission.Code{permission.Suppressed}, morning.Add(time.Hour)},
		"suppression that ends at night":          {suppressed(permission.Everything, evening), callback, []permission.Code{permission.Suppressed}, morning.Add(23 * time.Hour)},
		"no phone":                                {permission.Facts{}, of(callback, permission.Subject{}), []permission.Code{permission.NoAddress}, 0},
		"an hour between calls":                   {permission.Facts{ByAddress: []permission.Touch{call}}, callback, []permission.Code{permission.AttemptGap}, morning.Add(50 * time.Minute)},
		"three calls a day":                       {permission.Facts{ByAddress: threeCalls(morning)}, callback, []permission.Code{permission.AttemptCap}, morning.Add(19 * time.Hour).Add(4 * time.Hour)},
		"survey cooldown":                         {permission.Facts{ByPerson: []permission.Touch{invitation}}, survey, []permission.Code{permission.SurveyCooldown}, morning.Add(28 * 24 * time.Hour)},
		"another family has its own cooldown":     {permission.Facts{ByPerson: []permission.Touch{invitation}}, permission.Question{Subject: someone, Purpose: permission.Survey, Channel: permission.ByEmail, Family: "nps", At: morning}, nil, morning},
		"marketing waits after any touch":         {permission.Facts{Consents: []permission.ConsentEvent{yes}, ByPerson: []permission.Touch{invitation}}, offer, []permission.Code{permission.TouchedLately}, morning.Add(28 * 24 * time.Hour)},
		"20:00 is outside":                        {permission.Facts{}, at(callback, evening), []permission.Code{permission.OutsideHours}, morning.Add(23 * time.Hour)},
		"19:59:59 is inside":                      {permission.Facts{}, at(callback, evening.Add(-time.Second)), nil, evening.Add(-time.Second)},
		"messages have no hours":                  {permission.Facts{}, at(survey, evening), nil, evening},
		"the customer's zone beats the number":    {permission.Facts{}, of(callback, permission.Subject{Zone: "America/New_York", Phones: someone.Phones}), []permission.Code{permission.OutsideHours}, morning.Add(12 * time.Hour)},
		"a number of no country":                  {permission.Facts{}, of(callback, permission.Subject{Phones: []string{"+99912345"}}), []permission.Code{permission.ZoneUnknown}, 0},
		"the half-hour all toll-free zones share": {permission.Facts{}, of(callback, permission.Subject{Phones: []string{"+18005550100"}}), []permission.Code{permission.OutsideHours}, morning.Add(21 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := rules.Evaluate(c.facts, c.q)
			if diff := gocmp.Diff(c.want, codes(v), gocmp.Transformer("nil", func(c []permission.Code) []permission.Code { return append([]permission.Code{}, c...) })); diff != "" {
				t.Error(diff)
			}
			if v.AllowedFrom != c.from {
				t.Errorf("allowed from %s, want %s", v.AllowedFrom, c.from)
			}
		})
	}
}

func TestZonesWithoutACommonHourAreNeverCalled(t *testing.T) {
	t.Parallel()
	narrow := permission.DefaultRules()
	narrow.Hours = permission.Hours{From: 10 * 60, To: 17 * 60}
	q := ask(permission.ServiceCallback, permission.ByPhone)
	q.Subject.Phones = []string{"+18005550100"} // from Newfoundland to Guam
	v := narrow.Evaluate(permission.Facts{}, q)
	if v.First != permission.ZoneUnknown || !v.AllowedFrom.IsZero() {
		t.Errorf("%+v", v)
	}
}

func TestNoSettingWidensTheHardLimits(t *testing.T) {
	t.Parallel()
	wide := permission.DefaultRules()
	wide.Hours = permission.Hours{From: 0, To: 24 * 60}
	q := ask(permission.ServiceCallback, permission.ByPhone)
	for hour, allowed := range map[int]bool{7: false, 8: true, 20: true, 21: false} {
		q.At = morning.Add(time.Duration(hour-10) * time.Hour)
		if v := wide.Evaluate(permission.Facts{}, q); v.Allowed != allowed {
			t.Errorf("%d:00: %+v", hour, v)
		}
	}
}

// threeCalls are 5, 3 and 2 hours old; the first leaves the day at 05:00, before calling hours.
func threeCalls(now clock.Instant) []permission.Touch {
	var calls []permission.Touch
	for i, h := range []int{2, 3, 5} {
		calls = append(calls, permission.Touch{ID: int64(i + 1), Kind: permission.Attempt, Channel: permission.ByPhone, At: now.Add(-time.Duration(h) * time.Hour)})
	}
	return calls
}

func TestTheNewestWordOnConsentDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := rules.Evaluate(c.facts, c.q)
		newest := permission.Newest(c.facts.Consents, c.q.Purpose, c.q.Channel)
		if v.Allowed && newest.ID != 0 && !newest.Given {
			t.Fatalf("allowed after a refusal: %+v", newest)
		}
		if v.Allowed && c.q.Purpose.Marketing() && !newest.Given {
			t.Fatal("marketing allowed without consent")
		}
	})
}

func TestNothingAllowedBreaksARule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := rules.Evaluate(c.facts, c.q)
		if v.Allowed != (len(v.All) == 0) || (!v.Allowed && v.First != v.All[0].Code) {
			t.Fatalf("the verdict contradicts its reasons: %+v", v)
		}
		if !v.Allowed {
			return
		}
		checkHours(t, c.q)
		checkCaps(t, c)
		for _, s := range c.facts.Suppressions {
			if s.Scope == permission.Everything && (s.UntilAt.IsZero() || s.UntilAt > c.q.At) {
				t.Fatalf("allowed although suppressed: %+v", s)
			}
		}
		if c.q.Purpose.Marketing() && c.q.Subject.OpenComplaint {
			t.Fatal("marketing allowed during an open complaint")
		}
	})
}

// checkHours holds an allowed call against the naive reading of the rule.
func checkHours(t *rapid.T, q permission.Question) {
	if q.Channel != permission.ByPhone {
		return
	}
	for _, name := range rules.CallWindow(q.Subject, "", q.At).Zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if hour := q.At.In(zone).Hour(); hour < 9 || hour >= 20 {
			t.Fatalf("allowed at %s", q.At.In(zone))
		}
	}
}

func checkCaps(t *rapid.T, c drawn) {
	count := func(touches []permission.Touch, since time.Duration, counts func(permission.Touch) bool) int {
		n := 0
		for _, touch := range touches {
			if touch.At > c.q.At.Add(-since) && counts(touch) {
				n++
			}
		}
		return n
	}
	attempt := func(t permission.Touch) bool { return t.Kind == permission.Attempt }
	message := func(t permission.Touch) bool { return t.Channel != permission.ByPhone && t.Kind != permission.Reminder }
	switch {
	case c.q.Channel == permission.ByPhone && count(c.facts.ByAddress, 24*time.Hour, attempt) >= 3:
		t.Fatal("a fourth call in 24 h allowed")
	case c.q.Channel == permission.ByPhone && count(c.facts.ByAddress, time.Hour, attempt) >= 1:
		t.Fatal("a call allowed within an hour of another")
	case c.q.Channel != permission.ByPhone && count(c.facts.ByPerson, 24*time.Hour, message) >= 1:
		t.Fatal("a second message in 24 h allowed")
	case c.q.Purpose == permission.Survey && count(c.facts.ByPerson, 30*24*time.Hour, func(t permission.Touch) bool {
		return t.Kind == permission.Invitation && t.Family == c.q.Family
	}) >= 1:
		t.Fatal("a second invitation in 30 days allowed")
	case c.q.Purpose.Marketing() && len(c.facts.ByPerson) > 0 && c.facts.ByPerson[0].At > c.q.At.Add(-30*24*time.Hour):
		t.Fatal("marketing allowed within 30 days of a touch")
	}
}

func TestAllowedFromIsTheFirstAllowedInstant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := rules.Evaluate(c.facts, c.q)
		if v.Allowed || v.AllowedFrom.IsZero() {
			return
		}
		if v.AllowedFrom <= c.q.At {
			t.Fatalf("allowed from %s, which is not after %s", v.AllowedFrom, c.q.At)
		}
		then := c.q
		then.At = v.AllowedFrom
		if again := rules.Evaluate(c.facts, then); !again.Allowed {
			t.Fatalf("not allowed at its own date %s: %v", v.AllowedFrom, codes(again))
		}
		between := clock.Instant(rapid.Int64Range(int64(c.q.At), int64(v.AllowedFrom)-1).Draw(t, "between"))
		for _, at := range []clock.Instant{v.AllowedFrom - 1, v.AllowedFrom.Add(-time.Second), between} {
			if then.At = at; at >= c.q.At && rules.Evaluate(c.facts, then).Allowed {
				t.Fatalf("already allowed at %s, before %s", at, v.AllowedFrom)
			}
		}
	})
}

func TestWithoutAnEndNoTimeIsAllowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := rules.Evaluate(c.facts, c.q)
		if v.Allowed || !v.AllowedFrom.IsZero() || slices.Contains(codes(v), permission.ZoneUnknown) {
			return // zones may come to have an hour in common when daylight saving ends
		}
		later := c.q
		later.At = c.q.At.Add(time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(t, "later")))
		if rules.Evaluate(c.facts, later).Allowed {
			t.Fatalf("allowed at %s although no date was given: %v", later.At, codes(v))
		}
	})
}

// drawn is one random question with its facts.
type drawn struct {
	facts permission.Facts
	q     permission.Question
}

func drawCase(t *rapid.T) drawn {
	at := clock.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).Add(time.Duration(rapid.Int64Range(0, int64(366*24*time.Hour)).Draw(t, "at")))
	q := permission.Question{
		Purpose: rapid.SampledFrom([]permission.Purpose{permission.ServiceCallback, permission.Survey, permission.MarketingCall, permission.MarketingMessage}).Draw(t, "purpose"),
		Channel: rapid.SampledFrom([]permission.Channel{permission.ByPhone, permission.BySMS, permission.ByEmail}).Draw(t, "channel"),
		Family:  rapid.SampledFrom([]string{"csat", "nps"}).Draw(t, "family"),
		At:      at,
		Subject: permission.Subject{
			CustomerID: 1, PersonID: 1,
			Zone:          rapid.SampledFrom([]string{"", "", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "nowhere"}).Draw(t, "zone"),
			Phones:        rapid.SampledFrom([][]string{nil, {"+8613912348000"}, {"+12125550100"}, {"+442079460000"}, {"+79161234567", "+8613912348000"}, {"+18005550100"}, {"+99912345"}}).Draw(t, "phones"),
			Emails:        rapid.SampledFrom([][]string{nil, {"a@example.com"}}).Draw(t, "emails"),
			OpenComplaint: rapid.IntRange(0, 4).Draw(t, "complaint") == 0,
		},
	}
	f := permission.Facts{ByPerson: drawTouches(t, at, "person"), ByAddress: drawTouches(t, at, "address")}
	for i := range rapid.IntRange(0, 3).Draw(t, "consents") {
		f.Consents = append(f.Consents, permission.ConsentEvent{
			ID: int64(i + 1), Purpose: q.Purpose, Given: rapid.IntRange(0, 3).Draw(t, "given") > 0,
			Channel:   rapid.SampledFrom([]permission.Channel{q.Channel, ""}).Draw(t, "consent channel"),
			At:        near(t, at, 60*24*time.Hour, "consent"),
			ExpiresAt: rapid.SampledFrom([]clock.Instant{0, 0, near(t, at, 10*24*time.Hour, "expiry")}).Draw(t, "expires"),
		})
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "suppressions") / 4 {
		f.Suppressions = append(f.Suppressions, permission.Suppression{
			ID:      int64(i + 1),
			Scope:   rapid.SampledFrom([]permission.Scope{permission.Everything, permission.MarketingOnly, permission.SurveysOnly}).Draw(t, "scope"),
			UntilAt: rapid.SampledFrom([]clock.Instant{0, near(t, at, 5*24*time.Hour, "until")}).Draw(t, "suppressed until"),
		})
	}
	return drawn{f, q}
}

func drawTouches(t *rapid.T, at clock.Instant, name string) []permission.Touch {
	var touches []permission.Touch
	for i := range rapid.IntRange(0, 5).Draw(t, name+" touches") {
		back := rapid.SampledFrom([]time.Duration{2 * time.Hour, 26 * time.Hour, 31 * 24 * time.Hour}).Draw(t, "back")
		touches = append(touches, permission.Touch{
			ID:      int64(i + 1),
			Kind:    rapid.SampledFrom([]permission.TouchKind{permission.Attempt, permission.Invitation, permission.Reminder, permission.Offer}).Draw(t, "kind"),
			Channel: rapid.SampledFrom([]permission.Channel{permission.ByPhone, permission.ByEmail}).Draw(t, "by"),
			Family:  rapid.SampledFrom([]string{"csat", "nps"}).Draw(t, "of family"),
			At:      at.Add(-time.Duration(rapid.Int64Range(-int64(time.Minute), int64(back)).Draw(t, "ago"))),
		})
	}
	slices.SortFunc(touches, func(a, b permission.Touch) int { return cmp.Compare(b.At, a.At) })
	return touches
}

func near(t *rapid.T, at clock.Instant, within time.Duration, name string) clock.Instant {
	return at.Add(time.Duration(rapid.Int64Range(-int64(within), int64(within)/4).Draw(t, name)))
}

func BenchmarkEvaluate(b *testing.B) {
	facts := permission.Facts{
		Consents:  []permission.ConsentEvent{{ID: 1, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, At: morning.Add(-time.Hour)}},
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
