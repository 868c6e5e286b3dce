package admin_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// An administrator names a skill, says who has it and what needs it; a caller without it is told what waits, and for how long.
func TestAnAdministratorSaysWhatNeedsWhichSkill(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin, caller := ts.Login(t, account.Admin), ts.Login(t, account.Caller)
	if p := admin.Get("/settings/skills").Page(http.StatusOK); p.Find("form[action='/settings/skill-rules']").Length() != 0 {
		t.Error("a rule can be added though there is no skill")
	}
	admin.Follow(admin.Post("/settings/skills", url.Values{"name": {"粤语"}})).Page(http.StatusOK)
	wrong := admin.Post("/settings/skills", url.Values{"name": {"粤语"}}).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(wrong, "#e-name"); len(got) != 1 || got[0] != "there is a skill of this name" {
		t.Errorf("the same name is refused as %q", got)
	}
	wrong = admin.Post("/settings/skills/1", url.Values{"name": {"粤语"}, "have": {"nobody 谁\nadmin\n"}}).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(wrong, "#e-have"); len(got) != 1 || got[0] != "nobody logs in as nobody" {
		t.Errorf("an unknown login is refused as %q", got)
	}
	admin.Follow(admin.Post("/settings/skills/1", url.Values{"name": {"粤语"}, "have": {"admin Somebody\n"}})).Page(http.StatusOK)
	edited := admin.Get("/settings/skills/1").Page(http.StatusOK)
	if had, _ := edited.Find("input[name=had]").Attr("value"); had != "admin" {
		t.Errorf("it is had by %q", had)
	}
	wrong = admin.Post("/settings/skill-rules", url.Values{"skill": {"1"}}).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(wrong, "#e-kind"); len(got) != 1 {
		t.Errorf("a rule about everything is refused as %q", got)
	}
	admin.Follow(admin.Post("/settings/skill-rules", url.Values{"kind": {"confirm"}, "skill": {"1"}})).Page(http.StatusOK)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	empty := caller.Get("/desk").Page(http.StatusOK)
	if rows := webtest.TextsOf(empty, ".desk-empty tbody td"); !slices.Contains(rows, "Needs the skill 粤语") {
		t.Errorf("the caller without it is told %q", rows)
	}
	both := url.Values{"name": {"粤语"}, "had": {"admin"}, "have": {"admin\ncaller\n"}}
	admin.Follow(admin.Post("/settings/skills/1", both)).Page(http.StatusOK)
	caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	held, err := ts.Callbacks.Current(t.Context(), account.Viewer{UserID: 2, Role: account.Caller})
	if err != nil || held.Callback.State != callback.Claimed {
		t.Errorf("with it they have %+v, %v", held, err)
	}
}

// Removing a skill that a rule needs was offered, and ended on a page that said nothing else.
func TestASkillThatARuleNeedsNamesThatRule(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	for _, name := range []string{"粤语", "英语"} {
		admin.Post("/settings/skills", url.Values{"name": {name}})
	}
	admin.Post("/settings/skill-rules", url.Values{"kind": {"confirm"}, "skill": {"2"}})
	admin.Post("/settings/skill-rules", url.Values{"language": {"yue"}, "skill": {"1"}})
	page := admin.Get("/settings/skills").Page(http.StatusOK)
	if got := webtest.TextsOf(page, `a[href="#rule-2"]`); len(got) != 1 || got[0] != "needed by rule 2" {
		t.Errorf("beside the skill is %q", got)
	}
	if page.Find(`#rule-2`).Length() != 1 || page.Find(`form[action="/settings/skills/1/remove"]`).Length() != 0 {
		t.Error("removing it is offered, or the rule cannot be found")
	}
	refused := admin.Post("/settings/skills/1/remove", nil).Page(http.StatusConflict) // from a page that was shown before the rule
	if got := webtest.TextsOf(refused, ".error.whole"); len(got) != 1 || !strings.HasPrefix(got[0], "Rule 2 says") {
		t.Errorf("it is refused as %q", got)
	}
	if refused.Find(`form[action="/settings/skills"]`).Length() != 1 {
		t.Error("the refusal is no page of skills")
	}
	admin.Post("/settings/skill-rules/2/remove", nil)
	free := admin.Get("/settings/skills").Page(http.StatusOK).Find(`form[action="/settings/skills/1/remove"]`)
	if got := free.AttrOr("data-confirm", ""); got != "Remove the skill 粤语? Nobody has it." {
		t.Errorf("it is asked %q", got)
	}
	admin.Follow(admin.Post("/settings/skills/1/remove", nil)).Page(http.StatusOK)
}

func TestPagesOfSkillsLookRight(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("skills-empty", "/settings/skills")
	for _, name := range []string{"粤语", "大客户", "投诉处理"} {
		admin.Post("/settings/skills", url.Values{"name": {name}})
	}
	admin.Post("/settings/skills/1", url.Values{"name": {"粤语"}, "have": {"admin\ncaller"}})
	for _, rule := range []url.Values{
		{"language": {"yue"}, "skill": {"1"}},
		{"product": {"专线"}, "skill": {"2"}},
		{"kind": {"complaint"}, "category": {"宽带报修"}, "skill": {"3"}},
	} {
		admin.Post("/settings/skill-rules", rule)
	}
	b.Look("skills", "/settings/skills")
	b.Look("skill", "/settings/skills/1")
}
