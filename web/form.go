package web

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
)

// form is what was typed and what is wrong with it, so that a page with a refused form comes back with everything in place.
type form struct {
	Values url.Values
	Errors map[string]string // by field name, in the reader's language
	Error  string            // about the whole form
}

// formOf reads the submitted fields.
func formOf(c *gin.Context) (form, error) {
	if err := c.Request.ParseForm(); err != nil {
		return form{}, fault.Wrap(err, fault.Invalid, "form_unreadable", "the form cannot be read")
	}
	return form{Values: c.Request.PostForm}, nil
}

// Get returns the value of a field.
func (f form) Get(name string) string { return f.Values.Get(name) }

// refusedForm puts a fault into the form, or returns an error that is not the user's to mend. Render the page again with status
// statusOf(err).
func (s *Server) refusedForm(c *gin.Context, f form, err error) (form, error) {
	flt, ok := fault.Of(err)
	if !ok || flt.Kind == fault.Internal || flt.Kind == fault.NotFound {
		return f, err
	}
	retryAfter(c, err)
	f.Errors = map[string]string{}
	problems := s.fieldProblems(c, err)
	for i, p := range problems {
		f.Errors[flt.Fields[i].Name] = p.Problem
	}
	if len(problems) == 0 {
		f.Error = s.faultText(c, err)
	}
	return f, nil
}

// pathID returns the number in the address, as in /jobs/:id. Anything else is a page that does not exist.
func pathID(c *gin.Context, name string) (int64, error) {
	id, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, errNoPage
	}
	return id, nil
}

// field is one input with its label, help and error; see partials/field.html. The attributes beyond name, label and form are
// given in turn as names and values: type, help, options, placeholder, autocomplete, list, rows, required, autofocus, value.
type field struct {
	Name, Label, Value, Error, Type, Help, Placeholder, Autocomplete, List string
	Rows                                                                   int
	Required, Autofocus                                                    bool
	Options                                                                []option
}

// option is one choice of a select field.
type option struct{ Value, Label string }

// newField is the template function "field".
func newField(f form, name, label string, attributes ...any) (field, error) {
	d := field{Name: name, Label: label, Value: f.Get(name), Error: f.Errors[name], Type: "text", Autocomplete: "off"}
	for i := 0; i+1 < len(attributes); i += 2 {
		if err := d.set(fmt.Sprint(attributes[i]), attributes[i+1]); err != nil {
			return d, err
		}
	}
	if d.Type == "password" {
		d.Value = "" // never sent back
	}
	return d, nil
}

func (d *field) set(attribute string, value any) error {
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
	case "value": // where nothing was typed yet
		if d.Value == "" {
			d.Value = text
		}
	case "rows":
		n, err := strconv.Atoi(text)
		d.Rows, d.Type = n, "textarea"
		return err
	case "options":
		options, ok := value.([]option)
		d.Options, d.Type = options, "select"
		if !ok {
			return fmt.Errorf("field %s: options must be []option", d.Name)
		}
	default:
		return fmt.Errorf("field %s has no attribute %s", d.Name, attribute)
	}
	return nil
}
