package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
	"aftercall/tasks/handoff"
)

// unsolved is a server where a customer says that it is not solved, and a machine of the contact's source.
func unsolved(t *testing.T, scopes ...account.Scope) (*webtest.Server, handoff.Handoff, webtest.Machine) {
	t.Helper()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	h, err := ts.Handoffs.Open(t.Context(), account.Viewer{UserID: 9, Role: account.Supervisor},
		handoff.Opening{Kind: handoff.Unsolved, ResolutionID: 1, Said: "还是上不了网"})
	webtest.Must(t, err)
	d, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, h.ContactID)
	webtest.Must(t, err)
	m := ts.Machine(t, d.SourceName, scopes...)
	return ts, h, m
}

func TestAMachineRepliesToHandoffsOfItsSource(t *testing.T) {
	t.Parallel()
	ts, h, m := unsolved(t, account.WorkHandoffs)
	path := fmt.Sprintf("/handoffs/%d", h.ID)
	var list struct {
		Handoffs []struct {
			ID         int64
			Version    int64
			ExternalID string `json:"external_id"`
			Said       string
		}
	}
	webtest.Must(t, json.Unmarshal([]byte(m.Get("/api/v1/handoffs").Body), &list))
	if len(list.Handoffs) != 1 || list.Handoffs[0].ExternalID != "GD-0001" || list.Handoffs[0].Said != "还是上不了网" {
		t.Fatalf("the list: %+v", list)
	}
	act := func(name, body string, want int) webtest.Response {
		t.Helper()
		r := m.PostTo(path+"/"+name, "application/json", body)
		if r.Status != want {
			t.Fatalf("%s %s: %d %s", name, body, r.Status, r.Body)
		}
		return r
	}
	act("claim", `{}`, http.StatusUnprocessableEntity)
	act("claim", `{"version":2}`, http.StatusOK)
	act("reply", `{"version":2,"words":"换了光猫","remedy":"fixed"}`, http.StatusConflict)
	act("reply", `{"version":3,"words":"换了光猫","remedy":"magic"}`, http.StatusUnprocessableEntity)
	act("reply", `{"version":3,"words":"换了光猫","remedy":"fixed","no":1}`, http.StatusUnprocessableEntity)
	act("close", `{"version":3,"words":"x","result":"given_up"}`, http.StatusConflict)
	if r := act("reply", `{"version":3,"words":"换了光猫","remedy":"fixed"}`, http.StatusOK); !strings.Contains(r.Body, `"state":"replied"`) {
		t.Errorf("the answer: %s", r.Body)
	}
	sheet, err := ts.Handoffs.ByID(t.Context(), handoff.ByUser(account.Viewer{Role: account.Admin}), h.ID)
	webtest.Must(t, err)
	if last := sheet.Log[len(sheet.Log)-1]; sheet.Handoff.Reply != "换了光猫" || last.By == "" {
		t.Errorf("kept: %q by %q", sheet.Handoff.Reply, last.By)
	}
	if r := ts.Machine(t, "crm", account.WorkHandoffs).Get("/api/v1" + path); r.Status != http.StatusNotFound {
		t.Errorf("another source sees it: %d", r.Status)
	}
}

func TestWithoutItsScopeATokenSeesNoHandoff(t *testing.T) {
	t.Parallel()
	_, h, m := unsolved(t)
	for _, path := range []string{"/api/v1/handoffs", fmt.Sprintf("/api/v1/handoffs/%d", h.ID)} {
		if r := m.Get(path); r.Status != http.StatusForbidden || r.Problem().Code != "handoff_scope" {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
		}
	}
}

func TestASourceIsToldWhatIsNotSolved(t *testing.T) {
	t.Parallel()
	ts, h, m := unsolved(t)
	var list struct {
		Events []struct {
			ID        int64
			Event     string
			ContactID int64 `json:"contact_id"`
			HandoffID int64 `json:"handoff_id"`
		}
		Next int64
	}
	webtest.Must(t, json.Unmarshal([]byte(m.Get("/api/v1/events").Body), &list))
	if len(list.Events) != 1 || list.Events[0].Event != contact.EventUnresolved || list.Events[0].ContactID != h.ContactID ||
		list.Events[0].HandoffID != h.ID {
		t.Fatalf("told: %+v", list)
	}
	if r := m.Get(fmt.Sprintf("/api/v1/events?after=%d", list.Next)); !strings.Contains(r.Body, `"events":[]`) {
		t.Errorf("told again: %s", r.Body)
	}
	if r := ts.Machine(t, "crm").Get("/api/v1/events"); !strings.Contains(r.Body, `"events":[]`) {
		t.Errorf("another source is told: %s", r.Body)
	}
}
