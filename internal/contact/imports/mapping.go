package imports

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // mappings name zones, and a machine may have none

	"github.com/goccy/go-yaml"

	"aftercall/internal/address"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// Mapping says what the columns of a file mean. It is written as YAML; see docs/examples.
type Mapping struct {
	Delimiter string `yaml:"delimiter,omitempty"` // of a text file; the one its first line has most of when empty
	// of a text file: utf-8, gb18030 or windows-1252; found out when empty
	Encoding   string             `yaml:"encoding,omitempty"`
	Sheet      string             `yaml:"sheet,omitempty"` // of a workbook; the first one when empty
	HeaderLine int                `yaml:"header_line,omitempty"`
	Zone       string             `yaml:"zone,omitempty"`   // IANA zone of times that name none; UTC when empty
	Region     string             `yaml:"region,omitempty"` // country of phone numbers without a code; the centre's when empty
	Dates      []string           `yaml:"dates,omitempty"`  // such as "YYYY-MM-DD HH:mm:ss"; the usual ones when empty
	Columns    map[string]Columns `yaml:"columns"`          // field → column or columns
	Constants  map[string]string  `yaml:"constants,omitempty"`
	// field → value in the file → our value; "*" stands for any other
	Values       map[string]map[string]string `yaml:"values,omitempty"`
	Attributes   map[string]string            `yaml:"attributes,omitempty"` // attribute of the customer → column
	Participants []Participant                `yaml:"participants,omitempty"`
	Answers      []Answer                     `yaml:"answers,omitempty"`
}

const maxMappingBytes = 256 << 10

// ParseMapping reads a mapping and checks everything that can be checked without a file. The error names each field and value.
func ParseMapping(body []byte) (Mapping, error) {
	if len(body) > maxMappingBytes {
		return Mapping{}, fault.New(fault.TooLarge, "mapping_too_large", "the mapping is larger than 256 KiB")
	}
	m, err := decodeMapping(body)
	if err != nil {
		message := strings.TrimSpace(yaml.FormatError(err, false, false))
		return Mapping{}, fault.New(fault.Invalid, "mapping_yaml", "the mapping cannot be read: "+message).With("reason", message)
	}
	return m, m.Check()
}

// decodeMapping reads the values of a mapping. Some bytes that are no YAML make the library panic; they are unreadable like others.
func decodeMapping(body []byte) (m Mapping, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("it is not YAML")
		}
	}()
	err = yaml.NewDecoder(bytes.NewReader(body), yaml.Strict()).Decode(&m)
	return m, err
}

// Format writes the mapping as YAML.
func (m Mapping) Format() (string, error) {
	body, err := yaml.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write mapping: %w", err)
	}
	return string(body), nil
}

// Check returns an error that names every field of the mapping that is wrong, or nil.
func (m Mapping) Check() error {
	c := &checker{}
	c.format(m)
	for field, columns := range m.Columns {
		c.field("columns", field)
		c.columns(field, columns)
	}
	for field, value := range m.Constants {
		c.field("constants", field)
		c.value("constants."+field, field, value)
	}
	for field, listed := range m.Values {
		c.field("values", field)
		for _, value := range listed {
			c.value("values."+field, field, value)
		}
	}
	if len(m.Columns["external_id"].Headings) == 0 {
		c.refuse("columns.external_id", "required", "is required: the column that names each contact", "")
	}
	for i, p := range m.Participants {
		c.oneOf(fmt.Sprintf("participants[%d].role", i), p.Role, "took", "handled", "on_site")
		if p.Agent == "" && p.Team == "" {
			c.refuse(fmt.Sprintf("participants[%d]", i), "required", "names neither an agent nor a team column", "")
		}
	}
	for i, a := range m.Answers {
		c.oneOf(fmt.Sprintf("answers[%d].metric", i), a.Metric, "csat", "nps", "ces")
		if a.Column == "" {
			c.refuse(fmt.Sprintf("answers[%d].column", i), "required", "is required", "")
		}
		if days := a.RevisableDays; days != nil && (*days < 0 || *days > contact.MaxRevisableDays) {
			c.refuse(fmt.Sprintf("answers[%d].revisable_days", i), "out_of_range", "must be from 0 to 3650 days", strconv.Itoa(*days))
		}
		if _, ok := values.ParseScale(a.scale()); !ok && contact.UsualScale(a.Metric) != "" {
			c.refuse(fmt.Sprintf("answers[%d].scale", i), "not_a_scale", "is not a scale such as 1-5", a.Scale)
		}
	}
	return c.err()
}

