package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
)

var parameter = regexp.MustCompile(`[:*]\w+`)

// fill puts what stands for each parameter into a route, and reports whether one of them is of a team.
func (o *office) fill(route string, choose func(namedBy) string) (path string, teams bool) {
	o.t.Helper()
	var b strings.Builder
	last := 0
	for _, at := range parameter.FindAllStringIndex(route, -1) {
		p, known := o.params[route[:at[1]]]
		if !known {
			o.t.Fatalf("%s: nothing stands for %s: add what is of one's own team, of another and unknown to newOffice", route, route[at[0]:at[1]])
		}
		b.WriteString(route[last:at[0]])
		b.WriteString(choose(p))
		last, teams = at[1], teams || p.foreign != ""
	}
	b.WriteString(route[last:])
	return b.String(), teams
}

func limited(role account.Role) bool {
	return role == account.Supervisor || role == account.Caller || role == account.Handler
}

// The tests of one office, in an order in which none takes from the next what it asks for.
func TestTeamsAreKeptApart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	t.Run("by ids in forms and queries", o.testForms)
	t.Run("by every operation of the API", o.testOperations)
	t.Run("by every route", o.testRoutes)
}

// Every route × everybody × what is their team's, another team's and nobody's: who may not is told so, whatever the id; what is of
// another team is answered as what is not there, to the letter; and nothing of it is in any answer.
func (o *office) testRoutes(t *testing.T) {
	routes := slices.Clone(o.routes)
	slices.SortStableFunc(routes, func(a, b route) int { return cmp.Compare(a.method, b.method) }) // those that read come first
	nobody := o.anonymous(t)
	for _, r := range routes {
		if r.public {
			continue
		}
		key := r.method + " " + r.path
		unknown, _ := o.fill(r.path, func(p namedBy) string { return p.unknown })
		foreign, teams := o.fill(r.path, func(p namedBy) string { return cmp.Or(p.foreign, p.unknown) })
		if got := o.ask(nobody, r.method, r.path, foreign); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), loginPath) {
			t.Errorf("%s without a login: %d", key, got.status)
		}
		own, _ := o.fill(r.path, func(p namedBy) string { return p.own() })
		for role, c := range o.clients {
			if !r.allows(account.Viewer{Role: role}) {
				for _, path := range []string{own, foreign, unknown} {
					if got := o.ask(c, r.method, r.path, path); got.status != http.StatusForbidden {
						t.Errorf("%s as %s: %d, want 403", key, role, got.status)
					}
				}
				continue
			}
			o.checkAllowed(c, role, r, unknown, foreign, teams)
		}
	}
}

func (o *office) checkAllowed(c *testClient, role account.Role, r route, unknown, foreign string, teams bool) {
	o.t.Helper()
	key := fmt.Sprintf("%s %s as %s", r.method, r.path, role)
	own, _ := o.fill(r.path, func(p namedBy) string { return p.own() })
	_, excepted := exceptions[r.method+" "+r.path]
	excepted = excepted || own == unknown // without a parameter
	got := o.ask(c, r.method, r.path, own)
	if got.status == http.StatusForbidden || got.status == http.StatusNotFound && !excepted || got.status >= 500 {
		o.t.Errorf("%s: one's own: %d %s", key, got.status, got.heading())
	}
	o.keepsSecrets(key, role, got)
	if unknown == own {
		return
	}
	if got.status == http.StatusSeeOther {
		o.keepsSecrets(key, role, c.get("/me")) // what it says would stand on the next page
	}
	none := o.ask(c, r.method, r.path, unknown)
	wrong := none.status != http.StatusNotFound
	if !teams { // a form may be looked at first, and nothing of a team is told by that
		wrong = none.status < 400 || none.status == http.StatusForbidden || none.status >= 500
	}
	if wrong && !excepted {
		o.t.Errorf("%s: what is not there: %d", key, none.status)
	}
	if !teams {
		return
	}
	got = o.ask(c, r.method, r.path, foreign)
	switch {
	case !limited(role):
		if got.status == http.StatusForbidden || got.status == http.StatusNotFound && !excepted || got.status >= 500 {
			o.t.Errorf("%s, who sees all teams: %d", key, got.status)
		}
	case got.status != none.status || got.without(foreign) != none.without(unknown):
		o.t.Errorf("%s: another team's is answered %d %s, what is not there %d %s", key, got.status, got.heading(), none.status, none.heading())
	}
	o.keepsSecrets(key, role, got)
}

// without is an answer without the address that was asked for, which the frame of a page has.
func (r testResponse) without(path string) string {
	return strings.ReplaceAll(r.body+r.header.Get("Location"), path, "")
}

