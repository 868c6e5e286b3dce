package scripts_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback/script"
)

// newScripts is a centre with its stock scripts, a contact, and a supervisor who looks at it.
func newScripts(t *testing.T, teams ...string) (*webtest.Server, *webtest.Client) {
	t.Helper()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Scripts.EnsureBuiltIn(t.Context()))
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	supervisor := ts.Login(t, account.Supervisor, teams...)
	return ts, supervisor
}

// begin begins a draft and returns its address and the form as the page has it.
func begin(t *testing.T, c *webtest.Client, m url.Values) (path string, form url.Values) {
	t.Helper()
	answer := c.Post("/scripts", m)
	path = answer.Header.Get("Location")
	doc := c.Follow(answer).Page(http.StatusOK)
	revision, _ := doc.Find(`#write [name="revision"]`).Attr("value")
	return path, url.Values{
		"revision": {revision}, "body": {doc.Find(`[name="body"]`).Text()}, "short": {doc.Find(`[name="short"]`).Text()},
	}
}

func TestAScriptIsWrittenPublishedAndSaid(t *testing.T) {
	t.Parallel()
	ts, boss := newScripts(t)
	path, form := begin(t, boss, url.Values{"kind": {"confirm"}, "language": {"zh-CN"}, "category": {"宽带报修"}})
	if !strings.Contains(form.Get("body"), "【开场】") {
		t.Fatalf("the draft begins with %q", form.Get("body"))
	}
	form.Set("body", "【开场】\n{customer}，我是{centre}的{caller}。\n【询问】\n网速｛score｝恢复了吗？\n【结束】\n再见。")
	form.Set("note", "宽带专用")
	done := boss.Follow(boss.Post(path+"/publish", form)).Page(http.StatusOK)
	if flash := done.Find(".flash").Text(); !strings.Contains(flash, "Version 1 is published") {
		t.Errorf("the flash says %q", flash)
	}
	caller := ts.Login(t, account.Caller)
	desk := caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	said := strings.Join(webtest.TextsOf(desk, ".full-form .passage"), "\n")
	if !strings.Contains(said, "张伟，我是") || !strings.Contains(said, "网速score the customer gave恢复") {
		t.Errorf("the desk says %q", said)
	}
	if got := boss.Post(path, form).Status; got != http.StatusConflict {
		t.Errorf("a published version was saved: %d", got)
	}
	boss.Follow(boss.Post(path+"/retire", nil)).Page(http.StatusOK)
	if said := caller.Get("/desk").Page(http.StatusOK).Find(".full-form").Text(); !strings.Contains(said, "我们记录为已经处理完毕") {
		t.Errorf("after it was retired the desk says %q", said)
	}
}

func TestAScriptThatCannotBeSaidIsRefusedByLine(t *testing.T) {
	t.Parallel()
	_, boss := newScripts(t)
	path, form := begin(t, boss, url.Values{"kind": {"confirm"}, "language": {"en"}})
	form.Set("body", "[Opening]\nThis is {caller} of {centre}.\n[Chat]\nNice {weather}.")
	for _, action := range []string{"", "/publish"} {
		doc := boss.Post(path+action, form).Page(http.StatusUnprocessableEntity)
		problems := webtest.TextsOf(doc, "#write .problems li")
		if len(problems) != 2 || !strings.Contains(problems[0], "line 3") || !strings.Contains(problems[1], "{weather}") {
			t.Errorf("the problems are %q", problems)
		}
		if body := doc.Find(`[name="body"]`).Text(); body != form.Get("body") {
			t.Errorf("what was typed is lost: %q", body)
		}
	}
}