// TableOptions returns how the file is to be opened.
func (m Mapping) TableOptions() table.Options {
	opts := table.Options{Encoding: m.Encoding, Sheet: m.Sheet}
	switch m.Delimiter {
	case "":
	case "tab", `\t`:
		opts.Delimiter = '\t'
	default:
		opts.Delimiter = []rune(m.Delimiter)[0]
	}
	return opts
}

func (m Mapping) headerLine() int { return max(m.HeaderLine, 1) }

// checker collects what is wrong with a mapping.
type checker struct{ fields []fault.Field }

func (c *checker) refuse(field, code, problem, value string) {
	c.fields = append(c.fields, fault.Field{Name: field, Code: code, Problem: problem, Value: value})
}

func (c *checker) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	slices.SortFunc(c.fields, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return fault.InvalidFields(c.fields...)
}

func (c *checker) format(m Mapping) {
	if len([]rune(m.Delimiter)) > 1 && m.Delimiter != "tab" && m.Delimiter != `\t` {
		c.refuse("delimiter", "not_one_character", "must be one character, or tab", m.Delimiter)
	}
	if m.HeaderLine < 0 || m.HeaderLine > 1000 {
		c.refuse("header_line", "out_of_range", "must be from 1 to 1000", strconv.Itoa(m.HeaderLine))
	}
	if _, err := time.LoadLocation(m.Zone); err != nil {
		c.refuse("zone", "unknown_zone", "is not an IANA time zone such as Asia/Shanghai", m.Zone)
	}
	if m.Region != "" && !address.KnownRegion(strings.ToUpper(m.Region)) {
		c.refuse("region", "unknown_region", "is not an ISO country code such as CN", m.Region)
	}
	for _, format := range m.Dates {
		if err := values.CheckFormat(format); err != nil {
			c.refuse("dates", "unknown_date_format", err.Error(), format)
		}
	}
}

// columns checks what a field is read from. What takes the values of all its columns has nothing to join.
func (c *checker) columns(field string, columns Columns) {
	if len(columns.Headings) == 0 || slices.Contains(columns.Headings, "") {
		c.refuse("columns."+field, "required", "names no column", "")
	}
	if _, takesAll := several[field]; takesAll && columns.Join {
		c.refuse("columns."+field, "not_joined", "takes every value of its columns; write a list without join", "")
	}
}

func (c *checker) field(where, name string) {
	if _, known := setters[name]; !known {
		c.refuse(where+"."+name, "unknown_field", "is not a field; known are "+strings.Join(Fields(), ", "), name)
	}
}

// value checks a value that the mapping puts in itself; "" means that the field stays empty.
func (c *checker) value(where, field, value string) {
	if value == "" {
		return
	}
	switch field {
	case "status":
		c.oneOf(where, value, words(contact.Statuses())...)
	case "channel":
		c.oneOf(where, value, words(contact.Channels())...)
	case "severity":
		c.oneOf(where, value, words(contact.Severities())...)
	case "complaint", "auto_closed":
		if _, ok := values.Truth(value); !ok {
			c.refuse(where, "not_yes_or_no", "must be true or false", value)
		}
	}
}

func (c *checker) oneOf(where, value string, known ...string) {
	if !slices.Contains(known, value) {
		c.refuse(where, "unknown_value", "must be one of "+strings.Join(known, ", "), value)
	}
}

func words[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
