package permission_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	pages "aftercall/web/permission"
)

func TestCallingHoursArePublishedWithANoteAndInsideTheLimits(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	week := url.Values{"region": {"FR"}, "class": {"marketing"}, "based_on": {"1"}, "note": {"Wednesdays shorter"}}
	for kind := range 5 {
		week.Set(pages.DayFieldName(kind), "10:00-13:00, 14:00-20:00")
	}
	week.Set("day_2", "10:00-21:00")
	for lang, text := range map[string]string{"en": "france", "zh-CN": "法国"} {
		t.Run(lang, func(t *testing.T) {
			c := c.In(t)
			c.Post("/language", url.Values{"language": {lang}})
			page := c.Post(pages.HoursPath+"/profile", week).Page(http.StatusUnprocessableEntity)
			got := strings.ToLower(page.Find("#e-day_2").Text())
			if !strings.Contains(got, text) || page.Find("#f-day_2").AttrOr("value", "") != "10:00-21:00" {
				t.Errorf("%s: %q", lang, got)
			}
		})
	}
	c.Post("/language", url.Values{"language": {"en"}})
	week.Set("day_2", "noon")
	if page := c.Post(pages.HoursPath+"/profile", week).Page(http.StatusUnprocessableEntity); page.Find("#e-day_2").Length() != 1 {
		t.Error("noon is taken for a period")
	}
	week.Set("day_2", "10:00-12:00")
	week.Set("note", " ")
	if page := c.Post(pages.HoursPath+"/profile", week).Page(http.StatusUnprocessableEntity); page.Find("#e-note").Length() != 1 {
		t.Error("it is published without a note")
	}
	week.Set("note", "Wednesdays shorter")
	page := c.Follow(c.Post(pages.HoursPath+"/profile", week)).Page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "Version 2") || !strings.Contains(text, "Wed 10:00–12:00") {
		t.Error("the new hours are not shown")
	}
	changes := c.Get(pages.HoursPath + "/versions/2").Page(http.StatusOK).Find("main").Text()
	if !strings.Contains(changes, "→") || !strings.Contains(changes, "Wed 10:00–12:00") {
		t.Error("the version does not say what it changed")
	}
	remove := url.Values{"region": {"FR"}, "class": {"marketing"}, "based_on": {"2"}, "note": {""}}
	if page := c.Post(pages.HoursPath+"/profile/remove", remove).Page(http.StatusUnprocessableEntity); page.Find("#e-note").Length() != 1 {
		t.Error("a country's hours are removed without a note, or the error is not at it")
	}
	c.Post(pages.HoursPath+"/versions/1/publish", url.Values{"based_on": {"2"}, "note": {"back"}})
	if now := ts.Permission.Rules(); now.Version != 3 || len(now.Profiles[len(now.Profiles)-1].Days) == 0 {
		t.Errorf("rolled back to version %d", now.Version)
	}
}

func TestWhoPublishesSecondIsToldAndLosesNothing(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	caps := url.Values{"based_on": {"1"}, "note": {"fewer calls"}}
	for _, setting := range pages.CapSettings {
		usual := permission.DefaultRules().Caps
		caps.Set(setting.Name, strconv.Itoa(pages.CapValue(setting, &usual)))
	}
	caps.Set("attempts_per_day", "2")
	if r := c.Post(pages.HoursPath+"/caps", caps); r.Status != http.StatusSeeOther {
		t.Fatalf("%d %.500s", r.Status, r.Body)
	}
	caps.Set("attempts_per_day", "1")
	page := c.Post(pages.HoursPath+"/caps", caps).Page(http.StatusConflict)
	if page.Find(".error.whole").Length() == 0 || page.Find("#f-attempts_per_day").AttrOr("value", "") != "1" ||
		page.Find("[name=based_on]").AttrOr("value", "") != "2" {
		t.Error("the conflict is not told, or what was typed is gone, or it cannot be published again")
	}
	caps.Set("attempts_per_day", "9")
	caps.Set("based_on", "2")
	if page := c.Post(pages.HoursPath+"/caps", caps).Page(http.StatusUnprocessableEntity); page.Find(".caps .wrong .error").Length() != 1 {
		t.Error("nine calls a day are not refused at the field")
	}
}

