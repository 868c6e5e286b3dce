package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"aftercall/internal/text"
)

func TestAnIDIsTheSameHoweverItIsBlankedOrPasted(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"  D-2 ": "D-2", "D-2\u3000": "D-2", "\u00a0D-2": "D-2", "\ufeffD-2": "D-2", "D\u200b-2": "D-2", "D-2\x00": "D-2",
		"\tD-2\r\n": "D-2",
		"D  2":      "D 2", "D \u00a0 2": "D 2", "D\t2": "D 2", "D\r\n2": "D 2", "D\u30002": "D 2", "D\u200d2": "D2",
		"D\x072": "D2", "D\u00ad-2": "D-2",
		"Cafe\u0301": "Café", "工单　１": "工单 １", "\u200b": "", " ": "", "D\xff2": "D\ufffd2", "D 2": "D 2",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := text.ID(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
}

func TestANameLosesWhatIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		" 张伟\u3000": "张伟", "Ann\x00Lee": "AnnLee", "Ann\nLee": "Ann Lee", "\ufeff宽带\u200b": "宽带", "\u202aAnn\u202c": "Ann",
		"A\u00a0B":      "A\u00a0B",
		"می\u200cخواهم": "می\u200cخواهم", "👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧", "❤\ufe0f": "❤\ufe0f", "Jose\u0301": "José",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := text.Name(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
}

func TestALongTextKeepsItsLines(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"  a\r\n\tb\rc\n \n": "  a\n\tb\nc", "a\x00b\x1bc\u0085": "abc", "a\u200b": "a\u200b", "e\u0301": "é",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := text.Lines(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
}

func TestATextThatWasMadeSafeStaysAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.StringMatching(`[a \t\r\n\x00\x{85}\x{a0}\x{200b}\x{200d}\x{301}e\x{3000}\x{fe0f}]{0,12}`)
		raw := rapid.OneOf(rapid.String(), odd).Draw(t, "raw")
		for name, f := range map[string]func(string) string{"ID": text.ID, "Name": text.Name, "Lines": text.Lines} {
			once := f(raw)
			if f(once) != once || !utf8.ValidString(once) || strings.ContainsRune(once, 0) ||
				strings.TrimRightFunc(once, unicode.IsSpace) != once {
				t.Errorf("%s of %q is %q, and then %q", name, raw, once, f(once))
			}
		}
		if text.ID(text.Name(raw)) != text.ID(raw) || text.ID(text.FormerID(raw)) != text.ID(raw) && text.FormerID(raw) != "" {
			t.Errorf("%q is found by %q, and not by %q", raw, text.ID(raw), text.ID(text.FormerID(raw)))
		}
	})
}
