package web

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

// sendFile posts a file named file.
func (c *testClient) sendFile(path, name, body string) testResponse {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	fatal(c.t, err)
	_, err = part.Write([]byte(body))
	fatal(c.t, err)
	fatal(c.t, w.Close())
	return c.do(http.MethodPost, path, &b, http.Header{"Content-Type": {w.FormDataContentType()}})
}

func TestPermissionPagesKnowTheirRoles(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	customer := ts.fillPermission(t)
	all := []account.Role{account.Admin, account.Supervisor, account.Marketing, account.Caller, account.Handler}
	clients := map[account.Role]*testClient{}
	for _, role := range all {
		clients[role] = ts.login(t, role)
	}
	only := func(roles ...account.Role) map[account.Role]bool {
		allowed := map[account.Role]bool{account.Admin: true}
		for _, role := range roles {
			allowed[role] = true
		}
		return allowed
	}
	own := customerPermissionPath(customer)
	for request, allowed := range map[string]map[account.Role]bool{
		"GET /permission": only(account.Supervisor, account.Marketing),
		"GET /permission/customers?purpose=survey&channel=sms": only(account.Supervisor, account.Marketing),
		"GET " + own:                                   only(account.Supervisor, account.Marketing),
		"POST " + own + "/consents":                    only(account.Supervisor, account.Marketing),
		"GET /suppressions":                            only(account.Supervisor, account.Marketing),
		"POST /suppressions":                           only(account.Supervisor),
		"POST /suppressions/find":                      only(account.Supervisor, account.Marketing),
		"POST /suppressions/1/lift":                    only(account.Supervisor),
		"GET /suppressions/import":                     only(account.Supervisor),
		"GET /consents/import":                         only(account.Supervisor, account.Marketing),
		"GET /settings/calling-hours":                  only(account.Supervisor),
		"GET /settings/calling-hours/versions/1":       only(account.Supervisor),
		"POST /settings/calling-hours/check":           only(account.Supervisor),
		"POST /settings/calling-hours/caps":            only(),
		"GET /settings/calling-hours/profile?new=1":    only(),
		"POST /settings/calling-hours/profile":         only(),
		"GET /settings/calling-hours/stricter?new=1":   only(),
		"POST /settings/calling-hours/stricter":        only(),
		"POST /settings/calling-hours/stricter/remove": only(),
		"GET /settings/holidays":                       only(account.Supervisor),
		"POST /settings/holidays":                      only(),
	} {
		method, path, _ := strings.Cut(request, " ")
		for _, role := range all {
			r := clients[role].do(method, path, nil, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
			if allows := r.status != http.StatusForbidden; allows != allowed[role] || r.status >= 500 {
				t.Errorf("%s as %s: %d", request, role, r.status)
			}
		}
	}
}

func TestMarketingRecordsOnlyMarketingConsent(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	customer := ts.fillPermissionless(t)
	c := ts.login(t, account.Marketing)
	path := customerPermissionPath(customer) + "/consents"
	typed := url.Values{"purpose": {"survey"}, "answer": {"given"}, "basis": {"consent"}, "evidence": {"letter"}}
	if page := c.post(path, typed).page(http.StatusUnprocessableEntity); page.Find("#e-purpose").Length() != 1 || page.Find("#f-evidence").AttrOr("value", "") != "letter" {
		t.Error("marketing may speak for surveys, or the refused form lost what was typed")
	}
	typed.Set("purpose", "marketing_call")
	page := c.follow(c.post(path, typed)).page(http.StatusOK)
	if rows := textsOf(page, "table.may tr:nth-child(5) .tag"); len(rows) != 1 || rows[0] != "Yes" {
		t.Errorf("after a consent: %v", rows)
	}
	typed.Set("answer", "withdrawn")
	page = c.follow(c.post(path, typed)).page(http.StatusOK)
	if text := textsOf(page, "table.may tr:nth-child(5)")[0]; !strings.Contains(text, "No") || !strings.Contains(text, "refused") {
		t.Errorf("after a withdrawal: %s", text)
	}
	if n := page.Find("[id^=consent-]").Length(); n != 2 {
		t.Errorf("%d events are kept, want both", n)
	}
}

// fillPermissionless takes in one contact and returns its customer, about whom nothing is recorded.
func (ts *testServer) fillPermissionless(t testing.TB) int64 {
	t.Helper()
	id := ts.addContacts(t, example("T-1"))[0]
	c, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, id)
	fatal(t, err)
	return c.Customer.ID
}

