package webtest

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// BrowserPath finds a Chromium, or skips the test, as it does where tests are to be short (make race).
func BrowserPath(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: nobody opens a browser")
	}
	for _, name := range []string{os.Getenv("AFTERCALL_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Skip("no Chromium: what people do in a browser is not tested (make deps installs one)")
	return ""
}

// windows bounds how many are open at once: more only make each other slow, and four people need four.
var windows = make(chan struct{}, 4)

// chromium is the one browser of a test program, which runs while some test uses it.
var chromium struct {
	sync.Mutex
	users   int
	window  func() (context.Context, context.CancelFunc) // opens one
	stop    func()
	failure error
}

// newWindow opens a window that shares nothing with others, until the test ends.
func newWindow(t testing.TB) context.Context {
	t.Helper()
	path := BrowserPath(t)
	useChromium(path)
	t.Cleanup(leaveChromium)
	windows <- struct{}{}
	t.Cleanup(func() { <-windows })
	Must(t, chromium.failure)
	ctx, closeWindow := chromium.window()
	t.Cleanup(closeWindow)
	Must(t, chromedp.Do(ctx)) // opens it, for longer than the time one step may take
	return ctx
}

func useChromium(path string) {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.users == 0 {
		chromium.window, chromium.stop, chromium.failure = startChromium(path)
	}
	chromium.users++
}

func leaveChromium() {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.users--; chromium.users == 0 {
		chromium.stop()
	}
}

func startChromium(path string) (window func() (context.Context, context.CancelFunc), stop func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("lang", "en"), chromedp.WindowSize(1280, 800), chromedp.Flag("hide-scrollbars", true))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	browser, closeAll := chromedp.NewContext(allocator)
	window = func() (context.Context, context.CancelFunc) {
		return chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	}
	stop = func() {
		closeAll()
		end()
	}
	return window, stop, chromedp.Do(browser) // starts it
}
