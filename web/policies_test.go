package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/tasks/policy"
)

// newPolicyServer is a server with the survey that the built-in policy sends.
func newPolicyServer(t testing.TB) *testServer {
	t.Helper()
	ts := newTestServer(t)
	fatal(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	return ts
}

func TestWhoMayDoWhatToPolicies(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	paths := []string{"/policies", "/policies/1", "/policies/import", "/policies/1/yaml"}
	for _, role := range []account.Role{account.Caller, account.Marketing, account.Handler} {
		c := ts.login(t, role)
		for _, path := range append(paths, attributesPath) {
			if r := c.get(path); r.status != http.StatusForbidden {
				t.Errorf("%s may see %s: %d", role, path, r.status)
			}
		}
	}
	supervisor, admin := ts.login(t, account.Supervisor), ts.login(t, account.Admin)
	for _, path := range paths {
		supervisor.get(path).page(http.StatusOK)
	}
	admin.get(attributesPath).page(http.StatusOK)
	draft := supervisor.post("/policies", nil).header.Get("Location")
	form := url.Values{"revision": {"1"}}
	for _, path := range []string{draft + "/publish", "/policies/1/rollback", attributesPath} {
		if r := supervisor.post(path, form); r.status != http.StatusForbidden {
			t.Errorf("a supervisor may post to %s: %d", path, r.status)
		}
	}
	if page := supervisor.get(draft); !strings.Contains(page.body, "ask an administrator") {
		t.Error("a supervisor is not told who may publish")
	}
}

// ruleForm is the form of a rule that asks about repeats, as somebody fills it in on a fresh draft.
func ruleForm() url.Values {
	f := formOfPolicyRule(policy.Rule{When: []policy.Condition{{Field: policy.HistoryRepeat, Op: policy.Is, Values: []string{policy.Yes}}}}).Values
	f.Set("name", "Repeat")
	f.Set("callback", saysPlan)
	f.Set("revision", "1")
	f.Set("do", "save")
	return f
}

func TestADraftIsWrittenReadAndPublished(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.login(t, account.Admin)
	draft := c.post("/policies", nil).header.Get("Location")
	if page := c.get(draft); !strings.Contains(page.body, "It says the same as version 1") {
		t.Error("a fresh draft differs from what it was copied from")
	}

	adding := url.Values{"revision": {"1"}, "name": {"Repeat"}, "do": {"add"}, "new_field": {string(policy.HistoryRepeat)}}
	added := c.post(draft+"/rules/NEW", adding).page(http.StatusOK)
	if got := textsOf(added, ".condition .about"); len(got) != 1 || got[0] != "another contact within 48 hours" {
		t.Errorf("the condition added without a script: %q", got)
	}
	wrong := ruleForm()
	wrong.Set("callback_within", "soon")
	wrong.Set("callback_attempts", "60")
	refused := c.post(draft+"/rules/NEW", wrong).page(http.StatusUnprocessableEntity)
	if got := textsOf(refused, "#e-callback_within"); len(got) != 1 {
		t.Errorf("no error under the field: %q", textsOf(refused, ".error"))
	}
	if kept, _ := refused.Find("#f-callback_within").Attr("value"); kept != "soon" {
		t.Errorf("what was typed is lost: %q", kept)
	}
	wrong.Set("callback_within", "1")
	refused = c.post(draft+"/rules/NEW", wrong).page(http.StatusUnprocessableEntity)
	if got := textsOf(refused, "#e-callback_attempts"); len(got) != 1 {
		t.Errorf("what the policy refuses is not under its field: %q", textsOf(refused, ".error"))
	}

	saved := c.follow(c.post(draft+"/rules/NEW", ruleForm())).page(http.StatusOK)
	repeat := strings.Join(textsOf(saved, "#repeat"), "")
	if !strings.HasPrefix(repeat, "5Repeat new") || !strings.Contains(repeat, "the customer was in touch more than once within 48 hours") {
		t.Errorf("the rule is not read out before those without conditions: %s", repeat)
	}
	c.follow(c.post(draft+"/rules/repeat/up", url.Values{"revision": {"2"}}))
	removed := c.follow(c.post(draft+"/rules/severe/remove", url.Values{"revision": {"3"}})).page(http.StatusOK)
	if got := textsOf(removed, ".removed h3"); len(got) != 2 || got[1] != "High or critical severity: callback" {
		t.Errorf("what the draft lacks: %q", got)
	}
	back := c.follow(c.post(draft+"/rules/severe/restore", url.Values{"revision": {"4"}})).page(http.StatusOK)
	if back.Find(".removed").Length() != 0 {
		t.Error("the rule was not put back")
	}

	published := c.follow(c.post(draft+"/publish", url.Values{"revision": {"5"}, "note": {"repeats"}})).page(http.StatusOK)
	if got := textsOf(published, "#history tbody tr:first-child td:first-child"); got[0] != "version 2 in force" {
		t.Errorf("%q", got)
	}
	if !strings.Contains(published.Find(".rules").Text(), "Repeat") {
		t.Error("the new rule is not in force")
	}
	rolled := c.follow(c.post("/policies/1/rollback", url.Values{"note": {"too many calls"}})).page(http.StatusOK)
	if strings.Contains(rolled.Find(".rules").Text(), "Repeat") || !strings.Contains(rolled.Text(), "version 3") {
		t.Error("rolling back did not bring the old rules back")
	}
}

func TestTwoPeopleOnOneDraftLoseNothing(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	first, second := ts.login(t, account.Admin), ts.login(t, account.Supervisor)
	draft := first.post("/policies", nil).header.Get("Location")
	first.follow(first.post(draft+"/rules/NEW", ruleForm()))

	theirs := ruleForm()
	theirs.Set("name", "Mine")
	refused := second.post(draft+"/rules/NEW", theirs).page(http.StatusConflict)
	if got := textsOf(refused, ".error.whole"); len(got) != 1 || !strings.Contains(got[0], "The admin changed this draft") {
		t.Errorf("the conflict is not told: %q", got)
	}
	if kept, _ := refused.Find("#f-name").Attr("value"); kept != "Mine" || refused.Find(".condition").Length() != 1 {
		t.Error("what was typed is lost")
	}
	revision, _ := refused.Find("input[name=revision]").Attr("value")
	theirs.Set("revision", revision)
	names := textsOf(second.follow(second.post(draft+"/rules/NEW", theirs)).page(http.StatusOK), ".rules h3")
	if text := strings.Join(names, ","); !strings.Contains(text, "Repeat") || !strings.Contains(text, "Mine") {
		t.Errorf("a rule is lost: %s", text)
	}
	stale := second.post(draft+"/rules/mine/remove", url.Values{"revision": {"1"}}).page(http.StatusConflict)
	if stale.Find(".error.whole").Length() != 1 {
		t.Error("a removal on an old page is not refused in words")
	}
}

func TestAPolicyGoesOutAndComesBackAsYAML(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.login(t, account.Supervisor)
	out := c.get("/policies/1/yaml")
	if !strings.HasPrefix(out.header.Get("Content-Type"), "application/yaml") {
		t.Errorf("exported as %s", out.header.Get("Content-Type"))
	}
	page := c.follow(c.post("/policies/import", url.Values{"yaml": {out.body}})).page(http.StatusOK)
	if !strings.Contains(page.Text(), "It says the same as version 1") {
		t.Error("the policy came back different")
	}

	broken := strings.Replace(out.body, "op: is", "op: wants", 1)
	line := 1 + strings.Count(out.body[:strings.Index(out.body, "op: is")], "\n")
	for lang, word := range map[string]string{"en": fmt.Sprintf("line %d", line), "zh-CN": fmt.Sprintf("第 %d 行", line)} {
		c.lang = lang
		refused := c.post("/policies/import", url.Values{"yaml": {broken}}).page(http.StatusUnprocessableEntity)
		if text := refused.Find(".problems").Text(); !strings.Contains(text, word) {
			t.Errorf("%s: the line is not named: %q", lang, text)
		}
		if refused.Find("textarea").Text() != broken {
			t.Error("what was pasted is lost")
		}
	}
	c.lang = "en"
	if r := c.post("/policies/import", nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing sent: %d", r.status)
	}
}

func TestAttributesAreRegisteredAndAskedAbout(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.login(t, account.Admin)
	if r := c.post(attributesPath, url.Values{"name": {""}, "kind": {"text"}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("no name: %d", r.status)
	}
	c.follow(c.post(attributesPath, url.Values{"name": {"tariff"}, "label": {"套餐"}, "kind": {"text"}}))
	draft := c.post("/policies", nil).header.Get("Location")
	if form := c.get(draft + "/rules/NEW").page(http.StatusOK); form.Find(`option[value="customer.attributes.tariff"]`).Text() != "customer's 套餐" {
		t.Error("the attribute is not offered")
	}
	rule := ruleForm()
	rule.Set(conditionField(0, "field"), string(policy.AttributeField("tariff")))
	rule.Set(conditionField(0, "values"), "S\r\nM, L\r\n")
	saved := c.follow(c.post(draft+"/rules/NEW", rule)).page(http.StatusOK)
	if !strings.Contains(saved.Text(), "customer's 套餐 is “S” or “M, L”") {
		t.Error("the rule does not ask about the attribute")
	}
	c.follow(c.post(draft+"/publish", url.Values{"revision": {"2"}}))
	if r := c.post(attributesPath+"/unregister", url.Values{"name": {"tariff"}}); r.status != http.StatusConflict || !strings.Contains(r.body, "error whole") {
		t.Errorf("an attribute in use was unregistered: %d", r.status)
	}
}
