package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web/api"
)

func TestAPIDescribesItself(t *testing.T) {
	t.Parallel()
	r := webtest.NewServer(t).Anonymous(t).Get("/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	contacts := doc.Components.Schemas["Input"]
	if contacts == nil || len(contacts.Value.Properties) < 20 || len(contacts.Value.Properties["status"].Value.Enum) != 4 {
		t.Errorf("the contact is not described: %s", r.Body)
	}
	if strings.Contains(r.Body, "<script") || r.Status != http.StatusOK {
		t.Errorf("status %d", r.Status)
	}
}

func TestAPITakesOneContact(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	m := ts.Machine(t, "helpdesk")
	body, err := os.ReadFile("../../docs/examples/contact.json")
	if err != nil {
		t.Fatal(err)
	}
	first := m.Send("application/json", string(body))
	var taken api.ContactTaken
	if err := json.Unmarshal([]byte(first.Body), &taken); err != nil || first.Status != http.StatusCreated {
		t.Fatalf("%d %s %v", first.Status, first.Body, err)
	}
	if taken.Status != "accepted" || len(taken.Resolutions) != 1 ||
		first.Header.Get("Location") != fmt.Sprintf("/api/v1/contacts/%d", taken.ContactID) {
		t.Errorf("%+v at %s", taken, first.Header.Get("Location"))
	}
	again := m.Send("application/json; charset=utf-8", string(body))
	duplicate := fmt.Sprintf(`"duplicate","contact_id":%d,"resolutions":[%d]`, taken.ContactID, taken.Resolutions[0])
	if again.Status != http.StatusOK || !strings.Contains(again.Body, duplicate) {
		t.Errorf("again: %d %s", again.Status, again.Body)
	}
	shown := m.Get(first.Header.Get("Location"))
	var view api.ContactView
	if err := json.Unmarshal([]byte(shown.Body), &view); err != nil || shown.Status != http.StatusOK {
		t.Fatalf("%d %s %v", shown.Status, shown.Body, err)
	}
	if view.Customer.Phones[0] != "+8613912348000" || view.Participants[1].Agent != "李强" ||
		view.Source != "helpdesk" || len(view.Resolutions) != 1 {
		t.Errorf("shown: %s", shown.Body)
	}
	if other := ts.Machine(t, "another").Get(first.Header.Get("Location")); other.Status != http.StatusNotFound {
		t.Errorf("another source's token: %d", other.Status)
	}
}

func TestAPITakesManyAndRepliesByLine(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "helpdesk")
	first := `{"external_id":"T-1","status":"resolved","resolved_at":"2026-11-22T10:00:00+08:00",` +
		`"customer":{"phones":["12"],"reference":"C"}}`
	r := m.Send("application/x-ndjson", first+`

{"external_id":"T-2","status":"closed"}
not json
`+first+`
{"external_id":"T-3","opened_at":"22.11.2026"}
{"external_id":"T-4","participants":[{"agent":"a","rank":1}]}
{"external_id":5}
`)
	if r.Status != http.StatusOK || r.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	var got []string
	for text := range strings.Lines(r.Body) {
		var taken api.ContactTaken
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
		"7 rejected [7 participants[0].rank unknown_field 1]",
		"8 rejected [8 external_id wrong_type 5]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPIRefusesInWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	m := ts.Machine(t, "helpdesk")
	person, err := ts.Accounts.CreateToken(t.Context(), "a person", account.Caller, 0)
	if err != nil {
		t.Fatal(err)
	}
	revoked, withoutScheme := m, m
	revoked.Token = "ac_nobody"
	withoutScheme.Token = ""
	for name, check := range map[string]struct {
		r      webtest.Response
		status int
		code   string
	}{
		"no token":       {withoutScheme.Send("application/json", "{}"), 401, "token_needed"},
		"unknown token":  {revoked.Send("application/json", "{}"), 401, "token_unknown"},
		"a caller":       {webtest.Machine{Client: m.Client, Token: person}.Send("application/json", "{}"), 403, "token_role"},
		"a form":         {m.Send("application/x-www-form-urlencoded", "a=b"), 415, "content_type"},
		"no type":        {m.Send("", "{}"), 415, "content_type"},
		"no field":       {m.Send("application/json", "{}"), 422, "invalid_fields"},
		"an array":       {m.Send("application/json", "[]"), 422, "invalid_fields"},
		"nothing":        {m.Send("application/json", ""), 422, "invalid_fields"},
		"two objects":    {m.Send("application/json", "{}{}"), 422, "invalid_fields"},
		"too many lines": {m.Send("application/x-ndjson", strings.Repeat("{}\n", api.MaxIntakeLines+1)), 413, "too_many_lines"},
		"a large one": {
			m.Send("application/json", `{"external_id":"`+strings.Repeat("x", api.MaxLineBytes)+`"}`),
			413, "body_too_large",
		},
		"one too many": {m.Send("application/x-ndjson", strings.Repeat("{}\n", api.MaxIntakeLines)+"{}"), 413, "too_many_lines"},
		"too many bytes": {
			m.Send("application/json", `{"external_id":"`+strings.Repeat("x", api.MaxIntakeBytes)+`"}`),
			413, "body_too_large",
		},
		"no contact":   {m.Get("/api/v1/contacts/99"), 404, "no_contact"},
		"no number":    {m.Get("/api/v1/contacts/x"), 404, "no_page"},
		"no operation": {m.Get("/api/v1/customers"), 404, "no_page"},
	} {
		t.Run(name, func(t *testing.T) {
			p := check.r.Problem()
			if check.r.Status != check.status || p.Status != check.status || p.Code != check.code {
				t.Errorf("%d %s, want %d %s", check.r.Status, check.r.Body, check.status, check.code)
			}
		})
	}
	cookies := ts.Login(t, account.Admin)
	header := http.Header{"Content-Type": {"application/json"}}
	if r := cookies.Do(http.MethodPost, "/api/v1/contacts", strings.NewReader("{}"), header); r.Status != http.StatusUnauthorized {
		t.Errorf("a browser's login opens the API: %d", r.Status)
	}
}

func TestALineThatIsTooLongIsRefusedAndTheRestIsTaken(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	m := ts.Machine(t, "helpdesk")
	line := func(id string, length int) string {
		text := `{"external_id":"` + id + `","status":"open","opened_at":"2026-11-22T10:00:00+08:00"}`
		return text + strings.Repeat(" ", max(0, length-len(text))) + "\n"
	}
	r := m.Send("application/x-ndjson",
		line("T-1", api.MaxLineBytes)+"\n"+line("T-2", api.MaxLineBytes+1)+line("T-3", 0)+strings.TrimSpace(line("T-4", 0)))
	var got []string
	for text := range strings.Lines(r.Body) {
		var reply api.ContactTaken
		webtest.Must(t, json.Unmarshal([]byte(text), &reply))
		got = append(got, fmt.Sprint(reply.Line, " ", reply.Status))
		for _, p := range reply.Problems {
			got = append(got, fmt.Sprint(p.Line, " ", p.Code))
		}
	}
	if diff := cmp.Diff([]string{"1 accepted", "3 rejected", "3 line_too_long", "4 accepted", "5 accepted"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, r.Body)
	}
}
