package web

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
	"aftercall/internal/outbox"
	"aftercall/tasks/policy"
)

func TestASupervisorPlansACallbackByHand(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	calm := example("T-1")
	calm.Severity = contact.Low
	open := example("T-2")
	open.Status, open.ResolvedAt = contact.Open, 0
	ids := ts.addContacts(t, calm, open)
	ts.plan(t)
	path := fmt.Sprintf("/contacts/%d", ids[0])
	c := ts.login(t, account.Supervisor)
	if handler := ts.login(t, account.Handler); handler.get(path).page(http.StatusOK).Find("#plan").Length() != 0 || handler.post(path+"/callbacks", nil).status != http.StatusForbidden {
		t.Error("a handler may plan callbacks")
	}
	if c.get(fmt.Sprintf("/contacts/%d", ids[1])).page(http.StatusOK).Find("#plan").Length() != 0 {
		t.Error("a callback can be planned for a contact that is not resolved")
	}
	if got := textsOf(c.get(path).page(http.StatusOK), ".timeline"); !strings.Contains(got[0], "No callback: Not needed") {
		t.Errorf("the story does not say why there is no callback: %s", got)
	}
	wish := url.Values{"kind": {"confirm"}, "priority": {"2"}, "reason": {""}, "due": {"tomorrow"}}
	if refused := c.post(path+"/callbacks", wish).page(http.StatusUnprocessableEntity); refused.Find("#plan[open] .error").Length() == 0 {
		t.Error("a form that is not whole is not refused under its fields")
	}
	wish.Set("due", "")
	wish.Set("reason", "customer asked on WeChat")
	ts.now = ts.now.Add(time.Hour)
	story := strings.Join(textsOf(c.follow(c.post(path+"/callbacks", wish)).page(http.StatusOK), ".timeline"), "")
	for _, want := range []string{"Planned by hand: callback The supervisorcustomer asked on WeChat", "Planned: callback", "No callback: Not needed"} {
		if !strings.Contains(story, want) {
			t.Errorf("the story lacks %q: %s", want, story)
		}
	}
	again := c.post(path+"/callbacks", wish).page(http.StatusConflict)
	if got := textsOf(again, "#plan .error.whole"); len(got) != 1 || !strings.Contains(got[0], "open already") {
		t.Errorf("a second callback beside the first: %q", got)
	}
	list := c.get("/decisions/list?rule=by_hand").page(http.StatusOK)
	if got := textsOf(list, "tbody tr"); len(got) != 1 || !strings.Contains(got[0], "Planned by a supervisor") || !strings.Contains(got[0], "decided again") {
		t.Errorf("the decision is not found by its rule: %q", got)
	}
}

