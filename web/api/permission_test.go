package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	"aftercall/web/api"
)

func check(m webtest.Machine, body string) api.CheckReply {
	m.T.Helper()
	r := m.PostTo("/permission/check", "application/json", body)
	var reply api.CheckReply
	if err := json.Unmarshal([]byte(r.Body), &reply); err != nil || r.Status != http.StatusOK {
		m.T.Fatalf("%d %s %v", r.Status, r.Body, err)
	}
	return reply
}

func TestAPITakesConsentsOnceByKey(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	m.AddCustomers()
	example := webtest.ReadExample(t, "consents.ndjson")
	statuses := func() []string { return m.PostTo("/consents", "application/x-ndjson", example).Statuses() }
	if diff := cmp.Diff([]string{"1 recorded", "2 recorded"}, statuses()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1 known", "2 known"}, statuses()); diff != "" {
		t.Error("the same again:", diff)
	}
	answers := check(m, webtest.ReadExample(t, "check.json")).Answers
	if !answers[0].Allowed || !answers[1].Allowed || answers[1].ConsentID == 0 {
		t.Errorf("with consent: %+v", answers)
	}
	no := check(m, `{"questions":[{"reference":"C-1001","purpose":"marketing_message","channel":"sms"}]}`).Answers[0]
	if no.Allowed || no.First != permission.Refused || no.Reasons[0].Since.IsZero() || no.Reasons[0].Evidence == "" {
		t.Errorf("after a withdrawal: %+v", no)
	}
}

// A token of one source recorded a marketing consent for a customer of another by their number, and asked about whomever.
func TestAMachineNeedsScopesToGiveConsentAndToAskAboutAnybody(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Machine(t, "crm").AddCustomers()
	given := `{"phone":"13912348000","purpose":"marketing_call","word":"given","at":"2026-11-20T10:00:00+08:00","evidence":"form 7"}`
	asked := `{"questions":[{"phone":"13912348000","purpose":"marketing_call","channel":"phone"}]}`
	own := `{"questions":[{"reference":"X-1","purpose":"marketing_call","channel":"phone"}]}`
	send := func(m webtest.Machine) (gave webtest.Response, asks, asksOwn int) {
		gave = m.PostTo("/consents", "application/json", given)
		asks = m.PostTo("/permission/check", "application/json", asked).Status
		return gave, asks, m.PostTo("/permission/check", "application/json", own).Status
	}
	plain := ts.Machine(t, "shop")
	gave, asks, asksOwn := send(plain)
	p := gave.Problem()
	if gave.Status != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Name != "word" ||
		p.Errors[0].Code != "consent_scope" {
		t.Errorf("consent without the scope: %d %s", gave.Status, gave.Body)
	}
	if asks != http.StatusUnprocessableEntity || asksOwn != http.StatusOK {
		t.Errorf("asked without the scope: %d, about its own: %d", asks, asksOwn)
	}
	r := plain.PostTo("/consents", "application/json", `{"phone":"13912348000","purpose":"marketing_call","word":"withdrawn"}`)
	if !strings.Contains(r.Body, "recorded") {
		t.Errorf("a withdrawal: %d %s", r.Status, r.Body)
	}
	r = plain.PostTo("/suppressions", "application/json", `{"phone":"13912348000","scope":"marketing"}`)
	if !strings.Contains(r.Body, "added") {
		t.Errorf("a suppression: %d %s", r.Status, r.Body)
	}
	gave, asks, _ = send(ts.Machine(t, "shop", account.GiveConsent))
	if !strings.Contains(gave.Body, "recorded") || asks != http.StatusUnprocessableEntity {
		t.Errorf("with one scope: %s, asked: %d", gave.Body, asks)
	}
	if _, asks, _ = send(ts.Machine(t, "shop", account.AskPermission)); asks != http.StatusOK {
		t.Errorf("with the other: %d", asks)
	}
	events, err := ts.Permission.ConsentsOf(t.Context(), account.Viewer{Role: account.Admin}, 1)
	webtest.Must(t, err)
	var evidence []string
	for _, e := range events {
		evidence = append(evidence, e.Evidence)
	}
	if diff := cmp.Diff([]string{"", "shop: form 7"}, evidence); diff != "" {
		t.Error(diff)
	}
}

