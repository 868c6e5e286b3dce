package imports

import (
	"slices"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// column is one field with the cells it is read from.
type column struct {
	field    string
	names    []string // the headings, as the mapping writes them
	cells    []int
	joined   bool
	set      setter
	at       func(*contact.Input) *clock.Instant // of a time
	measured bool
	boolean  bool
	bad      handling
	values   map[string]string // by the file's value, folded
	other    *string           // for values that are not listed; nil: they stay as they are
}

func newColumn(m Mapping, field string, cells []int) column {
	c := column{
		field: field, names: m.Columns[field].Headings, cells: cells, joined: m.Columns[field].Join, set: setters[field], at: times[field],
		measured: measured(field), boolean: slices.Contains(booleans, field), bad: handlingOf(field),
	}
	if listed := m.Values[field]; len(listed) > 0 {
		c.values = make(map[string]string, len(listed))
		for from, to := range listed {
			if from == "*" {
				c.other = &to
				continue
			}
			c.values[text.Fold(from)] = to
		}
	}
	return c
}

// fill puts the value of a row into the column's field.
func (c *column) fill(out *converted, row table.Row, r reading) {
	if c.joined {
		c.join(out, row, r)
		return
	}
	_, takesAll := several[c.field]
	for i, cell := range c.cells {
		raw, kept := out.text(row, cell, c.names[i], c.bad)
		value := c.translate(raw)
		if !kept || value == "" || c.absent(value) {
			continue
		}
		c.take(out, row, c.names[i], raw, c.set(&out.input, r, value))
		if !takesAll {
			return
		}
	}
}

// join puts the values of all cells of a row together into the column's field: a day and a time of day, a first and a last name.
func (c *column) join(out *converted, row table.Row, r reading) {
	parts := make([]string, len(c.cells))
	said := false
	for i, cell := range c.cells {
		raw, _ := out.text(row, cell, c.names[i], c.bad)
		if parts[i] = c.translate(raw); c.absent(parts[i]) {
			parts[i] = ""
		}
		said = said || parts[i] != ""
	}
	if !said {
		return
	}
	shown := strings.Join(slices.DeleteFunc(slices.Clone(parts), func(part string) bool { return part == "" }), " ")
	heading := strings.Join(c.names, " + ")
	if c.at == nil {
		c.take(out, row, heading, shown, c.set(&out.input, r, shown))
		return
	}
	at, flaw := r.dates.Read(parts...)
	if flaw == nil || flaw.Assumed {
		*c.at(&out.input) = at
	}
	c.take(out, row, heading, shown, flaw)
}

// absent reports whether a value says that there is none.
func (c *column) absent(value string) bool {
	switch {
	case !c.measured:
		return false
	case c.at != nil:
		return values.IsNoTime(value)
	case c.boolean:
		if _, ok := values.Truth(value); ok {
			return false
		}
	}
	return values.IsBlank(value)
}

// spare reports whether a contact is as good as whole without a field: how long something took and when it began. Without the time of a
// resolution, or without knowing of a complaint, something else would be decided.
func spare(field string) bool {
	return strings.HasSuffix(field, "_seconds") || field == "opened_at" || field == "first_response_at"
}

// take says what is wrong with a value. What names the contact rejects the row, and so does what cannot be read, where anything is
// decided by it; what only names something else, or only measures, is left out.
func (c *column) take(out *converted, row table.Row, heading, raw string, flaw *values.Flaw) {
	if flaw == nil && spare(c.field) {
		flaw = c.outOfRange(&out.input)
	}
	switch {
	case flaw == nil:
	case flaw.Assumed:
		out.warn(row, heading, raw, flaw)
	case spare(c.field):
		spared := *flaw
		spared.Text += "; left out"
		out.warn(row, heading, raw, &spared)
	default:
		out.refuse(row, heading, raw, flaw)
	}
}

var (
	notThen = &values.Flaw{Code: "out_of_range", Text: "must be between 1990 and 2100"}
	tooLong = &values.Flaw{Code: "out_of_range", Text: "must be from 0 to 2592000 seconds"}
)

// outOfRange takes back a value that intake would refuse: programs write 1900-01-01 and 9999-12-31 for none.
func (c *column) outOfRange(in *contact.Input) *values.Flaw {
	if c.at != nil {
		if at := c.at(in); !at.IsZero() && !contact.IsPlausible(*at) {
			*at = 0
			return notThen
		}
		return nil
	}
	if n := measures[c.field](in); *n != nil && !contact.IsDuration(**n) {
		*n = nil
		return tooLong
	}
	return nil
}

func (c *column) translate(raw string) string {
	if raw == "" || c.values == nil {
		return raw
	}
	if value, listed := c.values[text.Fold(raw)]; listed {
		return value
	}
	if c.other != nil && !c.absent(raw) {
		return *c.other
	}
	return raw
}

// handlingOf returns what becomes of a field whose cell has bad bytes.
func handlingOf(field string) handling {
	switch field {
	case "external_id", "status":
		return rejected
	case "customer.name", "category", "subcategory", "product", "resolution_text", "tags", "customer.tags":
		return cleaned
	}
	return leftOut
}
