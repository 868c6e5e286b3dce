package webtest

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact/contacttest"
	"aftercall/web/frame"
)

// ReadExample reads a file of docs/examples: what the documentation shows is what works.
func ReadExample(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile("../../docs/examples/" + name)
	Must(t, err)
	return string(body)
}

// Machine is a client of the API with a token of a source.
type Machine struct {
	*Client
	Token string
}

// Machine returns a machine with a token of a source that may do what the scopes name.
func (ts *Server) Machine(t testing.TB, source string, scopes ...account.Scope) Machine {
	t.Helper()
	src := contacttest.Source(t, ts.Contacts, source)
	token, err := ts.Accounts.CreateToken(t.Context(), source, account.Machine, src.ID, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	return Machine{ts.Anonymous(t), token}
}

// In is the same machine, for a subtest.
func (m Machine) In(t testing.TB) Machine { return Machine{m.Client.In(t), m.Token} }

// Send posts contacts.
func (m Machine) Send(contentType, body string) Response {
	m.T.Helper()
	return m.PostTo("/contacts", contentType, body)
}

// Get asks for a path below /api/v1.
func (m Machine) Get(path string) Response {
	m.T.Helper()
	return m.Do(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + m.Token}})
}

// Problem reads the answer as RFC 9457.
func (r Response) Problem() frame.Problem {
	r.t.Helper()
	var p frame.Problem
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Errorf("content type %q of %s", got, r.Body)
	}
	if err := json.Unmarshal([]byte(r.Body), &p); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// ProblemsAndWarnings returns the first line of a reply as "status field:code ...", problems before warnings.
func (r Response) ProblemsAndWarnings() string {
	r.t.Helper()
	var reply struct {
		Status             string
		Problems, Warnings []struct{ Field, Code string }
	}
	Must(r.t, json.Unmarshal([]byte(r.Body), &reply))
	row := []string{reply.Status}
	for _, f := range append(reply.Problems, reply.Warnings...) {
		row = append(row, f.Field+":"+f.Code)
	}
	return strings.Join(row, " ")
}

// PostTo posts to a path below /api/v1.
func (m Machine) PostTo(path, contentType, body string) Response {
	m.T.Helper()
	return m.Do(http.MethodPost, "/api/v1"+path, strings.NewReader(body),
		http.Header{"Authorization": {"Bearer " + m.Token}, "Content-Type": {contentType}})
}

// AddCustomers takes in the customers of the examples, of the source of machine tokens in these tests.
func (m Machine) AddCustomers() {
	m.T.Helper()
	r := m.Send("application/x-ndjson", `
{"external_id":"T-1","customer":{"reference":"C-1001","phones":["+8613912348000"],"emails":["liu@example.com"],"zone":"Asia/Shanghai"}}
{"external_id":"T-2","customer":{"reference":"C-1002","phones":["+8613800138001"],"zone":"Asia/Shanghai"}}`)
	if r.Status != http.StatusOK || strings.Contains(r.Body, "rejected") {
		m.T.Fatalf("%d %s", r.Status, r.Body)
	}
}

// Statuses returns "line status" of each line of a reply, with its problems.
func (r Response) Statuses() []string {
	r.t.Helper()
	var list []string
	for text := range strings.Lines(r.Body) {
		var reply struct {
			Line     int
			Status   string
			Problems []struct{ Field, Code string }
		}
		Must(r.t, json.Unmarshal([]byte(text), &reply))
		row := []string{strconv.Itoa(reply.Line), reply.Status}
		for _, p := range reply.Problems {
			row = append(row, p.Field+":"+p.Code)
		}
		list = append(list, strings.Join(row, " "))
	}
	return list
}
