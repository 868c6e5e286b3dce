package web

import (
	"testing"

	"aftercall/internal/clock"
	"aftercall/internal/database/dbtest"
)

// BenchmarkNew is what the web part adds to the start of the program: it parses and executes every page in every language.
func BenchmarkNew(b *testing.B) {
	services := testServices(dbtest.SQLite(b), clock.Fixed(testNow))
	for b.Loop() {
		if _, err := New(services, Options{Language: "en", Now: clock.Fixed(testNow)}); err != nil {
			b.Fatal(err)
		}
	}
}
