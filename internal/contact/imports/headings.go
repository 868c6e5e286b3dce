package imports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// headings finds columns by their names. Of several with the same name, Name#2 is the second; #7 is the seventh column of the file.
type headings struct {
	cells  []string
	exact  map[string][]int
	folded map[string][]int // without regard to case
	wrong  []fault.Field
}

func newHeadings(cells []string) *headings {
	h := &headings{cells: cells, exact: map[string][]int{}, folded: map[string][]int{}}
	for i, cell := range cells {
		name := headingOf(cell)
		if name == "" {
			continue
		}
		h.exact[name] = append(h.exact[name], i)
		h.folded[strings.ToLower(name)] = append(h.folded[strings.ToLower(name)], i)
	}
	return h
}

// headingOf is a heading as it is compared: composed, with single blanks inside, without what cannot be seen.
func headingOf(cell string) string { return norm.NFC.String(text.Plain(cell)) }

// ColumnNames returns a name for each column of a file that a mapping can use: its heading or, where that is empty or not the only one,
// one with the column's place.
func ColumnNames(header []string) []string {
	h := newHeadings(header)
	names := make([]string, len(header))
	for i, cell := range header {
		names[i] = text.Trim(cell)
		if found := h.exact[headingOf(cell)]; len(found) > 1 {
			names[i] += "#" + strconv.Itoa(slices.Index(found, i)+1)
		}
		if found := h.matches(names[i]); len(found) != 1 || found[0] != i {
			names[i] = "#" + strconv.Itoa(i+1)
		}
	}
	return names
}

// matches returns the columns that a name means.
func (h *headings) matches(name string) []int {
	name = headingOf(name)
	if found := h.named(name); len(found) > 0 {
		return found
	}
	base, place, _ := cutLast(name, "#")
	n, err := strconv.Atoi(place)
	if err != nil || n < 1 {
		return nil
	}
	if base == "" {
		if n <= len(h.cells) {
			return []int{n - 1}
		}
		return nil
	}
	if same := h.named(strings.TrimSpace(base)); n <= len(same) {
		return []int{same[n-1]}
	}
	return nil
}

func (h *headings) named(name string) []int {
	if found := h.exact[name]; len(found) > 0 {
		return found
	}
	return h.folded[strings.ToLower(name)]
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// one returns the column of a name, and keeps what is wrong with it for err.
func (h *headings) one(where, name string) int {
	found := h.matches(name)
	switch len(found) {
	case 1:
		return found[0]
	case 0:
		h.wrong = append(h.wrong, fault.Field{
			Name: where, Code: "unknown_column", Value: name, Problem: "is not a column of the file; it has " + strings.Join(h.cells, ", "),
		})
	default:
		h.wrong = append(h.wrong, ambiguousHeading(where, name, found))
	}
	return -1
}

// ambiguousHeading says in which columns a name stands, and how one of them is chosen.
func ambiguousHeading(where, name string, found []int) fault.Field {
	places, choices := make([]string, len(found)), make([]string, len(found))
	for i, column := range found {
		places[i], choices[i] = strconv.Itoa(column+1), text.Trim(name)+"#"+strconv.Itoa(i+1)
	}
	return fault.Field{
		Name: where, Code: "duplicate_column", Value: name,
		Problem: fmt.Sprintf("is the heading of the columns %s; write %s", strings.Join(places, " and "), strings.Join(choices, " or ")),
		Args:    map[string]any{"columns": strings.Join(places, ", "), "choices": strings.Join(choices, ", ")},
	}
}

func (h *headings) optional(where, name string) int {
	if name == "" {
		return -1
	}
	return h.one(where, name)
}

func (h *headings) all(where string, names []string) []int {
	cells := make([]int, len(names))
	for i, name := range names {
		cells[i] = h.one(where, name)
	}
	return cells
}

func (h *headings) err() error {
	if len(h.wrong) == 0 {
		return nil
	}
	slices.SortStableFunc(h.wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return fault.InvalidFields(h.wrong...)
}
