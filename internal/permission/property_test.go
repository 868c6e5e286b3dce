package permission_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/hours/hourstest"
)

// The tests named TestAlways… draw rules, facts and questions; `make property` runs a million cases of each.

func TestAlwaysAllowedExactlyWhenANaiveReadingOfTheRulesSaysSo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := c.rules.Evaluate(c.facts, c.q)
		if v.Allowed != (len(v.All) == 0) || (!v.Allowed && v.First != v.All[0].Code) || (v.Allowed && v.AllowedFrom != c.q.At) {
			t.Fatalf("the verdict contradicts itself: %+v", v)
		}
		if against := naive(c, c.q.At); v.Allowed != (against == "") {
			t.Fatalf("verdict %v, the naive reading says %q\n%+v", codes(v), against, c)
		}
		permits := slices.Contains([]string{"", "refused lately"}, naiveConsent(c, c.q.At)) // a yes after a fresh no permits, but later
		if v.ConsentID != 0 != (c.q.Purpose.Marketing() && permits) {
			t.Fatalf("consent %d, reasons %v", v.ConsentID, codes(v))
		}
	})
}

func TestAlwaysAllowedFromIsTheFirstAllowedInstant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := c.rules.Evaluate(c.facts, c.q)
		if v.Allowed || v.AllowedFrom.IsZero() {
			return
		}
		if v.AllowedFrom <= c.q.At {
			t.Fatalf("allowed from %s, which is not after %s", v.AllowedFrom, c.q.At)
		}
		if again := c.at(v.AllowedFrom); !again.Allowed {
			t.Fatalf("not allowed at its own date %s: %v", v.AllowedFrom, codes(again))
		}
		between := clock.Instant(rapid.Int64Range(int64(c.q.At), int64(v.AllowedFrom)-1).Draw(t, "between"))
		for _, at := range []clock.Instant{v.AllowedFrom - 1, v.AllowedFrom.Add(-time.Second), between} {
			if at >= c.q.At && c.at(at).Allowed {
				t.Fatalf("already allowed at %s, before %s: %v", at, v.AllowedFrom, codes(v))
			}
		}
	})
}

func TestAlwaysWithoutADateNoTimeIsAllowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		v := c.rules.Evaluate(c.facts, c.q)
		if v.Allowed || !v.AllowedFrom.IsZero() {
			return
		}
		ahead := 400 * 24 * time.Hour
		if zones, regions := naivePlaces(c.q.Subject); c.q.Channel != permission.ByEmail && len(zones)*len(regions) > 1 {
			ahead = 31 * 24 * time.Hour // several places may come to have an hour in common, when the clocks are changed
		}
		at := c.q.At.Add(time.Duration(rapid.Int64Range(0, int64(ahead)).Draw(t, "later")))
		if c.at(at).Allowed {
			t.Fatalf("allowed at %s although no date was given: %v", at, codes(v))
		}
	})
}

func TestAlwaysTheSameInWhateverOrderTheFactsAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		other := permission.Facts{
			Consents:     rapid.Permutation(c.facts.Consents).Draw(t, "consents"),
			Suppressions: rapid.Permutation(c.facts.Suppressions).Draw(t, "suppressions"),
			ByPerson:     rapid.Permutation(c.facts.ByPerson).Draw(t, "touches of the person"),
			ByAddress:    rapid.Permutation(c.facts.ByAddress).Draw(t, "touches to the address"),
		}
		if diff := gocmp.Diff(c.rules.Evaluate(c.facts, c.q), c.rules.Evaluate(other, c.q)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAlwaysTheOutlookHoldsUntilItsNextChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		lasting, from, next := c.rules.Outlook(c.facts, c.q)
		same := cmpopts.EquateEmpty()
		if diff := gocmp.Diff(c.rules.Evaluate(c.facts, c.q).Lasting(), lasting, same); diff != "" {
			t.Fatal("other reasons than the verdict's", diff)
		}
		if !next.IsZero() && next <= c.q.At {
			t.Fatalf("the next change, %s, is not after %s", next, c.q.At)
		}
		end := next
		if next.IsZero() {
			end = c.q.At.Add(400 * 24 * time.Hour)
		}
		between := clock.Instant(rapid.Int64Range(int64(c.q.At), int64(end)-1).Draw(t, "between"))
		for _, at := range []clock.Instant{between, end - 1} {
			if diff := gocmp.Diff(lasting, c.at(at).Lasting(), same); diff != "" {
				t.Fatalf("other reasons at %s, before %s: %s", at, next, diff)
			}
		}
		switch {
		case len(lasting) == 0 && from != c.q.At:
			t.Fatalf("nothing stands against it, from %s", from)
		case from.IsZero():
		case len(c.at(from).Lasting()) > 0:
			t.Fatalf("reasons at %s, from which there are none: %v", from, codes(c.at(from)))
		case from > c.q.At && len(c.at(from-1).Lasting()) == 0:
			t.Fatalf("no reasons already before %s", from)
		}
	})
}

