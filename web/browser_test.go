package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
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

	mu         sync.Mutex
	complaints []string
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

// open starts a browser on the server, 1280 by 800 and light.
func (ts *testServer) open(t testing.TB) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox,
		chromedp.Flag("lang", "en"), chromedp.WindowSize(1280, 800), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	b := &browser{t: t, ctx: ctx, url: ts.url}
	chromedp.ListenTarget(ctx, b.listen)
	b.run(log.Enable(), runtime.Enable())
	t.Cleanup(b.check)
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// A refused form answers 4xx, which the console reports as a network error.
		if e.Entry.Level == log.LevelError && e.Entry.Source != log.SourceNetwork {
			b.complaints = append(b.complaints, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Error())
	}
}

func (b *browser) check() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range slices.Compact(b.complaints) {
		b.t.Errorf("the browser complains: %s", complaint)
	}
}

// run performs actions; one that fails, or takes 20 seconds, fails the test.
func (b *browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// visit opens a path and waits for its page.
func (b *browser) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.url+path), chromedp.WaitReady("main"))
}

// login logs in with the keyboard alone, as a user who was added before.
func (b *browser) login(login string) {
	b.t.Helper()
	b.visit("/login")
	b.run(chromedp.KeyEvent(login), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(testPassword), chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(".rail"))
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
	var text string
	b.run(chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.Join(strings.Fields(text), " ")
}

// waitText waits until an element has a text that contains what is wanted.
func (b *browser) waitText(selector, want string) {
	b.t.Helper()
	b.run(chromedp.Poll(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, want), nil, chromedp.WithPollingTimeout(20*time.Second)))
}

// resize sets the size of the window and whether the system asks for dark pages.
func (b *browser) resize(width, height int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.run(chromedp.EmulateViewport(width, height),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// screenshot keeps a picture of the window in the folder AFTERCALL_SCREENSHOTS, where that is set: for people to look at.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("AFTERCALL_SCREENSHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	b.run(chromedp.CaptureScreenshot(&picture))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// fits fails if the page is wider than the window: tables scroll inside their frame, nothing else does.
func (b *browser) fits(name string) {
	b.t.Helper()
	var over int
	b.run(chromedp.Evaluate("document.documentElement.scrollWidth - innerWidth", &over))
	if over > 0 {
		b.t.Errorf("%s is %d pixels wider than the window", name, over)
	}
}

// look visits a path in both languages and themes, on a desk and on a phone; the page must fit and not complain.
func (b *browser) look(name, path string) {
	b.t.Helper()
	for _, lang := range account.Languages() {
		b.run(chromedp.Evaluate(fmt.Sprintf(`fetch("/language", {method: "POST", redirect: "manual", body: new URLSearchParams({language: %q})}).then(() => true)`, lang), nil,
			func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
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