func TestAPIRefusesBadConsentsByLine(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	m.AddCustomers()
	r := m.PostTo("/consents", "application/x-ndjson", `{"reference":"C-1001","purpose":"survey","word":"given","at":"2026-11-01T00:00:00Z"}
{"reference":"nobody","purpose":"survey","word":"withdrawn"}
{"reference":"C-1001","source":"another","purpose":"survey","word":"withdrawn"}
{"purpose":"survey","word":"given"}
{"phone":"12","purpose":"sales","word":"maybe"}
{"reference":"C-1001","purpose":"survey","word":"given","at":"2027-01-01T00:00:00Z"}
{"reference":"C-1001","wording":3}
{"reference":"C-1001","consent":true}
nonsense`)
	want := []string{
		"1 recorded", "2 nobody", "3 rejected source:other_source", "4 rejected reference:customer_unnamed at:required",
		"5 rejected phone:phone_invalid word:unknown_value purpose:unknown_value",
		"6 rejected at:in_the_future", "7 rejected wording:wrong_type",
		"8 rejected consent:unknown_field", "9 rejected body:not_json",
	}
	if diff := cmp.Diff(want, r.Statuses()); diff != "" {
		t.Error(diff)
	}
	one := m.PostTo("/consents", "application/json", `{"reference":"C-1001","purpose":"survey"}`)
	if p := one.Problem(); one.Status != http.StatusUnprocessableEntity || p.Errors[0].Name != "word" {
		t.Errorf("one without a word: %d %s", one.Status, one.Body)
	}
}

func TestAPISuppressionsOnlyEverAdd(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	m.AddCustomers()
	example := webtest.ReadExample(t, "suppressions.ndjson")
	if diff := cmp.Diff([]string{"1 added", "2 added"}, m.PostTo("/suppressions", "application/x-ndjson", example).Statuses()); diff != "" {
		t.Error(diff)
	}
	again := example + `{"phone":"13912348000","until":"2027-01-01T00:00:00Z","evidence":"letter of 2026-11-20"}
{"phone":"13912348000","scope":"surveys"}
{"phone":"13912348000","scope":"surveys"}
{"phone":"13912348000","email":"a@example.com"}
{"email":"nobody"}
{"phone":"13912348000","scope":"nothing"}
{"phone":"13912348000","until":"2020-01-01T00:00:00Z"}
{"phone":"13912348000","scope":"campaign"}
{}`
	want := []string{
		"1 covered", "2 covered", "3 covered", "4 added", "5 covered", "6 rejected email:one_address", "7 rejected email:email_invalid",
		"8 rejected scope:unknown_value", "9 rejected until:until_over", "10 rejected scope:unknown_value", "11 rejected phone:required",
	}
	if diff := cmp.Diff(want, m.PostTo("/suppressions", "application/x-ndjson", again).Statuses()); diff != "" {
		t.Error(diff)
	}
	answer := check(m, `{"questions":[{"reference":"C-1001","purpose":"service_callback","channel":"phone"}]}`).Answers[0]
	if answer.Allowed || answer.First != permission.Suppressed || !answer.AllowedFrom.IsZero() {
		t.Errorf("a suppressed customer: %+v", answer)
	}
}

