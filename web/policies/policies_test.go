package policies_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/policy"
	"aftercall/web/policies"
)

// newPolicyServer is a server with the survey that the built-in policy sends.
func newPolicyServer(t testing.TB) *webtest.Server {
	t.Helper()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	return ts
}

func TestWhoMayDoWhatToPolicies(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	paths := []string{"/policies", "/policies/1", "/policies/import", "/policies/1/yaml"}
	for _, role := range []account.Role{account.Caller, account.Marketing, account.Handler} {
		t.Run(string(role), func(t *testing.T) {
			c := ts.Login(t, role)
			for _, path := range append(paths, policies.AttributesPath) {
				if r := c.Get(path); r.Status != http.StatusForbidden {
					t.Errorf("%s may see %s: %d", role, path, r.Status)
				}
			}
		})
	}
	supervisor, admin := ts.Login(t, account.Supervisor), ts.Login(t, account.Admin)
	for _, path := range paths {
		supervisor.Get(path).Page(http.StatusOK)
	}
	admin.Get(policies.AttributesPath).Page(http.StatusOK)
	draft := supervisor.Post("/policies", nil).Header.Get("Location")
	form := url.Values{"revision": {"1"}}
	for _, path := range []string{draft + "/publish", "/policies/1/rollback", policies.AttributesPath} {
		t.Run(path, func(t *testing.T) {
			supervisor := supervisor.In(t)
			if r := supervisor.Post(path, form); r.Status != http.StatusForbidden {
				t.Errorf("a supervisor may post to %s: %d", path, r.Status)
			}
		})
	}
	if page := supervisor.Get(draft); !strings.Contains(page.Body, "ask an administrator") {
		t.Error("a supervisor is not told who may publish")
	}
}

// ruleForm is the form of a rule that asks about repeats, as somebody fills it in on a fresh draft.
func ruleForm() url.Values {
	f := policies.FormOfPolicyRule(policy.Rule{
		When: []policy.Condition{{Field: policy.HistoryRepeat, Op: policy.Is, Values: []string{policy.Yes}}},
	}).Values
	f.Set("name", "Repeat")
	f.Set("callback", policies.SaysPlan)
	f.Set("revision", "1")
	f.Set("do", "save")
	return f
}

