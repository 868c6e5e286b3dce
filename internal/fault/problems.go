package fault

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/text"
)

// MaxShown is how much of a wrong value is shown, in characters.
const MaxShown = 80

// Problems collects what is wrong with the fields of one thing; InvalidFields makes an error of them.
type Problems []Field

// Refuse notes a problem with a field. Code and problem are those of Field.
func (p *Problems) Refuse(name, code, problem, value string) {
	*p = append(*p, Field{Name: name, Code: code, Problem: problem, Value: Shorten(value, MaxShown)})
}

// Limit notes a value with more characters than a limit.
func (p *Problems) Limit(name, value string, limit int) {
	if len(value) > limit && utf8.RuneCountInString(value) > limit {
		p.Refuse(name, "too_long", fmt.Sprintf("has more than %d characters", limit), value)
	}
}

// OneOf notes a value that is not among those known.
func OneOf[T ~string](p *Problems, name string, value T, known []T) {
	if slices.Contains(known, value) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	p.Refuse(name, "unknown_value", "must be one of "+strings.Join(words, ", "), string(value))
}

// Shorten cuts a text to so many characters, with a sign that it was cut.
func Shorten(value string, limit int) string {
	if beginning := text.Cut(value, limit); len(beginning) < len(value) {
		return beginning + "…"
	}
	return value
}