// Somebody else saves the draft while one writes. Theirs is shown beside one's own, and the second press is taken.
func TestWhoSavesADraftSecondSeesTheirsAndDecides(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "/publish"} {
		t.Run("post"+action, func(t *testing.T) {
			t.Parallel()
			ts, boss := newScripts(t)
			path, mine := begin(t, boss, url.Values{"kind": {"confirm"}, "language": {"en"}, "category": {"宽带报修"}})
			theirs := maps.Clone(mine)
			theirs.Set("body", "[Opening]\nThis is {caller} of {centre}.\n[Questions]\nIs it fast again?\n[Closing]\nGoodbye.")
			mine.Set("body", "[Opening]\nThis is {caller} of {centre}.\n[Questions]\nDoes it work?\n[Closing]\nGoodbye.")
			ts.Login(t, account.Admin).Post(path, theirs)

			refused := boss.Post(path+action, mine).Page(http.StatusConflict)
			said := refused.Find(".error.whole").Text()
			if !strings.Contains(said, "theirs stands beside it") || !strings.Contains(said, "The admin") {
				t.Errorf("the conflict is told as %q", said)
			}
			if apart := webtest.TextsOf(refused, "#write .theirs mark"); !slices.Equal(apart, []string{"Is it fast again?"}) {
				t.Errorf("what differs is %q", apart)
			}
			if body := refused.Find(`[name="body"]`).Text(); body != mine.Get("body") {
				t.Errorf("what was typed is lost: %q", body)
			}
			mine.Set("revision", refused.Find(`#write [name="revision"]`).AttrOr("value", ""))
			done := boss.Follow(boss.Post(path+action, mine)).Page(http.StatusOK)
			if text := done.Find("#write").Text(); !strings.Contains(text, "Does it work?") || strings.Contains(text, "fast again") {
				t.Errorf("after the second press it says %q", text)
			}
		})
	}
}

func TestADraftPublishedMeanwhileBecomesANewOneOfMine(t *testing.T) {
	t.Parallel()
	ts, boss := newScripts(t)
	path, mine := begin(t, boss, url.Values{"kind": {"help"}, "language": {"en"}, "category": {"宽带报修"}})
	theirs := maps.Clone(mine)
	theirs.Set("body", "Restart the modem")
	mine.Set("body", "Change the cable")
	admin := ts.Login(t, account.Admin)
	admin.Follow(admin.Post(path+"/publish", theirs)).Page(http.StatusOK)

	refused := boss.Post(path, mine).Page(http.StatusConflict)
	if refused.Find(`[formaction$="/retire"]`).Length() != 0 {
		t.Error("what was typed can be lost by retiring theirs")
	}
	if text := refused.Find(`#write`).Text(); !strings.Contains(text, "Restart the modem") || !strings.Contains(text, "Change the cable") {
		t.Errorf("the page has %q", text)
	}
	answer := boss.Post(path+"/draft", mine)
	if next := answer.Header.Get("Location"); next == path {
		t.Errorf("the draft is the version: %s", next)
	}
	if body := boss.Follow(answer).Page(http.StatusOK).Find(`[name="body"]`).Text(); body != "Change the cable" {
		t.Errorf("the new draft says %q", body)
	}
	mine.Set("body", "Call the technician") // by now the new draft is somebody's, and is not replaced unseen
	again := boss.Post(path+"/draft", mine).Page(http.StatusConflict)
	if apart := webtest.TextsOf(again, "#write .theirs mark"); !slices.Equal(apart, []string{"Change the cable"}) {
		t.Errorf("the draft that is there says %q", apart)
	}
}

func TestADraftThatChangedIsNotDeletedUnseen(t *testing.T) {
	t.Parallel()
	_, boss := newScripts(t)
	path, form := begin(t, boss, url.Values{"kind": {"help"}, "language": {"en"}})
	form.Set("body", "Restart the modem")
	boss.Follow(boss.Post(path, form)).Page(http.StatusOK)
	refused := boss.Post(path+"/delete", url.Values{"revision": form["revision"]}).Page(http.StatusConflict)
	if said := refused.Find(".error.whole").Text(); !strings.Contains(said, "changed the draft") {
		t.Errorf("why it was not deleted is told as %q", said)
	}
}

