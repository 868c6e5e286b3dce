package permission_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/hours/hourstest"
)

func TestZonesWithoutACommonHourAreNeverCalled(t *testing.T) {
	t.Parallel()
	narrow := permission.DefaultRules()
	narrow.Profiles = append(narrow.Profiles, hourstest.EveryDay(t, "US", hours.ServiceClass, "10:00-17:00"))
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
	for _, class := range []hours.Class{hours.ServiceClass, hours.MarketingClass} {
		for _, region := range []string{"CN", "FR", "US-FL"} {
			wide.Profiles = append([]hours.Profile{hourstest.EveryDay(t, region, class, "00:00-24:00")}, wide.Profiles...)
		}
	}
	wide.Caps = permission.Caps{AttemptsPerDay: 100, MessagesPerDay: 100, ContactsPerDay: 100, MarketingCallsPerMonth: 100}
	wide.Calendar = []hours.Holiday{hourstest.Day("FR", "2026-11-28", hours.WorkingDay)} // a Saturday
	yes := permission.Facts{Consents: []permission.ConsentEvent{{
		ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Given: true, At: 1,
	}}}
	for _, c := range []struct {
		phone, region string
		purpose       permission.Purpose
		zone, local   string
		allowed       bool
	}{
		{"+8613912348000", "", permission.ServiceCallback, "Asia/Shanghai", "2026-11-24 07:59", false},
		{"+8613912348000", "", permission.ServiceCallback, "Asia/Shanghai", "2026-11-24 08:00", true},
		{"+8613912348000", "", permission.ServiceCallback, "Asia/Shanghai", "2026-11-24 20:59", true},
		{"+8613912348000", "", permission.ServiceCallback, "Asia/Shanghai", "2026-11-24 21:00", false},
		{"+33612345678", "", permission.ServiceCallback, "Europe/Paris", "2026-11-28 13:30", true}, // a Saturday, but no marketing
		{"+33612345678", "", permission.MarketingCall, "Europe/Paris", "2026-11-24 09:59", false},
		{"+33612345678", "", permission.MarketingCall, "Europe/Paris", "2026-11-24 10:00", true},
		{"+33612345678", "", permission.MarketingCall, "Europe/Paris", "2026-11-24 13:00", false},
		{"+33612345678", "", permission.MarketingCall, "Europe/Paris", "2026-11-24 19:59", true},
		{"+33612345678", "", permission.MarketingCall, "Europe/Paris", "2026-11-28 10:00", false}, // also on a Saturday that is worked
		{"+13055550100", "US-FL", permission.MarketingCall, "America/New_York", "2026-11-24 19:59", true},
		{"+13055550100", "US-FL", permission.MarketingCall, "America/New_York", "2026-11-24 20:00", false},
		{"+13055550100", "US-FL", permission.ServiceCallback, "America/New_York", "2026-11-24 20:00", true},
	} {
		t.Run(fmt.Sprintf("%s %s %s", c.purpose, c.zone, c.local), func(t *testing.T) {
			q := permission.Question{
				Subject: permission.Subject{CustomerID: 7, Phones: []string{c.phone}, Region: c.region},
				Purpose: c.purpose, Channel: permission.ByPhone, At: hourstest.At(t, c.zone, c.local),
			}
			if v := wide.Evaluate(yes, q); v.Allowed != c.allowed {
				t.Errorf("%s %s %s: %+v", c.purpose, c.zone, c.local, v)
			}
		})
	}
}

func TestTheZoneThatIsClosedIsNamed(t *testing.T) {
	t.Parallel()
	q := permission.Question{
		Subject: permission.Subject{CustomerID: 7, Phones: []string{"+18005550100"}, Region: "US"}, // anywhere in the country
		Purpose: permission.ServiceCallback, Channel: permission.ByPhone,
	}
	for _, local := range []string{"2026-11-24 10:00", "2026-11-24 21:30"} {
		t.Run(local, func(t *testing.T) {
			q.At = hourstest.At(t, "America/New_York", local)
			v := rules.Evaluate(permission.Facts{}, q)
			zone, found := strings.CutPrefix(v.All[0].Evidence, "zone ")
			where, err := time.LoadLocation(zone)
			if !found || err != nil || v.First != permission.OutsideHours {
				t.Fatalf("%s: %+v", local, v)
			}
			if hour := q.At.In(where).Hour(); hour >= 9 && hour < 20 {
				t.Errorf("at %s in New York %s is named, where it is %d o'clock", local, zone, hour)
			}
		})
	}
}

