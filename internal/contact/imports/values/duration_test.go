package values

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"aftercall/internal/text"
)

func TestADurationIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	for want, texts := range map[int64][]string{
		143: {
			"143", "2:23", "02:23", "0:02:23", "00:02:23", "2分23秒", "2 分 23 秒", "143秒", "143s", "143 s", "143 sec", "143 seconds",
			"2m23s", "2m 23s",
			"2 min 23 sec", "2 mins, 23 secs", "PT2M23S", "0 days 00:02:23", "pt143s", "143.0", "143.4", "1.43e2", "1.43E+02", "１４３",
			"２：２３", "2分钟23秒",
			"二分二十三秒",
			"2'23\"", "2′23″", "0:02:23.4", "0:02:23,2", "0小时2分23秒", "'143", "\u200b143 ", "0h 2m 23s", "143000ms",
		},
		0: {"0", "0:00", "00:00:00", "0秒", "0s", "0.0", "PT0S"}, 3600: {
			"1h", "1:00:00", "60:00", "1小时", "1 hour", "60分", "60分钟", "1.0h",
			"PT1H", "1个小时",
		},
		3720: {"1小时2分", "1h2m", "1 hr 2 mins", "1:02:00", "62:00", "1时2分"}, 90: {"1.5m", "1.5 min", "1.5分钟", "90", "1:30"},
		144: {"143.5"}, 86400: {"24:00:00", "1d", "1天"}, 5400: {"90:00", "90m", "1.5h"},
	} {
		for _, text := range texts {
			t.Run(text, func(t *testing.T) {
				if got, ok := Duration(text, false); !ok || got != want {
					t.Errorf("%q: %d %t, want %d", text, got, ok, want)
				}
			})
		}
	}
}

func TestWhatIsNoDurationIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "-1", "-2:23", "2:60", "1:60:00", "1:2:3:4", "abc", "NaN", "Inf", "0x10", "1_000", "1,000", "1e99", "2:", ":23", "23s2m",
		"2m2m", "2 23",
		"2分23", "5 apples", "1.5:20", "s", "2:23 PM", "143-150", "PT", "--", "1e9999",
	} {
		t.Run(text, func(t *testing.T) {
			for _, workbook := range []bool{false, true} {
				if got, ok := Duration(text, workbook); ok {
					t.Errorf("%q: %d", text, got)
				}
			}
		})
	}
}

func TestAWorkbooksDurationIsAPartOfADay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0.00165509259259259": 143, "0.00165": 143, "1.6550925925925926e-3": 143, "0.0416666666666667": 3600, "143": 143, "0": 0, "1": 1,
		"2:23": 143,
	} {
		t.Run(text, func(t *testing.T) {
			if got, ok := Duration(text, true); !ok || got != want {
				t.Errorf("%q: %d %t, want %d", text, got, ok, want)
			}
		})
	}
}

func TestAWrittenDurationIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 30*24*3600).Draw(t, "n")
		h, m, s := n/3600, n/60%60, n%60
		texts := []string{
			strconv.FormatInt(n, 10), fmt.Sprintf("%d:%02d:%02d", h, m, s), fmt.Sprintf("%d:%02d", n/60, s), fmt.Sprintf("%d小时%d分%d秒", h,
				m, s),
			fmt.Sprintf("%dh%dm%ds", h, m, s), fmt.Sprintf("%d min %d sec", n/60, s), fmt.Sprintf("PT%dH%dM%dS", h, m, s),
			fmt.Sprintf("%.1f", float64(n)),
		}
		text := rapid.SampledFrom(texts).Draw(t, "text")
		if got, ok := Duration(widened(text), false); !ok || got != n {
			t.Fatalf("%q: %d %t, want %d", text, got, ok, n)
		}
		if day := float64(n) / 86400; day < 1 {
			if got, ok := Duration(fmt.Sprintf("%.15g", day), true); !ok || got != n {
				t.Fatalf("%d seconds as part of a day: %d", n, got)
			}
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, text := range []string{"143", "2:23", "2分23秒", "PT2M23S", "0 days 00:02:23", "1 h 5 min", "0.00165", "2'23\"", "1.43e2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, workbook := range []bool{false, true} {
			n, ok := Duration(cell, workbook)
			if ok && (n < 0 || n > maxSeconds) {
				t.Errorf("%q is %d seconds", cell, n)
			}
			if again, okAgain := Duration(text.Plain(cell), workbook); ok != okAgain || ok && n != again {
				t.Errorf("%q is %d, and %d when it is plain", cell, n, again)
			}
		}
	})
}
