package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

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
		if r.public || r.path == "/me/sessions" {
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
