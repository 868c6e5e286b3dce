package text_test

import (
	"testing"

	"aftercall/internal/text"
)

func TestHiddenCharactersAreNamed(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"zed\u200b@example.org": "zed‹ZWSP U+200B›@example.org",
		"a\u00a0b":              "a‹NBSP U+00A0›b", "\U000e0020x": "‹U+E0020›x", "用户 b": "用户 b",
	} {
		t.Run(raw, func(t *testing.T) {
			if got, found := text.Described(raw); got != want || found != (got != raw) {
				t.Errorf("%q: %q %t", raw, got, found)
			}
		})
	}
}
