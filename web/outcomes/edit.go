package outcomes

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

// changeCode reads one outcome and shows what publishing it would change, or the form with what is wrong.
func (h *handlers) changeCode(c *gin.Context, f frame.Form) error {
	layer := outcome.Layer(f.Get("layer"))
	return h.edit(c, f, func(set *outcome.Set) (outcome.Set, error) {
		if !slices.Contains(outcome.Layers(), layer) {
			return outcome.Set{}, frame.ErrNoPage
		}
		code, err := typedCode(layer, f)
		if err != nil {
			return outcome.Set{}, err
		}
		if before := f.Get("before"); before != "" {
			code.Key = before // attempts name it
		}
		edited := set.With(layer, f.Get("before"), code)
		return edited, formErrors(edited.Check(), string(layer)+"."+code.Key)
	}, h.renderCode)
}

// removeCode shows what publishing without one outcome would change.
func (h *handlers) removeCode(c *gin.Context, f frame.Form) error {
	return h.edit(c, f, func(set *outcome.Set) (outcome.Set, error) {
		layer, key := outcome.Layer(f.Get("layer")), f.Get("before")
		if _, ok := set.Code(layer, key); !ok {
			return outcome.Set{}, frame.ErrNoPage
		}
		edited := set.Without(layer, key)
		return edited, formErrors(edited.Check(), "")
	}, h.renderCode)
}

// aroundNumbers are the numbers of a set that are not a code's, by their fields of the form, which Check names behind "appointments.".
func aroundNumbers(set *outcome.Set) map[string]*int {
	a := &set.Appointments
	return map[string]*int{
		"early_minutes": &a.Early, "late_minutes": &a.Late, "kept_minutes": &a.Kept, "per_slot": &a.PerSlot, "per_caller": &a.PerCaller,
	}
}

// changeKinds reads what a set says besides its codes: of the kinds of callback, of appointments, and of the text after a missed call.
func (h *handlers) changeKinds(c *gin.Context, f frame.Form) error {
	return h.edit(c, f, func(set *outcome.Set) (outcome.Set, error) {
		edited := *set
		edited.Version, edited.Kinds = 0, map[string]outcome.Kind{}
		var problems []fault.Field
		for name := range set.Kinds {
			k := kindRow{Name: name}
			n, problem := wholeNumber(f, k.MinTalkField())
			k.MinTalk, problems = n, append(problems, problem...)
			if outcome.Unplanned(name) {
				n, problem = wholeNumber(f, k.AttemptsField())
				k.Attempts, problems = n, append(problems, problem...)
			}
			edited.Kinds[name] = k.Kind
		}
		for name, into := range aroundNumbers(&edited) {
			if f.Values.Has(name) {
				n, problem := wholeNumber(f, name)
				*into, problems = n, append(problems, problem...)
			}
		}
		if f.Values.Has("number") {
			edited.MissedText = outcome.MissedText{
				On: f.Get("text_on") != "", Number: strings.TrimSpace(f.Get("number")), Back: strings.TrimSpace(f.Get("call_back")),
			}
		}
		if len(problems) > 0 {
			return outcome.Set{}, fault.InvalidFields(problems...)
		}
		return edited, kindErrors(edited.Check())
	}, h.renderSet)
}

// edit makes a set of the one the form was made from, and shows what publishing it would change. Refused, the form comes back by again.
func (h *handlers) edit(
	c *gin.Context, f frame.Form, change func(*outcome.Set) (outcome.Set, error), again func(*gin.Context, int, frame.Form) error,
) error {
	basedOn, err := strconv.Atoi(f.Get("based_on"))
	if err != nil {
		return frame.ErrNoPage
	}
	_, set, err := h.outcomes.Version(c.Request.Context(), basedOn)
	if err != nil {
		return err
	}
	edited, err := change(set)
	if err == nil {
		values := url.Values{"yaml": {edited.Format()}, "based_on": {f.Get("based_on")}}
		return h.renderReview(c, http.StatusOK, frame.Form{Values: values}, &edited, "")
	}
	refused, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return again(c, frame.StatusOf(err), aboutForm(refused))
}

// aboutForm makes what is wrong with no field of the form a problem of the whole of it.
func aboutForm(f frame.Form) frame.Form {
	for name, text := range f.Errors {
		known := slices.Contains([]string{"flags", "end", "text_on"}, name) || f.Values.Has(name)
		if !known {
			f.Error = frame.Joined(" · ", f.Error, text)
		}
	}
	return f
}

// formFields are the fields of the form by the parts of a code that Check names.
var formFields = map[string]string{
	"key": "key", "digit": "digit", "labels.zh-CN": "label_zh", "labels.en": "label_en", "hint.zh-CN": "hint_zh", "hint.en": "hint_en",
	"flags": "flags", "suppress": "suppress", "solved": "solved", "retry": "end",
	"retry.after_minutes": "after_minutes", "retry.tries": "tries",
}

// formErrors gives what Check found the names of the form's fields. What is not of the code at path is about the whole form.
func formErrors(err error, path string) error {
	flt, ok := fault.Of(err)
	if !ok {
		return err
	}
	for i := range flt.Fields {
		f := &flt.Fields[i]
		part, own := strings.CutPrefix(f.Name, path+".")
		if at := strings.Index(f.Name, "]."); !own && at >= 0 { // a key that is none has no path
			part, own = f.Name[at+2:], true
		}
		if name := formFields[part]; own && name != "" {
			f.Name = name
		}
	}
	return flt
}

// kindErrors does the same for the form of the kinds.
func kindErrors(err error) error {
	flt, ok := fault.Of(err)
	if !ok {
		return err
	}
	for i := range flt.Fields {
		f := &flt.Fields[i]
		parts := strings.Split(f.Name, ".")
		switch {
		case f.Name == "missed_text.on":
			f.Name = "text_on"
		case len(parts) == 2 && (parts[0] == outcome.KeyAppointments || parts[0] == outcome.KeyMissedText):
			f.Name = parts[1]
		case len(parts) == 3 && parts[2] == "attempts":
			f.Name = kindRow{Name: parts[1]}.AttemptsField()
		case len(parts) == 3:
			f.Name = kindRow{Name: parts[1]}.MinTalkField()
		}
	}
	return flt
}
