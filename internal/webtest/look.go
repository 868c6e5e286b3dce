package webtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// AddForLooking fills the pages of the shell.
func (ts *Server) AddForLooking(t *testing.T, admin *Client) {
	t.Helper()
	for _, user := range []url.Values{
		{"login": {"wangmin"}, "name": {"王敏"}, "role": {"caller"}, "teams": {"回访一组"}, "new_teams": {"回访一组"}, "password": {Password}},
		{
			"login": {"chenjing"}, "name": {"陈静"}, "role": {"supervisor"}, "password": {Password},
			"teams": {"二线组,装维一班"}, "new_teams": {"二线组,装维一班"},
		},
		{"login": {"lina"}, "name": {"李娜"}, "role": {"marketing"}, "password": {Password}},
	} {
		admin.Follow(admin.Post("/settings/users", user)).Page(200)
	}
	admin.Post("/settings/users/3/disable", nil)
	admin.Post("/settings/tokens", url.Values{"name": {"客服系统(生产)"}, "role": {"machine"}, "source": {"zendesk"}}).Page(201)
	err := ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		job := outbox.New("survey.send", 4711, outbox.Sending, Now)
		job.State, job.Attempt, job.LastError = outbox.Dead, 5, "unavailable smtp_refused"
		return outbox.Add(tx, Now.Add(-900e9), outbox.New("resolutions.plan", 12, outbox.Normal, Now),
			outbox.New("survey.send", 4712, outbox.Sending, Now), job)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// LookAtPhone visits a public page on a phone in both languages and themes. It must fit, not complain, and have nothing to tap
// that is smaller than a fingertip.
func (b *Browser) LookAtPhone(name, path string) {
	b.t.Helper()
	for _, lang := range account.Languages() {
		for _, theme := range []string{"light", "dark"} {
			b.Resize(390, 780, theme == "dark")
			b.Visit("/login")
			b.Run(chromedp.Evaluate[chromedp.Void](`document.cookie = "language=` + lang + `;path=/"`))
			b.Visit(path)
			shot := name + "-" + lang + "-" + theme
			b.Fits(shot)
			if small := Ask(b, chromedp.Evaluate[string](tooSmall)); small != "" {
				b.t.Errorf("%s: smaller than 44 px: %s", shot, small)
			}
			b.Screenshot(shot)
		}
	}
}

// tooSmall names what can be tapped and is lower than 44 px; a box counts with its label.
const tooSmall = `[...document.querySelectorAll("main a, main button, main label, main textarea, footer a, .languages button")]
	.filter(e => e.getBoundingClientRect().height < 44 && !(e.tagName == "LABEL" && e.htmlFor))
	.map(e => e.outerHTML.slice(0, 60)).join("; ")`

// Look visits a path in both languages and themes, on a desk and on a phone; the page must fit and not complain.
func (b *Browser) Look(name, path string) {
	b.t.Helper()
	b.Visit(path)
	for _, lang := range account.Languages() {
		choose := fmt.Sprintf(`fetch("/language", {method: "POST", redirect: "manual",
			body: new URLSearchParams({language: %q})}).then(() => true)`, lang)
		Ask(b, chromedp.Evaluate[bool](choose, chromedp.EvalAwaitPromise))
		for _, size := range []struct {
			name          string
			width, height int64
			dark          bool
		}{{"desk-light", 1280, 800, false}, {"desk-dark", 1280, 800, true}, {"phone", 390, 844, false}} {
			b.Resize(size.width, size.height, size.dark)
			b.Visit(path)
			shot := name + "-" + lang + "-" + size.name
			b.Fits(shot)
			b.Screenshot(shot)
		}
	}
}

// Fits fails if the page is wider than the window: tables scroll inside their frame, nothing else does.
func (b *Browser) Fits(name string) {
	b.t.Helper()
	if over := Ask(b, chromedp.Evaluate[int]("document.documentElement.scrollWidth - innerWidth")); over > 0 {
		b.t.Errorf("%s is %d pixels wider than the window", name, over)
	}
}

// Screenshot keeps a picture of the window in the folder AFTERCALL_SCREENSHOTS, where that is set: for people to look at.
func (b *Browser) Screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("AFTERCALL_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture := Ask(b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
