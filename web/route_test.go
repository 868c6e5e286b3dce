package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
)

func TestEveryAPIOperationAnswersOnlyItsTokens(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	admin := ts.login(t, account.Admin) // a login is no token
	registry := huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)
	operations := append(ts.contactAPI(registry), ts.permissionAPI(registry)...)
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
