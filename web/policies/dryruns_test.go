package policies_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
	"aftercall/tasks/policy"
	"aftercall/web/policies"
)

func TestASupervisorPlansACallbackByHand(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	calm := webtest.Example("T-1")
	calm.Severity = contact.Low
	open := webtest.Example("T-2")
	open.Status, open.ResolvedAt = contact.Open, 0
	ids := ts.AddContacts(t, calm, open)
	ts.Plan(t)
	path := fmt.Sprintf("/contacts/%d", ids[0])
	c := ts.Login(t, account.Supervisor)
	handler := ts.Login(t, account.Handler)
	if handler.Get(path).Page(http.StatusOK).Find("#plan").Length() != 0 ||
		handler.Post(path+"/callbacks", nil).Status != http.StatusForbidden {
		t.Error("a handler may plan callbacks")
	}
	if c.Get(fmt.Sprintf("/contacts/%d", ids[1])).Page(http.StatusOK).Find("#plan").Length() != 0 {
		t.Error("a callback can be planned for a contact that is not resolved")
	}
	if got := webtest.TextsOf(c.Get(path).Page(http.StatusOK), ".timeline"); !strings.Contains(got[0], "No callback: Not needed") {
		t.Errorf("the timeline does not say why there is no callback: %s", got)
	}
	wish := url.Values{"kind": {"confirm"}, "priority": {"2"}, "reason": {""}, "due": {"tomorrow"}}
	if refused := c.Post(path+"/callbacks", wish).Page(http.StatusUnprocessableEntity); refused.Find("#plan[open] .error").Length() == 0 {
		t.Error("a form that is not whole is not refused under its fields")
	}
	wish.Set("due", "")
	wish.Set("reason", "customer asked on WeChat")
	ts.Advance(time.Hour)
	told := strings.Join(webtest.TextsOf(c.Follow(c.Post(path+"/callbacks", wish)).Page(http.StatusOK), ".timeline"), "")
	for _, want := range []string{
		"Planned by hand: callback · The supervisorcustomer asked on WeChat", "Planned: callback", "No callback: Not needed",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("the timeline lacks %q: %s", want, told)
		}
	}
	again := c.Post(path+"/callbacks", wish).Page(http.StatusConflict)
	if got := webtest.TextsOf(again, "#plan .error.whole"); len(got) != 1 || !strings.Contains(got[0], "open already") {
		t.Errorf("a second callback beside the first: %q", got)
	}
	list := c.Get("/decisions/list?rule=by_hand").Page(http.StatusOK)
	got := webtest.TextsOf(list, "tbody tr")
	if len(got) != 1 || !strings.Contains(got[0], "Planned by a supervisor") || !strings.Contains(got[0], "decided again") {
		t.Errorf("the decision is not found by its rule: %q", got)
	}
}

