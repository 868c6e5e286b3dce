package delivery

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

var (
	asked   = clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))
	manager = account.Viewer{UserID: 1, Role: account.Admin}
	someone = Call{CallID: "7", CallbackID: 3, Number: "+8613912348001", CustomerExtension: "801", Extension: "8001"}
)

// request is what a PBX was asked.
type request struct {
	method, path, query, body string
	header                    http.Header
}

// newPBX returns a dialer and a PBX that answers with a status; got receives what it was asked.
func newPBX(t *testing.T, db *database.DB, answer http.HandlerFunc, change func(*PBXSettings)) (p *PBX, got *atomic.Pointer[request]) {
	t.Helper()
	got = new(atomic.Pointer[request])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Store(&request{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header})
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	s := PBXSettings{
		On: true, Method: http.MethodPost, URL: server.URL + "/calls/{call_id}?to={number}", Link: "tel", Hosts: []string{"127.0.0.1"},
		Headers: "Authorization: Bearer {secret}\nX-Callback: {callback_id}",
		Body:    `{"from":"{extension}","to":"{national}","digits":"{digits}","then":"{customer_extension}"}`, Secret: "geheim",
	}
	change(&s)
	p = NewPBX(db, []byte("a key for tests only, 32 bytes.."), clocktest.Fixed(asked))
	if err := p.Set(t.Context(), manager, s); err != nil {
		t.Fatal(err)
	}
	return p, got
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func same(*PBXSettings) {}

func TestAPBXIsAskedAsTheSettingsSay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		p, got := newPBX(t, db, status(http.StatusAccepted), same)
		if rings, err := p.Dial(t.Context(), someone); err != nil || !rings {
			t.Fatalf("asked %t, %v", rings, err)
		}
		r := got.Load()
		want := request{
			method: "POST", path: "/calls/7", query: "to=%2B8613912348001",
			body: `{"from":"8001","to":"13912348001","digits":"8613912348001","then":"801"}`,
		}
		if r.method != want.method || r.path != want.path || r.query != want.query || r.body != want.body {
			t.Errorf("asked %+v", r)
		}
		for name, want := range map[string]string{"Authorization": "Bearer geheim", "X-Callback": "3", "Content-Type": "application/json"} {
			if r.header.Get(name) != want {
				t.Errorf("%s: %q", name, r.header.Get(name))
			}
		}
		mac := hmac.New(sha256.New, []byte("geheim"))
		mac.Write([]byte(r.header.Get("Webhook-Id") + "." + r.header.Get("Webhook-Timestamp") + "." + r.body))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.header.Get("Webhook-Signature") != want {
			t.Errorf("signed as %q, want %q", r.header.Get("Webhook-Signature"), want)
		}
		if r.header.Get("Webhook-Timestamp") != "1795327500" {
			t.Errorf("signed at %s", r.header.Get("Webhook-Timestamp"))
		}
	})
}

func TestWhatAPBXCannotDoIsSaid(t *testing.T) {
	t.Parallel()
	away := func(w http.ResponseWriter, _ *http.Request) {
		http.Redirect(w, &http.Request{URL: &url.URL{Path: "/"}}, "/elsewhere", http.StatusFound)
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		change func(*PBXSettings)
		call   Call
		want   string
	}{
		"refused":      {status(http.StatusForbidden), same, someone, "pbx_refused"},
		"failed":       {status(http.StatusBadGateway), same, someone, "pbx_failed"},
		"redirects":    {away, same, someone, "pbx_redirects"},
		"not allowed":  {status(http.StatusOK), func(s *PBXSettings) { s.Hosts = nil }, someone, "pbx_not_allowed"},
		"not there":    {status(http.StatusOK), func(s *PBXSettings) { s.URL = "http://127.0.0.1:1/" }, someone, "pbx_unreachable"},
		"no extension": {status(http.StatusOK), same, Call{Number: "+8613912348001"}, "pbx_no_extension"},
		"hangs up": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, same, someone, "pbx_unreachable",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := newPBX(t, dbtest.SQLite(t), c.answer, c.change)
			rings, err := p.Dial(t.Context(), c.call)
			f, _ := fault.Of(err)
			if !rings || f == nil || f.Code != c.want || strings.Contains(err.Error(), "139") {
				t.Errorf("asked %t: %v, want %s and no number in it", rings, err, c.want)
			}
		})
	}
}

func TestACallerDoesNotWaitForAPBXThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	p, _ := newPBX(t, dbtest.SQLite(t), func(http.ResponseWriter, *http.Request) {
		cancel() // as the caller's browser, or the time a request may take, does
		<-release
	}, same)
	t.Cleanup(func() { close(release) }) // before the PBX is closed, which waits for it
	if _, err := p.Dial(ctx, someone); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestACentreWithoutAPBXAsksNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		p := NewPBX(db, []byte("k"), clocktest.Fixed(asked))
		if rings, err := p.Dial(t.Context(), someone); rings || err != nil {
			t.Errorf("asked %t, %v", rings, err)
		}
		if link, err := p.Link(t.Context(), "+8613912348001,801"); link != "tel:+8613912348001,801" || err != nil {
			t.Errorf("the link is %q, %v", link, err)
		}
		if err := p.Try(t.Context(), manager, "+8613912348001"); !fault.Is(err, fault.Conflict) {
			t.Errorf("tried: %v", err)
		}
	})
}

func TestASoftPhoneIsGivenASIPAddress(t *testing.T) {
	t.Parallel()
	p, _ := newPBX(t, dbtest.SQLite(t), status(http.StatusOK), func(s *PBXSettings) { s.Link, s.Domain = "sip", "pbx.example.com" })
	if link, err := p.Link(t.Context(), "+8613912348001,801"); link != "sip:+8613912348001@pbx.example.com" || err != nil {
		t.Errorf("the link is %q, %v", link, err)
	}
}

func TestTheSecretIsSealedKeptAndForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		p, got := newPBX(t, db, status(http.StatusOK), same)
		kept, err := database.Setting(db.View(t.Context()), pbxSetting)
		if err != nil || strings.Contains(kept, "geheim") || !strings.Contains(kept, `"sealed"`) {
			t.Errorf("the database keeps %s, %v", kept, err)
		}
		s, err := p.Settings(t.Context())
		if err != nil || s.Secret != "" || !s.HasSecret {
			t.Fatalf("the settings are %+v, %v", s, err)
		}
		if err := p.Set(t.Context(), manager, s); err != nil { // saved again without it
			t.Fatal(err)
		}
		if _, err := p.Dial(t.Context(), someone); err != nil || got.Load().header.Get("Authorization") != "Bearer geheim" {
			t.Errorf("the secret is lost: %v", err)
		}
		other := NewPBX(db, []byte("another key, as after a bad restore"), clocktest.Fixed(asked))
		if _, err := other.Dial(t.Context(), someone); !fault.Is(err, fault.Conflict) {
			t.Errorf("with another key: %v", err)
		}
		s.NoSecret = true
		if err := p.Set(t.Context(), manager, s); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Dial(t.Context(), someone); err != nil || got.Load().header.Get("Webhook-Signature") != "" {
			t.Errorf("signed with a secret that was forgotten: %v", err)
		}
	})
}