func TestNeverContactCanBeTakenBack(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	customer := ts.fillPermissionless(t)
	c := ts.login(t, account.Supervisor)
	path := customerPermissionPath(customer)
	answers := func() string {
		return strings.Join(textsOf(c.get(path).page(http.StatusOK), "section:first-child table.may .tag"), " ")
	}
	before := answers()
	page := c.follow(c.post(path+"/refusals", url.Values{"scope": {"everything"}})).page(http.StatusOK)
	if got := strings.Join(textsOf(page, "section:first-child table.may .tag"), " "); strings.Contains(got, "Yes") {
		t.Errorf("after never again: %s", got)
	}
	ts.now = ts.now.Add(time.Second)
	undo, _ := page.Find(".flash form").Attr("action")
	if r := c.post(undo, nil); r.status != http.StatusSeeOther {
		t.Fatalf("undo: %d %.300s", r.status, r.body)
	}
	if after := answers(); after != before {
		t.Errorf("taken back: %s, before: %s", after, before)
	}
	if r := c.post(undo, nil); r.status != http.StatusNotFound && r.status != http.StatusSeeOther {
		t.Errorf("undone twice: %d", r.status)
	}
}

func TestSuppressionsAreFoundAddedAndLifted(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Supervisor)
	add := url.Values{"address": {"139 1234 8000"}, "scope": {"everything"}, "reason": {"complaint"}}
	if page := c.follow(c.post("/suppressions", add)).page(http.StatusOK); page.Find("tr[data-href]").Length() != 1 {
		t.Error("what was added is not listed")
	}
	if page := c.follow(c.post("/suppressions", add)).page(http.StatusOK); !strings.Contains(page.Find(".flash").Text(), "already") || page.Find("tr[data-href]").Length() != 1 {
		t.Error("it is added twice")
	}
	found := c.post("/suppressions/find", url.Values{"find": {"+8613912348000"}})
	if page := found.page(http.StatusOK); page.Find("[role=status] tr[data-href]").Length() != 1 {
		t.Error("a look-up does not find it")
	}
	if found.page(http.StatusOK).Find(`[href*="139"], [action*="139"]`).Length() != 0 {
		t.Error("the number is in an address")
	}
	for _, lang := range []struct{ lang, text string }{{"en", "is neither a phone number"}, {"zh-CN", "不是有效的号码或邮箱"}} {
		c.post("/language", url.Values{"language": {lang.lang}})
		page := c.post("/suppressions", url.Values{"address": {"12"}, "scope": {"everything"}, "reason": {"complaint"}}).page(http.StatusUnprocessableEntity)
		if got := strings.ToLower(page.Find("#e-address").Text()); !strings.Contains(got, lang.text) {
			t.Errorf("%s: %q", lang.lang, got)
		}
	}
	c.post("/language", url.Values{"language": {"en"}})
	if page := c.post("/suppressions/1/lift", nil).page(http.StatusUnprocessableEntity); page.Find("#e-reason").Length() != 1 {
		t.Error("it is lifted without a reason")
	}
	page := c.follow(c.post("/suppressions/1/lift", url.Values{"reason": {"typed wrongly"}})).page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "typed wrongly") || !strings.Contains(text, "The supervisor") {
		t.Error("who lifted it and why is not told")
	}
}

