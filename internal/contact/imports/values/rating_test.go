package values

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"aftercall/internal/text"
)

func rated(text string, scale Scale) string {
	n, label, flaw := Rating(text, scale)
	if flaw != nil {
		return flaw.Code
	}
	if label != "" {
		return strconv.Itoa(n) + " " + label
	}
	return strconv.Itoa(n)
}

func TestARatingIsReadOnAScaleThatSaysSo(t *testing.T) {
	t.Parallel()
	five, ten := Scale{1, 5}, Scale{0, 10}
	for _, c := range []struct {
		scale Scale
		texts []string
		want  string
	}{
		{five, []string{"5", "5.0", "05", " 5 ", "５", "+5", "5,0", "5,00", "'5", "5.00", "\u200b5", "５．０", "0.5e1"}, "5"},
		{five, []string{
			"5/5", "5 / 5", "５／５", "5.0/5", "5/5.0", "5 out of 5", "5 OUT OF 5", "5 of 5", "5/5分", "5分/5分", "5(满分5分)",
			"5分（满分5）",
		}, "5"},
		{five, []string{
			"5分", "5 分", "5星", "5颗星", "5 stars", "5 points", "5pts", "五", "五分", "五星", "★★★★★", "⭐⭐⭐⭐⭐", "★ ★ ★ ★ ★", "5★",
			"5星级",
		}, "5"},
		{five, []string{"★★★★☆", "⭐️⭐️⭐️⭐️☆", "★★★★", "☆☆☆☆", "4/5", "4 stars", "四星"}, "4"},
		{five, []string{"1 star", "★☆☆☆☆", "★", "1e0", "一星", "1 point"}, "1"},
		{five, []string{
			"5 - Very satisfied", "5-very satisfied", "5: very satisfied", "5 (Very satisfied)", "very satisfied (5)",
			"Very satisfied - 5",
		}, "5 very satisfied"},
		{five, []string{"满意(4分)", "4（满意）", "4、满意", "满意：4"}, "4 满意"},
		{five, []string{"5/10", "4 out of 10", "8/10", "5/4", "80%", "100%", "5/100", "★★★☆", "★★★★★☆", "4分（满分10分）"}, "other_scale"},
		{five, []string{"0", "6", "-1", "10", "100", "100分", "★★★★★★", "1000", "-5", "1e9", "0/5", "6分"}, "out_of_scale"},
		{five, []string{"4.5", "4,5", "3.99", "★★★½", "4.5/5", "1.5分"}, "between_values"},
		{five, []string{"☆☆☆☆☆"}, "stars_unclear"},
		{five, []string{
			"", "x", "非常满意", "TRUE", "N/A", "5 5", "3-5", "3-4", "5.5.5", "1,000", "5/", "/5", "NaN", "Inf", "0x5", "5 days",
			"2026-11-05", "5a", "--5", "二十",
		}, "not_a_rating"},
		{ten, []string{"10", "10.0", "10/10", "10分", "十", "１０", "10 out of 10"}, "10"},
		{ten, []string{"0", "0/10", "0.0", "零", "0分", "零分", "-0"}, "0"},
		{ten, []string{"0 - Not at all likely"}, "0 not at all likely"},
		{ten, []string{"11", "-1"}, "out_of_scale"},
		{ten, []string{"5/5", "100%"}, "other_scale"},
		{Scale{0, 100}, []string{"80%", "80", "80分", "80/100", "80.0"}, "80"},
		{Scale{0, 100}, []string{"0.8", "80.5%"}, "between_values"},
		{Scale{0, 1}, []string{"1"}, "1"},
	} {
		for _, text := range c.texts {
			t.Run(text+" on "+c.scale.String(), func(t *testing.T) {
				if got := rated(text, c.scale); got != c.want {
					t.Errorf("%q on %s: %s, want %s", text, c.scale, got, c.want)
				}
			})
		}
	}
}

func TestAScaleIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1-5": "1-5", "1 - 5": "1-5", "1–5": "1-5", "1~5": "1-5", "０-１０": "0-10", "5": "", "5-1": "", "a-b": "", "": "", "-1-5": "",
		"1-500": "",
	} {
		t.Run(text, func(t *testing.T) {
			scale, ok := ParseScale(text)
			if ok != (want != "") || ok && scale.String() != want {
				t.Errorf("%q: %s %t", text, scale, ok)
			}
		})
	}
}

// However a value is dressed, it is read as itself or as none, and never off its scale.
func TestADressedRatingIsItselfOrNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]Scale{{1, 5}, {0, 10}, {1, 7}, {0, 100}, {1, 3}}).Draw(t, "scale")
		n := rapid.IntRange(0, 110).Draw(t, "n")
		of := rapid.SampledFrom([]int{3, 5, 7, 10, 100}).Draw(t, "of")
		plain := strconv.Itoa(n)
		dress := rapid.SampledFrom([]string{
			"", "/" + strconv.Itoa(of), " out of " + strconv.Itoa(of), "分", ".0", " stars",
			"分/" + strconv.Itoa(of),
		})
		text := plain + dress.Draw(t, "dress")
		if rapid.Bool().Draw(t, "wide") {
			text = widened(text)
		}
		got, _, flaw := Rating(text, scale)
		if flaw == nil && (got != n || n < scale.Low || n > scale.High) {
			t.Fatalf("%q on %s is %d", text, scale, got)
		}
		if flaw != nil && text == plain && n >= scale.Low && n <= scale.High {
			t.Fatalf("%q on %s: %s", text, scale, flaw.Code)
		}
	})
}

func FuzzRating(f *testing.F) {
	for _, text := range []string{"5/5", "★★★★☆", "满意(4分)", "5 - good", "4,5", "五星", "-1", "80%", "5分（满分5）"} {
		f.Add(text, 1, 5)
	}
	f.Fuzz(func(t *testing.T, cell string, low, high int) {
		if low < 0 || high <= low || high > 100 {
			return
		}
		n, label, flaw := Rating(cell, Scale{low, high})
		if flaw == nil && (n < low || n > high) {
			t.Errorf("%q is %d, off the scale %d-%d", cell, n, low, high)
		}
		if flaw != nil && (flaw.Code == "" || flaw.Assumed) {
			t.Errorf("%q: %+v", cell, flaw)
		}
		if again, labelAgain, _ := Rating(text.Plain(cell), Scale{low, high}); again != n || labelAgain != label {
			t.Errorf("%q is %d, and %d when it is plain", cell, n, again)
		}
	})
}
