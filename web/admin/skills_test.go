package admin_test

import (
	"net/http"
	"net/url"
	"slices"
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
	if rows := webtest.TextsOf(empty, ".desk-empty tbody td"); !slices.Contains(rows, "For colleagues with the skill 粤语") {
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
