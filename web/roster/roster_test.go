package roster_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/roster"
)

// floor is a server with callers of two teams, a supervisor of the first, and the usual shifts.
type floor struct {
	*webtest.Server
	lead *webtest.Client
	ids  map[string]int64
	week clock.Day // the Monday after today, which is a Sunday
}

func newFloor(t *testing.T) *floor {
	t.Helper()
	f := &floor{Server: webtest.NewServer(t), ids: map[string]int64{}}
	for i, name := range []string{"王敏", "李强", "陈静", "赵磊", "周婷", "吴昊", "郑爽", "孙悦"} {
		team := "回访一组"
		if i > 4 {
			team = "回访二组"
		}
		u, err := f.Accounts.AddUser(t.Context(), account.NewUser{
			Login: fmt.Sprint("c", i+1), Name: name, Password: webtest.Password, Role: account.Caller, Teams: []string{team},
		})
		webtest.Must(t, err)
		f.ids[name] = u.ID
	}
	webtest.Must(t, f.Roster.StartShifts(t.Context(), account.Viewer{Role: account.Admin}, "zh-CN"))
	f.lead = f.Login(t, account.Supervisor, "回访一组", "装维一班")
	f.week = roster.Monday(clock.DayOf(webtest.Now, f.Zone)) + 7
	return f
}

// form is the week's form as it stands on the page.
func (f *floor) form(t *testing.T) url.Values {
	t.Helper()
	values := url.Values{}
	doc := f.lead.Get("/roster?week=" + f.week.String()).Page(http.StatusOK)
	inputs := doc.Find("form[data-roster] input")
	for i := range inputs.Nodes {
		name, _ := inputs.Eq(i).Attr("name")
		value, _ := inputs.Eq(i).Attr("value")
		values.Set(name, value)
	}
	return values
}

func (f *floor) cell(name string, day int) string {
	return fmt.Sprintf("cell-%d-%d", f.ids[name], f.week+clock.Day(day))
}

func TestAWeekIsTypedSavedAndTakenBack(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	form := f.form(t)
	if form.Has(f.cell("孙悦", 0)) || !form.Has(f.cell("王敏", 6)) {
		t.Fatalf("the cells are not those of one's own team: %v", form)
	}
	form.Set(f.cell("王敏", 0), "早班")
	form.Set(f.cell("王敏", 1), "9:00-12:00，13:00-18:00")
	form.Set(f.cell("李强", 0), "上班")
	page := f.lead.Post("/roster", form).Page(http.StatusUnprocessableEntity)
	if text := page.Find(".error.whole").Text(); !strings.Contains(text, "李强 Mon 11-23") || !strings.Contains(text, "晚班") {
		t.Errorf("what is wrong is told as %q", text)
	}
	if typed, _ := page.Find(`[name="` + f.cell("王敏", 1) + `"]`).Attr("value"); typed != "9:00-12:00，13:00-18:00" {
		t.Errorf("what was typed is %q", typed)
	}
	if f.form(t).Get(f.cell("王敏", 0)) != "" {
		t.Error("half of it was saved")
	}
	form.Set(f.cell("李强", 0), "off")
	page = f.lead.Follow(f.lead.Post("/roster", form)).Page(http.StatusOK)
	if text := page.Find(".flash").Text(); !strings.Contains(text, "3 days of 2 people") {
		t.Errorf("saved: %q", text)
	}
	if got := f.form(t); got.Get(f.cell("王敏", 1)) != "09:00-12:00, 13:00-18:00" || got.Get(f.cell("李强", 0)) != "off" {
		t.Errorf("%v", got)
	}
	undo, _ := page.Find(".flash form").Attr("action")
	f.lead.Follow(f.lead.Post(undo, nil)).Page(http.StatusOK)
	if f.form(t).Get(f.cell("王敏", 0)) != "" {
		t.Error("it was not taken back")
	}
	text := f.lead.Follow(f.lead.Post(undo, nil)).Page(http.StatusOK).Find(".flash.bad").Text()
	if !strings.Contains(text, "taken back already") {
		t.Errorf("once more: %q", text)
	}
}

func TestWhoIsSecondSeesWhatStandsAndKeepsWhatTheyTyped(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	mine := f.form(t)
	theirs := f.form(t)
	theirs.Set(f.cell("王敏", 0), "晚班")
	f.lead.Follow(f.lead.Post("/roster", theirs)).Page(http.StatusOK)
	mine.Set(f.cell("王敏", 0), "早班")
	mine.Set(f.cell("李强", 0), "早班")
	page := f.lead.Post("/roster", mine).Page(http.StatusUnprocessableEntity)
	if typed, _ := page.Find(`[name="` + f.cell("李强", 0) + `"]`).Attr("value"); typed != "早班" {
		t.Errorf("what was typed is %q", typed)
	}
	if got := f.form(t); got.Get(f.cell("王敏", 0)) != "晚班" || got.Get(f.cell("李强", 0)) != "" {
		t.Errorf("%v", got)
	}
}

