package values

import "testing"

func TestAnIDIsTheSameHoweverAProgramWroteItsNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"20000001": "20000001", "2.0000001E7": "20000001", "2.0000001e7": "20000001", "20000001.0": "20000001", "20000001.00": "20000001",
		"1.3912340001E10": "13912340001", "1.3912340001E+10": "13912340001", "13912340001.0": "13912340001", "2.0E7": "20000000",
		"123E5": "123E5", "1E5": "1E5", "2E7": "2E7", "1.5E3": "1.5E3", "T-1": "T-1", "1.0": "1.0", "12.0": "12.0", "1.2.0": "1.2.0",
		"007": "007", "'F-2": "F-2", "'20000001": "20000001", "'quoted'": "'quoted'", "O'Neil-1": "O'Neil-1", "'": "'",
		"12345.6": "12345.6", "12345.": "12345.", "A12345.0": "A12345.0", "1.2E": "1.2E", "1.2E7X": "1.2E7X", "12.5E7": "12.5E7", "": "",
		"5E":         "5E",
		"2026-11-05": "2026-11-05", "1.2345678E-7": "1.2345678E-7",
	} {
		t.Run(text, func(t *testing.T) {
			if got, lost := ID(text); got != want || lost {
				t.Errorf("%q: %q %t, want %q", text, got, lost, want)
			}
		})
	}
	for _, text := range []string{
		"2.02611E+17", "2.02611e+17", "1.39123E+10", "2E+17", "1E+05", "2.02611123456789E+17",
		"1.2345678901234567E17",
	} {
		t.Run(text, func(t *testing.T) {
			if got, lost := ID(text); !lost || got != text {
				t.Errorf("%q is %q, and its digits are gone", text, got)
			}
		})
	}
}

func TestWordsForNothingAreKnown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "-", "—", "N/A", "n/a", "NULL", "(null)", "NaN", "none", "未评价", "暂无", "Ｎ／Ａ", "无"} {
		t.Run(text, func(t *testing.T) {
			if !IsBlank(text) {
				t.Errorf("%q is a value", text)
			}
		})
	}
	for _, text := range []string{"0", "no", "否", "x", "N/A/B"} {
		t.Run(text, func(t *testing.T) {
			if IsBlank(text) {
				t.Errorf("%q is none", text)
			}
		})
	}
}

func TestYesAndNoAreReadInBothLanguages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"TRUE": true, "true": true, "Yes": true, "y": true, "1": true, "是": true, "有": true, "√": true, "ＴＲＵＥ": true,
		"1.0": true, "Yes.": true, "是的": true, "☑": true,
		"FALSE": false, "No": false, "n": false, "0": false, "否": false, "无": false, "×": false, "0.0": false, "☐": false, "否。": false,
	} {
		t.Run(text, func(t *testing.T) {
			if yes, ok := Truth(text); !ok || yes != want {
				t.Errorf("%q: %t %t", text, yes, ok)
			}
		})
	}
	if _, ok := Truth("maybe"); ok {
		t.Error("maybe is one of both")
	}
}