func TestSuppressionListIsPagedByKeyWithAConstantNumberOfStatements(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Supervisor)
	count := func() int {
		return dbtest.CountQueries(t, ts.DB, func() { c.get("/suppressions").page(http.StatusOK) })
	}
	var list []permission.Suppression
	for i := range pageSize + 10 {
		list = append(list, permission.Suppression{Kind: permission.PhoneAddress, Address: fmt.Sprintf("+861391234%04d", i), Scope: permission.Everything, Reason: "import"})
	}
	_, err := ts.Permission.TakeSuppressions(t.Context(), account.Viewer{UserID: 1}, list[:1])
	fatal(t, err)
	few := count()
	_, err = ts.Permission.TakeSuppressions(t.Context(), account.Viewer{UserID: 1}, list)
	fatal(t, err)
	if many := count(); many != few {
		t.Errorf("one row takes %d statements, a full page %d", few, many)
	}
	first := c.get("/suppressions").page(http.StatusOK)
	older, _ := first.Find(".pager [rel=next]").Attr("href")
	if n, rest := first.Find("tr[data-href]").Length(), c.get(older).page(http.StatusOK).Find("tr[data-href]").Length(); n != pageSize || rest != 10 {
		t.Errorf("pages of %d and %d rows", n, rest)
	}
}

func TestListsAreReportedByLineAndField(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.fillPermissionless(t)
	c := ts.login(t, account.Supervisor)
	page := c.sendFile("/suppressions/import", "list.csv", "phone,scope,until\n13912348001,,\n12,,\n13912348002,nobody,\n13912348003,,2020-01-01\n13912348001,,\n").page(http.StatusOK)
	if got := strings.Join(textsOf(page, ".tile .fig"), " "); got != "5 1 1 3" {
		t.Errorf("read, added, known, wrong: %s", got)
	}
	if got := strings.Join(textsOf(page, "td.num"), " "); got != "3 4 5" {
		t.Errorf("lines with errors: %s", got)
	}
	half := c.sendFile("/suppressions/import", "half.csv", "phone,email\n13912348009,nobody\n13,nobody\n").page(http.StatusOK)
	if got := strings.Join(textsOf(half, ".tile .fig"), " "); got != "2 1 0 1 1" {
		t.Errorf("read, added, known, partly taken, not taken: %s", got)
	}
	refused := c.sendFile("/suppressions/import", "x.csv", "source,reference,scope\ncrm,C-1,everything\n").page(http.StatusUnprocessableEntity)
	if got := textsOf(refused, ".error.whole"); len(got) != 1 || !strings.Contains(got[0], "phone or email: what is suppressed") {
		t.Errorf("a list of references: %q", got)
	}
	kept := c.post("/permission/report.csv", url.Values{"csv": {page.Find("textarea[name=csv]").Text()}})
	if !strings.Contains(kept.header.Get("Content-Disposition"), "report.csv") || strings.Count(kept.body, "\n") != 4 {
		t.Errorf("the report to keep: %q", kept.body)
	}
	consents := "reference,source,purpose,word,at\nC-T-1,客服系统,marketing_call,given,2026-11-01\nnobody,客服系统,survey,given,2026-11-01\nC-T-1,客服系统,survey,perhaps,\n"
	page = c.sendFile("/consents/import", "consents.csv", consents).page(http.StatusOK)
	if got := strings.Join(textsOf(page, ".tile .fig"), " "); got != "3 1 0 2" {
		t.Errorf("consents: %s: %v", got, textsOf(page, "tbody tr"))
	}
	if page := c.sendFile("/consents/import", "x.csv", "a,b\n1,2\n").page(http.StatusUnprocessableEntity); page.Find(".error.whole").Length() != 1 {
		t.Error("a file of something else is not refused in words")
	}
	if page := c.post("/consents/import", nil).page(http.StatusUnprocessableEntity); page.Find("#e-file").Length() != 1 {
		t.Error("no file is not refused")
	}
	for _, sample := range []string{"/suppressions", "/consents"} {
		body := strings.TrimPrefix(c.get(sample+"/sample.csv").body, "\ufeff")
		if page := c.sendFile(sample+"/import", "sample.csv", body).page(http.StatusOK); page.Find(".tile").Length() != 4 {
			t.Errorf("the sample of %s is not taken", sample)
		}
	}
}