// What is kept of a customer until it changes must not change with the hour.
func TestWhatIsClosedForGoodNamesTheSameZoneAtAnyHour(t *testing.T) {
	t.Parallel()
	r := permission.DefaultRules()
	r.Profiles = append([]hours.Profile{hourstest.EveryDay(t, "GB", hours.ServiceClass, "")}, r.Profiles...)
	q := permission.Question{
		Subject: permission.Subject{CustomerID: 7, Phones: []string{"+442079460000"}, Region: "US"},
		Purpose: permission.ServiceCallback, Channel: permission.ByPhone,
	}
	named := map[string]bool{}
	for hour := range 24 {
		q.At = hourstest.At(t, "Europe/London", fmt.Sprintf("2026-11-24 %02d:30", hour))
		v := r.Evaluate(permission.Facts{}, q)
		if v.First != permission.OutsideHours || !v.AllowedFrom.IsZero() {
			t.Fatalf("at %02d:30: %+v", hour, v)
		}
		named[v.All[0].Evidence] = true
	}
	if len(named) != 1 {
		t.Errorf("named are %v", named)
	}
}

func TestATextMessageKeepsCallingHoursAndAnEmailDoesNot(t *testing.T) {
	t.Parallel()
	morning, night := hourstest.At(t, "Asia/Shanghai", "2026-11-21 10:00"), hourstest.At(t, "Asia/Shanghai", "2026-11-20 23:30")
	for _, reminder := range []bool{false, true} {
		t.Run(fmt.Sprintf("reminder: %t", reminder), func(t *testing.T) {
			q := ask(permission.Survey, permission.BySMS)
			q.At, q.Reminder = night, reminder
			if v := rules.Evaluate(permission.Facts{}, q); v.First != permission.OutsideHours || v.AllowedFrom != morning {
				t.Errorf("by text message: %v, allowed from %s", codes(v), v.AllowedFrom)
			}
			q.Channel = permission.ByEmail
			if v := rules.Evaluate(permission.Facts{}, q); !v.Allowed {
				t.Errorf("by e-mail: %v", codes(v))
			}
		})
	}
}

func TestNoSettingWidensTheHardCaps(t *testing.T) {
	t.Parallel()
	wide := permission.DefaultRules()
	wide.Caps = permission.Caps{AttemptsPerDay: 100, MessagesPerDay: 100, ContactsPerDay: 100, MarketingCallsPerMonth: 100}
	touches := func(n int, kind permission.TouchKind, channel permission.Channel) []permission.Touch {
		list := make([]permission.Touch, n)
		for i := range list {
			list[i] = permission.Touch{
				ID: int64(i + 1), Kind: kind, Purpose: permission.MarketingCall, Channel: channel,
				At: morning.Add(-time.Duration(i+5) * time.Hour / 2),
			}
		}
		return list
	}
	callback, survey := ask(permission.ServiceCallback, permission.ByPhone), ask(permission.Survey, permission.ByEmail)
	for _, c := range []struct {
		name    string
		q       permission.Question
		touches []permission.Touch
		want    permission.Code
	}{
		{"4 calls", callback, touches(4, permission.Attempt, permission.ByPhone), ""},
		{"5 calls", callback, touches(5, permission.Attempt, permission.ByPhone), permission.AttemptCap},
		{"2 messages", survey, touches(2, permission.Offer, permission.ByEmail), ""},
		{"3 messages", survey, touches(3, permission.Offer, permission.ByEmail), permission.MessageCap},
		{"5 messages before a call", callback, touches(5, permission.Offer, permission.ByEmail), ""},
		{"6 messages before a call", callback, touches(6, permission.Offer, permission.ByEmail), permission.DailyCap},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, facts := range []permission.Facts{{ByPerson: c.touches}, {ByAddress: c.touches}} {
				if v := wide.Evaluate(facts, c.q); v.First != c.want {
					t.Errorf("%v, want %q", codes(v), c.want)
				}
			}
		})
	}
}

