package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web/api"
)

func TestEveryAPIOperationAnswersOnlyItsTokens(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin) // a login is no token
	registry := huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)
	operations := ts.APIRoutes(registry)
	if len(operations) == 0 {
		t.Fatal("no operations")
	}
	tokens := map[account.Role]string{}
	for _, role := range append(account.Roles(), account.Machine) {
		var scopes []account.Scope
		if role == account.Machine {
			scopes = account.Scopes()
		}
		token, err := ts.Accounts.CreateToken(t.Context(), "test", role, 1, scopes...)
		if err != nil {
			t.Fatal(err)
		}
		tokens[role] = token
	}
	for _, o := range operations {
		t.Run(o.Method+" "+o.Path, func(t *testing.T) {
			admin := admin.In(t)
			if len(o.Roles) == 0 {
				t.Errorf("%s %s names no roles", o.Method, o.Path)
			}
			path := api.Base + strings.NewReplacer("{id}", "999999").Replace(o.Path)
			r := admin.Do(o.Method, path, nil, nil)
			if r.Status != http.StatusUnauthorized || r.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s without a token: status %d, %s", o.Method, o.Path, r.Status, r.Header.Get("Content-Type"))
			}
			for role, token := range tokens {
				r := admin.Do(o.Method, path, nil, http.Header{"Authorization": {"Bearer " + token}})
				refused := r.Status == http.StatusForbidden || r.Status == http.StatusUnauthorized
				if refused == slices.Contains(o.Roles, role) {
					t.Errorf("%s %s with a token of %s: status %d", o.Method, o.Path, role, r.Status)
				}
			}
		})
	}
}
