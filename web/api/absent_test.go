package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

func TestWhatIsAbsentIsNotZero(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.GiveConsent)
	m.AddCustomers()
	for i, c := range []struct{ Path, body, want string }{
		{"/contacts", `"answers":[{"metric":"nps"}]`, "rejected answers[0].value:answer_without_value"},
		{"/contacts", `"answers":[{"metric":"nps","value":null}]`, "rejected answers[0].value:answer_without_value"},
		{
			"/contacts", `"answers":[{"metric":"csat","value":5},{"metric":"ces","comment":"x"}]`,
			"rejected answers[1].value:answer_without_value",
		},
		{"/contacts", `"answers":[{}]`, "accepted answers[0].metric:answer_metric"},
		{"/contacts", `"answers":[null]`, "accepted answers[0].metric:answer_metric"},
		{"/contacts", `"answers":null`, "accepted"},
		{"/contacts", `"answers":[{"metric":"nps","value":0}]`, "accepted"},
		{"/contacts", `"resolutions":[{"resolved_at":"2026-11-20T10:00:00+08:00"}]`, "rejected resolutions[0].no:not_consecutive"},
		{"/contacts", `"resolutions":[{"no":1}]`, "rejected resolutions[0].resolved_at:required"},
		{"/contacts", `"opened_at":"1970-01-01T08:00:00+08:00"`, "rejected opened_at:out_of_range"},
		{"/contacts", `"talk_seconds":null`, "accepted"},
		{
			"/consents",
			`"reference":"C-1001","purpose":"survey","word":"given","at":"2026-11-01T00:00:00Z","expires_at":"1970-01-01T00:00:00Z"`,
			"rejected expires_at:expires_early",
		},
		{"/suppressions", `"phone":"13912348000","until":"1970-01-01T00:00:00Z"`, "rejected until:until_over"},
		{"/suppressions", `"phone":"13912348000","scope":"campaign"`, "rejected scope:unknown_value"},
	} {
		t.Run(c.body, func(t *testing.T) {
			m := m.In(t)
			body := "{" + c.body + "}"
			if c.Path == "/contacts" {
				body = fmt.Sprintf(`{"external_id":"A-%d","status":"resolved","resolved_at":"2026-11-20T10:00:00+08:00",%s}`, i, c.body)
			}
			if got := m.PostTo(c.Path, "application/x-ndjson", body).ProblemsAndWarnings(); got != c.want {
				t.Errorf("%s: %s, want %s", c.body, got, c.want)
			}
		})
	}
}

func TestALinkThatIsNoneIsLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.GiveConsent)
	for i, link := range []string{"javascript:alert(1)", "data:text/html,x", "//example.com/1", "rec/1.mp3", "HTTPS://pbx.example.com/1"} {
		t.Run(link, func(t *testing.T) {
			m := m.In(t)
			r := m.Send("application/json", fmt.Sprintf(`{"external_id":"R-%d","recording_url":%q}`, i, link))
			want := "accepted recording_url:not_a_link"
			if i == 4 {
				want = "accepted"
			}
			if got := r.ProblemsAndWarnings(); got != want {
				t.Errorf("%s: %s", link, got)
			}
			var view struct {
				RecordingURL string `json:"recording_url"`
			}
			webtest.Must(t, json.Unmarshal([]byte(m.Get(r.Header.Get("Location")).Body), &view))
			if stored := map[bool]string{true: link}[i == 4]; cmp.Diff(stored, view.RecordingURL) != "" {
				t.Errorf("%s is stored as %q", link, view.RecordingURL)
			}
		})
	}
}
