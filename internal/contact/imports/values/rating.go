package values

import (
	"fmt"
	"strconv"
	"strings"

	"aftercall/internal/text"
)

// Scale is which values a rating can have.
type Scale struct{ Low, High int }

// ParseScale reads "1-5".
func ParseScale(s string) (Scale, bool) {
	s = strings.NewReplacer(" ", "", "–", "-", "—", "-", "~", "-", "～", "-", "至", "-").Replace(text.Plain(s))
	a, b, found := strings.Cut(s, "-")
	low, err1 := strconv.Atoi(a)
	high, err2 := strconv.Atoi(b)
	return Scale{low, high}, found && err1 == nil && err2 == nil && low >= 0 && low < high && high <= 100
}

// String returns "1-5".
func (s Scale) String() string { return fmt.Sprintf("%d-%d", s.Low, s.High) }

// Off is what is said of a value that is not on the scale.
func (s Scale) Off() *Flaw {
	return &Flaw{
		Code: "out_of_scale", Args: map[string]any{"scale": s.String()},
		Text: "is not on the scale " + s.String() + "; the answer is left out",
	}
}

// Rating reads a rating on a scale: 5, 5.0, ５, 5/5, 5 out of 5, 5分, 五星, ★★★★☆, 5-Very satisfied. It returns the words beside the number,
// if there are any. What says another scale, is between two values or is off the scale is a flaw, and no rating.
func Rating(text string, scale Scale) (value int, label string, flaw *Flaw) {
	s := strings.ToLower(bare(text))
	if s == "" || len(s) > 200 {
		return 0, "", notRating(scale)
	}
	if n, of, ok := stars(s); ok {
		return starred(n, of, strings.ContainsAny(s, "½"), scale)
	}
	n, rest, ok := quantity(s)
	if !ok {
		return labelled(s, scale)
	}
	of, rest, ok := outOf(rest)
	switch {
	case !ok:
		return 0, "", notRating(scale)
	case of == percent:
		if scale.High != 100 {
			return 0, "", otherScale(scale)
		}
	case of >= 0 && of != scale.High:
		return 0, "", otherScale(scale)
	}
	if label, ok = labelOf(rest); !ok {
		return 0, "", notRating(scale)
	}
	value, flaw = onScale(n, scale)
	return value, label, flaw
}

func notRating(scale Scale) *Flaw {
	return &Flaw{
		Code: "not_a_rating", Args: map[string]any{"scale": scale.String()},
		Text: "is not a rating on the scale " + scale.String() + ", nor listed under values; the answer is left out",
	}
}

func otherScale(scale Scale) *Flaw {
	return &Flaw{
		Code: "other_scale", Args: map[string]any{"scale": scale.String()},
		Text: "is on another scale than " + scale.String() + "; the answer is left out",
	}
}

// onScale returns a number as a value of the scale.
func onScale(n float64, scale Scale) (int, *Flaw) {
	switch {
	case n < float64(scale.Low) || n > float64(scale.High):
		return 0, scale.Off()
	case n != float64(int(n)):
		return 0, &Flaw{
			Code: "between_values", Args: map[string]any{"scale": scale.String()},
			Text: "is between two values of the scale " + scale.String() + "; the answer is left out",
		}
	}
	return int(n), nil
}

// quantity reads the number that a text begins with, with a sign, a decimal point or comma, or in Chinese.
func quantity(s string) (n float64, rest string, ok bool) {
	negative := false
	if s[0] == '+' || s[0] == '-' {
		negative, s = s[0] == '-', s[1:]
	}
	n, width := decimal(s)
	if width == 0 {
		var han int
		if han, width = hanNumber(s); width == 0 || han > 10 || negative {
			return 0, s, false
		}
		return float64(han), strings.TrimLeft(s[width:], " "), true
	}
	s = s[width:]
	if tail, found := strings.CutPrefix(s, ","); found {
		digits, k := leading(tail)
		if k == 0 || k > 2 { // 5,000 is no rating
			return 0, s, false
		}
		for range k {
			n *= 10
		}
		n += float64(digits)
		for range k {
			n /= 10
		}
		s = tail[k:]
	}
	if negative {
		n = -n
	}
	return n, strings.TrimLeft(s, " "), true
}