func TestCallingHoursArePublishedWithANoteAndInsideTheLimits(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Admin)
	week := url.Values{"region": {"FR"}, "class": {"marketing"}, "based_on": {"1"}, "note": {"Wednesdays shorter"}}
	for kind := range 5 {
		week.Set(dayFieldName(kind), "10:00-13:00, 14:00-20:00")
	}
	week.Set("day_2", "10:00-21:00")
	for lang, text := range map[string]string{"en": "france", "zh-CN": "法国"} {
		c.post("/language", url.Values{"language": {lang}})
		page := c.post(hoursPath+"/profile", week).page(http.StatusUnprocessableEntity)
		if got := strings.ToLower(page.Find("#e-day_2").Text()); !strings.Contains(got, text) || page.Find("#f-day_2").AttrOr("value", "") != "10:00-21:00" {
			t.Errorf("%s: %q", lang, got)
		}
	}
	c.post("/language", url.Values{"language": {"en"}})
	week.Set("day_2", "noon")
	if page := c.post(hoursPath+"/profile", week).page(http.StatusUnprocessableEntity); page.Find("#e-day_2").Length() != 1 {
		t.Error("noon is taken for a period")
	}
	week.Set("day_2", "10:00-12:00")
	week.Set("note", " ")
	if page := c.post(hoursPath+"/profile", week).page(http.StatusUnprocessableEntity); page.Find("#e-note").Length() != 1 {
		t.Error("it is published without a note")
	}
	week.Set("note", "Wednesdays shorter")
	page := c.follow(c.post(hoursPath+"/profile", week)).page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "Version 2") || !strings.Contains(text, "Wed 10:00–12:00") {
		t.Error("the new hours are not shown")
	}
	if changes := c.get(hoursPath + "/versions/2").page(http.StatusOK).Find("main").Text(); !strings.Contains(changes, "→") || !strings.Contains(changes, "Wed 10:00–12:00") {
		t.Error("the version does not say what it changed")
	}
	remove := url.Values{"region": {"FR"}, "class": {"marketing"}, "based_on": {"2"}, "note": {""}}
	if page := c.post(hoursPath+"/profile/remove", remove).page(http.StatusUnprocessableEntity); page.Find("#e-note").Length() != 1 {
		t.Error("a country's hours are removed without a note, or the error is not at it")
	}
	c.post(hoursPath+"/versions/1/publish", url.Values{"based_on": {"2"}, "note": {"back"}})
	if now := ts.Permission.Rules(); now.Version != 3 || len(now.Profiles[len(now.Profiles)-1].Days) == 0 {
		t.Errorf("rolled back to version %d", now.Version)
	}
}

func TestWhoPublishesSecondIsToldAndLosesNothing(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Admin)
	caps := url.Values{"based_on": {"1"}, "note": {"fewer calls"}}
	for _, setting := range capSettings {
		usual := permission.DefaultRules().Caps
		caps.Set(setting.Name, strconv.Itoa(*setting.number(&usual)))
	}
	caps.Set("attempts_per_day", "2")
	if r := c.post(hoursPath+"/caps", caps); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.500s", r.status, r.body)
	}
	caps.Set("attempts_per_day", "1")
	page := c.post(hoursPath+"/caps", caps).page(http.StatusConflict)
	if page.Find(".error.whole").Length() == 0 || page.Find("#f-attempts_per_day").AttrOr("value", "") != "1" || page.Find("[name=based_on]").AttrOr("value", "") != "2" {
		t.Error("the conflict is not told, or what was typed is gone, or it cannot be published again")
	}
	caps.Set("attempts_per_day", "9")
	caps.Set("based_on", "2")
	if page := c.post(hoursPath+"/caps", caps).page(http.StatusUnprocessableEntity); page.Find(".caps .wrong .error").Length() != 1 {
		t.Error("nine calls a day are not refused at the field")
	}
}