func TestAPIChecksWhomever(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	m.AddCustomers()
	reply := check(m, `{"questions":[
		{"phone":"13700137000","purpose":"service_callback","channel":"phone"},
		{"email":"liu@example.com","purpose":"survey","channel":"email"},
		{"phone":"13800138001","purpose":"service_callback","channel":"phone","at":"2026-11-22T15:00:00Z"},
		{"reference":"nobody","purpose":"survey","channel":"sms"},
		{"email":"liu@example.com","purpose":"service_callback","channel":"phone"}]}`)
	var got []string
	for _, a := range reply.Answers {
		got = append(got, fmt.Sprint(a.Known, a.Allowed, " ", a.First))
	}
	want := []string{"0 true ", "1 true ", "1 false outside_hours", "0 false no_address", "1 true "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	from := reply.Answers[2].AllowedFrom.String()
	if from != "2026-11-23T01:00:00.000000Z" && !strings.HasPrefix(from, "2026-11-23T01:00:00") {
		t.Errorf("allowed from %s", from)
	}
	bad := m.PostTo("/permission/check", "application/json", `{"questions":[
		{"phone":"13800138001","purpose":"marketing_call","channel":"sms"},
		{"purpose":"survey","channel":"sms"},
		{"source":"another","reference":"C","purpose":"survey","channel":"sms"}]}`)
	var names []string
	for _, f := range bad.Problem().Errors {
		names = append(names, f.Name+" "+f.Code)
	}
	wrong := []string{"questions[0].channel unknown_way", "questions[1].reference one_name", "questions[2].source other_source"}
	if diff := cmp.Diff(wrong, names); diff != "" {
		t.Error(diff)
	}
}

func TestAPIOfPermissionKeepsItsLimitsAndRoles(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	m := ts.Machine(t, "crm", account.Scopes()...)
	caller, err := ts.Accounts.CreateToken(t.Context(), "a caller", account.Caller, 0)
	webtest.Must(t, err)
	marketing, err := ts.Accounts.CreateToken(t.Context(), "marketing", account.Marketing, 0)
	webtest.Must(t, err)
	as := func(token string) webtest.Machine { return webtest.Machine{Client: m.Client, Token: token} }
	many := strings.Repeat("{}\n", api.MaxIntakeLines+1)
	for name, check := range map[string]struct {
		r      webtest.Response
		status int
		code   string
	}{
		"consents by a caller":      {as(caller).PostTo("/consents", "application/json", "{}"), 403, "token_role"},
		"suppressions by marketing": {as(marketing).PostTo("/suppressions", "application/json", "{}"), 403, "token_role"},
		"check by a caller":         {as(caller).PostTo("/permission/check", "application/json", "{}"), 403, "token_role"},
		"check without a token":     {as("").PostTo("/permission/check", "application/json", "{}"), 401, "token_needed"},
		"consents as a form":        {m.PostTo("/consents", "application/x-www-form-urlencoded", "a=b"), 415, "content_type"},
		"too many suppressions":     {m.PostTo("/suppressions", "application/x-ndjson", many), 413, "too_many_lines"},
		"no question":               {m.PostTo("/permission/check", "application/json", `{"questions":[]}`), 413, "too_many_questions"},
		"a question with a bad member": {
			m.PostTo("/permission/check", "application/json", `{"questions":[{"fone":"1"}]}`), 422, "invalid_fields",
		},
		"marketing needs a source": {
			as(marketing).PostTo("/consents", "application/json", `{"reference":"C","purpose":"survey","word":"given"}`),
			422, "invalid_fields",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if p := check.r.Problem(); check.r.Status != check.status || p.Code != check.code {
				t.Errorf("%d %s, want %d %s", check.r.Status, check.r.Body, check.status, check.code)
			}
		})
	}
}

// The number of statements of a check does not depend on the number of questions.
func TestAPICheckAsksInBulk(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	var inputs []contact.Input
	for i := range 40 {
		in := webtest.Example(fmt.Sprint("Q-", i))
		in.Customer.Phones = []string{fmt.Sprintf("139123480%02d", i)}
		inputs = append(inputs, in)
	}
	ts.AddContacts(t, inputs...)
	count := func(n int) int {
		questions := make([]permission.Asked, n)
		for i := range questions {
			questions[i] = permission.Asked{
				Who:     permission.Named{Kind: permission.PhoneAddress, Address: fmt.Sprintf("+86139123480%02d", i)},
				Purpose: permission.Survey, Channel: permission.BySMS,
			}
		}
		return dbtest.CountQueries(t, ts.DB, func() {
			answers, err := ts.Permission.Ask(t.Context(), account.Viewer{Role: account.Admin}, questions)
			webtest.Must(t, err)
			for _, a := range answers {
				if a.Known != 1 {
					t.Errorf("nobody found: %+v", a)
				}
			}
		})
	}
	count(1)
	if few, many := count(2), count(40); few != many {
		t.Errorf("2 questions take %d statements, 40 take %d", few, many)
	}
}
