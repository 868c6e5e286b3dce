package imports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// converter turns rows of one file into contacts.
type converter struct {
	mapping Mapping
	width   int
	dates   dateReader
	columns []column
	names   map[string]string // field → heading, for messages
	people  []personColumns
	answers []answerColumns
	extra   map[string]int // attribute → cell
}

// column is one field with the cells it is read from.
type column struct {
	field  string
	cells  []int
	set    setter
	values map[string]string // by the file's value in lower case
	other  *string           // for values that are not listed; nil: they stay as they are
}

type personColumns struct {
	role        contact.ParticipantRole
	agent, team int
}

type answerColumns struct {
	answer                   Answer
	values                   map[string]Worth
	value, comment, answered int
}

// newConverter fits a mapping to the headings of a file. The error names every column that is not there.
func newConverter(m Mapping, header []string, workbook bool) (*converter, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return nil, fmt.Errorf("load zone: %w", err)
	}
	dates, err := newDateReader(m.Dates, zone, workbook)
	if err != nil {
		return nil, fmt.Errorf("read date formats: %w", err)
	}
	c := &converter{mapping: m, width: len(header), dates: dates, names: map[string]string{}, extra: map[string]int{}}
	h := &headings{cells: header}
	for _, field := range fields {
		if names := m.Columns[field]; len(names) > 0 {
			c.columns = append(c.columns, newColumn(m, field, h.all("columns."+field, names)))
			c.names[field] = names[0]
		}
	}
	for attribute, name := range m.Attributes {
		c.extra[attribute] = h.one("attributes."+attribute, name)
	}
	for i, p := range m.Participants {
		where := fmt.Sprintf("participants[%d]", i)
		c.people = append(c.people, personColumns{
			contact.ParticipantRole(p.Role), h.optional(where+".agent", p.Agent), h.optional(where+".team", p.Team),
		})
	}
	for i, a := range m.Answers {
		where := fmt.Sprintf("answers[%d]", i)
		values := make(map[string]Worth, len(a.Values))
		for word, value := range a.Values {
			values[fold(word)] = value
		}
		c.answers = append(c.answers, answerColumns{
			a, values, h.one(where+".column", a.Column),
			h.optional(where+".comment", a.Comment), h.optional(where+".answered_at", a.AnsweredAt),
		})
	}
	return c, h.err()
}

func newColumn(m Mapping, field string, cells []int) column {
	c := column{field: field, cells: cells, set: setters[field]}
	if listed := m.Values[field]; len(listed) > 0 {
		c.values = make(map[string]string, len(listed))
		for from, to := range listed {
			if from == "*" {
				c.other = &to
				continue
			}
			c.values[fold(from)] = to
		}
	}
	return c
}

// fold is how values of a file are compared with those of a mapping: without regard to case and blanks around.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// converted is what became of a row.
type converted struct {
	input    contact.Input
	problems []fault.Field // the row is rejected
	warnings []fault.Field // taken, with what was left out or assumed
	skipped  string        // why the row is no contact, as a code; "" for a contact
}

// convert returns the contact of a row. With problems it must not be taken.
func (c *converter) convert(row table.Row) converted {
	var out converted
	in := &out.input
	if len(row.Cells) > c.width && strings.TrimSpace(strings.Join(row.Cells[c.width:], "")) != "" {
		out.problems = []fault.Field{{
			Name: "row", Code: "too_many_cells", Value: strconv.Itoa(len(row.Cells)),
			Problem: fmt.Sprintf("has more cells than the %d headings", c.width),
		}}
		return out
	}
	for field, value := range c.mapping.Constants {
		_ = setters[field](in, value, c.dates) // was checked with the mapping
	}
	for i := range c.columns {
		if p := c.columns[i].fill(in, row, c.dates); p != nil {
			out.problems = append(out.problems, *p)
		}
	}
	in.Customer.PhoneRegion = c.mapping.Region
	for attribute, cell := range c.extra {
		if value := cellOf(row, cell); value != "" {
			if in.Customer.Attributes == nil {
				in.Customer.Attributes = make(map[string]string, len(c.extra))
			}
			in.Customer.Attributes[attribute] = value
		}
	}
	for _, p := range c.people {
		agent, team := cellOf(row, p.agent), cellOf(row, p.team)
		if agent != "" || team != "" {
			in.Participants = append(in.Participants, contact.InputParticipant{Role: p.role, Agent: agent, Team: team})
		}
	}
	for i := range c.answers {
		answer, p := c.answers[i].read(row, c.dates)
		if p != nil {
			out.problems = append(out.problems, *p)
		} else if answer != nil {
			in.Answers = append(in.Answers, *answer)
		}
	}
	return out
}

