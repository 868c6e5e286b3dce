package webtest

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// BrowserPath finds a Chromium, or skips the test.
func BrowserPath(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("AFTERCALL_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Skip("no Chromium: what people do in a browser is not tested (make deps installs one)")
	return ""
}

// windows bounds how many are open at once: more only make each other slow.
var windows = make(chan struct{}, 2)

// chromium is the one browser of a test program, which runs while some test uses it.
var chromium struct {
	sync.Mutex
	users   int
	ctx     context.Context
	stop    func()
	failure error
}

// useChromium returns the context of the browser, for windows to be opened in until the test ends.
func useChromium(t testing.TB) context.Context {
	t.Helper()
	path := BrowserPath(t)
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.users == 0 {
		chromium.ctx, chromium.stop, chromium.failure = startChromium(path)
	}
	chromium.users++
	t.Cleanup(leaveChromium)
	if chromium.failure != nil {
		t.Fatal(chromium.failure)
	}
	return chromium.ctx
}

func leaveChromium() {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.users--; chromium.users == 0 {
		chromium.stop()
	}
}

func startChromium(path string) (context.Context, func(), error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("lang", "en"), chromedp.WindowSize(1280, 800), chromedp.Flag("hide-scrollbars", true))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeAll := chromedp.NewContext(allocator)
	stop := func() {
		closeAll()
		end()
	}
	return ctx, stop, chromedp.Do(ctx) // starts it
}
