package permission_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	"aftercall/web/frame"
	pages "aftercall/web/permission"
)

func TestPermissionPagesKnowTheirRoles(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	customer := ts.FillPermission(t)
	all := []account.Role{account.Admin, account.Supervisor, account.Marketing, account.Caller, account.Handler}
	clients := map[account.Role]*webtest.Client{}
	for _, role := range all {
		clients[role] = ts.Login(t, role)
	}
	only := func(roles ...account.Role) map[account.Role]bool {
		allowed := map[account.Role]bool{account.Admin: true}
		for _, role := range roles {
			allowed[role] = true
		}
		return allowed
	}
	own := frame.CustomerPermissionPath(customer)
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
		t.Run(request, func(t *testing.T) {
			method, path, _ := strings.Cut(request, " ")
			for _, role := range all {
				r := clients[role].Do(method, path, nil, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
				if allows := r.Status != http.StatusForbidden; allows != allowed[role] || r.Status >= 500 {
					t.Errorf("%s as %s: %d", request, role, r.Status)
				}
			}
		})
	}
}

func TestMarketingRecordsOnlyMarketingConsent(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	customer := ts.FillPermissionless(t)
	c := ts.Login(t, account.Marketing)
	path := frame.CustomerPermissionPath(customer) + "/consents"
	typed := url.Values{"purpose": {"survey"}, "answer": {"given"}, "basis": {"consent"}, "evidence": {"letter"}}
	page := c.Post(path, typed).Page(http.StatusUnprocessableEntity)
	if page.Find("#e-purpose").Length() != 1 || page.Find("#f-evidence").AttrOr("value", "") != "letter" {
		t.Error("marketing may speak for surveys, or the refused form lost what was typed")
	}
	typed.Set("purpose", "marketing_call")
	page = c.Follow(c.Post(path, typed)).Page(http.StatusOK)
	if rows := webtest.TextsOf(page, "table.may tr:nth-child(5) .tag"); len(rows) != 1 || rows[0] != "Yes" {
		t.Errorf("after a consent: %v", rows)
	}
	typed.Set("answer", "withdrawn")
	page = c.Follow(c.Post(path, typed)).Page(http.StatusOK)
	if text := webtest.TextsOf(page, "table.may tr:nth-child(5)")[0]; !strings.Contains(text, "No") || !strings.Contains(text, "refused") {
		t.Errorf("after a withdrawal: %s", text)
	}
	if n := page.Find("[id^=consent-]").Length(); n != 2 {
		t.Errorf("%d events are kept, want both", n)
	}
}

func TestNeverContactCanBeTakenBack(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	customer := ts.FillPermissionless(t)
	c := ts.Login(t, account.Supervisor)
	path := frame.CustomerPermissionPath(customer)
	answers := func() string {
		return strings.Join(webtest.TextsOf(c.Get(path).Page(http.StatusOK), "section:first-child table.may .tag"), " ")
	}
	before := answers()
	page := c.Follow(c.Post(path+"/refusals", url.Values{"scope": {"everything"}})).Page(http.StatusOK)
	if got := strings.Join(webtest.TextsOf(page, "section:first-child table.may .tag"), " "); strings.Contains(got, "Yes") {
		t.Errorf("after never again: %s", got)
	}
	ts.Advance(time.Second)
	undo, _ := page.Find(".flash form").Attr("action")
	if r := c.Post(undo, nil); r.Status != http.StatusSeeOther {
		t.Fatalf("undo: %d %.300s", r.Status, r.Body)
	}
	if after := answers(); after != before {
		t.Errorf("taken back: %s, before: %s", after, before)
	}
	if r := c.Post(undo, nil); r.Status != http.StatusNotFound && r.Status != http.StatusSeeOther {
		t.Errorf("undone twice: %d", r.Status)
	}
}

