package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// finishOne lets a caller finish the first callback as solved.
func finishOne(t *testing.T, ts *webtest.Server) *webtest.Client {
	t.Helper()
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{
		"call_result": {"reached"}, "business_result": {"solved"}, "rating": {"5"}, "note": {"客户很满意"},
	})
	caller.Follow(caller.Post(action, form)).Page(http.StatusOK)
	return caller
}

func TestAnOutcomeIsCorrectedFromWhatIsDone(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	caller := finishOne(t, ts)
	link, found := caller.Get("/tasks?list=done").Page(http.StatusOK).Find(`a[href$="/correct"]`).Attr("href")
	if !found {
		t.Fatal("what is done has no way to correct it")
	}
	page := caller.Get(link).Page(http.StatusOK)
	if page.Find(`[name="business_result"][value="solved"][checked]`).Length() != 1 ||
		page.Find(`[name="rating"][value="5"][checked]`).Length() != 1 || page.Find(`[name="note"]`).Text() != "客户很满意" {
		t.Error("the form does not show what was recorded")
	}
	form := url.Values{"call_result": {"reached"}, "business_result": {"not_solved"}, "rating": {"2"}, "note": {"其实没修好"}}
	refused := caller.Post(link, form).Page(http.StatusUnprocessableEntity)
	if refused.Find(`#e-correct_why`).Length() != 1 || refused.Find(`[name="rating"][value="2"][checked]`).Length() != 1 ||
		refused.Find(`[name="note"]`).Text() != "其实没修好" {
		t.Error("without a reason it is not refused with everything in place")
	}
	form.Set("correct_why", "按错了键")
	after := caller.Follow(caller.Post(link, form)).Page(http.StatusOK)
	if text := after.Find("#changes").Text(); !strings.Contains(text, "按错了键") {
		t.Errorf("what became of it says %q", text)
	}
	if after.Find(`#calls a[href="`+link+`"]`).Length() != 1 {
		t.Error("the attempt is not linked to its correction")
	}
	desk, err := ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, 1)
	if err != nil || desk.Callback.CloseReason != callback.Reason(callback.NotSolved) {
		t.Errorf("it is closed as %q, %v", desk.Callback.CloseReason, err)
	}
}

func TestACallbackIsHandedOverWithWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller, "装维一班")
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET team_id = 1").Error)
	desk := caller.Follow(caller.Post("/desk/claim", nil))
	if desk.Page(http.StatusOK).Find(`a[href="/desk/1/transfer"][data-key]`).Length() != 1 {
		t.Fatal("the desk has no way to hand over")
	}
	page := caller.Get("/desk/1/transfer").Page(http.StatusOK)
	team, found := page.Find(`option[value^="team-"]`).First().Attr("value")
	if !found {
		t.Fatal("the team of whoever calls is not offered")
	}
	_, form := deskForm(t, desk, url.Values{"transfer_to": {team}})
	refused := caller.Post("/desk/1/transfer", form).Page(http.StatusUnprocessableEntity)
	if refused.Find(`#e-transfer_words`).Length() != 1 || refused.Find(`option[value="`+team+`"][selected]`).Length() != 1 {
		t.Error("without words it is not refused with the choice in place")
	}
	form.Set("transfer_words", "客户要找装维班长")
	after := caller.Follow(caller.Post("/desk/1/transfer", form)).Page(http.StatusOK)
	if text := after.Find(".flash").Text(); !strings.Contains(text, "Handed over") {
		t.Errorf("the flash says %q", text)
	}
}

func TestACallbackWaitsIsResumedAndPicked(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	_, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"paused_until": {"soon"}, "pause_words": {"等装维回单"}})
	refused := caller.Post("/desk/1/wait", form).Page(http.StatusUnprocessableEntity)
	if refused.Find(`#e-paused_until`).Length() != 1 || refused.Find(`[name="pause_words"]`).Text() != "等装维回单" {
		t.Error("a time that is none is not refused with the words in place")
	}
	form.Set("paused_until", "")
	caller.Follow(caller.Post("/desk/1/wait", form)).Page(http.StatusOK)
	page := caller.Get("/callbacks/1").Page(http.StatusOK)
	if page.Find(`form[action="/callbacks/1/resume"]`).Length() != 1 {
		t.Fatal("a paused callback cannot be resumed on its page")
	}
	resumed := caller.Follow(caller.Post("/callbacks/1/resume", nil)).Page(http.StatusOK)
	if resumed.Find(`form[action="/callbacks/1/resume"]`).Length() != 0 || resumed.Find(`form[action="/desk/1/pick"]`).Length() != 1 {
		t.Fatal("a resumed callback cannot be picked on its page")
	}
	picked := caller.Follow(caller.Post("/desk/1/pick", nil)).Page(http.StatusOK)
	if name := picked.Find(".who .name").Text(); !strings.Contains(name, "张伟") {
		t.Errorf("the desk shows %q", name)
	}
}

// An outcome may be undone by its key and by its button although the next customer is shown.
func TestAnOutcomeIsUndoneAfterTheNextIsShown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"))
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	openDesk(b)
	b.Next()
	undo := func(by func()) {
		b.Wait(`form[action="/desk/1/finish"]`)
		pressAlone(b, "2")
		b.Wait(`form[action="/desk/2/finish"]`)
		b.Wait(`.flash form[action="/desk/1/undo"]`)
		by()
		b.Wait(`form[action="/desk/1/finish"]`)
		b.WaitText(".flash", "Undone")
	}
	undo(func() { b.Chord("z", chromedp.ModifierCtrl) })
	undo(func() { b.Click(`.flash form[action="/desk/1/undo"] button`) })
}
