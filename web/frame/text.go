package frame

import (
	"slices"
	"strings"
	"unicode"
)

// Joined joins the parts that are there.
func Joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), separator)
}

// SplitNames splits a list typed with Western or Chinese commas.
func SplitNames(list string) []string {
	var names []string
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",;，、；", r) }) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// IDsBy returns an id of each row.
func IDsBy[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// MaskedPhone hides the middle of a number from those who have not claimed the callback that it is dialled for: the fourth to the eighth
// digit from its end, all of a shorter one, and all but the last four where an extension or another number stands beside it. Each number
// of several is masked. What is written beside the digits stays.
func MaskedPhone(text string) string {
	var masked strings.Builder
	for text != "" {
		number := text[:endOfNumber(text)]
		masked.WriteString(maskedNumber(number))
		text = text[len(number):]
	}
	return masked.String()
}

// endOfNumber returns where the number ends that a text begins with; of any other text, where the next number begins.
func endOfNumber(text string) int {
	begun := false
	for i, r := range text {
		between := strings.ContainsRune(" -+()\u3000－（）", r)
		if begun && !unicode.IsDigit(r) && !between {
			return i
		}
		begun = begun || unicode.IsDigit(r)
	}
	return len(text)
}

const (
	longestNumber = 13 // digits of a mobile of China with its country code; more are two numbers, or one with its extension
	shownDigits   = 4
)

func maskedNumber(number string) string {
	left := 0
	for _, r := range number {
		if unicode.IsDigit(r) {
			left++
		}
	}
	all, rest := left < 2*shownDigits, left > longestNumber
	return strings.Map(func(r rune) rune {
		if !unicode.IsDigit(r) {
			return r
		}
		left--
		if all || left >= shownDigits && (rest || left < 2*shownDigits) {
			return '•'
		}
		return r
	}, number)
}

// masked is the template function "masked": an address as lists show it, numbers with MaskedPhone and e-mails as they are.
func masked(address string) string {
	if strings.Contains(address, "@") {
		return address
	}
	return MaskedPhone(address)
}