// A preview has not shown what somebody else saved meanwhile: who then saves or deletes is told of it.
func TestAPreviewDoesNotHideWhatSomebodyElseSaved(t *testing.T) {
	t.Parallel()
	ts, boss := newScripts(t)
	path, mine := begin(t, boss, url.Values{"kind": {"help"}, "language": {"en"}})
	theirs := maps.Clone(mine)
	theirs.Set("body", "Restart the modem")
	ts.Login(t, account.Admin).Post(path, theirs)
	mine.Set("body", "Change the cable")
	shown := boss.Post(path+"/preview", mine).Page(http.StatusOK)
	for _, form := range []string{"#write", `form[action$="/delete"]`} {
		if got := shown.Find(form+` [name="revision"]`).AttrOr("value", ""); got != mine.Get("revision") {
			t.Errorf("after a preview %s is of revision %s", form, got)
		}
	}
	if apart := webtest.TextsOf(boss.Post(path, mine).Page(http.StatusConflict), "#write .theirs mark"); len(apart) != 1 {
		t.Errorf("theirs is told as %q", apart)
	}
}

func TestWhatIsWrittenOfADeletedDraftBecomesANewOne(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "/publish", "/preview"} {
		t.Run("post"+action, func(t *testing.T) {
			t.Parallel()
			ts, boss := newScripts(t)
			m := url.Values{"kind": {"confirm"}, "language": {"en"}, "category": {"宽带报修"}}
			path, mine := begin(t, boss, m)
			maps.Copy(mine, m)
			mine.Set("body", "[Opening]\nThis is {caller} of {centre}.\n[Questions]\nDoes it work?\n[Closing]\nGoodbye.")
			admin := ts.Login(t, account.Admin)
			admin.Follow(admin.Post(path+"/delete", url.Values{"revision": mine["revision"]})).Page(http.StatusOK)
			refused := boss.Post(path+action, mine).Page(http.StatusConflict)
			if said := refused.Find(".error.whole").Text(); !strings.Contains(said, "deleted this draft") {
				t.Errorf("it is told as %q", said)
			}
			again := url.Values{"body": {refused.Find(`[name="body"]`).Text()}, "short": mine["short"]}
			refused.Find(`#write[action="/scripts"] input[type="hidden"]`).Each(func(_ int, field *goquery.Selection) {
				again.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
			})
			done := boss.Follow(boss.Post("/scripts", again)).Page(http.StatusOK)
			if text := done.Find(`[name="body"]`).Text(); text != mine.Get("body") {
				t.Errorf("the new draft says %q", text)
			}
		})
	}
}

func TestAPreviewIsOfAContactTheViewerSees(t *testing.T) {
	t.Parallel()
	ts, stranger := newScripts(t, "装维二班")
	boss := ts.Login(t, account.Admin)
	path, form := begin(t, boss, url.Values{"kind": {"recovery"}, "language": {"zh-CN"}})
	form.Set("contact", "GD-0001")
	doc := boss.Post(path+"/preview", form).Page(http.StatusOK)
	said := doc.Find("#preview").Text()
	if !strings.Contains(said, "张伟") || !strings.Contains(said, "家庭宽带 500M宽带报修") || !strings.Contains(said, "GD-0001") {
		t.Errorf("the preview says %q", said)
	}
	gaps := webtest.TextsOf(doc, "#preview mark.gap") // this server's centre has no name
	if !slices.Equal(gaps, []string{"name of the centre", "score the customer gave", "name of the centre"}) {
		t.Errorf("the gaps are %q", gaps)
	}
	doc = stranger.Post(path+"/preview", form).Page(http.StatusOK)
	said = doc.Find("#preview").Text()
	if strings.Contains(said, "张伟") || !strings.Contains(doc.Find(".input.wrong .error").Text(), "no contact") {
		t.Errorf("another team's customer is shown: %q", said)
	}
}