// A caller made an appointment of their own, and is sick then: it is said first, and then it is anybody's.
func TestIllnessFreesAppointmentsAfterItWasSaid(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	f.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	wang := account.Viewer{UserID: f.ids["王敏"], Role: account.Caller}
	desk, err := f.Callbacks.Claim(t.Context(), wang)
	webtest.Must(t, err)
	at := f.week.Start(f.Zone).Add(34 * time.Hour) // Tuesday at ten
	_, err = f.Callbacks.Finish(t.Context(), wang, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, AppointmentFor: callback.ForMe,
	})
	webtest.Must(t, err)
	form := f.form(t)
	form.Set(f.cell("王敏", 1), "病假")
	page := f.lead.Post("/roster", form).Page(http.StatusConflict)
	if text := page.Find(".error.whole").Text(); !strings.Contains(text, "1 callback") || !strings.Contains(text, "王敏") {
		t.Errorf("what is freed is told as %q", text)
	}
	known, _ := page.Find(`[name="known"]`).Attr("value")
	form.Set("known", known)
	f.lead.Follow(f.lead.Post("/roster", form)).Page(http.StatusOK)
	webtest.Must(t, f.Callbacks.FreeAbsent(t.Context(), outbox.Ticket{}, wang.UserID))
	page = f.lead.Get("/roster").Page(http.StatusOK)
	if text := page.Find("#freed").Text(); !strings.Contains(text, "王敏") {
		t.Errorf("the supervisor is told %q", text)
	}
	if text := f.lead.Get("/callbacks/1").Page(http.StatusOK).Find("main").Text(); !strings.Contains(text, "王敏 does not work then") {
		t.Error("its story does not say why it is anybody's")
	}
	upTo, _ := page.Find(`[name="up_to"]`).Attr("value")
	f.lead.Post("/roster/freed/seen", url.Values{"up_to": {upTo}})
	if f.lead.Get("/roster").Page(http.StatusOK).Find("#freed").Length() != 0 {
		t.Error("what was seen is still there")
	}
}

func TestAFileIsCheckedWholeThenTaken(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	page := f.lead.SendFile("/roster/import", "a.csv", "login,date,shift\nc1,2026-11-23,早班\nc1,2026-11-24,早版\nc8,2026-11-24,早班\n").
		Page(http.StatusUnprocessableEntity)
	if text := page.Find("main table").Text(); !strings.Contains(text, "早版") || !strings.Contains(text, "c8") {
		t.Errorf("what is wrong is %q", text)
	}
	page = f.lead.SendFile("/roster/import", "a.csv", "工号,2026-11-23,2026年11月24日\nc1,早班,休\nc2,,22:00-6:00\n").Page(http.StatusOK)
	csv := page.Find(`[name="csv"]`).Text()
	if text := page.Find("main form").First().Text(); !strings.Contains(text, "3 days of 2 people") {
		t.Fatalf("it would change %q", text)
	}
	f.lead.Follow(f.lead.Post("/roster/import/take", url.Values{"csv": {csv}, "known": {"0"}})).Page(http.StatusOK)
	if got := f.form(t); got.Get(f.cell("王敏", 1)) != "off" || got.Get(f.cell("李强", 1)) != "22:00-06:00" {
		t.Errorf("%v", got)
	}
	exported := f.lead.Get("/roster/export.csv?week=" + f.week.String()).Body
	page = f.lead.SendFile("/roster/import", "back.csv", exported).Page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "nothing to change") {
		t.Errorf("what was exported reads as %q", text)
	}
	for name, body := range map[string]string{"empty": "", "a picture": "\x89PNG\r\n\x1a\n", "no login": "date,shift\n2026-11-23,早班\n"} {
		if r := f.lead.SendFile("/roster/import", "a.csv", body); r.Status/100 != 4 {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
}

func TestACallerSeesTheirOwnWeeksAlone(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	form := f.form(t)
	form.Set(f.cell("王敏", 0), "早班")
	form.Set(f.cell("李强", 0), "晚班")
	f.lead.Follow(f.lead.Post("/roster", form)).Page(http.StatusOK)
	wang := f.Anonymous(t)
	wang.Post("/login", url.Values{"login": {"c1"}, "password": {webtest.Password}})
	text := wang.Get("/roster/mine").Page(http.StatusOK).Find("main").Text()
	if !strings.Contains(text, "早班") || strings.Contains(text, "晚班") {
		t.Errorf("%q", text)
	}
	if r := wang.Get("/roster"); r.Status != http.StatusForbidden {
		t.Errorf("the team's roster: %d", r.Status)
	}
}

func TestANamedShiftIsAddedEditedAndRemoved(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	page := f.lead.Post("/roster/shifts", url.Values{"name": {"9-17"}, "from": {"9"}, "until": {"x"}}).Page(http.StatusUnprocessableEntity)
	if n := page.Find("#shifts .error").Length(); n != 2 {
		t.Errorf("%d problems are told", n)
	}
	f.lead.Follow(f.lead.Post("/roster/shifts", url.Values{"name": {"大夜"}, "from": {"22:00"}, "until": {"6:00"}})).Page(http.StatusOK)
	form := f.form(t)
	form.Set(f.cell("王敏", 0), "大夜")
	f.lead.Follow(f.lead.Post("/roster", form)).Page(http.StatusOK)
	shifts, err := f.Roster.Shifts(t.Context())
	webtest.Must(t, err)
	last := shifts[len(shifts)-1]
	path := fmt.Sprintf("/roster/shifts/%d", last.ID)
	page = f.lead.Post(path, url.Values{"name": {"早班"}, "from": {"22:00"}, "until": {"6:00"}}).Page(http.StatusUnprocessableEntity)
	if text := page.Find("#shifts details[open] .error").Text(); !strings.Contains(strings.ToLower(text), "of this name") {
		t.Errorf("a name that is taken: %q", text)
	}
	f.lead.Follow(f.lead.Post(path, url.Values{"name": {"夜班"}, "from": {"21:00"}, "until": {"5:00"}})).Page(http.StatusOK)
	f.lead.Follow(f.lead.Post(path+"/remove", nil)).Page(http.StatusOK)
	if got := f.form(t).Get(f.cell("王敏", 0)); got != "大夜" {
		t.Errorf("what was planned is now %q", got)
	}
}
