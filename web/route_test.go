package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
)

func TestEveryRouteAnswersOnlyItsRoles(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	clients := map[account.Role]*testClient{"": ts.anonymous(t)}
	for _, role := range account.Roles() {
		clients[role] = ts.login(t, role)
	}
	for _, r := range ts.routes {
		if r.public {
			continue
		}
		// Ids that do not exist: whoever is let in gets some other answer, whoever is not gets the same as for any id.
		path := strings.NewReplacer(":id", "999999", ":token", "x", "*", "x").Replace(r.path)
		for role, client := range clients {
			response := client.do(r.method, path, nil, nil)
			allowed := role == account.Admin || slices.Contains(r.roles, role)
			toLogin := response.status == http.StatusSeeOther && strings.HasPrefix(response.header.Get("Location"), loginPath)
			switch {
			case role == "" && !toLogin:
				t.Errorf("%s %s without a login: status %d to %q, want a redirect to the login", r.method, r.path, response.status, response.header.Get("Location"))
			case role != "" && allowed && (response.status == http.StatusForbidden || toLogin):
				t.Errorf("%s %s as %s: refused with %d", r.method, r.path, role, response.status)
			case role != "" && !allowed && response.status != http.StatusForbidden:
				t.Errorf("%s %s as %s: status %d, want 403", r.method, r.path, role, response.status)
			}
			if response.status >= http.StatusInternalServerError {
				t.Errorf("%s %s as %q: status %d", r.method, r.path, role, response.status)
			}
		}
	}
}

func TestEveryAPIOperationAnswersOnlyItsTokens(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	admin := ts.login(t, account.Admin) // a login is no token
	operations := ts.contactAPI(huma.NewMapRegistry("#/", huma.DefaultSchemaNamer))
	if len(operations) == 0 {
		t.Fatal("no operations")
	}
	tokens := map[account.Role]string{}
	for _, role := range append(account.Roles(), account.Machine) {
		token, err := ts.Accounts.CreateToken(t.Context(), "test", role, 1)
		if err != nil {
			t.Fatal(err)
		}
		tokens[role] = token
	}
	for _, o := range operations {
		if len(o.roles) == 0 {
			t.Errorf("%s %s names no roles", o.Method, o.Path)
		}
		path := apiBase + strings.NewReplacer("{id}", "999999").Replace(o.Path)
		if r := admin.do(o.Method, path, nil, nil); r.status != http.StatusUnauthorized || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s without a token: status %d, %s", o.Method, o.Path, r.status, r.header.Get("Content-Type"))
		}
		for role, token := range tokens {
			r := admin.do(o.Method, path, nil, http.Header{"Authorization": {"Bearer " + token}})
			if refused := r.status == http.StatusForbidden || r.status == http.StatusUnauthorized; refused == slices.Contains(o.roles, role) {
				t.Errorf("%s %s with a token of %s: status %d", o.Method, o.Path, role, r.status)
			}
		}
	}
}