func TestACountryIsMadeStricterWithANoteAndInsideTheLaw(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Admin)
	c.post("/language", url.Values{"language": {"en"}})
	demands := url.Values{"new": {"1"}, "region": {" de "}, "attempts_per_day": {"1"}, "refusal_quiet_days": {"90"}, "marketing_calls_per_month": {""}, "based_on": {"1"}}
	for name, wrong := range map[string]struct{ field, value, at string }{
		"no note":              {"note", " ", "#e-note"},
		"nothing stricter":     {"", "", ".error.whole"},
		"not a number":         {"attempts_per_day", "one", "#e-attempts_per_day"},
		"out of range":         {"refusal_quiet_days", "400", "#e-refusal_quiet_days"},
		"no such country":      {"region", "XX", "#e-region"},
		"no country":           {"region", "", "#e-region"},
		"a country that is in": {"region", "FR", "#e-region"},
	} {
		typed := maps.Clone(demands)
		typed.Set("note", "works council")
		if wrong.field == "" {
			typed.Del("attempts_per_day")
			typed.Del("refusal_quiet_days")
		} else {
			typed.Set(wrong.field, wrong.value)
		}
		page := c.post(stricterPath, typed).page(http.StatusUnprocessableEntity)
		if page.Find(wrong.at).Length() != 1 || wrong.field != "" && page.Find("#f-"+wrong.field).AttrOr("value", "") != wrong.value {
			t.Errorf("%s is not refused where it was typed: %s", name, page.Find(".error").Text())
		}
	}
	demands.Set("note", "works council")
	page := c.follow(c.post(stricterPath, demands)).page(http.StatusOK)
	if text := page.Find("#stricter").Text(); !strings.Contains(text, "Germany DE1 call in 24 hours · no marketing for 90 days after a refusal") {
		t.Errorf("the page shows %s", text)
	}
	changes := c.get(hoursPath + "/versions/2").page(http.StatusOK).Find("main li").Text()
	if changes != "Stricter in Germany DE added: 1 call in 24 hours · no marketing for 90 days after a refusal" {
		t.Errorf("the history says %s", changes)
	}
	page = c.post(stricterPath, demands).page(http.StatusConflict)
	if page.Find("#f-attempts_per_day").AttrOr("value", "") != "1" || page.Find("[name=based_on]").AttrOr("value", "") != "2" {
		t.Error("after a conflict what was typed is gone, or it cannot be published again")
	}
	c.post(stricterPath+"/remove", url.Values{"region": {"DE"}, "based_on": {"2"}, "note": {"gone"}})
	if got, want := ts.Permission.Rules().Stricter, permission.DefaultRules().Stricter; !slices.Equal(got, want) {
		t.Errorf("without Germany there is %v", got)
	}
}

func TestNoCountryIsMadeLaxerThanItsLaw(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Admin)
	for _, wide := range []struct{ region, field, value, en, zh string }{
		{"FR", "refusal_quiet_days", "30", "60 days", "60 天"},
		{"FR", "marketing_calls_per_month", "5", "4 marketing calls", "4 次"},
		{"US-FL", "attempts_per_day", "4", "3 marketing calls", "3 次"},
	} {
		typed := url.Values{"region": {wide.region}, wide.field: {wide.value}, "based_on": {"1"}, "note": {"more"}}
		for lang, limit := range map[string]string{"en": wide.en, "zh-CN": wide.zh} {
			c.post("/language", url.Values{"language": {lang}})
			page := c.post(stricterPath, typed).page(http.StatusUnprocessableEntity)
			if got := page.Find("#e-" + wide.field).Text(); !strings.Contains(got, limit) {
				t.Errorf("%s %s=%s: the error %q does not name the limit", wide.region, wide.field, wide.value, got)
			}
		}
	}
	c.post(stricterPath+"/remove", url.Values{"region": {"FR"}, "based_on": {"1"}, "note": {"gone"}})
	if rules := ts.Permission.Rules(); rules.Version != 2 || len(rules.Stricter) != 1 {
		t.Errorf("removed, there is version %d with %v", rules.Version, rules.Stricter)
	}
}