// fill puts the value of a row into the column's field.
func (c *column) fill(in *contact.Input, row table.Row, dates dateReader) *fault.Field {
	_, takesAll := several[c.field]
	for _, cell := range c.cells {
		raw := cellOf(row, cell)
		value := c.translate(raw)
		if value == "" || measured(c.field) && isBlank(value) {
			continue
		}
		if p := c.set(in, value, dates); p != nil {
			return &fault.Field{Name: c.field, Code: p.code, Problem: p.text, Value: raw}
		}
		if !takesAll {
			return nil
		}
	}
	return nil
}

func (c *column) translate(raw string) string {
	if raw == "" || c.values == nil && c.other == nil {
		return raw
	}
	if value, listed := c.values[fold(raw)]; listed {
		return value
	}
	if c.other != nil {
		return *c.other
	}
	return raw
}

// read returns the answer of a row, or nil if there is none.
func (a *answerColumns) read(row table.Row, dates dateReader) (*contact.InputAnswer, *fault.Field) {
	raw := cellOf(row, a.value)
	if raw == "" {
		return nil, nil
	}
	worth, listed := a.values[fold(raw)]
	switch {
	case listed && worth.Value == nil, !listed && isBlank(raw):
		return nil, nil
	case !listed:
		n, err := strconv.ParseFloat(raw, 64)
		if err != nil || n != math.Trunc(n) || math.Abs(n) > 1000 {
			return nil, &fault.Field{
				Name: a.answer.Column, Code: "not_a_rating", Problem: "is not a whole number, nor listed under values", Value: raw,
			}
		}
		worth.Value = new(int(n))
	}
	answer := &contact.InputAnswer{
		Metric: a.answer.Metric, Scale: a.answer.Scale, Value: worth.Value, Comment: cellOf(row, a.comment), RevisableDays: a.answer.RevisableDays,
	}
	if text := cellOf(row, a.answered); text != "" && !isBlank(text) {
		at, ok := dates.read(text)
		if !ok {
			return nil, &fault.Field{Name: a.answer.AnsweredAt, Code: notADate.code, Problem: notADate.text, Value: text}
		}
		answer.AnsweredAt = at
	}
	return answer, nil
}

// heading returns the column that a field of a contact is read from with its value in a row, or the field itself. Of a field with
// several columns it is the first.
func (c *converter) heading(field string, row table.Row) (name, value string) {
	for i := range c.columns {
		if col := &c.columns[i]; col.field == field {
			if len(col.cells) == 1 {
				value = cellOf(row, col.cells[0])
			}
			return c.names[field], value
		}
	}
	if rest, found := strings.CutPrefix(field, "answers["); found {
		no, _, _ := strings.Cut(rest, "]")
		if n, err := strconv.Atoi(no); err == nil && n < len(c.answers) {
			return c.answers[n].answer.Column, cellOf(row, c.answers[n].value)
		}
	}
	return field, ""
}

func cellOf(row table.Row, cell int) string {
	if cell < 0 || cell >= len(row.Cells) {
		return ""
	}
	return strings.TrimSpace(row.Cells[cell])
}

// firstCell returns the first cell of a row that is not empty.
func firstCell(row table.Row) string {
	for i := range row.Cells {
		if value := cellOf(row, i); value != "" {
			return value
		}
	}
	return ""
}

// headings finds columns by their names.
type headings struct {
	cells   []string
	missing []fault.Field
}

func (h *headings) one(where, name string) int {
	i := slices.IndexFunc(h.cells, func(cell string) bool { return strings.TrimSpace(cell) == strings.TrimSpace(name) })
	if i < 0 {
		i = slices.IndexFunc(h.cells, func(cell string) bool { return fold(cell) == fold(name) })
	}
	if i < 0 {
		h.missing = append(h.missing, fault.Field{
			Name: where, Code: "unknown_column", Value: name, Problem: "is not a column of the file; it has " + strings.Join(h.cells, ", "),
		})
	}
	return i
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
	if len(h.missing) == 0 {
		return nil
	}
	slices.SortFunc(h.missing, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return fault.InvalidFields(h.missing...)
}
