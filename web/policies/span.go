package policies

import (
	"net/url"
	"strconv"
	"time"

	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// spanUnits are the units a span is typed in, by the letter policies write.
var spanUnits = []struct {
	letter string
	length time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}

// setSpan puts a span into its two fields: a number, and the largest unit in which it is whole.
func setSpan(v url.Values, name string, span policy.Span) {
	unit := spanUnits[1]
	for _, u := range spanUnits {
		if span != 0 && span.Duration()%u.length == 0 {
			unit = u
			break
		}
	}
	v.Set(name, strconv.FormatInt(int64(span.Duration()/unit.length), 10))
	v.Set(name+"_unit", unit.letter)
}

// spanField is a length of time in a form: a number and its unit; see partials/policies.html.
type spanField struct {
	Name, Label, Help, Value, Unit, Error string
	Units                                 []string
}

// newSpanField makes the field of a span. Seconds are offered only where a policy from a file has them.
func newSpanField(f frame.Form, name, label, help string) spanField {
	d := spanField{
		Name: name, Label: label, Help: help, Value: f.Get(name),
		Unit: f.Get(name + "_unit"), Error: f.Errors[name], Units: []string{"m", "h", "d"},
	}
	if d.Unit == "s" {
		d.Units = append(d.Units, d.Unit)
	}
	return d
}
