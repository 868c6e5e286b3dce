package web_test

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
	"time"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web/api"
	"aftercall/web/frame"
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
			o.t.Fatalf("%s: nothing stands for %s: add what is of one's own team, of another and unknown to newOffice",
				route, route[at[0]:at[1]])
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
	routes := o.Routes()
	slices.SortStableFunc(routes, func(a, b frame.Route) int { return cmp.Compare(a.Method, b.Method) }) // those that read come first
	nobody := o.Anonymous(t)
	for _, r := range routes {
		if r.Public {
			continue
		}
		key := r.Method + " " + r.Path
		unknown, _ := o.fill(r.Path, func(p namedBy) string { return p.unknown })
		foreign, teams := o.fill(r.Path, func(p namedBy) string { return cmp.Or(p.foreign, p.unknown) })
		got := o.ask(nobody, r.Method, r.Path, foreign)
		if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), frame.LoginPath) {
			t.Errorf("%s without a login: %d", key, got.Status)
		}
		own, _ := o.fill(r.Path, func(p namedBy) string { return p.own() })
		for role, c := range o.clients {
			if !r.Allows(account.Viewer{Role: role}) {
				for _, path := range []string{own, foreign, unknown} {
					if got := o.ask(c, r.Method, r.Path, path); got.Status != http.StatusForbidden {
						t.Errorf("%s as %s: %d, want 403", key, role, got.Status)
					}
				}
				continue
			}
			o.checkAllowed(c, role, r, unknown, foreign, teams)
		}
	}
}

func (o *office) checkAllowed(c *webtest.Client, role account.Role, r frame.Route, unknown, foreign string, teams bool) {
	o.t.Helper()
	key := fmt.Sprintf("%s %s as %s", r.Method, r.Path, role)
	own, _ := o.fill(r.Path, func(p namedBy) string { return p.own() })
	_, excepted := exceptions[r.Method+" "+r.Path]
	excepted = excepted || own == unknown // without a parameter
	got := o.ask(c, r.Method, r.Path, own)
	if got.Status == http.StatusForbidden || got.Status == http.StatusNotFound && !excepted || got.Status >= 500 {
		o.t.Errorf("%s: one's own: %d %s", key, got.Status, got.Heading())
	}
	o.keepsSecrets(key, role, got)
	if unknown == own {
		return
	}
	if got.Status == http.StatusSeeOther {
		o.keepsSecrets(key, role, c.Get("/me")) // what it says would stand on the next page
	}
	none := o.ask(c, r.Method, r.Path, unknown)
	wrong := none.Status != http.StatusNotFound
	if !teams { // a form may be looked at first, and nothing of a team is told by that
		wrong = none.Status < 400 || none.Status == http.StatusForbidden || none.Status >= 500
	}
	if wrong && !excepted {
		o.t.Errorf("%s: what is not there: %d", key, none.Status)
	}
	if !teams {
		return
	}
	got = o.ask(c, r.Method, r.Path, foreign)
	switch {
	case !limited(role):
		if got.Status == http.StatusForbidden || got.Status == http.StatusNotFound && !excepted || got.Status >= 500 {
			o.t.Errorf("%s, who sees all teams: %d", key, got.Status)
		}
	case got.Status != none.Status || got.Without(foreign) != none.Without(unknown):
		o.t.Errorf("%s: another team's is answered %d %s, what is not there %d %s", key, got.Status,
			got.Heading(), none.Status, none.Heading())
	}
	o.keepsSecrets(key, role, got)
}

// keepsSecrets fails when somebody of one team reads of another's customers.
func (o *office) keepsSecrets(key string, role account.Role, r webtest.Response) {
	o.t.Helper()
	for _, secret := range secrets {
		if limited(role) && (strings.Contains(r.Body, secret) || strings.Contains(fmt.Sprint(r.Header), secret)) {
			o.t.Errorf("%s: the answer has %q of another team's customer", key, secret)
		}
	}
}

