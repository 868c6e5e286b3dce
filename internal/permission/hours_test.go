package permission_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// in returns an instant by the clock on the wall in a zone.
func in(t testing.TB, zone, local string) clock.Instant {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", local, loc)
	if err != nil {
		t.Fatal(err)
	}
	return clock.At(at)
}

func special(region, date string, kind permission.HolidayKind) permission.Holiday {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return permission.Holiday{Region: region, Day: clock.DayFrom(day.Date()), Kind: kind}
}

func everyDay(t testing.TB, region string, class permission.Class, hours string) permission.Profile {
	t.Helper()
	periods, err := permission.ParsePeriods(hours)
	if err != nil {
		t.Fatal(err)
	}
	p := permission.Profile{Region: region, Class: class}
	for kind := range p.Days {
		p.Days[kind] = periods
	}
	return p
}

func TestZonesWithoutACommonHourAreNeverCalled(t *testing.T) {
	t.Parallel()
	narrow := permission.DefaultRules()
	narrow.Profiles = append(narrow.Profiles, everyDay(t, "US", permission.ServiceClass, "10:00-17:00"))
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
	for _, class := range []permission.Class{permission.ServiceClass, permission.MarketingClass} {
		for _, region := range []string{"CN", "FR", "US-FL"} {
			wide.Profiles = append([]permission.Profile{everyDay(t, region, class, "00:00-24:00")}, wide.Profiles...)
		}
	}
	wide.Caps = permission.Caps{AttemptsPerDay: 100, MessagesPerDay: 100, ContactsPerDay: 100, MarketingCallsPerMonth: 100}
	wide.Calendar = []permission.Holiday{special("FR", "2026-11-28", permission.WorkingDay)} // a Saturday
	yes := permission.Facts{Consents: []permission.ConsentEvent{{ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Given: true, At: 1}}}
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
		q := permission.Question{
			Subject: permission.Subject{CustomerID: 7, Phones: []string{c.phone}, Region: c.region},
			Purpose: c.purpose, Channel: permission.ByPhone, At: in(t, c.zone, c.local),
		}
		if v := wide.Evaluate(yes, q); v.Allowed != c.allowed {
			t.Errorf("%s %s %s: %+v", c.purpose, c.zone, c.local, v)
		}
	}
}

func TestTheZoneThatIsClosedIsNamed(t *testing.T) {
	t.Parallel()
	q := permission.Question{
		Subject: permission.Subject{CustomerID: 7, Phones: []string{"+18005550100"}, Region: "US"}, // anywhere in the country
		Purpose: permission.ServiceCallback, Channel: permission.ByPhone,
	}
	for _, local := range []string{"2026-11-24 10:00", "2026-11-24 21:30"} {
		q.At = in(t, "America/New_York", local)
		v := rules.Evaluate(permission.Facts{}, q)
		zone, found := strings.CutPrefix(v.All[0].Evidence, "zone ")
		where, err := time.LoadLocation(zone)
		if !found || err != nil || v.First != permission.OutsideHours {
			t.Fatalf("%s: %+v", local, v)
		}
		if hour := q.At.In(where).Hour(); hour >= 9 && hour < 20 {
			t.Errorf("at %s in New York %s is named, where it is %d o'clock", local, zone, hour)
		}
	}
}

