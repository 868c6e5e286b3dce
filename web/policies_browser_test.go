package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/policy"
)

func TestPoliciesInABrowser(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.look("attributes-empty", attributesPath)
	c.follow(c.post(attributesPath, url.Values{"name": {"tariff"}, "label": {"套餐"}, "kind": {"text"}}))
	b.look("attributes", attributesPath)
	ts.addContacts(t, example("T-1"), example("T-2"))
	draft := c.post("/policies", nil).header.Get("Location")
	rule := formOfPolicyRule(policy.Rule{Name: "VIP 客户", When: []policy.Condition{
		{Field: policy.ContactSeverity, Op: policy.Is, Values: []string{"high", "critical"}},
		{Field: policy.CustomerTags, Op: policy.Has, Values: []string{"VIP"}},
		{Field: policy.HistoryOpenComplaint, Op: policy.Is, Values: []string{policy.No}},
		{Field: policy.ContactHandling, Op: policy.AtLeast, Values: []string{"600"}},
	}}).Values
	rule.Set("callback", saysPlan)
	rule.Set("survey", saysNothing)
	rule.Set("survey_reason", ownReason)
	rule.Set("survey_reason_text", "由大客户经理回访")
	rule.Set("revision", "1")
	c.follow(c.post(draft+"/rules/NEW", rule))
	c.follow(c.post(draft+"/rules/severe/remove", url.Values{"revision": {"2"}}))
	b.look("policies", "/policies")
	b.look("policy-draft", draft)
	b.look("policy-version", "/policies/1")
	b.look("policy-rule", draft+"/rules/vip")
	b.look("policy-rule-new", draft+"/rules/NEW")
	b.look("policy-import", "/policies/import")
	b.look("decisions-empty", "/decisions")
}

func TestFollowUpInABrowser(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	complaint, calm := example("GD-20261122-002"), example("GD-20261122-003")
	complaint.Complaint, calm.Severity = true, contact.Low
	ids := ts.addContacts(t, example("GD-20261122-001"), complaint, calm)
	ts.plan(t)
	draft := c.post("/policies", nil).header.Get("Location")
	c.follow(c.post(draft+"/rules/severe/remove", url.Values{"revision": {"1"}}))
	run := c.post(draft+"/dryruns", url.Values{"days": {"30"}}).header.Get("Location")
	b.look("dry-run-waiting", run)
	ts.dryRun(t, run)
	b.look("dry-run", run)
	b.look("policy-draft-runs", draft)
	b.look("decisions", "/decisions")
	b.look("decisions-list", "/decisions/list")
	path := fmt.Sprintf("/contacts/%d", ids[2])
	b.visit(path)
	b.click("#plan summary")
	b.wait("#f-reason")
	b.focus("#f-reason")
	b.press("客户在微信上要求回电", kb.Enter)
	b.wait(".flash")
	b.look("contact-story", path)
	b.click("#plan summary")
	b.wait("#f-reason")
	b.screenshot("contact-plan")
}

func TestAPolicyIsChangedWithTheKeyboard(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.visit("/policies")
	b.focus(`form[action="/policies"] .go`)
	b.press(kb.Enter)
	b.wait("#publish")
	b.focus(`a[href$="/rules/NEW"]`)
	b.press(kb.Enter)
	b.wait("#f-name")
	b.focus("#f-name")
	b.press("Open complaint")
	b.focus(`[name="new_field"]`)
	b.press("open c")
	b.focus(`[value="add"]`)
	b.press(kb.Enter)
	b.wait(".condition")
	if about := b.text(".condition .about"); !strings.EqualFold(about, "open complaint") {
		t.Errorf("the condition is about %q", about)
	}
	b.focus(`[name="callback"]`)
	b.press(" ")
	b.wait("#f-callback_attempts")
	if shown := ask(b, chromedp.Evaluate[bool](`document.querySelector("#f-survey_share").checkVisibility()`)); shown {
		t.Error("what the rule does not say is asked all the same")
	}
	b.run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.wait("#publish")
	b.waitText(".rules", "the customer has an open complaint")
	b.focus(`form[action$="/dryruns"] button`)
	b.press(kb.Enter)
	b.wait("progress")
	ts.dryRun(t, "/dryruns/1")
	b.waitText("#run", "Nothing was resolved") // looked at again by itself
	b.focus(`.facts a[href^="/policies/"]`)
	b.press(kb.Enter)
	b.wait("#publish")
	b.focus("#f-note")
	b.press("complaints first", kb.Enter)
	b.wait("dialog#confirm[open]")
	b.press(kb.Tab, kb.Enter)
	b.waitText("#history", "complaints first")
	b.waitText(".rules", "Open complaint")
}

// focus puts the focus where Tab would lead.
func (b *browser) focus(selector string) {
	b.t.Helper()
	b.run(chromedp.Focus(chromedp.CSS(selector)))
}
