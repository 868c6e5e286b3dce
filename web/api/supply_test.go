package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// A machine is told of the callbacks about its contacts, a supervisor's token of all; whom they call is told to neither.
func TestSupplyIsToldToWhoMayKnow(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "王芳", "移机"))
	token := func(role account.Role) webtest.Machine {
		t.Helper()
		plain, err := ts.Accounts.CreateToken(t.Context(), string(role), role, 0)
		webtest.Must(t, err)
		return webtest.Machine{Client: ts.Anonymous(t), Token: plain}
	}
	for name, who := range map[string]struct {
		webtest.Machine
		open, sources int
		sums          bool
	}{
		"its own source":   {ts.Machine(t, "客服系统"), 2, 1, false},
		"another source":   {ts.Machine(t, "商城"), 0, 1, false},
		"a supervisor":     {token(account.Supervisor), 2, 2, true},
		"an administrator": {token(account.Admin), 2, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := who.In(t).Get("/api/v1/callbacks/supply")
			var got struct {
				Open, Ready int
				Ages        []struct{ Count int } `json:"ready_by_age"`
				Waiting     []any
				Upstream    struct {
					Sources  []struct{ Name string }
					Resolved *int `json:"resolved_today"`
					Jobs     struct {
						Stopped bool `json:"worker_stopped"`
					}
				}
			}
			if r.Status != http.StatusOK {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			webtest.Must(t, json.Unmarshal([]byte(r.Body), &got))
			if got.Open != who.open || got.Ready != who.open || got.Waiting == nil || len(got.Ages) != 4 || !got.Upstream.Jobs.Stopped ||
				len(got.Upstream.Sources) != who.sources || (got.Upstream.Resolved != nil) != who.sums {
				t.Errorf("told is %s", r.Body)
			}
			if strings.Contains(r.Body, "张伟") || strings.Contains(r.Body, "1391234") {
				t.Errorf("a customer is named: %s", r.Body)
			}
		})
	}
	if r := token(account.Caller).Get("/api/v1/callbacks/supply"); r.Status != http.StatusForbidden {
		t.Errorf("a caller's token: %d", r.Status)
	}
}
