package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

type apiUser struct {
	ID           int64
	Login, Name  string
	Role, State  string
	Teams        []string
	PasswordLink string `json:"password_link"`
}

func TestTheAPIManagesUsersWithItsScope(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	hr, helpdesk := ts.Machine(t, "人事", account.ManageUsers), ts.Machine(t, "客服系统")
	do := func(m webtest.Machine, method, path, body string, want int) (u apiUser) {
		t.Helper()
		header := http.Header{"Authorization": {"Bearer " + m.Token}, "Content-Type": {"application/json"}}
		r := m.Do(method, "/api/v1/users"+path, strings.NewReader(body), header)
		if r.Status != want {
			t.Fatalf("%s %s %s: %d %s", method, path, body, r.Status, r.Body)
		}
		if want < 300 {
			webtest.Must(t, json.Unmarshal([]byte(r.Body), &u))
		}
		return u
	}
	for _, try := range [][2]string{
		{http.MethodGet, ""},
		{http.MethodPost, ""},
		{http.MethodGet, "/1"},
		{http.MethodPost, "/1/disable"},
		{http.MethodPost, "/1/enable"},
		{http.MethodPost, "/1/password-link"},
	} {
		do(helpdesk, try[0], try[1], "{}", http.StatusForbidden)
	}
	added := do(hr, http.MethodPost, "", `{"login":"Wang","name":"王敏","teams":["一组"]}`, http.StatusCreated)
	invited := added.State == "invited" && strings.Contains(added.PasswordLink, "/set-password/")
	if added.Login != "wang" || added.Role != "caller" || !invited {
		t.Errorf("added is %+v", added)
	}
	if again := do(hr, http.MethodPost, "", `{"login":"wang"}`, http.StatusOK); again.Name != "王敏" || again.PasswordLink != "" {
		t.Errorf("the same again is %+v", again)
	}
	for _, wrong := range []string{
		`{}`, `{"login":"x","role":"admin"}`, `{"login":"x","role":"king"}`, `{"login":"x","skills":["飞行"]}`, `{"login":"x","phone":"1"}`,
		`{"login":5}`, `[`, `null`, `{"login":"x","extension":"13912345678"}`,
	} {
		do(hr, http.MethodPost, "", wrong, http.StatusUnprocessableEntity)
	}
	do(hr, http.MethodPost, "", `{"login":"`+strings.Repeat("x", 2<<20)+`"}`, http.StatusRequestEntityTooLarge)
	edited := do(hr, http.MethodPost, "", `{"login":"wang","role":"handler","teams":["一组","二组"]}`, http.StatusOK)
	if edited.Role != "handler" || len(edited.Teams) != 2 || edited.Name != "王敏" || edited.PasswordLink != "" {
		t.Errorf("edited is %+v", edited)
	}
	do(hr, http.MethodPost, "", `{"login":"admin","name":"x"}`, http.StatusForbidden)
	do(hr, http.MethodPost, "/1/disable", "", http.StatusForbidden)
	do(hr, http.MethodGet, "/99", "", http.StatusNotFound)
	if off := do(hr, http.MethodPost, "/2/disable", "", http.StatusOK); off.State != "off" {
		t.Errorf("disabled is %+v", off)
	}
	do(hr, http.MethodPost, "/2/password-link", "", http.StatusConflict)
	do(hr, http.MethodPost, "/2/enable", "", http.StatusOK)
	if link := do(hr, http.MethodPost, "/2/password-link", "", http.StatusOK).PasswordLink; link == "" || link == added.PasswordLink {
		t.Errorf("the new link is %q", link)
	}
	var list struct {
		Users []apiUser
		Next  string
	}
	webtest.Must(t, json.Unmarshal([]byte(hr.Get("/api/v1/users?limit=1").Body), &list))
	if len(list.Users) != 1 || list.Users[0].Login != "admin" || list.Next != "admin" {
		t.Errorf("the first part is %+v", list)
	}
	list.Next = ""
	webtest.Must(t, json.Unmarshal([]byte(hr.Get("/api/v1/users?after=admin&role=handler").Body), &list))
	if len(list.Users) != 1 || list.Users[0].Login != "wang" || list.Next != "" {
		t.Errorf("the rest is %+v", list)
	}
	lines, err := ts.Accounts.AuditEntries(t.Context(), account.Viewer{Role: account.Admin},
		account.AuditFilter{Action: "user.edited"}, account.AuditKey{}, 9)
	if err != nil || len(lines) != 1 || lines[0].Door != account.ByAPI || lines[0].Token == "" {
		t.Errorf("the audit has %+v, %v", lines, err)
	}
}
