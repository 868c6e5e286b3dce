package text_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aftercall/internal/text"
)

func TestTextIsComparedWithoutWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"a  b": "a b", "\u3000Ａ１ ": "a1", "\ufeffid": "id", "a\u200bb": "ab", "x\u00a0y": "x y", "so\u00adft": "soft", "N／A": "n/a",
		"\x00a\n b": "a b",
		"满意":        "满意", "": "", " ": "", "a b": "a b", "⭐\ufe0f": "⭐", "−1": "-1",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := text.Fold(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
	for raw, want := range map[string]string{
		" a ": "a", "\u3000王 敏\u200b": "王 敏", "\ufeff\u00a0x\t": "x", "，": "，", "": "",
		"\u200b": "",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := text.Trim(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
}

func TestWhatIsPlainStaysSo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.String().Draw(t, "raw")
		plain := text.Plain(raw)
		if again := text.Plain(plain); again != plain {
			t.Fatalf("%q is %q, and that is %q", raw, plain, again)
		}
		if text.IsBlank(raw) != (plain == "") {
			t.Fatalf("%q is %q, and blank %t", raw, plain, text.IsBlank(raw))
		}
		if trimmed := text.Trim(raw); text.Plain(trimmed) != plain {
			t.Fatalf("%q trimmed reads otherwise", raw)
		}
	})
}

func TestATextIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw   string
		limit int
		want  string
	}{{"", 0, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"满意度", 3, "满意度"}, {"满意度", 2, "满意"}, {"é满", 1, "é"}, {"满", 0, ""}} {
		t.Run(c.raw+" to "+strconv.Itoa(c.limit), func(t *testing.T) {
			if got := text.Cut(c.raw, c.limit); got != c.want {
				t.Errorf("%q cut to %d: %q", c.raw, c.limit, got)
			}
		})
	}
	long := strings.Repeat("满", 100)
	if got := text.Cut(long, 99); len(got) != 297 {
		t.Errorf("%d bytes", len(got))
	}
}