func TestSuppressionsAreFoundAddedAndLifted(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Supervisor)
	add := url.Values{"address": {"139 1234 8000"}, "scope": {"everything"}, "reason": {"complaint"}}
	if page := c.Follow(c.Post("/suppressions", add)).Page(http.StatusOK); page.Find("tr[data-href]").Length() != 1 {
		t.Error("what was added is not listed")
	}
	page := c.Follow(c.Post("/suppressions", add)).Page(http.StatusOK)
	if !strings.Contains(page.Find(".flash").Text(), "already") || page.Find("tr[data-href]").Length() != 1 {
		t.Error("it is added twice")
	}
	found := c.Post("/suppressions/find", url.Values{"find": {"+8613912348000"}})
	if page := found.Page(http.StatusOK); page.Find("[role=status] tr[data-href]").Length() != 1 {
		t.Error("a look-up does not find it")
	}
	if found.Page(http.StatusOK).Find(`[href*="139"], [action*="139"]`).Length() != 0 {
		t.Error("the number is in an address")
	}
	for _, lang := range []struct{ lang, text string }{{"en", "is neither a phone number"}, {"zh-CN", "不是有效的号码或邮箱"}} {
		t.Run(lang.lang, func(t *testing.T) {
			c := c.In(t)
			c.Post("/language", url.Values{"language": {lang.lang}})
			page := c.Post("/suppressions", url.Values{
				"address": {"12"}, "scope": {"everything"}, "reason": {"complaint"},
			}).Page(http.StatusUnprocessableEntity)
			if got := strings.ToLower(page.Find("#e-address").Text()); !strings.Contains(got, lang.text) {
				t.Errorf("%s: %q", lang.lang, got)
			}
		})
	}
	c.Post("/language", url.Values{"language": {"en"}})
	if page := c.Post("/suppressions/1/lift", nil).Page(http.StatusUnprocessableEntity); page.Find("#e-reason").Length() != 1 {
		t.Error("it is lifted without a reason")
	}
	page = c.Follow(c.Post("/suppressions/1/lift", url.Values{"reason": {"typed wrongly"}})).Page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "typed wrongly") || !strings.Contains(text, "The supervisor") {
		t.Error("who lifted it and why is not told")
	}
}

// With a constant number of statements.
func TestSuppressionListIsPagedByKey(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Supervisor)
	count := func() int {
		return dbtest.CountQueries(t, ts.DB, func() { c.Get("/suppressions").Page(http.StatusOK) })
	}
	var list []permission.Suppression
	for i := range frame.PageSize + 10 {
		list = append(list, permission.Suppression{
			Kind: permission.PhoneAddress, Address: fmt.Sprintf("+861391234%04d", i),
			Scope: permission.Everything, Reason: "import",
		})
	}
	_, err := ts.Permission.TakeSuppressions(t.Context(), account.Viewer{UserID: 1}, list[:1])
	webtest.Must(t, err)
	few := count()
	_, err = ts.Permission.TakeSuppressions(t.Context(), account.Viewer{UserID: 1}, list)
	webtest.Must(t, err)
	if many := count(); many != few {
		t.Errorf("one row takes %d statements, a full page %d", few, many)
	}
	first := c.Get("/suppressions").Page(http.StatusOK)
	older, _ := first.Find(".pager [rel=next]").Attr("href")
	n, rest := first.Find("tr[data-href]").Length(), c.Get(older).Page(http.StatusOK).Find("tr[data-href]").Length()
	if n != frame.PageSize || rest != 10 {
		t.Errorf("pages of %d and %d rows", n, rest)
	}
}