// keepsSecrets fails when somebody of one team reads of another's customers.
func (o *office) keepsSecrets(key string, role account.Role, r testResponse) {
	o.t.Helper()
	for _, secret := range secrets {
		if limited(role) && (strings.Contains(r.body, secret) || strings.Contains(fmt.Sprint(r.header), secret)) {
			o.t.Errorf("%s: the answer has %q of another team's customer", key, secret)
		}
	}
}

// heading is what a page is about, for messages of a test.
func (r testResponse) heading() string {
	_, after, _ := strings.Cut(r.body, "<title>")
	title, _, _ := strings.Cut(after, "</title>")
	return title + " " + r.header.Get("Location")
}

// Ids that come in bodies and queries are looked at like those of addresses.
func (o *office) testForms(t *testing.T) {
	c := o.clients[account.Supervisor]
	foreign, err := o.Identity.Person(t.Context(), o.admin, o.foreign[0])
	fatal(t, err)
	person := strconv.FormatInt(foreign.PersonID, 10)
	for name, tt := range map[string]struct {
		path string
		form func(id string) url.Values
		id   string
	}{
		"merging with":           {"/customers/1/merge", func(id string) url.Values { return url.Values{"from": {id}, "reason": {"核实是本人"}} }, person},
		"separating":             {"/customers/1/split", func(id string) url.Values { return url.Values{"record": {id}, "reason": {"不是本人"}} }, "3"},
		"separating with others": {"/customers/1/split", func(id string) url.Values { return url.Values{"record": {"1", id}, "reason": {"不是本人"}} }, "3"},
	} {
		there, none := c.post(tt.path, tt.form(tt.id)), c.post(tt.path, tt.form(unknownID))
		if there.status != none.status || there.body != none.body || none.status >= 500 {
			t.Errorf("%s another team's: %d %s, nobody: %d %s", name, there.status, there.heading(), none.status, none.heading())
		}
		o.keepsSecrets(name, account.Supervisor, there)
	}
	changes := o.params["/customers/:id/changes/:change"]
	foreignPath, unknownPath := "/customers/1/changes/"+changes.foreign+"/undo", "/customers/1/changes/"+unknownID+"/undo"
	there, none := c.post(foreignPath, nil), c.post(unknownPath, nil)
	if there.status != http.StatusNotFound || there.without(foreignPath) != none.without(unknownPath) {
		t.Errorf("another team's change under one's own customer: %d", there.status)
	}
	if r := c.post("/customers/3/changes/"+changes.own()+"/undo", nil); r.status != http.StatusNotFound {
		t.Errorf("one's own change under another team's customer: %d", r.status)
	}
	for _, path := range []string{"/contacts?q=K-3", "/contacts?q=GD-0003", "/callbacks?state=ready", "/decisions/list?kind=survey&state=planned", "/board", "/tasks", "/day", "/desk"} {
		r := c.get(path)
		if r.status != http.StatusOK {
			t.Errorf("%s: %d", path, r.status)
		}
		o.keepsSecrets(path, account.Supervisor, r)
	}
	if r := c.post("/customers/1/merge/search", url.Values{"search": {"K-3"}}); r.status != http.StatusOK || strings.Contains(r.body, `name="from"`) {
		t.Errorf("a search finds another team's customer: %d", r.status)
	}
}

// A machine sees the contacts of its source; tokens of people and of other roles are told so by every operation.
func (o *office) testOperations(t *testing.T) {
	own, other := o.machine(t, "客服系统", account.Scopes()...), o.machine(t, "商城", account.Scopes()...)
	registry := huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)
	for _, op := range append(o.contactAPI(registry), o.permissionAPI(registry)...) {
		route := strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
		there, _ := o.fill(route, func(p namedBy) string { return p.own() })
		none, _ := o.fill(route, func(p namedBy) string { return p.unknown })
		if there == none {
			continue
		}
		ask := func(m machine, path string) testResponse {
			return m.do(op.Method, apiBase+path, nil, http.Header{"Authorization": {"Bearer " + m.token}})
		}
		if r := ask(own, there); r.status != http.StatusOK {
			t.Errorf("%s %s of its source: %d", op.Method, op.Path, r.status)
		}
		foreign, unknown := ask(other, there), ask(other, none)
		if foreign.status != http.StatusNotFound || foreign.body != unknown.body || unknown.status != http.StatusNotFound {
			t.Errorf("%s %s of another source: %d %s, what is not there: %d %s", op.Method, op.Path, foreign.status, foreign.body, unknown.status, unknown.body)
		}
	}
	// A page takes no token: to pages, a machine is nobody.
	for _, path := range []string{"/contacts/1", "/customers/1", "/callbacks/1"} {
		r := own.do(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + own.token}})
		if r.status != http.StatusSeeOther || !strings.HasPrefix(r.header.Get("Location"), loginPath) {
			t.Errorf("%s with a token: %d", path, r.status)
		}
	}
}
