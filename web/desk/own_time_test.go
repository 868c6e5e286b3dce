package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback/roster"
)

// working lets a caller work tomorrow until noon, and not the day after.
func working(t *testing.T, ts *webtest.Server, login string) {
	t.Helper()
	users, err := ts.Accounts.Users(t.Context(), "", 100)
	webtest.Must(t, err)
	var edit roster.Edit
	for _, u := range users {
		if u.Login != login {
			continue
		}
		for i, typed := range []string{"9:00-12:00", "休"} {
			entries, problem := roster.ReadCell(nil, typed)
			if problem != nil {
				t.Fatal(problem)
			}
			day := clock.DayOf(webtest.Now, ts.Zone) + 1 + clock.Day(i)
			edit.Cells = append(edit.Cells, roster.Cell{UserID: u.ID, Day: day, Entries: entries})
		}
	}
	_, err = ts.Roster.Set(t.Context(), account.Viewer{Role: account.Admin}, edit)
	webtest.Must(t, err)
}

// While a time off one's shift is chosen the desk says what becomes of it, and offers the nearest one that works.
func TestATimeOffShiftIsToldWhileItIsChosen(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	working(t, ts, "caller")
	b.Press("1", "3")
	b.Until(`document.querySelector(".appointment").offsetParent !== null`)
	choose := func(value string) {
		b.Run(chromedp.Evaluate[chromedp.Void](`{ const field = document.querySelector("[data-outcome]").elements.appointment_at;
			field.value = "` + value + `"; field.dispatchEvent(new Event("input", { bubbles: true }));
			field.dispatchEvent(new Event("change", { bubbles: true })); }`))
	}
	choose("2026-11-23T14:00")
	b.Wait("[data-own-time]")
	b.Screenshot("own-time")
	b.Click("[data-own-time] button")
	b.Gone("[data-own-time]")
	if at := b.Value(`[name="appointment_at"]`); at != "2026-11-23T11:45" {
		t.Errorf("the nearest time is %q", at)
	}
	choose("2026-11-24T10:00")
	b.Wait("[data-own-time]")
	b.Click(`[name="appointment_for"][value=""]`)
	b.Gone("[data-own-time]")
}

func TestAnAppointmentOffShiftSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	working(t, ts, "caller")
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), appointedOn("2026-11-23T14:00", ""))
	text := caller.Follow(caller.Post(action, form)).Page(http.StatusOK).Find(".flash").Text()
	if !strings.Contains(text, "anybody may make it") {
		t.Errorf("%q", text)
	}
}
