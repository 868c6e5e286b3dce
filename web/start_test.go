package web_test

import (
	"testing"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
	"aftercall/web"
	"aftercall/web/frame"
)

// The program parses a page when somebody first asks for it, so its faults have to be found here.
func TestEveryPageIsShownWithEverySample(t *testing.T) {
	t.Parallel()
	if err := webtest.NewServer(t).CheckPages(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkNew is what the web part adds to the start of the program.
func BenchmarkNew(b *testing.B) {
	services := webtest.NewServices(dbtest.SQLite(b), clocktest.Fixed(webtest.Now))
	for b.Loop() {
		if _, err := web.New(services, frame.Options{Language: "en", Now: clocktest.Fixed(webtest.Now)}); err != nil {
			b.Fatal(err)
		}
	}
}
