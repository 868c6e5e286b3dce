package roster_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestRosterPagesInABrowser(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	b := f.Open(t)
	b.Login("supervisor")
	b.Look("roster-empty", "/roster")
	form := f.form(t)
	for name, days := range map[string][]string{
		"王敏": {"早班", "早班", "早班", "早班", "早班", "休", "休"}, "李强": {"晚班", "晚班", "病假", "病假", "晚班", "晚班", "休"},
		"陈静": {"9:00-12:00, 13:00-18:00", "中班", "请假", "中班", "中班", "", ""}, "赵磊": {"22:00-6:00", "22:00-6:00", "休", "休", "22:00-6:00"},
	} {
		for day, text := range days {
			form.Set(f.cell(name, day), text)
		}
	}
	f.lead.Post("/roster", form)
	path := "/roster?week=" + f.week.String()
	b.Look("roster", path)
	b.Look("roster-import", "/roster/import")
	b.Resize(1440, 900, false)
	b.Visit(path)
	b.Screenshot("roster-1440")
	// The keyboard alone: a shift, down, times, saved.
	b.Focus(`[name="` + f.cell("周婷", 0) + `"]`)
	b.Type("早班")
	b.Press(kb.Enter)
	b.Chord(kb.Enter, chromedp.ModifierCtrl)
	b.Wait(".flash.ok")
	if got := f.form(t).Get(f.cell("周婷", 0)); got != "早班" {
		t.Errorf("typed by keys: %q", got)
	}
	wang := f.Open(t)
	wang.Login("c1")
	wang.Look("roster-mine", "/roster/mine?week="+f.week.String())
	wang.Look("roster-mine-empty", "/roster/mine?week=2026-03-02")
}
