package imports

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// converter turns rows of one file into contacts.
type converter struct {
	mapping  Mapping
	header   []string
	width    int
	workbook bool
	dates    *values.Times
	id       int // the cell that names the contact
	columns  []column
	people   []personColumns
	answers  []answerColumns
	extra    []attributeColumn
}

// personColumns are the cells of somebody who took part, -1 for none.
type personColumns struct {
	Participant
	agent, team int
}

type attributeColumn struct {
	attribute, heading string
	cell               int
}

// newConverter fits a mapping to the headings of a file. The error names every column that is not there, or there twice.
func newConverter(m Mapping, header []string, found table.Found) (*converter, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return nil, fmt.Errorf("load zone: %w", err)
	}
	dates, err := values.NewTimes(m.Dates, zone, found.Workbook, found.Date1904)
	if err != nil {
		return nil, fmt.Errorf("read date formats: %w", err)
	}
	c := &converter{mapping: m, header: make([]string, len(header)), width: len(header), workbook: found.Workbook, dates: dates}
	for i := range header {
		c.header[i] = text.Trim(header[i])
	}
	h := newHeadings(header)
	c.findFields(h)
	for _, attribute := range slices.Sorted(maps.Keys(m.Attributes)) {
		name := m.Attributes[attribute]
		c.extra = append(c.extra, attributeColumn{attribute, name, h.one("attributes."+attribute, name)})
	}
	for i, p := range m.Participants {
		where := fmt.Sprintf("participants[%d]", i)
		c.people = append(c.people, personColumns{p, h.optional(where+".agent", p.Agent), h.optional(where+".team", p.Team)})
	}
	for i, a := range m.Answers {
		c.answers = append(c.answers, newAnswerColumns(a, fmt.Sprintf("answers[%d]", i), h))
	}
	return c, h.err()
}

// findFields finds the columns of fields, and tries the constants.
func (c *converter) findFields(h *headings) {
	for _, field := range fields {
		if names := c.mapping.Columns[field]; len(names.Headings) > 0 {
			col := newColumn(c.mapping, field, h.all("columns."+field, names.Headings))
			if c.columns = append(c.columns, col); field == "external_id" {
				c.id = col.cells[0]
			}
		}
		value, given := c.mapping.Constants[field]
		if flaw := c.constant(new(contact.Input), field, value); given && value != "" && flaw != nil && !flaw.Assumed {
			h.wrong = append(h.wrong, fault.Field{Name: "constants." + field, Code: flaw.Code, Problem: flaw.Text, Value: value})
		}
	}
}

func (c *converter) constant(in *contact.Input, field, value string) *values.Flaw {
	if value == "" {
		return nil
	}
	return setters[field](in, reading{c.dates, c.workbook}, value)
}

// converted is what became of a row.
type converted struct {
	input    contact.Input
	problems []fault.Field // the row is rejected
	warnings []fault.Field // taken, with what was left out or assumed
	skipped  string        // why the row is no contact, as a code; "" for a contact
}

// warn keeps a flaw of a value as the report shows it: under the heading of its column, with the value as it stands in the file.
func (out *converted) warn(row table.Row, heading, value string, d *values.Flaw) {
	out.warnings = append(out.warnings, fieldOf(row, heading, value, d))
}

func (out *converted) refuse(row table.Row, heading, value string, d *values.Flaw) {
	out.problems = append(out.problems, fieldOf(row, heading, value, d))
}

// fieldOf is a flaw with its place. It knows its line, which tells it from what intake says of a field.
func fieldOf(row table.Row, heading, value string, d *values.Flaw) fault.Field {
	if d.Taken != "" {
		value += " → " + d.Taken
	}
	return fault.Field{Line: row.Line, Name: heading, Code: d.Code, Problem: d.Text, Value: value, Args: d.Args}
}

