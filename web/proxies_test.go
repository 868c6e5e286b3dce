package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// forwarded is the header in which a proxy, or a liar, says for whom it asks.
const forwarded = "X-Forwarded-For"

// behind returns a browser on 127.0.0.1 at a server like this one that trusts the proxies.
func (ts *testServer) behind(t *testing.T, proxies ...string) *testClient {
	t.Helper()
	opts := ts.opts
	opts.TrustedProxies = proxies
	s, err := New(ts.Services, opts)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(s.Handler())
	t.Cleanup(listener.Close)
	c := ts.anonymous(t)
	c.url = listener.URL
	return c
}

// loginFrom tries to log in with a header about where the request comes from.
func (c *testClient) loginFrom(login, password, header, from string) testResponse {
	c.t.Helper()
	typed := url.Values{"login": {login}, "password": {password}}
	return c.do(http.MethodPost, "/login", strings.NewReader(typed.Encode()), http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, header: {from},
	})
}

func TestOnlyATrustedProxySaysWhereALoginComesFrom(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	for _, c := range []struct {
		name         string
		proxies      []string
		header, from string
		want         string
	}{
		{"no proxies", nil, forwarded, "203.0.113.7", "127.0.0.1"},
		{"a proxy elsewhere", []string{"192.0.2.1", "10.0.0.0/8"}, forwarded, "203.0.113.7", "127.0.0.1"},
		{"by address", []string{"127.0.0.1"}, forwarded, "203.0.113.7", "203.0.113.7"},
		{"by network", []string{"192.0.2.1", "127.0.0.0/8"}, forwarded, "2001:db8::7", "2001:db8::7"},
		{"two proxies", []string{"127.0.0.1", "10.0.0.0/8"}, forwarded, "203.0.113.7, 10.0.0.5", "203.0.113.7"},
		{"what the client wrote before the proxy did", []string{"127.0.0.1"}, forwarded, "198.51.100.1, 203.0.113.7", "203.0.113.7"},
		{"no address", []string{"127.0.0.1"}, forwarded, "unknown", "127.0.0.1"},
		{"another header", []string{"127.0.0.1"}, "X-Real-Ip", "203.0.113.7", "127.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ts.now = ts.now.Add(time.Second) // so that this session is the newest
			if r := ts.behind(t, c.proxies...).loginFrom("admin", testPassword, c.header, c.from); r.status != http.StatusSeeOther {
				t.Fatalf("status %d", r.status)
			}
			sessions, err := ts.Accounts.Sessions(t.Context(), 1)
			if err != nil || sessions[0].IP != c.want {
				t.Errorf("logged in from %s, want %s: %v", sessions[0].IP, c.want, err)
			}
		})
	}
}

func TestLoginTriesAreCountedByTheAddressOfTheClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		proxies []string
		another int // the status of a wrong login from another forwarded address, after too many from the first
	}{
		{"no proxies: a forged address is no way out", nil, http.StatusTooManyRequests},
		{"behind a proxy: nobody is locked out with a neighbour", []string{"127.0.0.1"}, http.StatusUnprocessableEntity},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ts := newTestServer(t)
			browser := ts.behind(t, c.proxies...)
			try := func(login, from string, want int) {
				t.Helper()
				if r := browser.loginFrom(login, "wrong horse", forwarded, from); r.status != want {
					t.Errorf("%s from %s: status %d, want %d", login, from, r.status, want)
				}
			}
			try("first", "203.0.113.7", http.StatusUnprocessableEntity)
			ts.muchTried(t)
			try("second", "203.0.113.7", http.StatusTooManyRequests)
			try("third", "203.0.113.8", c.another)
		})
	}
}

// muchTried makes many tries of every one so far: each real one costs a password hash.
func (ts *testServer) muchTried(t *testing.T) {
	t.Helper()
	err := ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Exec("UPDATE login_tries SET count = count + 1000").Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
