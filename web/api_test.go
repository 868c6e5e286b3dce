package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
)

// machine is a client of the API with a token of a source.
type machine struct {
	*testClient
	token string
}

func (ts *testServer) machine(t testing.TB, source string, scopes ...account.Scope) machine {
	t.Helper()
	src, err := ts.Contacts.EnsureSource(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	token, err := ts.Accounts.CreateToken(t.Context(), source, account.Machine, src.ID, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	return machine{ts.anonymous(t), token}
}

func (m machine) send(contentType, body string) testResponse {
	m.t.Helper()
	return m.do(http.MethodPost, "/api/v1/contacts", strings.NewReader(body), http.Header{
		"Authorization": {"Bearer " + m.token}, "Content-Type": {contentType},
	})
}

func (m machine) get(path string) testResponse {
	m.t.Helper()
	return m.do(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + m.token}})
}

// problem reads the answer as RFC 9457.
func (r testResponse) problem() problem {
	r.t.Helper()
	var p problem
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Errorf("content type %q of %s", got, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		r.t.Fatal(err)
	}
	return p
}

func TestAPIDescribesItself(t *testing.T) {
	t.Parallel()
	r := newTestServer(t).anonymous(t).get("/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	contacts := doc.Components.Schemas["Input"]
	if contacts == nil || len(contacts.Value.Properties) < 20 || len(contacts.Value.Properties["status"].Value.Enum) != 4 {
		t.Errorf("the contact is not described: %s", r.body)
	}
	if strings.Contains(r.body, "<script") || r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
}

func TestAPITakesOneContact(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	m := ts.machine(t, "helpdesk")
	body, err := os.ReadFile("../docs/examples/contact.json")
	if err != nil {
		t.Fatal(err)
	}
	first := m.send("application/json", string(body))
	var taken contactTaken
	if err := json.Unmarshal([]byte(first.body), &taken); err != nil || first.status != http.StatusCreated {
		t.Fatalf("%d %s %v", first.status, first.body, err)
	}
	if taken.Status != "accepted" || len(taken.Resolutions) != 1 || first.header.Get("Location") != fmt.Sprintf("/api/v1/contacts/%d", taken.ContactID) {
		t.Errorf("%+v at %s", taken, first.header.Get("Location"))
	}
	again := m.send("application/json; charset=utf-8", string(body))
	if again.status != http.StatusOK || !strings.Contains(again.body, fmt.Sprintf(`"duplicate","contact_id":%d,"resolutions":[%d]`, taken.ContactID, taken.Resolutions[0])) {
		t.Errorf("again: %d %s", again.status, again.body)
	}
	shown := m.get(first.header.Get("Location"))
	var view contactView
	if err := json.Unmarshal([]byte(shown.body), &view); err != nil || shown.status != http.StatusOK {
		t.Fatalf("%d %s %v", shown.status, shown.body, err)
	}
	if view.Customer.Phones[0] != "+8613912348000" || view.Participants[1].Agent != "李强" || view.Source != "helpdesk" || len(view.Resolutions) != 1 {
		t.Errorf("shown: %s", shown.body)
	}
	if other := ts.machine(t, "another").get(first.header.Get("Location")); other.status != http.StatusNotFound {
		t.Errorf("another source's token: %d", other.status)
	}
}

func TestAPITakesManyAndRepliesByLine(t *testing.T) {
	t.Parallel()
	m := newTestServer(t).machine(t, "helpdesk")
	r := m.send("application/x-ndjson", `{"external_id":"T-1","status":"resolved","resolved_at":"2026-11-22T10:00:00+08:00","customer":{"phones":["12"],"reference":"C"}}

{"external_id":"T-2","status":"closed"}
not json
{"external_id":"T-1","status":"resolved","resolved_at":"2026-11-22T10:00:00+08:00","customer":{"phones":["12"],"reference":"C"}}
{"external_id":"T-3","opened_at":"22.11.2026"}
{"external_id":"T-4","participants":[{"agent":"a","rank":1}]}
{"external_id":5}
`)
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var got []string
	for text := range strings.Lines(r.body) {
		var taken contactTaken
		if err := json.Unmarshal([]byte(text), &taken); err != nil {
			t.Fatal(err)
		}
		row := []string{strconv.Itoa(taken.Line), taken.Status}
		for _, f := range append(taken.Problems, taken.Warnings...) {
			row = append(row, fmt.Sprintf("[%d %s %s %s]", f.Line, f.Name, f.Code, f.Value))
		}
		got = append(got, strings.Join(row, " "))
	}
	want := []string{
		"1 accepted [1 customer.phones not_phone 12]",
		"3 rejected [3 status unknown_value closed]",
		"4 rejected [4 body not_json not json]",
		"5 duplicate",
		"6 rejected [6 opened_at not_rfc3339 22.11.2026]",
		"7 rejected [7 participants.rank unknown_field [{\"agent\":\"a\",\"rank\":1}]]",
		"8 rejected [8 external_id wrong_type number]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPIRefusesInWords(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	m := ts.machine(t, "helpdesk")
	person, err := ts.Accounts.CreateToken(t.Context(), "a person", account.Caller, 0)
	if err != nil {
		t.Fatal(err)
	}
	revoked, withoutScheme := m, m
	revoked.token = "ac_nobody"
	withoutScheme.token = ""
	for name, check := range map[string]struct {
		r      testResponse
		status int
		code   string
	}{
		"no token":       {withoutScheme.send("application/json", "{}"), 401, "token_needed"},
		"unknown token":  {revoked.send("application/json", "{}"), 401, "token_unknown"},
		"a caller":       {machine{m.testClient, person}.send("application/json", "{}"), 403, "token_role"},
		"a form":         {m.send("application/x-www-form-urlencoded", "a=b"), 415, "content_type"},
		"no type":        {m.send("", "{}"), 415, "content_type"},
		"no field":       {m.send("application/json", "{}"), 422, "invalid_fields"},
		"an array":       {m.send("application/json", "[]"), 422, "invalid_fields"},
		"nothing":        {m.send("application/json", ""), 422, "invalid_fields"},
		"two objects":    {m.send("application/json", "{}{}"), 422, "invalid_fields"},
		"too many lines": {m.send("application/x-ndjson", strings.Repeat("{}\n", maxIntakeLines+1)), 413, "too_many_lines"},
		"a large one":    {m.send("application/json", `{"external_id":"`+strings.Repeat("x", maxLineBytes)+`"}`), 413, "body_too_large"},
		"one too many":   {m.send("application/x-ndjson", strings.Repeat("{}\n", maxIntakeLines)+"{}"), 413, "too_many_lines"},
		"too many bytes": {m.send("application/json", `{"external_id":"`+strings.Repeat("x", maxIntakeBytes)+`"}`), 413, "body_too_large"},
		"no contact":     {m.get("/api/v1/contacts/99"), 404, "no_contact"},
		"no number":      {m.get("/api/v1/contacts/x"), 404, "no_page"},
		"no operation":   {m.get("/api/v1/customers"), 404, "no_page"},
	} {
		p := check.r.problem()
		if check.r.status != check.status || p.Status != check.status || p.Code != check.code {
			t.Errorf("%s: %d %s, want %d %s", name, check.r.status, check.r.body, check.status, check.code)
		}
	}
	cookies := ts.login(t, account.Admin)
	if r := cookies.do(http.MethodPost, "/api/v1/contacts", strings.NewReader("{}"), http.Header{"Content-Type": {"application/json"}}); r.status != http.StatusUnauthorized {
		t.Errorf("a browser's login opens the API: %d", r.status)
	}
}

func TestALineThatIsTooLongIsRefusedAndTheRestIsTaken(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	m := ts.machine(t, "helpdesk")
	line := func(id string, length int) string {
		text := `{"external_id":"` + id + `","status":"open","opened_at":"2026-11-22T10:00:00+08:00"}`
		return text + strings.Repeat(" ", max(0, length-len(text))) + "\n"
	}
	r := m.send("application/x-ndjson", line("T-1", maxLineBytes)+"\n"+line("T-2", maxLineBytes+1)+line("T-3", 0)+strings.TrimSpace(line("T-4", 0)))
	var got []string
	for text := range strings.Lines(r.body) {
		var reply contactTaken
		fatal(t, json.Unmarshal([]byte(text), &reply))
		got = append(got, fmt.Sprint(reply.Line, " ", reply.Status))
		for _, p := range reply.Problems {
			got = append(got, fmt.Sprint(p.Line, " ", p.Code))
		}
	}
	if diff := cmp.Diff([]string{"1 accepted", "3 rejected", "3 line_too_long", "4 accepted", "5 accepted"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, r.body)
	}
}

// manyBytes reads as one endless line.
type manyBytes struct{}

func (manyBytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestALineThatIsTooLongIsNotKept(t *testing.T) { // not parallel: it counts what is allocated
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	lines, err := readLines(io.LimitReader(manyBytes{}, maxIntakeBytes))
	runtime.ReadMemStats(&after)
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; err != nil || len(lines) != 1 || len(lines[0].problems) != 1 || mib > 8 {
		t.Errorf("a line of 32 MiB takes %d MiB to refuse: %v", mib, err)
	}
}

func TestLinesAreTakenAFewAtATime(t *testing.T) {
	t.Parallel()
	list := `["` + strings.Repeat(`","`, maxLineBytes/4) + `"]` // three quarters of a line, and of each byte five in memory
	lines := make([]line, 12)
	for i := range lines {
		lines[i] = line{number: i + 1, text: []byte("[]")}
		if i < 6 {
			lines[i].text = []byte(list)
		}
	}
	replies := make([]*consentTaken, len(lines))
	var sizes []int
	for done := 0; done < len(lines); {
		n, err := takeSome(lines[done:], replies[done:], func(inputs [][]string) ([]*consentTaken, error) {
			sizes = append(sizes, len(inputs))
			return make([]*consentTaken, len(inputs)), nil
		}, func([]fault.Field) *consentTaken { return nil })
		fatal(t, err)
		done += n
	}
	if diff := cmp.Diff([]int{1, 1, 1, 1, 1, 7}, sizes); diff != "" {
		t.Errorf("taken at once (-want +got):\n%s", diff)
	}
}

func FuzzContactJSON(f *testing.F) {
	f.Add(`{"external_id":"T-1","resolved_at":"2026-11-22T10:00:00Z"}`)
	f.Add(`{"external_id":1,"tags":[{}],"customer":{"x":1}}`)
	f.Add(`[{"a":null}]`)
	f.Fuzz(func(t *testing.T, body string) {
		explained[contact.Input](t, body)
	})
}
