package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/script"
)

// What is written for the supervisor is a draft like the other words, and stands on pages of supervisors and of who wrote it alone.
func TestOnlySupervisorsAndTheWriterReadTheirNote(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	const words = "客户认识处理人，请换人跟进"
	typed := url.Values{"call_result": {"no_answer"}, "note": {"响铃"}, "note_for_supervisor": {words}, "then": {"stop"}}
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), typed)
	draft := caller.Post(strings.TrimSuffix(action, "finish")+"draft", form)
	kept := caller.Get("/desk").Page(http.StatusOK).Find(`[name="note_for_supervisor"]`).Text()
	if draft.Status != http.StatusOK || kept != words {
		t.Fatalf("kept is %q: %d", kept, draft.Status)
	}
	caller.Follow(caller.Post(action, form))
	chief := ts.Login(t, account.Supervisor)
	for reader, pages := range map[*webtest.Client][]string{
		chief:  {"/callbacks", "/callbacks/1", "/callbacks/1/attempts/1/correct"},
		caller: {"/callbacks/1", "/callbacks/1/attempts/1/correct"},
	} {
		for _, page := range pages {
			if !strings.Contains(reader.Get(page).Body, words) {
				t.Errorf("%s does not show it (to the supervisor: %v)", page, reader == chief)
			}
		}
	}
	colleague := account.User{ID: 77, Login: "colleague", Name: "Li", Role: account.Caller}
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Create(&colleague).Error)
	viewer := account.Viewer{UserID: 77, Role: account.Caller}
	ts.Advance(3 * time.Hour)
	_, err := ts.Callbacks.Pick(t.Context(), account.Viewer{UserID: 78, Role: account.Supervisor}, 1)
	webtest.Must(t, err)
	ts.Advance(callback.Lease + time.Second)
	desk, err := ts.Callbacks.Claim(t.Context(), viewer)
	if err != nil || desk.Attempts[0].Note != "响铃" || desk.Attempts[0].NoteForSupervisor != "" {
		t.Errorf("a colleague reads %q beside %q, %v", desk.Attempts[0].NoteForSupervisor, desk.Attempts[0].Note, err)
	}
}

// The desk offers to hear the earlier calls that its caller may hear.
func TestTheDeskOffersTheRecordingsThatMayBeHeard(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"call_result": {"busy"}, "then": {"stop"}})
	caller.Follow(caller.Post(action, form))
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec("UPDATE attempts SET recording_url = 'https://pbx.example.com/1.wav'").Error)
	ts.Advance(2 * time.Hour)
	caller.Post("/desk/1/pick", nil)
	listen := func() string {
		t.Helper()
		link, _ := caller.Get("/desk").Page(http.StatusOK).Find(`.facts a[href*="recordings"]`).Attr("href")
		return link
	}
	if link := listen(); link != "" {
		t.Errorf("callers may not hear theirs, and are offered %q", link)
	}
	webtest.Must(t, ts.Scripts.SetCentre(t.Context(), boss, script.Centre{OwnCalls: true}))
	link := listen()
	if to := caller.Get(link); to.Header.Get("Location") != "https://pbx.example.com/1.wav" {
		t.Errorf("%q leads to %d %q", link, to.Status, to.Header.Get("Location"))
	}
}