func TestAlwaysTouchesBeforeTheLookBackDoNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		person, address := permission.LookBack(c.rules)
		loaded := c.facts
		loaded.ByPerson = slices.DeleteFunc(slices.Clone(loaded.ByPerson),
			func(t permission.Touch) bool { return t.At <= c.q.At.Add(-person) })
		loaded.ByAddress = slices.DeleteFunc(slices.Clone(loaded.ByAddress),
			func(t permission.Touch) bool { return t.At <= c.q.At.Add(-address) })
		if diff := gocmp.Diff(c.rules.Evaluate(c.facts, c.q), c.rules.Evaluate(loaded, c.q)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// drawn is one random question with its rules and facts.
type drawn struct {
	rules permission.Rules
	facts permission.Facts
	q     permission.Question
}

// at returns the verdict on the same question at another instant.
func (c drawn) at(at clock.Instant) permission.Verdict {
	c.q.At = at
	return c.rules.Evaluate(c.facts, c.q)
}

// drawCase draws in half of the cases somebody about whom little is recorded, so that enough of them are allowed.
func drawCase(t *rapid.T) drawn {
	quiet := rapid.Bool().Draw(t, "quiet")
	at := clock.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).
		Add(time.Duration(rapid.Int64Range(0, int64(366*24*time.Hour)).Draw(t, "at")))
	q := permission.Question{
		Purpose: rapid.SampledFrom([]permission.Purpose{
			permission.ServiceCallback, permission.Survey, permission.MarketingCall, permission.MarketingMessage,
		}).Draw(t, "purpose"),
		Channel: rapid.SampledFrom([]permission.Channel{permission.ByPhone, permission.ByPhone, permission.BySMS, permission.ByEmail}).
			Draw(t, "channel"),
		Family:   rapid.SampledFrom([]string{"csat", "nps"}).Draw(t, "family"),
		Reminder: rapid.IntRange(0, 7).Draw(t, "reminder") == 0,
		Redial:   rapid.SampledFrom([]int64{0, 0, 1}).Draw(t, "redial"),
		At:       at,
		Subject: permission.Subject{
			CustomerID: 1, PersonID: 1, Records: []int64{1, 2},
			Zone: drawZone(t),
			Region: rapid.SampledFrom([]string{"", "", "", "CN", "CN-XJ", "DE-BY", "FR", "GB", "US", "US-FL", "US-TX", "XX"}).
				Draw(t, "region"),
			Phones:        rapid.SampledFrom(phoneLists).Draw(t, "phones"),
			Emails:        rapid.SampledFrom([][]string{{"a@example.com"}, {"a@example.com"}, nil}).Draw(t, "emails"),
			OpenComplaint: rapid.IntRange(0, 9).Draw(t, "complaint") == 0,
		},
	}
	facts := 6
	if quiet {
		facts = 1
		q.Channel = map[permission.Purpose]permission.Channel{permission.MarketingMessage: permission.BySMS}[q.Purpose]
		q.Channel = cmp.Or(q.Channel, permission.ByPhone)
	}
	if rapid.IntRange(0, 4).Draw(t, "complained") == 0 {
		q.Subject.ComplaintAt = near(t, at, 60*24*time.Hour, "complaint resolved")
	}
	f := permission.Facts{ByPerson: drawTouches(t, at, facts, "person"), ByAddress: drawTouches(t, at, facts, "address")}
	if quiet {
		f.Consents = []permission.ConsentEvent{{ID: 9, CustomerID: 1, Purpose: q.Purpose, Given: true, At: at.Add(-100 * 24 * time.Hour)}}
	}
	for i := range rapid.IntRange(0, facts).Draw(t, "consents") / 2 {
		f.Consents = append(f.Consents, permission.ConsentEvent{
			ID: int64(i + 1), CustomerID: rapid.SampledFrom([]int64{1, 1, 1, 2}).Draw(t, "record"),
			Purpose: q.Purpose, Given: rapid.IntRange(0, 4).Draw(t, "given") > 0,
			Channel:   rapid.SampledFrom([]permission.Channel{q.Channel, q.Channel, "", permission.BySMS}).Draw(t, "consent channel"),
			At:        near(t, at, 90*24*time.Hour, "consent"),
			ExpiresAt: rapid.SampledFrom([]clock.Instant{0, 0, near(t, at, 10*24*time.Hour, "expiry")}).Draw(t, "expires"),
		})
	}
	for i := range rapid.IntRange(0, facts).Draw(t, "suppressions") / 3 {
		f.Suppressions = append(f.Suppressions, permission.Suppression{
			ID: int64(i + 1), At: at.Add(-time.Hour),
			Scope: rapid.SampledFrom([]permission.Scope{
				permission.Everything, permission.MarketingOnly, permission.SurveysOnly, "campaign",
			}).Draw(t, "scope"),
			UntilAt: rapid.SampledFrom([]clock.Instant{0, near(t, at, 5*24*time.Hour, "until")}).Draw(t, "suppressed until"),
		})
	}
	return drawn{drawRules(t, at), f, q}
}