func TestListsAreReportedByLineAndField(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillPermissionless(t)
	c := ts.Login(t, account.Supervisor)
	page := c.SendFile("/suppressions/import", "list.csv",
		"phone,scope,until\n13912348001,,\n12,,\n13912348002,nobody,\n13912348003,,2020-01-01\n13912348001,,\n").Page(http.StatusOK)
	if got := strings.Join(webtest.TextsOf(page, ".tile .fig"), " "); got != "5 1 1 3" {
		t.Errorf("read, added, known, wrong: %s", got)
	}
	if got := strings.Join(webtest.TextsOf(page, "td.num"), " "); got != "3 4 5" {
		t.Errorf("lines with errors: %s", got)
	}
	half := c.SendFile("/suppressions/import", "half.csv", "phone,email\n13912348009,nobody\n13,nobody\n").Page(http.StatusOK)
	if got := strings.Join(webtest.TextsOf(half, ".tile .fig"), " "); got != "2 1 0 1 1" {
		t.Errorf("read, added, known, partly taken, not taken: %s", got)
	}
	refused := c.SendFile("/suppressions/import", "x.csv",
		"source,reference,scope\ncrm,C-1,everything\n").Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(refused, ".error.whole"); len(got) != 1 || !strings.Contains(got[0], "phone or email: what is suppressed") {
		t.Errorf("a list of references: %q", got)
	}
	kept := c.Post("/permission/report.csv", url.Values{"csv": {page.Find("textarea[name=csv]").Text()}})
	if !strings.Contains(kept.Header.Get("Content-Disposition"), "report.csv") || strings.Count(kept.Body, "\n") != 4 {
		t.Errorf("the report to keep: %q", kept.Body)
	}
	consents := "reference,source,purpose,word,at\n" +
		"C-T-1,客服系统,marketing_call,given,2026-11-01\nnobody,客服系统,survey,given,2026-11-01\nC-T-1,客服系统,survey,perhaps,\n"
	page = c.SendFile("/consents/import", "consents.csv", consents).Page(http.StatusOK)
	if got := strings.Join(webtest.TextsOf(page, ".tile .fig"), " "); got != "3 1 0 2" {
		t.Errorf("consents: %s: %v", got, webtest.TextsOf(page, "tbody tr"))
	}
	page = c.SendFile("/consents/import", "x.csv", "a,b\n1,2\n").Page(http.StatusUnprocessableEntity)
	if page.Find(".error.whole").Length() != 1 {
		t.Error("a file of something else is not refused in words")
	}
	if page := c.Post("/consents/import", nil).Page(http.StatusUnprocessableEntity); page.Find("#e-file").Length() != 1 {
		t.Error("no file is not refused")
	}
	for _, sample := range []string{"/suppressions", "/consents"} {
		t.Run(sample, func(t *testing.T) {
			c := c.In(t)
			body := strings.TrimPrefix(c.Get(sample+"/sample.csv").Body, "\ufeff")
			if page := c.SendFile(sample+"/import", "sample.csv", body).Page(http.StatusOK); page.Find(".tile").Length() != 4 {
				t.Errorf("the sample of %s is not taken", sample)
			}
		})
	}
}

func TestEveryNumberOfTheOverviewLeadsToItsCustomers(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	ts.FillPermission(t)
	c := ts.Login(t, account.Marketing)
	page := c.Get(pages.PermissionPath).Page(http.StatusOK)
	links := page.Find(".sum td.num a")
	if links.Length() < 7 {
		t.Fatalf("%d numbers are links", links.Length())
	}
	for i := range links.Length() {
		link := links.Eq(i)
		href, _ := link.Attr("href")
		rows := c.Get(href).Page(http.StatusOK).Find("tr[data-href]").Length()
		if strconv.Itoa(rows) != strings.TrimPrefix(link.Text(), "−") {
			t.Errorf("%s counts %s and lists %d", href, link.Text(), rows)
		}
	}
}

func TestEvidenceIsAWordForARowAndElseWhatSomebodyWrote(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	c.Request.Header.Set("Accept-Language", "zh-CN")
	for row, want := range map[string]string{
		"attempt 145": "拨打记录 145", "invitation 12": "邀评 12", "response 3": "答卷 3", "zone Asia/Shanghai": "Asia/Shanghai 时区",
		"response to our letter": "response to our letter", "录音 8812": "录音 8812", "": "",
	} {
		t.Run(row, func(t *testing.T) {
			if got := ts.Evidence(c, row); got != want {
				t.Errorf("%q is %q, want %q", row, got, want)
			}
		})
	}
}
