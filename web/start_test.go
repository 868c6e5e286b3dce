package web_test

import (
	"testing"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
	"aftercall/web"
	"aftercall/web/frame"
)

// BenchmarkNew is what the web part adds to the start of the program: it parses and executes every page in every language.
func BenchmarkNew(b *testing.B) {
	services := webtest.NewServices(dbtest.SQLite(b), clocktest.Fixed(webtest.Now))
	for b.Loop() {
		if _, err := web.New(services, frame.Options{Language: "en", Now: clocktest.Fixed(webtest.Now)}); err != nil {
			b.Fatal(err)
		}
	}
}
