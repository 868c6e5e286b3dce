package webtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Browser is a window of a real browser, without cookies. Complaints of its console fail the test: a refused inline
// style, a script that does not load, an exception.
type Browser struct {
	t   testing.TB
	ctx context.Context
	URL string
}

// Open opens a window on the server, 1280 by 800 and light.
func (ts *Server) Open(t testing.TB) *Browser {
	t.Helper()
	b := &Browser{t: t, ctx: newWindow(t), URL: ts.URL}
	b.Resize(1280, 800, false)
	b.watchConsole()
	return b
}

// watchConsole fails the test at its end for what the console complained of. A refused form answers 4xx, which the console calls
// a network error; that is no complaint.
func (b *Browser) watchConsole() {
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

// Run performs steps; one that fails, or takes 30 seconds, fails the test.
func (b *Browser) Run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Ask runs one action and returns its value.
func Ask[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// Click clicks the element of a CSS selector.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.Run(chromedp.Click(chromedp.CSS(selector)))
}

// Wait waits until the element of a CSS selector can be seen.
func (b *Browser) Wait(selector string) {
	b.t.Helper()
	b.Run(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Gone waits until no element of a CSS selector can be seen.
func (b *Browser) Gone(selector string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("!document.querySelector(%q)?.checkVisibility()", selector))
}

// Until waits until a condition in JavaScript holds, on whatever page there is by then.
func (b *Browser) Until(condition string) {
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

// Value returns what is in a field.
func (b *Browser) Value(selector string) string {
	b.t.Helper()
	return Ask(b, chromedp.Value(chromedp.CSS(selector)))
}

// Visit opens a path and waits for its page.
func (b *Browser) Visit(path string) {
	b.t.Helper()
	b.Run(chromedp.Navigate(b.URL+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// Login logs in with the keyboard alone, as a user who was added before.
func (b *Browser) Login(login string) {
	b.t.Helper()
	b.Visit("/login")
	b.Run(chromedp.KeyEvent(login), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(Password),
		chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(chromedp.CSS(".rail")))
}

// Press sends a key to whatever has the focus, as in kb.F2 or "5".
func (b *Browser) Press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.Run(chromedp.KeyEvent(key))
	}
}

// Text waits for an element and returns its text.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(Ask(b, chromedp.Text(chromedp.CSS(selector)))), " ")
}

// WaitText waits until an element has a text that contains what is wanted.
func (b *Browser) WaitText(selector, want string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, want))
}

// Resize sets the size of the window and whether the system asks for dark pages.
func (b *Browser) Resize(width, height int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	focused := emulation.SetFocusEmulationEnabledParams{Enabled: true} // however many windows there are
	b.Run(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, focused); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// Next presses the key of the page's next action.
func (b *Browser) Next() {
	b.t.Helper()
	b.Run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// Focus puts the focus where Tab would lead.
func (b *Browser) Focus(selector string) {
	b.t.Helper()
	b.Run(chromedp.Focus(chromedp.CSS(selector)))
}

// Offline cuts the window off, or connects it again.
func (b *Browser) Offline(off bool) {
	b.t.Helper()
	all := network.Conditions{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}
	b.Run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule,
			network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&all}})
		return err
	}))
}

// Hold presses a key and keeps it down for as long as a keyboard repeats it n times, then lets it go.
func (b *Browser) Hold(key string, n int) {
	b.t.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: "Digit" + key, Text: key}
	b.Run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for i := range n {
			event := down
			event.AutoRepeat = new(i > 0)
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event); err != nil {
				return err
			}
		}
		up := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key, Code: down.Code}
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, up)
		return err
	}))
}

// Chord presses a key together with Ctrl, Alt or Shift.
func (b *Browser) Chord(key string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	b.Run(chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
}

// Type types a text into whatever has the focus.
func (b *Browser) Type(text string) {
	b.t.Helper()
	b.Run(chromedp.KeyEvent(text))
}
