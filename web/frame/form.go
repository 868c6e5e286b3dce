package frame

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// Checkbox is a box to tick.
type Checkbox struct {
	Name, Value, Label string
	Checked            bool
}

// EnumOptions is the choices of a select field whose values have texts below a prefix, which is given with its dot.
func EnumOptions[T ~string](s *Site, c *gin.Context, prefix string, values []T) []Option {
	options := make([]Option, len(values))
	for i, v := range values {
		options[i] = Option{string(v), s.T(c, prefix+string(v))}
	}
	return options
}

// FilterOptions is the choices of a filter: any of the values, or one of them.
func FilterOptions[T ~string](s *Site, c *gin.Context, anyKey, prefix string, values []T) []Option {
	return append([]Option{{"", s.T(c, anyKey)}}, EnumOptions(s, c, prefix, values)...)
}

// LocalInput is the layout of what an input of type datetime-local sends.
const LocalInput = "2006-01-02T15:04"

// Form is what was typed and what is wrong with it, so that a page with a refused form comes back with everything in place.
type Form struct {
	Values url.Values
	Errors map[string]string // by field name, in the reader's language
	Error  string            // about the whole form

	Meanwhile *Meanwhile // where Error says that somebody else was first
}

// FormOf reads the submitted fields.
func FormOf(c *gin.Context) (Form, error) {
	if err := c.Request.ParseForm(); err != nil {
		return Form{}, fault.Wrap(err, fault.Invalid, "form_unreadable", "the form cannot be read")
	}
	return Form{Values: c.Request.PostForm}, nil
}

// Posted makes a handler of one that is given the submitted fields.
func Posted(handle func(c *gin.Context, f Form) error) func(c *gin.Context) error {
	return func(c *gin.Context) error {
		f, err := FormOf(c)
		if err != nil {
			return err
		}
		return handle(c, f)
	}
}

// Get returns the value of a field.
func (f Form) Get(name string) string { return f.Values.Get(name) }

// RefusedForm puts a fault into the form, or returns an error that is not the user's to mend. Render the page again with status
// StatusOf(err).
func (s *Site) RefusedForm(c *gin.Context, f Form, err error) (Form, error) {
	flt, ok := fault.Of(err)
	if !ok || flt.Kind == fault.Internal || flt.Kind == fault.NotFound {
		return f, err
	}
	RetryAfterError(c, err)
	f.Errors = map[string]string{}
	problems := s.FieldProblems(c, err)
	for i, p := range problems {
		f.Errors[flt.Fields[i].Name] = p.Problem
	}
	if len(problems) == 0 {
		f.Error = s.FaultText(c, err)
	}
	return f, nil
}

// Again shows a refused form once more with what is wrong with it, or returns an error that is not the user's to mend.
func (s *Site) Again(c *gin.Context, f Form, err error, show func(c *gin.Context, status int, f Form) error) error {
	f, unmendable := s.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return show(c, StatusOf(err), f)
}

// PathID returns the number in the address, as in /jobs/:id. Anything else is a page that does not exist.
func PathID(c *gin.Context, name string) (int64, error) {
	id, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, ErrNoPage
	}
	return id, nil
}

// Numbered makes a handler of one that is given the number in the address, as in /jobs/:id.
func Numbered(handle func(c *gin.Context, id int64) error) func(c *gin.Context) error {
	return func(c *gin.Context) error {
		id, err := PathID(c, "id")
		if err != nil {
			return err
		}
		return handle(c, id)
	}
}

// Field is one input with its label, help and error; see partials/field.html. The attributes beyond name, label and form are
// given in turn as names and values: type, help, options, placeholder, autocomplete, list, rows, required, autofocus, value.
type Field struct {
	Name, Label, Value, Error, Type, Help, Placeholder, Autocomplete, List string
	Rows                                                                   int
	Required, Autofocus                                                    bool
	Options                                                                []Option
}

// Option is one choice of a select field.
type Option struct{ Value, Label string }

// newField is the template function "field".
func newField(f Form, name, label string, attributes ...any) (Field, error) {
	d := Field{Name: name, Label: label, Value: f.Get(name), Error: f.Errors[name], Type: "text", Autocomplete: "off"}
	for i := 0; i+1 < len(attributes); i += 2 {
		attribute := fmt.Sprint(attributes[i])
		if attribute == "value" && f.Values.Has(name) { // what was typed stays, though it be nothing
			continue
		}
		if err := d.set(attribute, attributes[i+1]); err != nil {
			return d, err
		}
	}
	if d.Type == "password" {
		d.Value = "" // never sent back
	}
	return d, nil
}

func (d *Field) set(attribute string, value any) error {
	text := fmt.Sprint(value)
	switch attribute {
	case "type":
		d.Type = text
	case "help":
		d.Help = text
	case "placeholder":
		d.Placeholder = text
	case "autocomplete":
		d.Autocomplete = text
	case "list": // the id of a datalist on the page
		d.List = text
	case "required":
		d.Required = text == "true"
	case "autofocus":
		d.Autofocus = text == "true"
	case "value": // where the form does not have the field yet
		d.Value = text
	case "rows":
		n, err := strconv.Atoi(text)
		d.Rows, d.Type = n, "textarea"
		return err
	case "options":
		options, ok := value.([]Option)
		d.Options, d.Type = options, "select"
		if !ok {
			return fmt.Errorf("field %s: options must be []frame.Option", d.Name)
		}
	default:
		return fmt.Errorf("field %s has no attribute %s", d.Name, attribute)
	}
	return nil
}

// TypedTime reads a time of the centre's clock as browsers send it; nothing is none.
func (s *Site) TypedTime(field, text string) (clock.Instant, []fault.Field) {
	if text == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation(LocalInput, text, s.Zone)
	if err != nil {
		return 0, []fault.Field{{Name: field, Code: "not_a_time", Problem: "is not a date and time such as 2026-11-22 14:05", Value: text}}
	}
	return clock.At(t), nil
}
