package policies_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
	"aftercall/tasks/policy"
	"aftercall/web/policies"
)

func TestPoliciesInABrowser(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("attributes-empty", policies.AttributesPath)
	c.Follow(c.Post(policies.AttributesPath, url.Values{"name": {"tariff"}, "label": {"套餐"}, "kind": {"text"}}))
	b.Look("attributes", policies.AttributesPath)
	ts.AddContacts(t, webtest.Example("T-1"), webtest.Example("T-2"))
	draft := c.Post("/policies", nil).Header.Get("Location")
	rule := policies.FormOfPolicyRule(policy.Rule{Name: "VIP 客户", When: []policy.Condition{
		{Field: policy.ContactSeverity, Op: policy.Is, Values: []string{"high", "critical"}},
		{Field: policy.CustomerTags, Op: policy.Has, Values: []string{"VIP"}},
		{Field: policy.HistoryOpenComplaint, Op: policy.Is, Values: []string{policy.No}},
		{Field: policy.ContactHandling, Op: policy.AtLeast, Values: []string{"600"}},
	}}).Values
	rule.Set("callback", policies.SaysPlan)
	rule.Set("survey", policies.SaysNothing)
	rule.Set("survey_reason", policies.OwnReason)
	rule.Set("survey_reason_text", "由大客户经理回访")
	rule.Set("revision", "1")
	c.Follow(c.Post(draft+"/rules/NEW", rule))
	c.Follow(c.Post(draft+"/rules/severe/remove", url.Values{"revision": {"2"}}))
	b.Look("policies", "/policies")
	b.Look("policy-draft", draft)
	b.Look("policy-version", "/policies/1")
	b.Look("policy-rule", draft+"/rules/vip")
	b.Look("policy-rule-new", draft+"/rules/NEW")
	b.Look("policy-import", "/policies/import")
	b.Look("decisions-empty", "/decisions")
}

func TestFollowUpInABrowser(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	complaint, calm := webtest.Example("GD-20261122-002"), webtest.Example("GD-20261122-003")
	complaint.Complaint, calm.Severity = new(true), contact.Low
	ids := ts.AddContacts(t, webtest.Example("GD-20261122-001"), complaint, calm)
	ts.Plan(t)
	draft := c.Post("/policies", nil).Header.Get("Location")
	c.Follow(c.Post(draft+"/rules/severe/remove", url.Values{"revision": {"1"}}))
	run := c.Post(draft+"/dryruns", url.Values{"days": {"30"}}).Header.Get("Location")
	b.Look("dry-run-waiting", run)
	ts.DryRun(t, run)
	b.Look("dry-run", run)
	b.Look("policy-draft-runs", draft)
	b.Look("decisions", "/decisions")
	b.Look("decisions-list", "/decisions/list")
	path := fmt.Sprintf("/contacts/%d", ids[2])
	b.Visit(path)
	b.Click("#plan summary")
	b.Wait("#f-reason")
	b.Focus("#f-reason")
	b.Press("客户在微信上要求回电", kb.Enter)
	b.Wait(".flash")
	b.Look("contact-story", path)
	b.Click("#plan summary")
	b.Wait("#f-reason")
	b.Screenshot("contact-plan")
}

func TestAPolicyIsChangedWithTheKeyboard(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Visit("/policies")
	b.Focus(`form[action="/policies"] .go`)
	b.Press(kb.Enter)
	b.Wait("#publish")
	b.Focus(`a[href$="/rules/NEW"]`)
	b.Press(kb.Enter)
	b.Wait("#f-name")
	b.Focus("#f-name")
	b.Press("Open complaint")
	b.Focus(`[name="new_field"]`)
	b.Press("open c")
	b.Focus(`[value="add"]`)
	b.Press(kb.Enter)
	b.Wait(".condition")
	if about := b.Text(".condition .about"); !strings.EqualFold(about, "open complaint") {
		t.Errorf("the condition is about %q", about)
	}
	b.Focus(`[name="callback"]`)
	b.Press(" ")
	b.Wait("#f-callback_attempts")
	if shown := webtest.Ask(b, chromedp.Evaluate[bool](`document.querySelector("#f-survey_share").checkVisibility()`)); shown {
		t.Error("what the rule does not say is asked all the same")
	}
	b.Run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.Wait("#publish")
	b.WaitText(".rules", "the customer has an open complaint")
	b.Focus(`form[action$="/dryruns"] button`)
	b.Press(kb.Enter)
	b.Wait("progress")
	ts.DryRun(t, "/dryruns/1")
	b.WaitText("#run", "Nothing was resolved") // looked at again by itself
	b.Focus(`.facts a[href^="/policies/"]`)
	b.Press(kb.Enter)
	b.Wait("#publish")
	b.Focus("#f-note")
	b.Press("complaints first", kb.Enter)
	b.Wait("dialog#confirm[open]")
	b.Press(kb.Tab, kb.Enter)
	b.WaitText("#history", "complaints first")
	b.WaitText(".rules", "Open complaint")
}