func TestADraftIsWrittenReadAndPublished(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Admin)
	draft := c.Post("/policies", nil).Header.Get("Location")
	if page := c.Get(draft); !strings.Contains(page.Body, "It says the same as version 1") {
		t.Error("a fresh draft differs from what it was copied from")
	}

	adding := url.Values{"revision": {"1"}, "name": {"Repeat"}, "do": {"add"}, "new_field": {string(policy.HistoryRepeat)}}
	added := c.Post(draft+"/rules/NEW", adding).Page(http.StatusOK)
	if got := webtest.TextsOf(added, ".condition .about"); len(got) != 1 || got[0] != "another contact within 48 hours" {
		t.Errorf("the condition added without a script: %q", got)
	}
	wrong := ruleForm()
	wrong.Set("callback_within", "soon")
	wrong.Set("callback_attempts", "60")
	refused := c.Post(draft+"/rules/NEW", wrong).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(refused, "#e-callback_within"); len(got) != 1 {
		t.Errorf("no error under the field: %q", webtest.TextsOf(refused, ".error"))
	}
	if kept, _ := refused.Find("#f-callback_within").Attr("value"); kept != "soon" {
		t.Errorf("what was typed is lost: %q", kept)
	}
	wrong.Set("callback_within", "1")
	refused = c.Post(draft+"/rules/NEW", wrong).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(refused, "#e-callback_attempts"); len(got) != 1 {
		t.Errorf("what the policy refuses is not under its field: %q", webtest.TextsOf(refused, ".error"))
	}

	saved := c.Follow(c.Post(draft+"/rules/NEW", ruleForm())).Page(http.StatusOK)
	repeat := strings.Join(webtest.TextsOf(saved, "#repeat"), "")
	if !strings.HasPrefix(repeat, "5Repeat new") || !strings.Contains(repeat, "the customer was in touch more than once within 48 hours") {
		t.Errorf("the rule is not read out before those without conditions: %s", repeat)
	}
	c.Follow(c.Post(draft+"/rules/repeat/up", url.Values{"revision": {"2"}}))
	removed := c.Follow(c.Post(draft+"/rules/severe/remove", url.Values{"revision": {"3"}})).Page(http.StatusOK)
	if got := webtest.TextsOf(removed, ".removed h3"); len(got) != 2 || got[1] != "High or critical severity: callback" {
		t.Errorf("what the draft lacks: %q", got)
	}
	back := c.Follow(c.Post(draft+"/rules/severe/restore", url.Values{"revision": {"4"}})).Page(http.StatusOK)
	if back.Find(".removed").Length() != 0 {
		t.Error("the rule was not put back")
	}

	published := c.Follow(c.Post(draft+"/publish", url.Values{"revision": {"5"}, "note": {"repeats"}})).Page(http.StatusOK)
	if got := webtest.TextsOf(published, "#history tbody tr:first-child td:first-child"); got[0] != "version 2 in force" {
		t.Errorf("%q", got)
	}
	if !strings.Contains(published.Find(".rules").Text(), "Repeat") {
		t.Error("the new rule is not in force")
	}
	rolled := c.Follow(c.Post("/policies/1/rollback", url.Values{"note": {"too many calls"}})).Page(http.StatusOK)
	if strings.Contains(rolled.Find(".rules").Text(), "Repeat") || !strings.Contains(rolled.Text(), "version 3") {
		t.Error("rolling back did not bring the old rules back")
	}
}

func TestTwoPeopleOnOneDraftLoseNothing(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	first, second := ts.Login(t, account.Admin), ts.Login(t, account.Supervisor)
	draft := first.Post("/policies", nil).Header.Get("Location")
	first.Follow(first.Post(draft+"/rules/NEW", ruleForm()))

	theirs := ruleForm()
	theirs.Set("name", "Mine")
	refused := second.Post(draft+"/rules/NEW", theirs).Page(http.StatusConflict)
	if got := webtest.TextsOf(refused, ".error.whole"); len(got) != 1 || !strings.Contains(got[0], "The admin changed this draft") {
		t.Errorf("the conflict is not told: %q", got)
	}
	if kept, _ := refused.Find("#f-name").Attr("value"); kept != "Mine" || refused.Find(".condition").Length() != 1 {
		t.Error("what was typed is lost")
	}
	revision, _ := refused.Find("input[name=revision]").Attr("value")
	theirs.Set("revision", revision)
	names := webtest.TextsOf(second.Follow(second.Post(draft+"/rules/NEW", theirs)).Page(http.StatusOK), ".rules h3")
	if text := strings.Join(names, ","); !strings.Contains(text, "Repeat") || !strings.Contains(text, "Mine") {
		t.Errorf("a rule is lost: %s", text)
	}
	stale := second.Post(draft+"/rules/mine/remove", url.Values{"revision": {"1"}}).Page(http.StatusConflict)
	if stale.Find(".error.whole").Length() != 1 {
		t.Error("a removal on an old page is not refused in words")
	}
}

