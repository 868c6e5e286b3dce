package frame

import (
	"slices"
	"strings"
)

// IDsBy returns an id of each row.
func IDsBy[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// MaskedPhone hides the middle of a number from those who have not claimed its callback.
func MaskedPhone(e164 string) string {
	if len(e164) < 9 {
		return strings.Repeat("•", len(e164))
	}
	return e164[:len(e164)-8] + "••••" + e164[len(e164)-4:]
}

// Joined joins the parts that are there.
func Joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), separator)
}