func TestADryRunStandsNextToWhatHappened(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	calm := webtest.Example("T-3")
	calm.Severity = contact.Low
	ts.AddContacts(t, webtest.Example("T-1"), webtest.Example("T-2"), calm)
	ts.Plan(t)
	c := ts.Login(t, account.Supervisor)
	draft := c.Post("/policies", nil).Header.Get("Location")
	c.Follow(c.Post(draft+"/rules/severe/remove", url.Values{"revision": {"1"}}))
	if r := c.Post(draft+"/dryruns", url.Values{"days": {"9999"}}); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("more days than there may be: %d", r.Status)
	}
	run := c.Post(draft+"/dryruns", url.Values{"days": {"30"}}).Header.Get("Location")
	waiting := c.Get(run).Page(http.StatusOK)
	if waiting.Find("progress").Length() != 1 || waiting.Find("[data-refresh]").Length() != 1 {
		t.Error("a run under way does not show how far it is")
	}
	if r := c.Post(draft+"/dryruns", url.Values{"days": {"7"}}); r.Status != http.StatusConflict {
		t.Errorf("two runs of one draft at once: %d", r.Status)
	}
	c.Follow(c.Post(run+"/cancel", nil)).Page(http.StatusOK)

	run = c.Post(draft+"/dryruns", url.Values{"days": {"30"}}).Header.Get("Location")
	ts.DryRun(t, run)
	page := c.Get(run).Page(http.StatusOK)
	for i, section := range []string{"Callbacks", "Surveys"} {
		card := page.Find(".versus").Eq(i)
		if head := card.Find("h2").Text(); head != section {
			t.Fatalf("%q", head)
		}
		would, happened := 0, 0
		rows := card.Find(".sum tbody tr")
		rows.Each(func(n int, row *goquery.Selection) {
			if n > 0 {
				would += webtest.Digits(t, row.Find("td.num").Eq(0).Text())
				happened += webtest.Digits(t, row.Find("td.num").Eq(1).Text())
				if row.Find("a[href^='/contacts/']").Length() == 0 {
					t.Errorf("%s: no contact behind %q", section, row.Text())
				}
			}
		})
		if would != 3 || happened != 3 {
			t.Errorf("%s: %d and %d of 3 resolutions", section, would, happened)
		}
	}
	got := webtest.TextsOf(page, ".versus:nth-of-type(2) .versus-cols > :last-child tbody tr")
	if len(got) != 1 || !strings.HasPrefix(got[0], "Planned → Not needed") || !strings.Contains(got[0], "T-1") {
		t.Errorf("what comes out otherwise: %q", got)
	}
	if list := c.Get(draft).Page(http.StatusOK); list.Find(".runs li").Length() != 2 {
		t.Error("the draft does not list its dry runs")
	}
	c.Follow(c.Post(draft+"/rules/survey/up", url.Values{"revision": {"2"}}))
	if page := c.Get(run); !strings.Contains(page.Body, "changed after this run") {
		t.Error("an outdated run does not say so")
	}
}

func TestEveryDecisionHasItsRuleAndReasonInWords(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Admin)
	draft := c.Post("/policies", nil).Header.Get("Location")
	rule := ruleForm()
	rule.Set("name", "大客户")
	rule.Set(policies.ConditionField(0, "field"), string(policy.ContactCategory))
	rule.Set(policies.ConditionField(0, "values"), "宽带报修")
	rule.Set("callback", policies.SaysNothing)
	rule.Set("callback_reason", policies.OwnReason)
	rule.Set("callback_reason_text", "由大客户经理回访")
	rule.Set("survey", policies.SaysPlan)
	rule.Set("survey_share", "0.0001")
	rule.Set("revision", "1")
	c.Follow(c.Post(draft+"/rules/NEW", rule))
	for _, above := range []string{"severe", "complaint"} { // they would speak first
		revision, _ := c.Get(draft).Page(http.StatusOK).Find("input[name=revision]").Attr("value")
		c.Follow(c.Post(draft+"/rules/"+above+"/remove", url.Values{"revision": {revision}}))
	}
	revision, _ := c.Get(draft).Page(http.StatusOK).Find("input[name=revision]").Attr("value")
	c.Follow(c.Post(draft+"/publish", url.Values{"revision": {revision}})).Page(http.StatusOK)
	ids := ts.AddContacts(t, webtest.Example("T-1"))
	ts.Plan(t)

	sums := c.Get("/decisions").Page(http.StatusOK)
	for _, want := range []string{"大客户", "由大客户经理回访", "Not in the sample"} {
		if !strings.Contains(sums.Text(), want) {
			t.Errorf("the sums lack %q", want)
		}
	}
	sums.Find(`a[href^="/decisions/list"]`).Each(func(_ int, link *goquery.Selection) {
		href, _ := link.Attr("href")
		if link.Text() == "0" {
			return // none: the total is linked all the same
		}
		if rows := c.Get(href).Page(http.StatusOK).Find("tbody tr").Length(); rows != 1 {
			t.Errorf("%s leads to %d decisions, not to the 1 it counts", href, rows)
		}
	})
	list := strings.Join(webtest.TextsOf(c.Get("/decisions/list").Page(http.StatusOK), "tbody tr"), "")
	for _, want := range []string{"由大客户经理回访", "version 2", "sample 0.0001%"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q: %s", want, list)
		}
	}
	told := webtest.TextsOf(c.Get(fmt.Sprintf("/contacts/%d", ids[0])).Page(http.StatusOK), ".timeline li")
	if !slices.ContainsFunc(told, func(line string) bool {
		return strings.HasSuffix(line, "No callback: 由大客户经理回访 大客户 · version 2")
	}) {
		t.Errorf("the timeline does not say the centre's own reason, rule and version: %q", told)
	}
}