func TestWhoIsSecondOnADraftSeesHowItStands(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	first, second := ts.Login(t, account.Admin), ts.Login(t, account.Supervisor)
	draft := first.Post("/policies", nil).Header.Get("Location")
	second.Follow(second.Post(draft+"/rules/NEW", ruleForm()))
	theirs := ruleForm()
	theirs.Set("name", "Theirs")
	theirs.Set("callback_attempts", "2")
	theirs.Set("revision", "2")
	first.Follow(first.Post(draft+"/rules/repeat", theirs)).Page(http.StatusOK)

	mine := ruleForm()
	mine.Set("revision", "2")
	refused := second.Post(draft+"/rules/repeat", mine).Page(http.StatusConflict)
	if said := refused.Find(".error.whole").Text(); !strings.Contains(said, "2 attempts") || !strings.Contains(said, "The admin") {
		t.Errorf("what the rule says by now is told as %q", said)
	}
	saved := second.Post(draft, url.Values{"revision": {"2"}, "max_age": {"3"}, "max_age_unit": {"d"}}).Page(http.StatusConflict)
	if said := saved.Find(".error.whole").Text(); !strings.Contains(said, "The admin") {
		t.Errorf("who changed the draft is told as %q", said)
	}
	revision := saved.Find(`form[action="`+draft+`"] [name="revision"]`).AttrOr("value", "")
	form := url.Values{"revision": {revision}, "max_age": {"3"}, "max_age_unit": {"d"}}
	second.Follow(second.Post(draft, form)).Page(http.StatusOK)
}

func TestAPolicyGoesOutAndComesBackAsYAML(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Supervisor)
	out := c.Get("/policies/1/yaml")
	if !strings.HasPrefix(out.Header.Get("Content-Type"), "application/yaml") {
		t.Errorf("exported as %s", out.Header.Get("Content-Type"))
	}
	page := c.Follow(c.Post("/policies/import", url.Values{"yaml": {out.Body}})).Page(http.StatusOK)
	if !strings.Contains(page.Text(), "It says the same as version 1") {
		t.Error("the policy came back different")
	}

	broken := strings.Replace(out.Body, "op: is", "op: wants", 1)
	line := 1 + strings.Count(out.Body[:strings.Index(out.Body, "op: is")], "\n")
	for lang, word := range map[string]string{"en": fmt.Sprintf("line %d", line), "zh-CN": fmt.Sprintf("第 %d 行", line)} {
		t.Run(lang, func(t *testing.T) {
			c := c.In(t)
			c.Lang = lang
			refused := c.Post("/policies/import", url.Values{"yaml": {broken}}).Page(http.StatusUnprocessableEntity)
			if text := refused.Find(".problems").Text(); !strings.Contains(text, word) {
				t.Errorf("%s: the line is not named: %q", lang, text)
			}
			if refused.Find("textarea").Text() != broken {
				t.Error("what was pasted is lost")
			}
		})
	}
	c.Lang = "en"
	if r := c.Post("/policies/import", nil); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing sent: %d", r.Status)
	}
}

func TestAttributesAreRegisteredAndAskedAbout(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Admin)
	if r := c.Post(policies.AttributesPath, url.Values{"name": {""}, "kind": {"text"}}); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("no name: %d", r.Status)
	}
	c.Follow(c.Post(policies.AttributesPath, url.Values{"name": {"tariff"}, "label": {"套餐"}, "kind": {"text"}}))
	draft := c.Post("/policies", nil).Header.Get("Location")
	form := c.Get(draft + "/rules/NEW").Page(http.StatusOK)
	if form.Find(`option[value="customer.attributes.tariff"]`).Text() != "customer's 套餐" {
		t.Error("the attribute is not offered")
	}
	rule := ruleForm()
	rule.Set(policies.ConditionField(0, "field"), string(policy.AttributeField("tariff")))
	rule.Set(policies.ConditionField(0, "values"), "S\r\nM, L\r\n")
	saved := c.Follow(c.Post(draft+"/rules/NEW", rule)).Page(http.StatusOK)
	if !strings.Contains(saved.Text(), "customer's 套餐 is “S” or “M, L”") {
		t.Error("the rule does not ask about the attribute")
	}
	c.Follow(c.Post(draft+"/publish", url.Values{"revision": {"2"}}))
	r := c.Post(policies.AttributesPath+"/unregister", url.Values{"name": {"tariff"}})
	if r.Status != http.StatusConflict || !strings.Contains(r.Body, "error whole") {
		t.Errorf("an attribute in use was unregistered: %d", r.Status)
	}
}
