package desk_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

// appointedOn is a form of an appointment at a time of the centre's clock, and until another one; empty for none.
func appointedOn(at, until string) url.Values {
	return url.Values{
		"call_result": {"reached"}, "business_result": {"appointment"}, "appointment_at": {at}, "appointment_until": {until},
		"appointment_for": {"mine"}, "then": {"stop"},
	}
}

// The span that the customer named is on the desk, in the lists and in what follows.
func TestASpanOfTimeIsShownWhereverTheAppointmentIs(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	tomorrow := webtest.Now.Add(24 * time.Hour).In(ts.Zone)
	at := time.Date(tomorrow.Year(), tomorrow.Month(), tomorrow.Day(), 14, 0, 0, 0, ts.Zone).Format(frame.LocalInput)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), appointedOn(at, "13:00"))
	page := caller.Post(action, form).Page(http.StatusUnprocessableEntity)
	if text := page.Find(".until .error").Text(); !strings.Contains(text, "later than") {
		t.Errorf("an end before the beginning is told as %q", text)
	}
	if until, _ := page.Find(`[name="appointment_until"]`).Attr("value"); until != "13:00" {
		t.Errorf("what was typed is %q", until)
	}
	form.Set("appointment_until", "16:00")
	page = caller.Follow(caller.Post(action, form)).Page(http.StatusOK)
	if text := page.Find(".flash").Text(); !strings.Contains(text, "14:00–16:00") {
		t.Errorf("what follows is told as %q", text)
	}
	for _, path := range []string{"/tasks?list=later", "/callbacks/1"} {
		if text := caller.Get(path).Page(http.StatusOK).Find("main").Text(); !strings.Contains(text, "14:00–16:00") {
			t.Errorf("%s does not show the span", path)
		}
	}
	list := ts.Login(t, account.Supervisor).Get("/callbacks").Page(http.StatusOK)
	if text := list.Find("main").Text(); !strings.Contains(text, "14:00–16:00") {
		t.Error("the supervisors' list does not show the span")
	}
	page = caller.Follow(caller.Post("/desk/1/pick", nil)).Page(http.StatusOK)
	if text := page.Find("main").Text(); !strings.Contains(text, "14:00–16:00") {
		t.Error("the desk does not show the span")
	}
}

func TestAFullQuarterOfAnHourNamesThoseWithRoom(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Outcomes.EnsureBuiltIn(t.Context()))
	set := outcome.Former()
	set.Appointments = outcome.Appointments{Late: 15, Kept: 45, PerSlot: 1}
	_, err := ts.Outcomes.Publish(t.Context(), account.Viewer{Role: account.Admin}, set, 2, "one at a time")
	webtest.Must(t, err)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "资费"))
	caller := ts.Login(t, account.Caller)
	tomorrow := webtest.Now.Add(24 * time.Hour).In(ts.Zone).Format(time.DateOnly)
	page := caller.Follow(caller.Post("/desk/claim", nil))
	if text := page.Page(http.StatusOK).Find(".appointment").Text(); !strings.Contains(text, "45") {
		t.Errorf("for how long it is the caller's own is told as %q", text)
	}
	action, form := deskForm(t, page, appointedOn(tomorrow+"T15:00", ""))
	caller.Follow(caller.Post(action, form)).Page(http.StatusOK)
	action, form = deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), appointedOn(tomorrow+"T15:10", ""))
	refused := caller.Post(action, form).Page(http.StatusUnprocessableEntity)
	if text := refused.Find(".appointment .error").Text(); !strings.Contains(text, "14:45 · 15:15 · 14:30") {
		t.Errorf("a full quarter is told as %q", text)
	}
}

// Choosing a proposed time left the end of the other one behind, and the outcome was refused for it.
func TestAProposedTimeHasNoEndOfAnother(t *testing.T) {
	t.Parallel()
	_, b := atDesk(t, "张伟")
	b.Press("1", "3")
	b.Until(`document.querySelector(".appointment").offsetParent !== null`)
	b.Run(chromedp.Evaluate[chromedp.Void](`for (const [name, value] of [
		["appointment_at", "2026-11-23T14:00"], ["appointment_until", "16:00"],
	]) {
		const field = document.querySelector("[data-outcome]").elements[name];
		field.value = value;
		field.dispatchEvent(new Event("input", { bubbles: true }));
	}`))
	b.Click(`[name="appointment"]`)
	b.Until(`document.querySelector('[name="appointment"]').checked`)
	for _, name := range []string{"appointment_at", "appointment_until"} {
		if left := b.Value(`[name="` + name + `"]`); left != "" {
			t.Errorf("%s is still %q", name, left)
		}
	}
}

// A span is named by keys alone, and fits wherever callers sit.
func TestASpanIsNamedByKeys(t *testing.T) {
	t.Parallel()
	_, b := atDesk(t, "张伟")
	b.Press("1", "3")
	b.Until(`document.querySelector(".appointment").offsetParent !== null`)
	b.Press("4") // one of the proposed times
	b.Run(chromedp.KeyEvent(kb.F7, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.Until(`document.activeElement.name === "appointment_until"`)
	for i, size := range []struct{ width, height int64 }{{1440, 900}, {1024, 768}, {390, 844}} {
		b.Resize(size.width, size.height, i%2 == 0)
		shot := fmt.Sprintf("appointment-%d", size.width)
		b.Fits(shot)
		b.Screenshot(shot)
	}
}
