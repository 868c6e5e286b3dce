package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
)

type listed struct {
	Callbacks []struct {
		ID         int64
		State      string
		ExternalID string `json:"external_id"`
		Team       string
		KeptFor    string `json:"kept_for"`
		ReadyAt    string `json:"ready_at"`
	}
	Next string
}

func list(t *testing.T, m webtest.Machine, query string) (l listed) {
	t.Helper()
	r := m.Get("/api/v1/callbacks" + query)
	if r.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", query, r.Status, r.Body)
	}
	webtest.Must(t, json.Unmarshal([]byte(r.Body), &l))
	return l
}

// A source pages through the callbacks about its contacts, moves and cancels them, and learns nothing of another's.
func TestASourceSeesTheCallbacksAboutItsContacts(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	var batch []contact.Input
	for i := range 5 {
		batch = append(batch, webtest.SevereContact(i, "张伟", "宽带报修"))
	}
	ts.FillDesk(t, batch...)
	var source string
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Raw("SELECT name FROM sources").Scan(&source).Error)
	own, other := ts.Machine(t, source), ts.Machine(t, "crm")
	seen := map[int64]bool{}
	for query := "?limit=2"; ; {
		l := list(t, own, query)
		for _, c := range l.Callbacks {
			seen[c.ID] = true
		}
		if l.Next == "" {
			break
		}
		query = "?limit=2&after=" + l.Next
	}
	if len(seen) != 5 {
		t.Errorf("page by page it saw %v", seen)
	}
	if l := list(t, other, ""); len(l.Callbacks) != 0 {
		t.Errorf("another source sees %+v", l)
	}
	if l := list(t, own, "?set=closed"); len(l.Callbacks) != 0 {
		t.Errorf("closed are %+v", l)
	}
	for query, status := range map[string]int{
		"?set=x": 422, "?state=x": 422, "?kind=x": 422, "?sort=x": 422, "?period=x": 422, "?from=x": 422, "?after=x": 422, "?limit=x": 422,
		"?from=2026-11-22T10:40:00%2B08:00&sort=age&kind=confirm": 200,
	} {
		if r := own.Get("/api/v1/callbacks" + query); r.Status != status {
			t.Errorf("%s: %d, want %d: %s", query, r.Status, status, r.Body)
		}
	}
	post := func(m webtest.Machine, path, body string, want int) {
		t.Helper()
		if r := m.PostTo(path, "application/json", body); r.Status != want {
			t.Errorf("%s: %d, want %d: %s", path, r.Status, want, r.Body)
		}
	}
	post(own, "/callbacks/1/move", `{"why":"客户改期","at":"2026-11-23T10:40:00+08:00"}`, 200)
	post(own, "/callbacks/1/move", `{"why":"客户改期","at":"2026-11-23T02:40:00+08:00"}`, 422) // at night
	post(own, "/callbacks/1/cancel", `{"why":"客户已到店"}`, 200)
	post(own, "/callbacks/1/cancel", `{"why":"客户已到店"}`, 409)
	post(own, "/callbacks/2/cancel", `{"why":""}`, 422)
	post(other, "/callbacks/2/cancel", `{"why":"x"}`, 404)
	post(own, "/callbacks/2/release", `{"why":"x"}`, 403)
	if l := list(t, own, "?state=cancelled"); len(l.Callbacks) != 1 || l.Callbacks[0].ID != 1 {
		t.Errorf("cancelled are %+v", l)
	}
}

// People with a token do at the API what they do on the page.
func TestASupervisorsTokenRunsTheFloor(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	caller.Post("/desk/claim", nil)
	var id int64
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Raw("SELECT id FROM users WHERE role = 'caller'").Scan(&id).Error)
	token, err := ts.Accounts.CreateToken(t.Context(), "dashboard", account.Supervisor, 0)
	webtest.Must(t, err)
	boss := ts.Machine(t, "crm")
	boss.Token = token
	reassign := fmt.Sprintf(`{"why":"换人","caller_id":%d}`, id)
	if r := boss.PostTo("/callbacks/1/reassign", "application/json", reassign); r.Status != http.StatusConflict {
		t.Errorf("what somebody has in hand was reassigned: %d %s", r.Status, r.Body)
	}
	if r := boss.PostTo("/callbacks/1/release", "application/json", `{"why":"换人","free":true}`); r.Status != http.StatusOK {
		t.Errorf("released: %d %s", r.Status, r.Body)
	}
	if r := boss.PostTo("/callbacks/1/reassign", "application/json", reassign); r.Status != http.StatusOK {
		t.Errorf("reassigned: %d %s", r.Status, r.Body)
	}
	if l := list(t, boss, ""); len(l.Callbacks) != 1 || l.Callbacks[0].State != "ready" || l.Callbacks[0].KeptFor == "" {
		t.Errorf("the list has %+v", l)
	}
}
