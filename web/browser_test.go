package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
)

// browser is a real browser in a window of its own, without cookies. Complaints of its console fail the test: a refused inline
// style, a script that does not load, an exception.
type browser struct {
	t   testing.TB
	ctx context.Context
	url string
}

// browserPath finds a Chromium, or skips the test.
func browserPath(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("AFTERCALL_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Skip("no Chromium: what people do in a browser is not tested (make deps installs one)")
	return ""
}

// windows bounds how many browsers run at once: more only make each other slow.
var windows = make(chan struct{}, 2)

// open starts a browser on the server, 1280 by 800 and light.
func (ts *testServer) open(t testing.TB) *browser {
	t.Helper()
	path := browserPath(t)
	windows <- struct{}{}
	t.Cleanup(func() { <-windows })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("lang", "en"), chromedp.WindowSize(1280, 800), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	b := &browser{t: t, ctx: ctx, url: ts.url}
	b.watchConsole()
	return b
}

// watchConsole fails the test at its end for what the console complained of. A refused form answers 4xx, which the console calls
// a network error; that is no complaint.
func (b *browser) watchConsole() {
	ctx, stop := context.WithCancel(b.ctx)
	messages := chromedp.Console(ctx)
	var complaints []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" && m.Source != "network" {
				complaints = append(complaints, m.String())
			}
		}
	}()
	b.t.Cleanup(func() {
		stop()
		<-done
		for _, complaint := range slices.Compact(complaints) {
			b.t.Errorf("the browser complains: %s", complaint)
		}
	})
}

// run performs steps; one that fails, or takes 30 seconds, fails the test.
func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// ask runs one action and returns its value.
func ask[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// click clicks the element of a CSS selector.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.run(chromedp.Click(chromedp.CSS(selector)))
}

// wait waits until the element of a CSS selector can be seen.
func (b *browser) wait(selector string) {
	b.t.Helper()
	b.run(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// gone waits until no element of a CSS selector can be seen.
func (b *browser) gone(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf("!document.querySelector(%q)?.checkVisibility()", selector))
}

// until waits until a condition in JavaScript holds, on whatever page there is by then.
func (b *browser) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		// An error is a page that is on its way out: the next look is at the one that follows.
		if holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+condition+")")); err == nil && holds {
			return
		}
		select {
		case <-ctx.Done():
			b.t.Fatalf("never true: %s", condition)
		case <-look.C:
		}
	}
}

// value returns what is in a field.
func (b *browser) value(selector string) string {
	b.t.Helper()
	return ask(b, chromedp.Value(chromedp.CSS(selector)))
}

// visit opens a path and waits for its page.
func (b *browser) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.url+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// login logs in with the keyboard alone, as a user who was added before.
func (b *browser) login(login string) {
	b.t.Helper()
	b.visit("/login")
	b.run(chromedp.KeyEvent(login), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(testPassword), chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(chromedp.CSS(".rail")))
}

// press sends a key to whatever has the focus, as in kb.F2 or "5".
func (b *browser) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.run(chromedp.KeyEvent(key))
	}
}

// text waits for an element and returns its text.
func (b *browser) text(selector string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(ask(b, chromedp.Text(chromedp.CSS(selector)))), " ")
}

// waitText waits until an element has a text that contains what is wanted.
func (b *browser) waitText(selector, want string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, want))
}

// resize sets the size of the window and whether the system asks for dark pages.
func (b *browser) resize(width, height int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	b.run(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// screenshot keeps a picture of the window in the folder AFTERCALL_SCREENSHOTS, where that is set: for people to look at.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("AFTERCALL_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture := ask(b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// fits fails if the page is wider than the window: tables scroll inside their frame, nothing else does.
func (b *browser) fits(name string) {
	b.t.Helper()
	if over := ask(b, chromedp.Evaluate[int]("document.documentElement.scrollWidth - innerWidth")); over > 0 {
		b.t.Errorf("%s is %d pixels wider than the window", name, over)
	}
}

// look visits a path in both languages and themes, on a desk and on a phone; the page must fit and not complain.
func (b *browser) look(name, path string) {
	b.t.Helper()
	b.visit(path)
	for _, lang := range account.Languages() {
		choose := fmt.Sprintf(`fetch("/language", {method: "POST", redirect: "manual", body: new URLSearchParams({language: %q})}).then(() => true)`, lang)
		ask(b, chromedp.Evaluate[bool](choose, chromedp.EvalAwaitPromise))
		for _, size := range []struct {
			name          string
			width, height int64
			dark          bool
		}{{"desk-light", 1280, 800, false}, {"desk-dark", 1280, 800, true}, {"phone", 390, 844, false}} {
			b.resize(size.width, size.height, size.dark)
			b.visit(path)
			shot := name + "-" + lang + "-" + size.name
			b.fits(shot)
			b.screenshot(shot)
		}
	}
}