func TestSettingsThatCannotWorkAreRefusedByField(t *testing.T) {
	t.Parallel()
	good := PBXSettings{On: true, Method: "POST", URL: "http://10.0.0.5/c", Link: "tel"}
	for name, c := range map[string]struct {
		change func(*PBXSettings)
		want   string
	}{
		"good":          {same, ""},
		"off and empty": {func(s *PBXSettings) { *s = PBXSettings{Method: "POST", Link: "tel"} }, ""},
		"a form": {func(s *PBXSettings) {
			s.Headers, s.Body = "content-type: application/x-www-form-urlencoded", "to={number}"
		}, ""},
		"no address":        {func(s *PBXSettings) { s.URL = "" }, "url required"},
		"another scheme":    {func(s *PBXSettings) { s.URL = "file:///etc/passwd" }, "url pbx_url"},
		"a password in it":  {func(s *PBXSettings) { s.URL = "http://a:b@10.0.0.5/" }, "url pbx_url"},
		"host by variable":  {func(s *PBXSettings) { s.URL = "http://{extension}.lan/" }, "url pbx_url"},
		"unknown variable":  {func(s *PBXSettings) { s.URL = "http://10.0.0.5/{name}" }, "url variable_unknown"},
		"secret in address": {func(s *PBXSettings) { s.URL = "http://10.0.0.5/{secret}" }, "url variable_unknown"},
		"method":            {func(s *PBXSettings) { s.Method = "DELETE" }, "method unknown_value"},
		"header":            {func(s *PBXSettings) { s.Headers = "no colon" }, "headers pbx_header"},
		"header of ours":    {func(s *PBXSettings) { s.Headers = "Webhook-Signature: x" }, "headers pbx_header"},
		"host header":       {func(s *PBXSettings) { s.Headers = "Host: internal" }, "headers pbx_header"},
		"type":              {func(s *PBXSettings) { s.Headers, s.Body = "Content-Type: text/xml", "<a/>" }, "headers pbx_content_type"},
		"not JSON":          {func(s *PBXSettings) { s.Body = `{"to":{number}}` }, "body pbx_json"},
		"body of GET":       {func(s *PBXSettings) { s.Method, s.Body = "GET", "{}" }, "body pbx_get_body"},
		"hosts":             {func(s *PBXSettings) { s.Hosts = []string{"http://x"} }, "hosts pbx_hosts"},
		"sip without host":  {func(s *PBXSettings) { s.Link = "sip" }, "domain host"},
		"too long":          {func(s *PBXSettings) { s.Body = `"` + strings.Repeat("x", maxPBXText) + `"` }, "body too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good
			c.change(&s)
			var got []string
			for _, p := range s.check() {
				got = append(got, p.Name+" "+p.Code)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOnlyAdministratorsSetThePBX(t *testing.T) {
	t.Parallel()
	p := NewPBX(dbtest.SQLite(t), []byte("k"), clocktest.Fixed(asked))
	for _, viewer := range []account.Viewer{{UserID: 2, Role: account.Supervisor}, {UserID: 3, Role: account.Caller}} {
		if err := p.Set(t.Context(), viewer, PBXSettings{Method: "POST", Link: "tel"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s sets it: %v", viewer.Role, err)
		}
		if err := p.Try(t.Context(), viewer, "+1"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s tries it: %v", viewer.Role, err)
		}
	}
}

// Whatever a value holds, it stays where it was put: it ends no string of JSON, no header, no query and no path.
func TestNoValueLeavesItsPlace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		call := Call{CallID: text.Draw(t, "id"), Number: text.Draw(t, "number"), Extension: text.Draw(t, "extension")}
		s := PBXSettings{
			Method: "POST", URL: "http://10.0.0.5/c/{call_id}?a={extension}&b=1", Headers: "X-A: {extension}",
			Body: `{"a":"{extension}","b":"{number}"}`,
		}
		r, err := s.request(t.Context(), call, "", asked)
		if err != nil {
			t.Fatal(err)
		}
		asks := r.URL.Query()
		if r.URL.Host != "10.0.0.5" || asks.Get("a") != call.Extension || asks.Get("b") != "1" || r.URL.Path != "/c/"+call.CallID {
			t.Fatalf("asks %s", r.URL)
		}
		if strings.ContainsAny(r.Header.Get("X-A"), "\r\n\x00") {
			t.Fatalf("the header is %q", r.Header.Get("X-A"))
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(body, &got); err != nil || len(got) != 2 || got["a"] != strings.ToValidUTF8(call.Extension, "\ufffd") {
			t.Fatalf("the body is %s, %v", body, err)
		}
	})
}