// convert returns the contact of a row. With problems, or skipped, it must not be taken.
func (c *converter) convert(row table.Row) converted {
	var out converted
	if out.skipped = c.noContact(row); out.skipped != "" {
		return out
	}
	if len(row.Cells) > c.width && strings.TrimSpace(strings.Join(row.Cells[c.width:], "")) != "" {
		out.refuse(row, "row", strconv.Itoa(len(row.Cells)), &values.Flaw{
			Code: "too_many_cells", Text: fmt.Sprintf("has more cells than the %d headings", c.width),
		})
		return out
	}
	in := &out.input
	for field, value := range c.mapping.Constants {
		_ = c.constant(in, field, value) // was tried with the mapping
	}
	for i := range c.columns {
		c.columns[i].fill(&out, row, reading{c.dates, c.workbook})
	}
	in.Customer.PhoneRegion = c.mapping.Region
	c.addAttributes(&out, row)
	c.addPeople(&out, row)
	for i := range c.answers {
		if answer := c.answers[i].read(&out, row, c.dates); answer != nil {
			in.Answers = append(in.Answers, *answer)
		}
	}
	if in.Status == contact.Resolved && in.ResolvedAt.IsZero() {
		out.refuseLost(c.columns)
	}
	return out
}

// refuseLost rejects a row that is resolved and whose time of resolution is a cell that cannot be used: the report says why it is not
// there.
func (out *converted) refuseLost(columns []column) {
	at := slices.IndexFunc(columns, func(c column) bool { return c.field == "resolved_at" })
	if at < 0 {
		return
	}
	for _, w := range out.warnings {
		if slices.Contains(columns[at].names, w.Name) && (w.Code == table.ErrorCell || w.Code == table.BadEncoding) {
			w.Problem = errorInRequired.Text
			if w.Code == table.BadEncoding {
				w.Problem = badEncodingInRequired.Text
			}
			out.problems = append(out.problems, w)
		}
	}
}

func (c *converter) addAttributes(out *converted, row table.Row) {
	for _, a := range c.extra {
		value, _ := out.text(row, a.cell, a.heading, cleaned)
		if value == "" {
			continue
		}
		if out.input.Customer.Attributes == nil {
			out.input.Customer.Attributes = make(map[string]string, len(c.extra))
		}
		out.input.Customer.Attributes[a.attribute] = value
	}
}

func (c *converter) addPeople(out *converted, row table.Row) {
	for _, p := range c.people {
		agent, _ := out.text(row, p.agent, p.Agent, cleaned)
		team, _ := out.text(row, p.team, p.Team, cleaned)
		if agent != "" || team != "" {
			out.input.Participants = append(out.input.Participants, contact.InputParticipant{
				Role: contact.ParticipantRole(p.Role), Agent: agent, Team: team,
			})
		}
	}
}

// heading returns the column that a field of intake was read from with its value in a row, or the field itself. Of a field with several
// columns it is the first.
func (c *converter) heading(field string, row table.Row) (name, value string) {
	for i := range c.columns {
		if col := &c.columns[i]; col.field == field {
			if len(col.cells) == 1 {
				value = cellOf(row, col.cells[0])
			}
			return col.names[0], value
		}
	}
	if rest, found := strings.CutPrefix(field, "answers["); found {
		no, _, _ := strings.Cut(rest, "]")
		if a := c.answer(no, row); a != nil {
			return a.answer.Column, cellOf(row, a.value)
		}
	}
	return field, ""
}

// answer returns the columns of the answer that is a row's n-th: answers that were left out are not counted.
func (c *converter) answer(no string, row table.Row) *answerColumns {
	n, err := strconv.Atoi(no)
	if err != nil {
		return nil
	}
	var again converted
	for i := range c.answers {
		if c.answers[i].read(&again, row, c.dates) == nil {
			continue
		}
		if n == 0 {
			return &c.answers[i]
		}
		n--
	}
	return nil
}

// timeCells returns the cells that hold moments.
func (c *converter) timeCells() []int {
	var cells []int
	for i := range c.columns {
		if c.columns[i].at != nil {
			cells = append(cells, c.columns[i].cells...)
		}
	}
	return cells
}
