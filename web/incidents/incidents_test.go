package incidents_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
	"aftercall/tasks/incident"
)

// centre is a server with six severe contacts of four customers about broadband.
func centre(t *testing.T) *webtest.Server {
	t.Helper()
	ts := webtest.NewServer(t)
	var inputs []contact.Input
	for n := range 6 {
		in := webtest.SevereContact(n, []string{"张伟", "王芳", "李娜", "刘洋"}[n%4], "宽带断网")
		in.Customer.Phones = []string{fmt.Sprintf("1391111000%d", n%4)}
		inputs = append(inputs, in)
	}
	ts.FillDesk(t, inputs...)
	return ts
}

// tie runs the job that ties what was resolved before.
func tie(t *testing.T, ts *webtest.Server, id int64) {
	t.Helper()
	webtest.Must(t, ts.Incidents.TieBefore(context.Background(), outbox.Ticket{}, id))
}

func form(more url.Values) url.Values {
	f := url.Values{
		"name": {"徐汇片区光缆中断"}, "category": {"宽带断网"}, "from": {"2026-11-01T08:00"}, "per_hour": {"60"}, "team": {"0"},
		"notify": {"yes"}, "notice_zh": {"您所在片区的宽带正在抢修，预计今晚 20 点恢复。"},
	}
	for name, values := range more {
		f[name] = values
	}
	return f
}

func TestASupervisorPausesAndReleasesAnIncident(t *testing.T) {
	t.Parallel()
	ts := centre(t)
	lead := ts.Login(t, account.Supervisor)
	if page := lead.Get("/incidents").Page(http.StatusOK); !strings.Contains(page.Find(".empty").Text(), "There is no incident") {
		t.Error("an empty list does not say so")
	}
	refused := lead.Post("/incidents", form(url.Values{"notice_zh": {""}, "name": {""}})).Page(http.StatusUnprocessableEntity)
	if got, _ := refused.Find("textarea[name=category]").Html(); got != "宽带断网" {
		t.Errorf("what was typed is lost: %q", got)
	}
	page := lead.Follow(lead.Post("/incidents", form(nil))).Page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "about 6 contacts") {
		t.Errorf("it does not say what it will pause: %s", text)
	}
	lead.Follow(lead.Post("/incidents/1/begin", nil)).Page(http.StatusOK)
	tie(t, ts, 1)
	page = lead.Get("/incidents/1").Page(http.StatusOK)
	if n := page.Find("#contacts tbody tr").Length(); n != 6 {
		t.Errorf("%d contacts", n)
	}
	if text := lead.Get("/callbacks").Page(http.StatusOK).Text(); !strings.Contains(text, "Waits for the end of an incident") {
		t.Error("the list of callbacks does not say why they wait")
	}
	if text := lead.Get("/contacts/1").Page(http.StatusOK).Text(); !strings.Contains(text, "Tied to the incident “徐汇片区光缆中断”") {
		t.Error("the contact does not tell it")
	}
	lead.Post("/incidents/1/remove", url.Values{"contact": {"2"}}).Page(http.StatusUnprocessableEntity)
	lead.Follow(lead.Post("/incidents/1/remove", url.Values{"contact": {"2"}, "why": {"是资费问题"}})).Page(http.StatusOK)
	lead.Follow(lead.Post("/incidents/1/tie", url.Values{"contact": {"2"}})).Page(http.StatusOK)
	lead.Post("/incidents/1/tie", url.Values{"numbers": {"nosuch"}}).Page(http.StatusUnprocessableEntity)
	lead.Get("/incidents/tie?contact=1").Page(http.StatusOK)
	lead.Get("/incidents/1/contacts?state=held").Page(http.StatusOK)
	lead.Follow(lead.Post("/incidents/1/release", url.Values{"per_hour": {"12"}})).Page(http.StatusOK)
	webtest.Must(t, ts.Incidents.Free(t.Context(), outbox.Ticket{}, 1))
	lead.Follow(lead.Post("/incidents/1/stop", url.Values{"why": {"又断了"}})).Page(http.StatusOK)
	lead.Follow(lead.Post("/incidents/1/call-off", url.Values{"why": {"误报"}})).Page(http.StatusOK)
	webtest.Must(t, ts.Incidents.Free(t.Context(), outbox.Ticket{}, 1))
	i, err := ts.Incidents.ByID(t.Context(), account.Viewer{Role: account.Admin}, 1)
	if err != nil || i.State != incident.CalledOff {
		t.Errorf("it is %s: %v", i.State, err)
	}
	if n := lead.Get("/incidents/1").Page(http.StatusOK).Find(".timeline li").Length(); n != 9 {
		t.Errorf("the log has %d lines", n)
	}
	lead.Post("/incidents/1/begin", nil).Page(http.StatusConflict)
}

func TestTheFormOfAnIncidentComesBackAsItWas(t *testing.T) {
	t.Parallel()
	ts := centre(t)
	lead := ts.Login(t, account.Supervisor)
	lead.Follow(lead.Post("/incidents", form(url.Values{"product": {"宽带\n专线"}, "until": {"2026-11-30T20:00"}}))).Page(http.StatusOK)
	page := lead.Get("/incidents/1/edit").Page(http.StatusOK)
	for name, want := range map[string]string{"textarea[name=category]": "宽带断网", "textarea[name=product]": "宽带\n专线"} {
		if got := page.Find(name).Text(); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if until, _ := page.Find("input[name=until]").Attr("value"); until != "2026-11-30T20:00" {
		t.Errorf("until is %q", until)
	}
	lead.Follow(lead.Post("/incidents/1/begin", nil)).Page(http.StatusOK)
	lead.Follow(lead.Post("/incidents/1", url.Values{"name": {"别的名字"}, "per_hour": {"5"}, "notice_zh": {"改了"}})).Page(http.StatusOK)
	i, err := ts.Incidents.ByID(t.Context(), account.Viewer{Role: account.Admin}, 1)
	if err != nil || i.Name != "别的名字" || len(i.Filter()) != 2 || !i.Notify || i.PerHour != 5 {
		t.Errorf("it is %+v: %v", i, err)
	}
}

func TestTheIncidentPagesLookLikeTheOthers(t *testing.T) {
	t.Parallel()
	ts := centre(t)
	lead := ts.Login(t, account.Supervisor)
	b := ts.Open(t)
	b.Login(string(account.Supervisor))
	b.Look("incidents-none", "/incidents")
	b.Look("incident-new", "/incidents/new")
	lead.Follow(lead.Post("/incidents", form(nil))).Page(http.StatusOK)
	b.Look("incident-draft", "/incidents/1")
	lead.Post("/incidents/1/begin", nil)
	tie(t, ts, 1)
	b.Look("incident-active", "/incidents/1")
	lead.Post("/incidents/1/release", url.Values{"per_hour": {"12"}})
	webtest.Must(t, ts.Incidents.Free(t.Context(), outbox.Ticket{}, 1))
	b.Look("incident-releasing", "/incidents/1")
	lead.Follow(lead.Post("/incidents", form(url.Values{"name": {"浦东片区停电"}}))).Page(http.StatusOK)
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec(
		"UPDATE incidents SET state = 'proposed', origin = 'burst', seen = 43, usual = 6 WHERE id = 2").Error)
	b.Look("incidents", "/incidents")
	b.Look("incident-proposed", "/incidents/2")
	b.Look("incident-tie", "/incidents/tie?contact=1")
	b.Look("incident-contacts", "/incidents/1/contacts")
}
