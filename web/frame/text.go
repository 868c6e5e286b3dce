package frame

import (
	"slices"
	"strings"
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
// digit from its end, and all of a shorter one. What is written beside the digits stays.
func MaskedPhone(number string) string {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	left := 0
	for _, r := range number {
		if digit(r) {
			left++
		}
	}
	short := left < 8
	return strings.Map(func(r rune) rune {
		if !digit(r) {
			return r
		}
		left--
		if short || left >= 4 && left < 8 {
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
