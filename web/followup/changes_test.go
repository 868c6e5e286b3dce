package followup_test

import (
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// What became of a callback, by whom and why, is told on its page in words, whatever it was.
func TestTheStoryOfACallbackIsToldInWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带"))
	boss := ts.Login(t, account.Supervisor)
	story := func() string {
		t.Helper()
		return boss.Get("/callbacks/1").Page(http.StatusOK).Find("#changes li").Text()
	}
	viewer := account.Viewer{UserID: 1, Role: account.Admin}
	desk, err := ts.Callbacks.Claim(t.Context(), viewer)
	webtest.Must(t, err)
	_, err = ts.Callbacks.Skip(t.Context(), viewer, desk.Callback.ID, desk.Callback.Fence, callback.SkipLanguage)
	webtest.Must(t, err)
	webtest.Must(t, ts.Callbacks.CancelByHand(t.Context(), viewer, desk.Callback.ID, "客户已到店解决"))
	told := story()
	for _, want := range []string{
		"Claimed, with the number", "Passed on: Somebody should call who speaks the language", "Cancelled: Cancelled by a supervisor",
		"客户已到店解决",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not told in %q", want, told)
		}
	}
	for _, kind := range callback.ChangeKinds() {
		reason := "no_answer"
		if kind == callback.ChangeSkipped {
			reason = "other"
		}
		for _, keptFor := range []int64{0, 1} {
			webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec(
				"UPDATE callback_changes SET kind = ?, for_user_id = ?, reason = ?", kind, keptFor, reason).Error)
			if told := story(); told == "" || strings.Contains(told, "callback_change.") || strings.Contains(told, "reason.") {
				t.Errorf("%s is told as %q", kind, told)
			}
		}
	}
}