func TestANumberIsCheckedWithoutLeavingATrace(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Supervisor)
	night := url.Values{"phone": {"13912348000"}, "purpose": {"service_callback"}, "check_at": {"2026-11-22T22:30"}}
	page := c.post(hoursPath+"/check", night).page(http.StatusOK)
	if text := page.Find(".answer").Text(); !strings.Contains(text, "Outside calling hours") || !strings.Contains(text, "opens 23 November 09:00") || !strings.Contains(text, "Asia/Shanghai") {
		t.Errorf("at night: %s", text)
	}
	if page := c.post(hoursPath+"/check", url.Values{"phone": {"12"}, "purpose": {"survey"}}).page(http.StatusUnprocessableEntity); page.Find("#e-phone").Length() != 1 {
		t.Error("12 is taken for a number")
	}
}

func TestHolidaysSayWhatTheyReplaceBeforeTheyArePublished(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Admin)
	bad := c.sendFile(holidaysPath, "days.csv", "country,date,kind,name\nCN,1 October,holiday,a\nCN,2026-10-02,feast,b\n").page(http.StatusUnprocessableEntity)
	if got := strings.Join(textsOf(bad, "td.num"), " "); got != "2 3" {
		t.Errorf("lines with errors: %s", got)
	}
	sample := strings.TrimPrefix(c.get(holidaysPath+"/sample.csv").body, "\ufeff")
	draft := c.sendFile(holidaysPath, "days.csv", sample).page(http.StatusOK)
	if text := draft.Find("form .plain").Text(); !strings.Contains(text, "3 added") || ts.Permission.Rules().Version != 1 {
		t.Errorf("before publishing: %s", text)
	}
	form := url.Values{"csv": {draft.Find("textarea[name=csv]").Text()}}
	if page := c.post(holidaysPath+"/publish", form).page(http.StatusUnprocessableEntity); page.Find("#e-note").Length() != 1 || page.Find("textarea[name=csv]").Text() != form.Get("csv") {
		t.Error("published without a note, or the file is lost")
	}
	form.Set("note", "the year")
	page := c.follow(c.post(holidaysPath+"/publish", form)).page(http.StatusOK)
	if !strings.Contains(page.Find(".flash").Text(), "4 days added") || !strings.Contains(page.Find("main").Text(), "国庆节调休") {
		t.Error("the days are not published")
	}
	if exported := strings.TrimPrefix(c.get(holidaysPath+"/export.csv").body, "\ufeff"); exported != sample {
		t.Errorf("exported: %q", exported)
	}
}

func TestEveryNumberOfTheOverviewLeadsToItsCustomers(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	ts.fillPermission(t)
	c := ts.login(t, account.Marketing)
	page := c.get(permissionPath).page(http.StatusOK)
	links := page.Find(".sum td.num a")
	if links.Length() < 7 {
		t.Fatalf("%d numbers are links", links.Length())
	}
	for i := range links.Length() {
		link := links.Eq(i)
		href, _ := link.Attr("href")
		if rows := c.get(href).page(http.StatusOK).Find("tr[data-href]").Length(); strconv.Itoa(rows) != strings.TrimPrefix(link.Text(), "−") {
			t.Errorf("%s counts %s and lists %d", href, link.Text(), rows)
		}
	}
}

func TestEvidenceIsAWordForARowAndElseWhatSomebodyWrote(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	c.Request.Header.Set("Accept-Language", "zh-CN")
	for row, want := range map[string]string{
		"attempt 145": "拨打记录 145", "invitation 12": "邀评 12", "response 3": "答卷 3", "zone Asia/Shanghai": "Asia/Shanghai 时区",
		"response to our letter": "response to our letter", "录音 8812": "录音 8812", "": "",
	} {
		if got := ts.evidence(c, row); got != want {
			t.Errorf("%q is %q, want %q", row, got, want)
		}
	}
}