func TestAProfileClosedAllWeekIsClosedForGood(t *testing.T) {
	t.Parallel()
	r := permission.DefaultRules()
	r.Profiles = hourstest.Instead(r.Profiles, hours.Profile{Region: "CN", Class: hours.ServiceClass})
	v := r.Evaluate(permission.Facts{}, ask(permission.ServiceCallback, permission.ByPhone))
	if v.First != permission.OutsideHours || !v.AllowedFrom.IsZero() || len(v.Lasting()) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestInTwoCountriesBothProfilesMustAllow(t *testing.T) {
	t.Parallel()
	q := ask(permission.MarketingCall, permission.ByPhone)
	q.Subject = permission.Subject{CustomerID: 7, Zone: "Europe/Paris", Region: "DE", Phones: []string{"+33612345678"}}
	facts := permission.Facts{Consents: []permission.ConsentEvent{{
		ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Given: true, At: 1,
	}}}
	q.At = hourstest.At(t, "Europe/Paris", "2026-11-28 11:00") // a Saturday: open in Germany, closed in France until Monday at 10
	v := rules.Evaluate(facts, q)
	if v.First != permission.OutsideHours || v.AllowedFrom != hourstest.At(t, "Europe/Paris", "2026-11-30 10:00") {
		t.Errorf("%+v", v)
	}
}

func TestHolidaysAndMakeUpDaysHaveTheirOwnHours(t *testing.T) {
	t.Parallel()
	office := hourstest.EveryDay(t, "CN", hours.ServiceClass, "09:00-12:00, 13:30-18:00")
	office.Days[hours.Saturday], office.Days[hours.Sunday], office.Days[hours.OnHoliday] = nil, nil, nil
	r := permission.DefaultRules()
	r.Profiles = hourstest.Instead(r.Profiles, office)
	for d := range 8 { // 1 to 8 October 2026, then a Saturday that is worked
		day := time.Date(2026, 10, 1+d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		r.Calendar = append(r.Calendar, hourstest.Day("CN", day, hours.PublicHoliday))
	}
	r.Calendar = append(r.Calendar, hourstest.Day("CN", "2026-10-10", hours.WorkingDay))
	for local, want := range map[string]hours.Window{
		"2026-09-30 11:00": {Open: true, ClosesAt: hourstest.At(t, "Asia/Shanghai", "2026-09-30 12:00")},
		"2026-09-30 12:00": {OpensAt: hourstest.At(t, "Asia/Shanghai", "2026-09-30 13:30")},
		"2026-09-30 14:00": {Open: true, ClosesAt: hourstest.At(t, "Asia/Shanghai", "2026-09-30 18:00")},
		"2026-09-30 18:00": {OpensAt: hourstest.At(t, "Asia/Shanghai", "2026-10-09 09:00")},
		"2026-10-09 18:00": {OpensAt: hourstest.At(t, "Asia/Shanghai", "2026-10-10 09:00")},
		"2026-10-10 17:59": {Open: true, ClosesAt: hourstest.At(t, "Asia/Shanghai", "2026-10-10 18:00")},
		"2026-10-10 18:00": {OpensAt: hourstest.At(t, "Asia/Shanghai", "2026-10-12 09:00")},
	} {
		t.Run(local, func(t *testing.T) {
			want.Zones = []string{"Asia/Shanghai"}
			at := hourstest.At(t, "Asia/Shanghai", local)
			if diff := gocmp.Diff(want, r.CallWindow(someone, "", at)); diff != "" {
				t.Errorf("%s: %s", local, diff)
			}
			if diff := gocmp.Diff(want, r.ClassWindow(r.HoursClass(someone), at)); diff != "" {
				t.Errorf("%s, by class: %s", local, diff)
			}
		})
	}
}