// The one who is second sees what was changed, by whom and why; the second press adds to it.
func TestWhoPublishesSecondSeesWhatWasChanged(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	theirs := url.Values{"new": {"1"}, "region": {"DE"}, "attempts_per_day": {"1"}, "based_on": {"1"}, "note": {"works council"}}
	c.Follow(c.Post(pages.StricterPath, theirs)).Page(http.StatusOK)
	mine := url.Values{"new": {"1"}, "region": {"IT"}, "attempts_per_day": {"2"}, "based_on": {"1"}, "note": {"fewer"}}
	refused := c.Post(pages.StricterPath, mine).Page(http.StatusConflict)
	said := refused.Find(".error.whole").Text()
	for _, want := range []string{"The admin", "“works council”", "Germany", "1 call in 24 hours"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %s: %q", want, said)
		}
	}
	mine.Set("based_on", refused.Find("[name=based_on]").AttrOr("value", ""))
	c.Follow(c.Post(pages.StricterPath, mine)).Page(http.StatusOK)
	if got, want := len(ts.Permission.Rules().Stricter), len(permission.DefaultRules().Stricter)+2; got != want {
		t.Errorf("%d countries are stricter, not %d", got, want)
	}
}

func TestACountryIsMadeStricterWithANoteAndInsideTheLaw(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	c.Post("/language", url.Values{"language": {"en"}})
	demands := url.Values{
		"new": {"1"}, "region": {" de "}, "attempts_per_day": {"1"},
		"refusal_quiet_days": {"90"}, "marketing_calls_per_month": {""}, "based_on": {"1"},
	}
	for name, wrong := range map[string]struct{ field, value, at string }{
		"no note":              {"note", " ", "#e-note"},
		"nothing stricter":     {"", "", ".error.whole"},
		"not a number":         {"attempts_per_day", "one", "#e-attempts_per_day"},
		"out of range":         {"refusal_quiet_days", "400", "#e-refusal_quiet_days"},
		"none at all":          {"attempts_per_day", "0", "#e-attempts_per_day"},
		"laxer than elsewhere": {"attempts_per_day", "5", "#e-attempts_per_day"},
		"no such country":      {"region", "XX", "#e-region"},
		"no country":           {"region", "", "#e-region"},
		"a country that is in": {"region", "FR", "#e-region"},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.In(t)
			typed := maps.Clone(demands)
			typed.Set("note", "works council")
			if wrong.field == "" {
				typed.Del("attempts_per_day")
				typed.Del("refusal_quiet_days")
			} else {
				typed.Set(wrong.field, wrong.value)
			}
			page := c.Post(pages.StricterPath, typed).Page(http.StatusUnprocessableEntity)
			if page.Find(wrong.at).Length() != 1 || wrong.field != "" && page.Find("#f-"+wrong.field).AttrOr("value", "") != wrong.value {
				t.Errorf("%s is not refused where it was typed: %s", name, page.Find(".error").Text())
			}
		})
	}
	demands.Set("note", "works council")
	page := c.Follow(c.Post(pages.StricterPath, demands)).Page(http.StatusOK)
	text := page.Find("#stricter").Text()
	if !strings.Contains(text, "Germany DE1 call in 24 hours · no marketing for 90 days after a refusal") {
		t.Errorf("the page shows %s", text)
	}
	changes := c.Get(pages.HoursPath + "/versions/2").Page(http.StatusOK).Find("main li").Text()
	if changes != "Stricter in Germany DE added: 1 call in 24 hours · no marketing for 90 days after a refusal" {
		t.Errorf("the history says %s", changes)
	}
	page = c.Post(pages.StricterPath, demands).Page(http.StatusConflict)
	if page.Find("#f-attempts_per_day").AttrOr("value", "") != "1" || page.Find("[name=based_on]").AttrOr("value", "") != "2" {
		t.Error("after a conflict what was typed is gone, or it cannot be published again")
	}
	c.Post(pages.StricterPath+"/remove", url.Values{"region": {"DE"}, "based_on": {"2"}, "note": {"gone"}})
	if got, want := ts.Permission.Rules().Stricter, permission.DefaultRules().Stricter; !slices.Equal(got, want) {
		t.Errorf("without Germany there is %v", got)
	}
}

