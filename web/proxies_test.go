package web_test

import (
	"net/http"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// forwarded is the header in which a proxy, or a liar, says for whom it asks.
const forwarded = "X-Forwarded-For"

func TestOnlyATrustedProxySaysWhereALoginComesFrom(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
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
			ts.Advance(time.Second) // so that this session is the newest
			if r := ts.Behind(t, c.proxies...).LoginFrom("admin", webtest.Password, c.header, c.from); r.Status != http.StatusSeeOther {
				t.Fatalf("status %d", r.Status)
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
			ts := webtest.NewServer(t)
			browser := ts.Behind(t, c.proxies...)
			try := func(login, from string, want int) {
				t.Helper()
				if r := browser.LoginFrom(login, "wrong horse", forwarded, from); r.Status != want {
					t.Errorf("%s from %s: status %d, want %d", login, from, r.Status, want)
				}
			}
			try("first", "203.0.113.7", http.StatusUnprocessableEntity)
			ts.MuchTried(t)
			try("second", "203.0.113.7", http.StatusTooManyRequests)
			try("third", "203.0.113.8", c.another)
		})
	}
}
