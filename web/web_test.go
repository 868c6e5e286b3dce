package web

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/tasks/queue"
)

// testNow is 2026-11-22 14:05 in Shanghai.
var testNow = clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))

const testPassword = "correct horse"

// testServer is a server on an empty SQLite database. Its clock stands at testNow until a test moves it.
type testServer struct {
	*Server
	DB  *database.DB
	url string
	now clock.Instant
}

func newTestServer(t testing.TB) *testServer {
	t.Helper()
	return newTestServerOn(t, dbtest.SQLite(t), testLog(t))
}

func newTestServerOn(t testing.TB, db *database.DB, log *slog.Logger) *testServer {
	t.Helper()
	ts := &testServer{DB: db, now: testNow}
	now := func() clock.Instant { return ts.now }
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	ts.Server, err = New(testServices(db, now), Options{Zone: zone, Language: "zh-CN", CentreName: "安心宽带", Now: now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	fatal(t, ts.Policies.EnsureBuiltIn(t.Context()))
	listener := httptest.NewServer(ts.Handler())
	t.Cleanup(listener.Close)
	ts.url = listener.URL
	return ts
}

// testLog shows what went wrong inside, which no page says.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
}

// testServices is every service on one database.
func testServices(db *database.DB, now clock.Now) Services {
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	permit := permission.New(db, []byte("a key for tests only, 32 bytes.."), now, contact.Directory{})
	surveys := survey.New(db, permit, []byte("another key for tests, 32 bytes."), now, survey.Options{Zone: zone})
	contacts := contact.New(db, now, contact.Options{})
	asked := flow.PolicySurveys{Surveys: surveys}
	policies, callbacks := policy.New(db, asked, now, 0), callback.New(db, permit, decision.Ledger{}, now, callback.Options{Zone: zone})
	return Services{
		Accounts:   account.New(db, nil, now),
		Contacts:   contacts,
		Identity:   identity.New(db, contacts, now, identity.Options{}),
		Imports:    imports.New(db, contacts, now),
		Permission: permit,
		Policies:   policies,
		Callbacks:  callbacks,
		Decisions:  decision.New(db, permit, policies, callbacks, asked, now, zone),
		Lists:      lists.New(db, permit, now),
		Surveys:    surveys,
		Campaigns:  campaign.New(db, permit, flow.Satisfaction{Surveys: surveys}, now, ""),
		Messages:   delivery.NewLog(db, now),
		Figures:    figures.New(db, zone, now),
		Jobs:       queue.NewInspector(db, now),
		Reads:      flow.NewReads(db, contacts),
	}
}

// testClient is a browser without scripts: it keeps cookies and shows redirects instead of following them.
type testClient struct {
	t    testing.TB
	http *http.Client
	url  string
	lang string // of Accept-Language
}

// anonymous returns a browser without a login.
func (ts *testServer) anonymous(t testing.TB) *testClient {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &testClient{t: t, http: &http.Client{Jar: jar, CheckRedirect: stay}, url: ts.url, lang: "en"}
}

// login returns a browser in which a new user of the role, with that role as login, is logged in. Teams narrow what they see.
func (ts *testServer) login(t testing.TB, role account.Role, teams ...string) *testClient {
	t.Helper()
	_, err := ts.Accounts.AddUser(t.Context(), account.NewUser{Login: string(role), Name: "The " + string(role), Password: testPassword, Role: role, Teams: teams})
	if err != nil {
		t.Fatal(err)
	}
	c := ts.anonymous(t)
	if r := c.post("/login", url.Values{"login": {string(role)}, "password": {testPassword}}); r.status != http.StatusSeeOther {
		t.Fatalf("log in as %s: status %d", role, r.status)
	}
	return c
}

// testResponse is an answer, read whole.
type testResponse struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (c *testClient) do(method, path string, body io.Reader, header http.Header) testResponse {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Accept-Language", c.lang)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return testResponse{t: c.t, status: response.StatusCode, header: response.Header, body: string(b)}
}

func (c *testClient) get(path string) testResponse {
	c.t.Helper()
	return c.do(http.MethodGet, path, nil, nil)
}

func (c *testClient) post(path string, form url.Values) testResponse {
	c.t.Helper()
	return c.do(http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

// follow returns the page a redirect leads to.
func (c *testClient) follow(r testResponse) testResponse {
	c.t.Helper()
	if r.status != http.StatusSeeOther {
		c.t.Fatalf("status %d is no redirect; body: %.300s", r.status, r.body)
	}
	return c.get(r.header.Get("Location"))
}

// page returns the answer as a document; it fails unless the status is as wanted.
func (r testResponse) page(want int) *goquery.Document {
	r.t.Helper()
	if r.status != want {
		r.t.Fatalf("status %d, want %d; body: %.600s", r.status, want, r.body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
	if err != nil {
		r.t.Fatal(err)
	}
	return doc
}

// textsOf returns the texts of the elements of a selector, with their white space folded.
func textsOf(doc *goquery.Document, selector string) []string {
	var list []string
	doc.Find(selector).Each(func(_ int, e *goquery.Selection) { list = append(list, strings.Join(strings.Fields(e.Text()), " ")) })
	return list
}

// callFunc calls a template function of one argument.
func callFunc(t testing.TB, fn, arg any) string {
	t.Helper()
	results := reflect.ValueOf(fn).Call([]reflect.Value{reflect.ValueOf(arg)})
	if last := results[len(results)-1]; len(results) == 2 && !last.IsNil() {
		t.Fatal(last.Interface())
	}
	return results[0].String()
}