// What is kept of a customer until it changes must not change with the hour.
func TestWhatIsClosedForGoodNamesTheSameZoneAtAnyHour(t *testing.T) {
	t.Parallel()
	r := permission.DefaultRules()
	r.Profiles = append([]permission.Profile{everyDay(t, "GB", permission.ServiceClass, "")}, r.Profiles...)
	q := permission.Question{
		Subject: permission.Subject{CustomerID: 7, Phones: []string{"+442079460000"}, Region: "US"},
		Purpose: permission.ServiceCallback, Channel: permission.ByPhone,
	}
	named := map[string]bool{}
	for hour := range 24 {
		q.At = in(t, "Europe/London", fmt.Sprintf("2026-11-24 %02d:30", hour))
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
	morning, night := in(t, "Asia/Shanghai", "2026-11-21 09:00"), in(t, "Asia/Shanghai", "2026-11-20 23:30")
	for _, reminder := range []bool{false, true} {
		q := ask(permission.Survey, permission.BySMS)
		q.At, q.Reminder = night, reminder
		if v := rules.Evaluate(permission.Facts{}, q); v.First != permission.OutsideHours || v.AllowedFrom != morning {
			t.Errorf("by text message: %v, allowed from %s", codes(v), v.AllowedFrom)
		}
		q.Channel = permission.ByEmail
		if v := rules.Evaluate(permission.Facts{}, q); !v.Allowed {
			t.Errorf("by e-mail: %v", codes(v))
		}
	}
}

func TestNoSettingWidensTheHardCaps(t *testing.T) {
	t.Parallel()
	wide := permission.DefaultRules()
	wide.Caps = permission.Caps{AttemptsPerDay: 100, MessagesPerDay: 100, ContactsPerDay: 100, MarketingCallsPerMonth: 100}
	touches := func(n int, kind permission.TouchKind, channel permission.Channel) []permission.Touch {
		list := make([]permission.Touch, n)
		for i := range list {
			list[i] = permission.Touch{ID: int64(i + 1), Kind: kind, Purpose: permission.MarketingCall, Channel: channel, At: morning.Add(-time.Duration(i+5) * time.Hour / 2)}
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
		for _, facts := range []permission.Facts{{ByPerson: c.touches}, {ByAddress: c.touches}} {
			if v := wide.Evaluate(facts, c.q); v.First != c.want {
				t.Errorf("%s: %v, want %q", c.name, codes(v), c.want)
			}
		}
	}
}

func TestHolidaysAndMakeUpDaysHaveTheirOwnHours(t *testing.T) {
	t.Parallel()
	office := everyDay(t, "CN", permission.ServiceClass, "09:00-12:00, 13:30-18:00")
	office.Days[permission.Saturday], office.Days[permission.Sunday], office.Days[permission.OnHoliday] = nil, nil, nil
	r := permission.DefaultRules()
	r.Profiles = append(r.Profiles, office)
	for d := range 8 { // 1 to 8 October 2026, then a Saturday that is worked
		r.Calendar = append(r.Calendar, special("CN", time.Date(2026, 10, 1+d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), permission.PublicHoliday))
	}
	r.Calendar = append(r.Calendar, special("CN", "2026-10-10", permission.WorkingDay))
	for local, want := range map[string]permission.Window{
		"2026-09-30 11:00": {Open: true, ClosesAt: in(t, "Asia/Shanghai", "2026-09-30 12:00")},
		"2026-09-30 12:00": {OpensAt: in(t, "Asia/Shanghai", "2026-09-30 13:30")},
		"2026-09-30 14:00": {Open: true, ClosesAt: in(t, "Asia/Shanghai", "2026-09-30 18:00")},
		"2026-09-30 18:00": {OpensAt: in(t, "Asia/Shanghai", "2026-10-09 09:00")},
		"2026-10-09 18:00": {OpensAt: in(t, "Asia/Shanghai", "2026-10-10 09:00")},
		"2026-10-10 17:59": {Open: true, ClosesAt: in(t, "Asia/Shanghai", "2026-10-10 18:00")},
		"2026-10-10 18:00": {OpensAt: in(t, "Asia/Shanghai", "2026-10-12 09:00")},
	} {
		want.Zones = []string{"Asia/Shanghai"}
		at := in(t, "Asia/Shanghai", local)
		if diff := gocmp.Diff(want, r.CallWindow(someone, "", at)); diff != "" {
			t.Errorf("%s: %s", local, diff)
		}
		if diff := gocmp.Diff(want, r.ClassWindow(r.HoursClass(someone), at)); diff != "" {
			t.Errorf("%s, by class: %s", local, diff)
		}
	}
}

func TestAProfileClosedAllWeekIsClosedForGood(t *testing.T) {
	t.Parallel()
	r := permission.DefaultRules()
	r.Profiles = append(r.Profiles, permission.Profile{Region: "CN", Class: permission.ServiceClass})
	v := r.Evaluate(permission.Facts{}, ask(permission.ServiceCallback, permission.ByPhone))
	if v.First != permission.OutsideHours || !v.AllowedFrom.IsZero() || len(v.Lasting()) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestAnHoursClassFitsItsColumn(t *testing.T) {
	t.Parallel()
	for code, zones := range zonesOfRegions() {
		for _, zone := range zones {
			subject := permission.Subject{Zone: zone, Region: code}
			class := rules.HoursClass(subject)
			if class != zone+" "+code || len(class) > 40 {
				t.Errorf("%s in %s has class %q", zone, code, class)
			}
			if diff := gocmp.Diff(rules.CallWindow(subject, "", morning), rules.ClassWindow(class, morning)); diff != "" {
				t.Errorf("%s: %s", class, diff)
			}
		}
	}
}

func TestPeriodsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		" 9:00-12:00 , 13:30-20:00": "09:00-12:00, 13:30-20:00",
		"13:30–20:00；9：00–12：00":    "09:00-12:00, 13:30-20:00",
		"09:00-12:00,11:00-24:00":   "09:00-24:00",
	} {
		got, err := permission.ParsePeriods(text)
		if err != nil || got.String() != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"9-12", "09:00", "12:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-10:00", "a", "-", "+9:00-10:00", strings.Repeat("09:00-10:00,", 9)} {
		if got, err := permission.ParsePeriods(text); err == nil {
			t.Errorf("%q was read as %q", text, got)
		}
	}
}

func FuzzPeriods(f *testing.F) {
	for _, seed := range []string{"", "09:00-12:00, 13:30-20:00", "9:00–24:00；00:00-01:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		periods, err := permission.ParsePeriods(text)
		if err != nil {
			return
		}
		end := -1
		for _, p := range periods {
			if p.From <= end || p.To <= p.From || p.To > 24*60 {
				t.Fatalf("%q was read as %v", text, periods)
			}
			end = p.To
		}
		again, err := permission.ParsePeriods(periods.String())
		if err != nil || again.String() != periods.String() {
			t.Fatalf("%q became %q and then %q, %v", text, periods, again, err)
		}
	})
}