func TestCallersKeepTheirOwnPhrases(t *testing.T) {
	t.Parallel()
	ts, boss := newScripts(t)
	caller := ts.Login(t, account.Caller)
	caller.Follow(caller.Post("/phrases", url.Values{"own": {"下午再打\n要求上门"}})).Page(http.StatusOK)
	boss.Follow(boss.Post("/scripts/phrases", url.Values{"centre": {"客户已确认"}})).Page(http.StatusOK)
	desk := caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	if got := strings.Join(webtest.TextsOf(desk, "#phrases [data-phrase] > span:nth-child(2)"), "|"); got != "下午再打|要求上门|客户已确认" {
		t.Errorf("the desk has %q", got)
	}
	many := caller.Post("/phrases", url.Values{"own": {strings.Repeat("句\n", script.MaxPhrases+1)}}).Page(http.StatusUnprocessableEntity)
	if problem := many.Find(".problems").Text(); !strings.Contains(problem, "line 31") {
		t.Errorf("too many are refused with %q", problem)
	}
}

func TestOnlyAdministratorsSaveWhatIsSaidOfRecordings(t *testing.T) {
	t.Parallel()
	ts, boss := newScripts(t)
	form := url.Values{"recorded": {"yes"}, "notice_zh-CN": {"本次通话会录音。"}, "notice_en": {""}, "short_tags": {"长者，银发"}}
	if got := boss.Post("/scripts/centre", form).Status; got != http.StatusForbidden {
		t.Errorf("a supervisor saves it: %d", got)
	}
	admin := ts.Login(t, account.Admin)
	if text := admin.Post("/scripts/centre", form).Page(http.StatusUnprocessableEntity).Find("#e-notice_en").Text(); text != "is required" {
		t.Errorf("an empty notice is refused with %q", text)
	}
	form.Set("notice_en", "This call is recorded.")
	admin.Follow(admin.Post("/scripts/centre", form)).Page(http.StatusOK)
	centre, err := ts.Scripts.Centre(t.Context())
	if err != nil || len(centre.ShortTags) != 2 || centre.Notice["zh-CN"] != "本次通话会录音。" {
		t.Errorf("kept as %+v, %v", centre, err)
	}
}

func TestScriptPagesInABrowser(t *testing.T) {
	t.Parallel()
	ts, _ := newScripts(t)
	ts.Login(t, account.Admin)
	admin := account.Viewer{UserID: 2, Role: account.Admin}
	help, err := ts.Scripts.Draft(t.Context(), admin, script.Match{Kind: script.Help, Language: "zh-CN", Category: "宽带报修"})
	webtest.Must(t, err)
	_, err = ts.Scripts.Save(t.Context(), admin, help.ID, help.Revision, script.Written{Body: "请客户重启光猫，等两分钟\n看光信号灯是否变绿\n换一根网线再试"})
	webtest.Must(t, err)
	draft, err := ts.Scripts.DraftFrom(t.Context(), admin, 1)
	webtest.Must(t, err)
	webtest.Must(t, ts.Scripts.SetCentrePhrases(t.Context(), admin, "客户已确认修复\n客户要求上门，约在晚上七点以后"))
	b := ts.Open(t)
	b.Login("admin")
	b.Look("scripts", "/scripts")
	b.Look("script-version", "/scripts/1")
	b.Look("script-draft", "/scripts/"+text(draft.ID))
	b.Look("script-help", "/scripts/"+text(help.ID))
	b.Look("phrases", "/phrases")
	b.Look("dialer", "/settings/dialer")
	b.Look("me", "/me")
	b.Resize(1440, 900, false)
	b.Visit("/scripts/" + text(draft.ID))
	b.Click(`[formaction$="/preview#preview"]`)
	b.Wait("#preview")
	b.Fits("script preview")
	b.Screenshot("script-preview")
	other := script.Written{Body: strings.Replace(draft.Body, "再见", "祝您生活愉快，再见", 1) + "\n客户不方便时，约好再拨的时间。"}
	_, err = ts.Scripts.Save(t.Context(), admin, draft.ID, draft.Revision, other)
	webtest.Must(t, err)
	b.Click(`#write .actions .button:not(.go)`) // by now somebody else has saved it
	b.Wait("#write .theirs")
	for _, width := range []int64{1440, 1024, 390} {
		b.Resize(width, 900, false)
		b.Fits("script conflict")
		b.Screenshot(fmt.Sprintf("script-conflict-%d", width))
	}
}

func text(id int64) string { return strconv.FormatInt(id, 10) }