// percent is a scale of its own: of a hundred.
const percent = 1000

// ratingUnits may stand behind a rating and say nothing of its scale, longer ones first.
var ratingUnits = []string{"颗星", "星级", "星", "分", "points", "point", "pts", "pt", "stars", "star", "★", "⭐"}

// outOf reads what a rating is out of: /5, out of 5, 分(满分5分). It returns -1 if that is not said, and false if it makes no sense.
func outOf(s string) (of int, rest string, ok bool) {
	if strings.HasPrefix(s, "%") {
		return percent, strings.TrimLeft(s[1:], " "), true
	}
	s = withoutUnit(s)
	for _, word := range []string{"/", "out of ", "of ", "(满分", "(共", "(总分", "满分"} {
		after, found := strings.CutPrefix(s, word)
		if !found {
			continue
		}
		n, rest, ok := quantity(strings.TrimLeft(after, " ") + " ")
		if !ok || n != float64(int(n)) || n < 1 {
			return 0, s, false
		}
		rest = withoutUnit(rest)
		if word[0] == '(' {
			rest, ok = strings.CutPrefix(rest, ")")
		}
		return int(n), strings.TrimSpace(rest), ok
	}
	return -1, s, true
}

func withoutUnit(s string) string {
	for _, unit := range ratingUnits {
		if rest, found := strings.CutPrefix(s, unit); found {
			if unit[0] < 0x80 && rest != "" && rest[0] >= 'a' && rest[0] <= 'z' {
				continue
			}
			return strings.TrimLeft(rest, " ")
		}
	}
	return s
}

// labelOf reads the words behind a rating: "- very satisfied", "(满意)". They have no digits: those would be another number.
func labelOf(s string) (label string, ok bool) {
	if s == "" {
		return "", true
	}
	r, rest := cutRune(s)
	switch {
	case strings.ContainsRune("-–—:.、)_=|", r):
	case r == '(':
		rest = strings.TrimSuffix(rest, ")")
	default:
		return "", false
	}
	label = strings.TrimSpace(rest)
	return label, label != "" && !strings.ContainsAny(label, "0123456789%/★☆")
}

// labelled reads a rating behind its words: "满意(4分)", "very satisfied - 5".
func labelled(s string, scale Scale) (int, string, *Flaw) {
	at := strings.IndexAny(s, "0123456789")
	if at < 1 {
		return 0, "", notRating(scale)
	}
	before := strings.TrimRight(s[:at], " ")
	label := strings.TrimRight(strings.TrimRight(before, "(:-–—="), " ")
	rest := s[at:]
	if label == before || label == "" {
		return 0, "", notRating(scale)
	}
	if strings.HasSuffix(before, "(") {
		rest = strings.TrimSuffix(rest, ")")
	}
	value, more, flaw := Rating(rest, scale)
	if flaw == nil && more != "" {
		return 0, "", notRating(scale)
	}
	return value, label, flaw
}

// stars counts stars, and all of them where some are empty.
func stars(s string) (full, all int, ok bool) {
	for _, r := range s {
		switch r {
		case '★', '⭐', '🌟', '✩', '✭', '✮', '✯', '✰':
			full++
		case '☆':
		case ' ', '½':
			continue
		default:
			return 0, 0, false
		}
		all++
	}
	return full, all, all > 0
}

// starred is a number of stars on a scale. Empty ones state the scale; only empty ones, and all of them, are a rating nobody gave as well
// as the best, so they are neither.
func starred(full, all int, half bool, scale Scale) (int, string, *Flaw) {
	switch {
	case half:
		value, flaw := onScale(float64(full)+0.5, scale)
		return value, "", flaw
	case full == 0 && all == scale.High:
		return 0, "", &Flaw{
			Code: "stars_unclear", Args: map[string]any{"scale": scale.String()},
			Text: "is the best rating on the scale " + scale.String() + " or none at all; name it under values. The answer is left out",
		}
	case full == 0:
		full = all
	case full < all && all != scale.High:
		return 0, "", otherScale(scale)
	}
	value, flaw := onScale(float64(full), scale)
	return value, "", flaw
}