func TestNoCountryIsMadeLaxerThanItsLaw(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	rules := ts.Permission.Rules() // in force everywhere else is more than the laws leave
	rules.Caps.AttemptsPerDay, rules.Caps.MarketingCallsPerMonth = 5, 8
	_, err := ts.Permission.Publish(t.Context(), account.Viewer{Role: account.Admin}, rules, 1, "more")
	webtest.Must(t, err)
	for _, wide := range []struct{ region, field, value, en, zh string }{
		{"FR", "refusal_quiet_days", "30", "60 days", "60 天"},
		{"FR", "marketing_calls_per_month", "5", "4 marketing calls", "4 次"},
		{"US-FL", "attempts_per_day", "4", "3 marketing calls", "3 次"},
	} {
		t.Run(wide.region+" "+wide.field, func(t *testing.T) {
			c := c.In(t)
			typed := url.Values{"region": {wide.region}, wide.field: {wide.value}, "based_on": {"2"}, "note": {"more"}}
			for lang, limit := range map[string]string{"en": wide.en, "zh-CN": wide.zh} {
				c.Post("/language", url.Values{"language": {lang}})
				page := c.Post(pages.StricterPath, typed).Page(http.StatusUnprocessableEntity)
				if got := page.Find("#e-" + wide.field).Text(); !strings.Contains(got, limit) {
					t.Errorf("%s %s=%s: the error %q does not name the limit", wide.region, wide.field, wide.value, got)
				}
			}
		})
	}
	c.Post(pages.StricterPath+"/remove", url.Values{"region": {"FR"}, "based_on": {"2"}, "note": {"gone"}})
	if rules := ts.Permission.Rules(); rules.Version != 3 || len(rules.Stricter) != 1 {
		t.Errorf("removed, there is version %d with %v", rules.Version, rules.Stricter)
	}
}

func TestANumberIsCheckedWithoutLeavingATrace(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Supervisor)
	night := url.Values{"phone": {"13912348000"}, "purpose": {"service_callback"}, "check_at": {"2026-11-22T22:30"}}
	page := c.Post(pages.HoursPath+"/check", night).Page(http.StatusOK)
	text := page.Find(".answer").Text()
	if !strings.Contains(text, "Outside calling hours") || !strings.Contains(text, "opens 23 November 09:00") ||
		!strings.Contains(text, "Asia/Shanghai") {
		t.Errorf("at night: %s", text)
	}
	page = c.Post(pages.HoursPath+"/check", url.Values{"phone": {"12"}, "purpose": {"survey"}}).Page(http.StatusUnprocessableEntity)
	if page.Find("#e-phone").Length() != 1 {
		t.Error("12 is taken for a number")
	}
}

func TestHolidaysSayWhatTheyReplaceBeforeTheyArePublished(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	bad := c.SendFile(pages.HolidaysPath, "days.csv",
		"country,date,kind,name\nCN,1 October,holiday,a\nCN,2026-10-02,feast,b\n").Page(http.StatusUnprocessableEntity)
	if got := strings.Join(webtest.TextsOf(bad, "td.num"), " "); got != "2 3" {
		t.Errorf("lines with errors: %s", got)
	}
	sample := strings.TrimPrefix(c.Get(pages.HolidaysPath+"/sample.csv").Body, "\ufeff")
	draft := c.SendFile(pages.HolidaysPath, "days.csv", sample).Page(http.StatusOK)
	if text := draft.Find("form .plain").Text(); !strings.Contains(text, "3 added") || ts.Permission.Rules().Version != 1 {
		t.Errorf("before publishing: %s", text)
	}
	form := url.Values{"csv": {draft.Find("textarea[name=csv]").Text()}}
	page := c.Post(pages.HolidaysPath+"/publish", form).Page(http.StatusUnprocessableEntity)
	if page.Find("#e-note").Length() != 1 || page.Find("textarea[name=csv]").Text() != form.Get("csv") {
		t.Error("published without a note, or the file is lost")
	}
	form.Set("note", "the year")
	page = c.Follow(c.Post(pages.HolidaysPath+"/publish", form)).Page(http.StatusOK)
	if !strings.Contains(page.Find(".flash").Text(), "4 days added") || !strings.Contains(page.Find("main").Text(), "国庆节调休") {
		t.Error("the days are not published")
	}
	exported := c.Get(pages.HolidaysPath + "/export.csv").Body
	if exported = strings.NewReplacer("\ufeff", "", `"`, "", "\r", "").Replace(exported); exported != sample {
		t.Errorf("exported: %q", exported)
	}
}
