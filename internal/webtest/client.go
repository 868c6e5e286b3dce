package webtest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
)

// Client is a browser without scripts: it keeps cookies and shows redirects instead of following them.
type Client struct {
	T    testing.TB
	http *http.Client
	URL  string
	Lang string // of Accept-Language
}

// Response is an answer, read whole.
type Response struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

// Anonymous returns a browser without a login.
func (ts *Server) Anonymous(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{T: t, http: &http.Client{Jar: jar, CheckRedirect: stay}, URL: ts.URL, Lang: "en"}
}

// Login returns a browser in which a new user of the role, with that role as login, is logged in. Teams narrow what they see.
func (ts *Server) Login(t testing.TB, role account.Role, teams ...string) *Client {
	t.Helper()
	_, err := ts.Accounts.AddUser(t.Context(),
		account.NewUser{Login: string(role), Name: "The " + string(role), Password: Password, Role: role, Teams: teams})
	if err != nil {
		t.Fatal(err)
	}
	c := ts.Anonymous(t)
	if r := c.Post("/login", url.Values{"login": {string(role)}, "password": {Password}}); r.Status != http.StatusSeeOther {
		t.Fatalf("log in as %s: status %d", role, r.Status)
	}
	return c
}

// In is the same browser, for a subtest: what goes wrong fails that one.
func (c *Client) In(t testing.TB) *Client {
	in := *c
	in.T = t
	return &in
}

// Do makes a request and reads the answer whole.
func (c *Client) Do(method, path string, body io.Reader, header http.Header) Response {
	c.T.Helper()
	request, err := http.NewRequestWithContext(c.T.Context(), method, c.URL+path, body)
	if err != nil {
		c.T.Fatal(err)
	}
	request.Header.Set("Accept-Language", c.Lang)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.T.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		c.T.Fatal(err)
	}
	return Response{t: c.T, Status: response.StatusCode, Header: response.Header, Body: string(b)}
}

// Get asks for a page.
func (c *Client) Get(path string) Response {
	c.T.Helper()
	return c.Do(http.MethodGet, path, nil, nil)
}

// Post sends a form.
func (c *Client) Post(path string, form url.Values) Response {
	c.T.Helper()
	return c.Do(http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

// Follow returns the page a redirect leads to.
func (c *Client) Follow(r Response) Response {
	c.T.Helper()
	if r.Status != http.StatusSeeOther {
		c.T.Fatalf("status %d is no redirect; body: %.300s", r.Status, r.Body)
	}
	return c.Get(r.Header.Get("Location"))
}

// Page returns the answer as a document; it fails unless the status is as wanted.
func (r Response) Page(want int) *goquery.Document {
	r.t.Helper()
	if r.Status != want {
		r.t.Fatalf("status %d, want %d; body: %.600s", r.Status, want, r.Body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.Body))
	if err != nil {
		r.t.Fatal(err)
	}
	return doc
}

// TextsOf returns the texts of the elements of a selector, with their white space folded.
func TextsOf(doc *goquery.Document, selector string) []string {
	var list []string
	doc.Find(selector).Each(func(_ int, e *goquery.Selection) { list = append(list, strings.Join(strings.Fields(e.Text()), " ")) })
	return list
}

// Digits returns the number in a text, as in "−1,204".
func Digits(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.NewReplacer(",", "", "−", "").Replace(text))
	if err != nil {
		t.Fatalf("%q is no number", text)
	}
	return n
}

// Without is an answer without the address that was asked for, which the frame of a page has.
func (r Response) Without(path string) string {
	return strings.ReplaceAll(r.Body+r.Header.Get("Location"), path, "")
}

// Heading is what a page is about, for messages of a test.
func (r Response) Heading() string {
	_, after, _ := strings.Cut(r.Body, "<title>")
	title, _, _ := strings.Cut(after, "</title>")
	return title + " " + r.Header.Get("Location")
}

// Preferences returns what the page says a customer chose, as in "surveys=yes".
func (c *Client) Preferences(link string) []string {
	c.T.Helper()
	page := c.Get(link).Page(http.StatusOK)
	var list []string
	for _, form := range page.Find(".survey-preference").EachIter() {
		topic, _ := form.Attr("data-topic")
		setting, _ := form.Attr("data-setting")
		list = append(list, topic+"="+setting)
	}
	return list
}

// SendFile posts a file named file.
func (c *Client) SendFile(path, name, body string) Response {
	c.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	Must(c.T, err)
	_, err = part.Write([]byte(body))
	Must(c.T, err)
	Must(c.T, w.Close())
	return c.Do(http.MethodPost, path, &b, http.Header{"Content-Type": {w.FormDataContentType()}})
}

// Upload posts a file as the form of the imports page does.
func (c *Client) Upload(name string, body []byte) Response {
	c.T.Helper()
	return c.SendFile("/imports", name, string(body))
}