func TestADryRunStandsNextToWhatHappened(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	calm := example("T-3")
	calm.Severity = contact.Low
	ts.addContacts(t, example("T-1"), example("T-2"), calm)
	ts.plan(t)
	c := ts.login(t, account.Supervisor)
	draft := c.post("/policies", nil).header.Get("Location")
	c.follow(c.post(draft+"/rules/severe/remove", url.Values{"revision": {"1"}}))
	if r := c.post(draft+"/dryruns", url.Values{"days": {"9999"}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("more days than there may be: %d", r.status)
	}
	run := c.post(draft+"/dryruns", url.Values{"days": {"30"}}).header.Get("Location")
	waiting := c.get(run).page(http.StatusOK)
	if waiting.Find("progress").Length() != 1 || waiting.Find("[data-refresh]").Length() != 1 {
		t.Error("a run under way does not show how far it is")
	}
	if r := c.post(draft+"/dryruns", url.Values{"days": {"7"}}); r.status != http.StatusConflict {
		t.Errorf("two runs of one draft at once: %d", r.status)
	}
	c.follow(c.post(run+"/cancel", nil)).page(http.StatusOK)

	run = c.post(draft+"/dryruns", url.Values{"days": {"30"}}).header.Get("Location")
	ts.dryRun(t, run)
	page := c.get(run).page(http.StatusOK)
	for i, section := range []string{"Callbacks", "Surveys"} {
		card := page.Find(".versus").Eq(i)
		if head := card.Find("h2").Text(); head != section {
			t.Fatalf("%q", head)
		}
		would, happened := 0, 0
		rows := card.Find(".sum tbody tr")
		rows.Each(func(n int, row *goquery.Selection) {
			if n > 0 {
				would += digits(t, row.Find("td.num").Eq(0).Text())
				happened += digits(t, row.Find("td.num").Eq(1).Text())
				if row.Find("a[href^='/contacts/']").Length() == 0 {
					t.Errorf("%s: no contact behind %q", section, row.Text())
				}
			}
		})
		if would != 3 || happened != 3 {
			t.Errorf("%s: %d and %d of 3 resolutions", section, would, happened)
		}
	}
	if got := textsOf(page, ".versus:nth-of-type(2) .versus-cols > :last-child tbody tr"); len(got) != 1 || !strings.HasPrefix(got[0], "Planned → Not needed") || !strings.Contains(got[0], "T-1") {
		t.Errorf("what comes out otherwise: %q", got)
	}
	if list := c.get(draft).page(http.StatusOK); list.Find(".runs li").Length() != 2 {
		t.Error("the draft does not list its dry runs")
	}
	c.follow(c.post(draft+"/rules/survey/up", url.Values{"revision": {"2"}}))
	if page := c.get(run); !strings.Contains(page.body, "changed after this run") {
		t.Error("an outdated run does not say so")
	}
}

func TestEveryDecisionHasItsRuleAndReasonInWords(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.login(t, account.Admin)
	draft := c.post("/policies", nil).header.Get("Location")
	rule := ruleForm()
	rule.Set("name", "大客户")
	rule.Set(conditionField(0, "field"), string(policy.ContactCategory))
	rule.Set(conditionField(0, "values"), "宽带报修")
	rule.Set("callback", saysNothing)
	rule.Set("callback_reason", ownReason)
	rule.Set("callback_reason_text", "由大客户经理回访")
	rule.Set("survey", saysPlan)
	rule.Set("survey_share", "0.0001")
	rule.Set("revision", "1")
	c.follow(c.post(draft+"/rules/NEW", rule))
	for _, above := range []string{"severe", "complaint"} { // they would speak first
		revision, _ := c.get(draft).page(http.StatusOK).Find("input[name=revision]").Attr("value")
		c.follow(c.post(draft+"/rules/"+above+"/remove", url.Values{"revision": {revision}}))
	}
	revision, _ := c.get(draft).page(http.StatusOK).Find("input[name=revision]").Attr("value")
	c.follow(c.post(draft+"/publish", url.Values{"revision": {revision}})).page(http.StatusOK)
	ids := ts.addContacts(t, example("T-1"))
	ts.plan(t)

	sums := c.get("/decisions").page(http.StatusOK)
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
		if rows := c.get(href).page(http.StatusOK).Find("tbody tr").Length(); rows != 1 {
			t.Errorf("%s leads to %d decisions, not to the 1 it counts", href, rows)
		}
	})
	list := strings.Join(textsOf(c.get("/decisions/list").page(http.StatusOK), "tbody tr"), "")
	for _, want := range []string{"由大客户经理回访", "version 2", "sample 0.0001%"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q: %s", want, list)
		}
	}
	story := textsOf(c.get(fmt.Sprintf("/contacts/%d", ids[0])).page(http.StatusOK), ".timeline li")
	if !slices.ContainsFunc(story, func(line string) bool {
		return strings.HasSuffix(line, "No callback: 由大客户经理回访 大客户 · version 2")
	}) {
		t.Errorf("the story does not say the centre's own reason, rule and version: %q", story)
	}
}

// plan decides the follow-up of everything taken in.
func (ts *testServer) plan(t testing.TB) {
	t.Helper()
	var batches []int64
	fatal(t, ts.DB.View(t.Context()).Gorm().Raw("SELECT DISTINCT batch_id FROM resolutions ORDER BY batch_id").Scan(&batches).Error)
	for _, batch := range batches {
		fatal(t, ts.Decisions.Plan(t.Context(), outbox.Ticket{}, batch))
	}
}

// dryRun does the work of the run at an address.
func (ts *testServer) dryRun(t testing.TB, path string) {
	t.Helper()
	var id int64
	_, err := fmt.Sscanf(path, "/dryruns/%d", &id)
	fatal(t, err)
	fatal(t, ts.Decisions.RunDry(t.Context(), outbox.Ticket{}, id))
}
