package permission_test

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/webtest"
	pages "aftercall/web/permission"
)

// rulesOffice is a server with the rules of a new centre, and an administrator.
func rulesOffice(t *testing.T) (*webtest.Server, *webtest.Client) {
	t.Helper()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	return ts, c
}

// theyPublish publishes the rules in force with a change, as somebody else.
func theyPublish(t *testing.T, ts *webtest.Server, note string, change func(*permission.Rules)) {
	t.Helper()
	rules := ts.Permission.Rules()
	change(&rules)
	_, err := ts.Permission.Publish(t.Context(), account.Viewer{Role: account.Admin}, rules, rules.Version, note)
	webtest.Must(t, err)
}

// typedCaps are the caps of a new centre as the form has them.
func typedCaps() url.Values {
	usual, v := permission.DefaultRules().Caps, url.Values{"based_on": {"1"}, "note": {"ours"}}
	for _, setting := range pages.CapSettings {
		v.Set(setting.Name, strconv.Itoa(pages.CapValue(setting, &usual)))
	}
	return v
}

// fields returns what a form of the page would send.
func fields(doc *goquery.Document, form string) url.Values {
	v := url.Values{}
	doc.Find(`form[action="` + form + `"] input`).Each(func(_ int, field *goquery.Selection) {
		v.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	return v
}

func TestWhoPublishesCapsSecondKeepsEveryCapOfTheFirst(t *testing.T) {
	t.Parallel()
	ts, c := rulesOffice(t)
	theyPublish(t, ts, "first", func(r *permission.Rules) { r.Caps.MessagesPerDay, r.Caps.AttemptsPerDay = 2, 2 })
	theyPublish(t, ts, "second", func(r *permission.Rules) { r.Caps.SurveyCooldownDays = 40 })
	mine := typedCaps()
	mine.Set("attempt_gap_minutes", "90")
	mine.Set("attempts_per_day", "1")
	refused := c.Post(pages.HoursPath+"/caps", mine).Page(http.StatusConflict)
	said := refused.Find(".error.whole").Text()
	for _, want := range []string{"Version 2", "“first”", "Version 3", "“second”", "this replaces of theirs", ": 2"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %s: %q", want, said)
		}
	}
	c.Follow(c.Post(pages.HoursPath+"/caps", fields(refused, pages.HoursPath+"/caps"))).Page(http.StatusOK)
	want := permission.DefaultRules().Caps
	want.MessagesPerDay, want.AttemptsPerDay, want.SurveyCooldownDays, want.AttemptGapMinutes = 2, 1, 40, 90
	if got := ts.Permission.Rules().Caps; got != want {
		t.Errorf("in force is %+v, not %+v", got, want)
	}
}

func TestOfAWeekOnlyTheDaysThatWereTypedAreChanged(t *testing.T) {
	t.Parallel()
	ts, c := rulesOffice(t)
	mine := fields(c.Get(pages.HoursPath+"/profile?region=CN&class=service").Page(http.StatusOK), pages.HoursPath+"/profile")
	theyPublish(t, ts, "first", func(r *permission.Rules) {
		for i := range r.Profiles {
			if r.Profiles[i].Region == "CN" && r.Profiles[i].Class == hours.ServiceClass {
				for day, text := range map[hours.DayKind]string{hours.DayKind(0): "10:00-11:00", hours.DayKind(1): "10:00-12:00"} {
					periods, err := hours.ParsePeriods(text)
					webtest.Must(t, err)
					r.Profiles[i].Days[day] = periods
				}
			}
		}
	})
	mine.Set(pages.DayFieldName(1), "14:00-15:00")
	mine.Set(pages.DayFieldName(2), "14:00-16:00")
	mine.Set("note", "ours")
	refused := c.Post(pages.HoursPath+"/profile", mine).Page(http.StatusConflict)
	again := fields(refused, pages.HoursPath+"/profile")
	for kind, want := range []string{"10:00-11:00", "14:00-15:00", "14:00-16:00"} {
		if got := again.Get(pages.DayFieldName(kind)); got != want {
			t.Errorf("day %d is %q, not %q", kind, got, want)
		}
	}
	said := refused.Find(".error.whole").Text()
	_, replaced, _ := strings.Cut(said, "replaces of theirs")
	if !strings.Contains(replaced, "Tue: 10:00-12:00") || strings.Contains(replaced, "Mon") {
		t.Errorf("what is replaced is told as %q", replaced)
	}
}

// Whoever is refused for a slip of their own has not seen what somebody else did meanwhile: the next press is still told.
func TestASlipDoesNotHideWhatSomebodyElsePublished(t *testing.T) {
	t.Parallel()
	ts, c := rulesOffice(t)
	week := fields(c.Get(pages.HoursPath+"/profile?region=CN&class=service").Page(http.StatusOK), pages.HoursPath+"/profile")
	demands := fields(c.Get(pages.StricterPath+"?region=FR").Page(http.StatusOK), pages.StricterPath)
	theyPublish(t, ts, "first", func(r *permission.Rules) { r.Caps.MessagesPerDay = 2 })
	for path, form := range map[string]url.Values{
		"/caps": typedCaps(), "/profile": week, "/stricter": demands, "/profile/remove": week, "/stricter/remove": demands,
		"/versions/1/publish": {"based_on": {"1"}},
	} {
		t.Run(path, func(t *testing.T) {
			c, form := c.In(t), maps.Clone(form)
			form.Set("note", " ")
			slip := c.Post(pages.HoursPath+path, form).Page(http.StatusUnprocessableEntity)
			action := pages.HoursPath + strings.TrimSuffix(path, "/remove")
			if got := fields(slip, action).Get("based_on"); got != "1" {
				t.Errorf("after a slip the form is based on %q", got)
			}
		})
	}
}

func TestRollingBackSaysThatItReplacesTheirs(t *testing.T) {
	t.Parallel()
	ts, c := rulesOffice(t)
	theyPublish(t, ts, "first", func(r *permission.Rules) { r.Caps.MessagesPerDay = 2 })
	theyPublish(t, ts, "second", func(r *permission.Rules) { r.Caps.SurveyCooldownDays = 40 })
	back := url.Values{"based_on": {"2"}, "note": {"back"}}
	refused := c.Post(pages.HoursPath+"/versions/1/publish", back).Page(http.StatusConflict)
	_, replaced, _ := strings.Cut(refused.Find(".error.whole").Text(), "replaces of theirs")
	if !strings.Contains(replaced, "40") {
		t.Errorf("what is replaced is told as %q", replaced)
	}
}

func TestWhatIsRemovedMeanwhileIsAddedAnew(t *testing.T) {
	t.Parallel()
	for path, query := range map[string]string{"/profile": "?region=FR&class=marketing", "/stricter": "?region=FR"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			ts, c := rulesOffice(t)
			mine := fields(c.Get(pages.HoursPath+path+query).Page(http.StatusOK), pages.HoursPath+path)
			mine.Set("note", "ours")
			mine.Set(pages.DayFieldName(0), "10:00-12:00")
			mine.Set("attempts_per_day", "1")
			theirs := maps.Clone(mine)
			c.Follow(c.Post(pages.HoursPath+path+"/remove", theirs)).Page(http.StatusOK)

			slip := maps.Clone(mine)
			slip.Set("note", " ")
			c.Post(pages.HoursPath+path, slip).Page(http.StatusUnprocessableEntity)
			refused := c.Post(pages.HoursPath+path, mine).Page(http.StatusConflict)
			if said := refused.Find(".error.whole").Text(); !strings.Contains(said, "Somebody else removed this") {
				t.Errorf("it is told as %q", said)
			}
			again := fields(refused, pages.HoursPath+path)
			again.Set("class", "marketing") // a select
			c.Follow(c.Post(pages.HoursPath+path, again)).Page(http.StatusOK)
			rules, first := ts.Permission.Rules(), permission.DefaultRules()
			if len(rules.Profiles) != len(first.Profiles) || len(rules.Stricter) != len(first.Stricter) {
				t.Error("it was not added anew")
			}
			gone := c.Post(pages.HoursPath+path+"/remove", url.Values{
				"region": {"FR"}, "class": {"marketing"}, "based_on": {strconv.Itoa(rules.Version)}, "note": {"gone"},
			})
			c.Follow(gone).Page(http.StatusOK)
			theirs.Set("based_on", strconv.Itoa(rules.Version))
			late := c.Follow(c.Post(pages.HoursPath+path+"/remove", theirs)).Page(http.StatusOK)
			if flash := late.Find(".flash").Text(); !strings.Contains(flash, "already") {
				t.Errorf("removing what is gone is told as %q", flash)
			}
		})
	}
}