// Ids that come in bodies and queries are looked at like those of addresses.
func (o *office) testForms(t *testing.T) {
	c := o.clients[account.Supervisor]
	foreign, err := o.Identity.Person(t.Context(), o.admin, o.foreign[0])
	webtest.Must(t, err)
	person := strconv.FormatInt(foreign.PersonID, 10)
	for name, tt := range map[string]struct {
		Path string
		form func(id string) url.Values
		id   string
	}{
		"merging with": {
			"/customers/1/merge",
			func(id string) url.Values { return url.Values{"from": {id}, "reason": {"核实是本人"}} }, person,
		},
		"separating": {
			"/customers/1/split", func(id string) url.Values { return url.Values{"record": {id}, "reason": {"不是本人"}} }, "3",
		},
		"separating with others": {
			"/customers/1/split",
			func(id string) url.Values { return url.Values{"record": {"1", id}, "reason": {"不是本人"}} }, "3",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.In(t)
			there, none := c.Post(tt.Path, tt.form(tt.id)), c.Post(tt.Path, tt.form(unknownID))
			if there.Status != none.Status || there.Body != none.Body || none.Status >= 500 {
				t.Errorf("%s another team's: %d %s, nobody: %d %s", name, there.Status, there.Heading(), none.Status, none.Heading())
			}
			o.keepsSecrets(name, account.Supervisor, there)
		})
	}
	changes := o.params["/customers/:id/changes/:change"]
	foreignPath, unknownPath := "/customers/1/changes/"+changes.foreign+"/undo", "/customers/1/changes/"+unknownID+"/undo"
	there, none := c.Post(foreignPath, nil), c.Post(unknownPath, nil)
	if there.Status != http.StatusNotFound || there.Without(foreignPath) != none.Without(unknownPath) {
		t.Errorf("another team's change under one's own customer: %d", there.Status)
	}
	if r := c.Post("/customers/3/changes/"+changes.own()+"/undo", nil); r.Status != http.StatusNotFound {
		t.Errorf("one's own change under another team's customer: %d", r.Status)
	}
	for _, path := range []string{
		"/contacts?q=K-3", "/contacts?q=GD-0003", "/callbacks?state=ready", "/decisions/list?kind=survey&state=planned",
		"/board", "/tasks", "/day", "/desk",
	} {
		t.Run(path, func(t *testing.T) {
			c := c.In(t)
			r := c.Get(path)
			if r.Status != http.StatusOK {
				t.Errorf("%s: %d", path, r.Status)
			}
			o.keepsSecrets(path, account.Supervisor, r)
		})
	}
	for _, role := range []account.Role{account.Caller, account.Supervisor, account.Handler} {
		for _, q := range []string{"K-3", "外客", "2220002", "GD-0002"} { // another team's
			r := o.clients[role].In(t).Post("/customers", url.Values{"q": {q}})
			if r.Status != http.StatusOK || strings.Contains(r.Without(q), "外客") || strings.Contains(r.Without(q), "1392222") {
				t.Errorf("a search for %s as %s: %d", q, role, r.Status)
			}
		}
	}
	r := c.Post("/customers/1/merge/search", url.Values{"search": {"K-3"}})
	if r.Status != http.StatusOK || strings.Contains(r.Body, `name="from"`) {
		t.Errorf("a search finds another team's customer: %d", r.Status)
	}
}

// What operations are sent, so that nothing but who asks for what decides.
var bodies = map[string]string{
	"POST /callbacks/{id}/move":   `{"why": "the customer asked for it", "at": "` + tomorrow + `"}`,
	"POST /callbacks/{id}/cancel": `{"why": "settled at the source"}`,
	"POST /handoffs/{id}/claim":   `{"version": 1}`,
	"POST /handoffs/{id}/reply":   `{"version": 1, "words": "已更换光猫", "remedy": "fixed"}`,
	"POST /handoffs/{id}/forward": `{"version": 1, "words": "是二班的片区", "team": "装维二班"}`,
	"POST /handoffs/{id}/ask":     `{"version": 1, "words": "哪台设备？"}`,
	"POST /handoffs/{id}/back":    `{"version": 1, "words": "地址不对", "mistake": "wrong_filled"}`,
	"POST /handoffs/{id}/close":   `{"version": 1, "words": "客户来电说好了", "result": "solved_otherwise"}`,
}

var tomorrow = webtest.Now.Add(24 * time.Hour).Time().Format(time.RFC3339)

// A machine sees the contacts of its source; tokens of people and of other roles are told so by every operation.
func (o *office) testOperations(t *testing.T) {
	own, other := o.Machine(t, "客服系统", account.Scopes()...), o.Machine(t, "商城", account.Scopes()...)
	registry := huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)
	for _, op := range o.APIRoutes(registry) {
		route := strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
		there, ofSource := o.fill(route, func(p namedBy) string { return p.own() })
		none, _ := o.fill(route, func(p namedBy) string { return p.unknown })
		if there == none {
			continue
		}
		ask := func(m webtest.Machine, path string) webtest.Response {
			header := http.Header{"Authorization": {"Bearer " + m.Token}}
			if body := bodies[op.Method+" "+op.Path]; body != "" {
				header.Set("Content-Type", "application/json")
				return m.Do(op.Method, api.Base+path, strings.NewReader(body), header)
			}
			return m.Do(op.Method, api.Base+path, nil, header)
		}
		if !slices.Contains(op.Roles, account.Machine) {
			for _, m := range []webtest.Machine{own, other} {
				if r := ask(m, there); r.Status != http.StatusForbidden {
					t.Errorf("%s %s is of people, and a machine got %d", op.Method, op.Path, r.Status)
				}
			}
			continue
		}
		want := []int{http.StatusOK, http.StatusConflict, http.StatusForbidden} // others have acted before; a source does not close
		if op.RequestBody != nil && bodies[op.Method+" "+op.Path] == "" {       // nothing was sent with it
			want = []int{http.StatusUnsupportedMediaType}
		}
		if r := ask(own, there); !slices.Contains(want, r.Status) {
			t.Errorf("%s %s of its source: %d", op.Method, op.Path, r.Status)
		}
		if !ofSource {
			if r := ask(other, none); r.Status != http.StatusNotFound {
				t.Errorf("%s %s, what is not there: %d", op.Method, op.Path, r.Status)
			}
			continue
		}
		foreign, unknown := ask(other, there), ask(other, none)
		if foreign.Status != http.StatusNotFound || foreign.Body != unknown.Body || unknown.Status != http.StatusNotFound {
			t.Errorf("%s %s of another source: %d %s, what is not there: %d %s", op.Method, op.Path,
				foreign.Status, foreign.Body, unknown.Status, unknown.Body)
		}
	}
	// A page takes no token: to pages, a machine is nobody.
	for _, path := range []string{"/contacts/1", "/customers/1", "/callbacks/1"} {
		t.Run(path, func(t *testing.T) {
			own := own.In(t)
			r := own.Do(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + own.Token}})
			if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), frame.LoginPath) {
				t.Errorf("%s with a token: %d", path, r.Status)
			}
		})
	}
}
