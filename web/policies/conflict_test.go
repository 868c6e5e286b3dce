package policies_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// revisionIn returns the revision that a form of the page sends.
func revisionIn(doc *goquery.Document, form string) string {
	return doc.Find(form+` [name="revision"]`).First().AttrOr("value", "")
}

// Whoever is refused for a slip of their own has not seen what somebody else saved meanwhile: the next press is still told.
func TestASlipDoesNotHideWhatAnotherSavedInADraft(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c, other := ts.Login(t, account.Admin), ts.Login(t, account.Supervisor)
	draft := c.Post("/policies", nil).Header.Get("Location")
	other.Follow(other.Post(draft, url.Values{"revision": {"1"}, "max_age": {"9"}, "max_age_unit": {"d"}})).Page(http.StatusOK)

	about := url.Values{"revision": {"1"}, "max_age": {"soon"}, "max_age_unit": {"d"}}
	slip := c.Post(draft, about).Page(http.StatusUnprocessableEntity)
	if got := revisionIn(slip, `form[action="`+draft+`"]`); got != "1" {
		t.Errorf("after a slip the draft's form is of revision %s", got)
	}
	about.Set("max_age", "5")
	refused := c.Post(draft, about).Page(http.StatusConflict)
	if said := refused.Find(".error.whole").Text(); !strings.Contains(said, "9 d") {
		t.Errorf("what the next press replaces is told as %q", said)
	}
	if got := revisionIn(refused, `form[action="`+draft+`"]`); got != "2" {
		t.Errorf("after a conflict the draft's form is of revision %s", got)
	}
	rule := ruleForm()
	rule.Set("callback_within", "soon")
	for _, do := range []string{"save", "read", "add"} {
		t.Run(do, func(t *testing.T) {
			c, rule := c.In(t), maps.Clone(rule)
			rule.Set("do", do)
			answer := c.Post(draft+"/rules/NEW", rule)
			if got := revisionIn(answer.Page(answer.Status), ".rule-form"); got != "1" {
				t.Errorf("after %s the rule's form is of revision %s", do, got)
			}
		})
	}
	rule.Set("callback_within", "1")
	if got := revisionIn(c.Post(draft+"/rules/NEW", rule).Page(http.StatusConflict), ".rule-form"); got != "2" {
		t.Errorf("after a conflict the rule's form is of revision %s", got)
	}
}

// What was typed of a rule stays, whatever became of the rule or its draft meanwhile, and the page says where it can go.
func TestARuleThatIsGoneMeanwhileKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]struct{ path, says, do string }{
		"removed":   {"/rules/severe/remove", "The supervisor removed this rule", "save"},
		"published": {"/publish", "The admin published this draft", "draft"},
		"deleted":   {"/delete", "deleted this draft", "draft"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ts := newPolicyServer(t)
			c, other := ts.Login(t, account.Admin), ts.Login(t, account.Supervisor)
			draft := c.Post("/policies", nil).Header.Get("Location")
			mine := ruleForm()
			mine.Set("name", "Mine")
			if name == "published" {
				other.Follow(other.Post(draft+"/rules/NEW", skippingRule("Quiet", "移机", "x", "1"))).Page(http.StatusOK)
				c.Follow(c.Post(draft+gone.path, url.Values{"revision": {"2"}})).Page(http.StatusOK)
			} else {
				other.Follow(other.Post(draft+gone.path, url.Values{"revision": {"1"}})).Page(http.StatusOK)
			}
			refused := c.Post(draft+"/rules/severe", mine).Page(http.StatusConflict)
			if said := refused.Find(".error.whole").Text(); !strings.Contains(said, gone.says) {
				t.Errorf("it is told as %q", said)
			}
			if got := refused.Find(`[name="name"]`).AttrOr("value", ""); got != "Mine" {
				t.Errorf("what was typed came back as %q", got)
			}
			if got := refused.Find(`.go[name="do"]`).AttrOr("value", ""); got != gone.do {
				t.Errorf("the button does %q", got)
			}
			again := maps.Clone(mine)
			again.Set("do", gone.do)
			again.Set("revision", revisionIn(refused, ".rule-form"))
			answer := c.Post(refused.Find(".rule-form").AttrOr("action", ""), again)
			saved := c.Follow(answer).Page(http.StatusOK)
			if rules := strings.Join(webtest.TextsOf(saved, ".rules li"), " "); !strings.Contains(rules, "Mine") {
				t.Errorf("the draft says %s", rules)
			}
			if at := answer.Header.Get("Location"); (at == draft) != (gone.do == "save") {
				t.Errorf("it was saved in %s, and typed in %s", at, draft)
			}
		})
	}
}