// drawZone returns no zone, any that the table of regions knows, or one that is none.
func drawZone(t *rapid.T) string {
	switch rapid.IntRange(0, 3).Draw(t, "how the zone is known") {
	case 0:
		return rapid.SampledFrom(hourstest.AllZones()).Draw(t, "zone")
	case 1:
		return rapid.SampledFrom([]string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "nowhere"}).Draw(t, "zone")
	}
	return ""
}

func drawTouches(t *rapid.T, at clock.Instant, most int, name string) []permission.Touch {
	touches := make([]permission.Touch, rapid.IntRange(0, most).Draw(t, name+" touches"))
	for i := range touches {
		back := rapid.SampledFrom([]time.Duration{2 * time.Hour, 26 * time.Hour, 31 * 24 * time.Hour}).Draw(t, "back")
		touches[i] = permission.Touch{
			ID: int64(i + 1),
			Kind: rapid.SampledFrom([]permission.TouchKind{
				permission.Attempt, permission.Invitation, permission.Reminder, permission.Offer, permission.Text,
				permission.Notice,
			}).Draw(t, "kind"),
			Purpose: rapid.SampledFrom([]permission.Purpose{permission.ServiceCallback, permission.MarketingCall}).Draw(t, "touched for"),
			Channel: rapid.SampledFrom([]permission.Channel{permission.ByPhone, permission.ByEmail}).Draw(t, "by"),
			Family:  rapid.SampledFrom([]string{"csat", "nps"}).Draw(t, "of family"),
			Ref:     rapid.Int64Range(1, 3).Draw(t, "of"),
			At:      at.Add(-time.Duration(rapid.Int64Range(-int64(time.Minute), int64(back)).Draw(t, "ago"))),
		}
	}
	return touches
}

func near(t *rapid.T, at clock.Instant, within time.Duration, name string) clock.Instant {
	return at.Add(time.Duration(rapid.Int64Range(-int64(within), int64(within)/4).Draw(t, name)))
}

// drawRules returns the stock rules, or others that may be wider than the hard limits.
func drawRules(t *rapid.T, at clock.Instant) permission.Rules {
	r := permission.DefaultRules()
	if rapid.IntRange(0, 2).Draw(t, "stock") == 0 {
		return r
	}
	draw := func(name string, values ...int) int { return rapid.SampledFrom(values).Draw(t, name) }
	r.Caps = permission.Caps{
		AttemptsPerDay: draw("attempts", 0, 2, 3, 9), AttemptGapMinutes: draw("gap", 0, 60, 90),
		MarketingCallsPerMonth: draw("marketing calls", 1, 4, 20),
		MessagesPerDay:         draw("messages", 1, 2, 9), ContactsPerDay: draw("contacts", 2, 4, 99),
		SurveyCooldownDays: draw("cooldown", 0, 7, 30, 45),
		MarketingQuietDays: draw("quiet", 0, 2, 30), ComplaintQuietDays: draw("complaint quiet", 0, 14, 30),
		RefusalQuietDays: draw("refusal quiet", 0, 0, 7, 70),
	}
	for range rapid.IntRange(0, 3).Draw(t, "profiles") {
		p := hours.Profile{
			Region: rapid.SampledFrom([]string{"CA", "CN", "DE-BY", "FR", "GB", "US-FL", "US"}).Draw(t, "profile of"),
			Class:  rapid.SampledFrom([]hours.Class{hours.ServiceClass, hours.MarketingClass}).Draw(t, "class"),
		}
		for kind := range p.Days {
			p.Days[kind] = rapid.SampledFrom(someHours).Draw(t, "hours")
		}
		r.Profiles = hourstest.Instead(r.Profiles, p)
	}
	for _, region := range rapid.SampledFrom([][]string{nil, {"CN", "US"}, {"DE", "DE-BY", "FR"}}).Draw(t, "calendars") {
		start := clock.DayOf(at, time.UTC) + clock.Day(rapid.IntRange(-9, 9).Draw(t, "first special day"))
		for i := range rapid.IntRange(1, 10).Draw(t, "special days") {
			r.Calendar = append(r.Calendar, hours.Holiday{
				Region: region, Day: start + clock.Day(i),
				Kind: rapid.SampledFrom([]hours.HolidayKind{hours.PublicHoliday, hours.PublicHoliday, hours.WorkingDay}).
					Draw(t, "kind of day"),
			})
		}
	}
	slices.SortFunc(r.Calendar, func(a, b hours.Holiday) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Day, b.Day))
	})
	return r
}

// someHours are hours of a day, open more often than not.
var someHours = []hours.Periods{
	nil,
	{{From: 9 * 60, To: 20 * 60}},
	{{From: 0, To: 24 * 60}},
	{{From: 9 * 60, To: 12 * 60}, {From: 13*60 + 30, To: 18 * 60}},
	{{From: 10 * 60, To: 17 * 60}},
	{{From: 20*60 + 30, To: 22 * 60}},
}
