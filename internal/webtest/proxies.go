package webtest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/database"
	"aftercall/web"
)

// Behind returns a browser on 127.0.0.1 at a server like this one that trusts the proxies.
func (ts *Server) Behind(t *testing.T, proxies ...string) *Client {
	t.Helper()
	opts := ts.Options
	opts.TrustedProxies = proxies
	s, err := web.New(ts.Services, opts)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(s.Handler())
	t.Cleanup(listener.Close)
	c := ts.Anonymous(t)
	c.URL = listener.URL
	return c
}

// LoginFrom tries to log in with a header about where the request comes from.
func (c *Client) LoginFrom(login, password, header, from string) Response {
	c.T.Helper()
	typed := url.Values{"login": {login}, "password": {password}}
	return c.Do(http.MethodPost, "/login", strings.NewReader(typed.Encode()), http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, header: {from},
	})
}

// MuchTried makes many tries of every one so far: each real one costs a password hash.
func (ts *Server) MuchTried(t *testing.T) {
	t.Helper()
	err := ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Exec("UPDATE login_tries SET count = count + 1000").Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
