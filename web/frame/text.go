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

// MaskedPhone hides the middle of a number in E.164 from those who have not claimed the callback that it is dialled for.
func MaskedPhone(e164 string) string {
	if len(e164) < 9 {
		return strings.Repeat("•", len(e164))
	}
	return e164[:len(e164)-8] + "••••" + e164[len(e164)-4:]
}
