package main

import (
	"strings"
	"testing"

	"aftercall/internal/clock"
	"aftercall/internal/demo"
)

// On a terminal every step rewrites one line, which begins with the words of the installation's language and never wraps.
func TestProgressIsOneLineThatMoves(t *testing.T) {
	t.Parallel()
	for language, words := range makingDemo {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			line := newProgressLine(&out, language)
			line.terminal = true
			for done := range 2001 {
				line.show(demo.Progress{Day: clock.Day(20000 + done/100), Done: done, Total: 2000})
			}
			line.end()
			text, ended := strings.CutSuffix(out.String(), "\n")
			steps := strings.Split(text, "\r")
			if !ended || strings.Contains(text, "\n") || len(steps) < 100 {
				t.Fatalf("%d steps: %q", len(steps), text)
			}
			for _, step := range steps[1:] {
				if !strings.HasPrefix(step, words) || len(step) >= 80 {
					t.Fatalf("%d bytes: %q", len(step), step)
				}
			}
			if last := steps[len(steps)-1]; !strings.Contains(last, "] 100%") {
				t.Errorf("it ends with %q", last)
			}
		})
	}
}

// In a log there is one line, however long it takes.
func TestProgressInALogIsSaidOnce(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	line := newProgressLine(&out, "en")
	for done := range 2001 {
		line.show(demo.Progress{Done: done, Total: 2000})
	}
	line.end()
	if got := out.String(); got != makingDemo["en"]+"\n" {
		t.Errorf("got %q", got)
	}
}
