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

// changeKinds reads what holds for the kinds of callback.
func (h *handlers) changeKinds(c *gin.Context, f frame.Form) error {
	return h.edit(c, f, func(set *outcome.Set) (outcome.Set, error) {
		edited := *set
		edited.Version, edited.Kinds = 0, map[string]outcome.Kind{}
		var problems []fault.Field
		for name := range set.Kinds {
			k := kindRow{Name: name}
			n, problem := wholeNumber(f, k.MinTalkField())
			k.MinTalk, problems = n, append(problems, problem...)
			if name == "recovery" {
				n, problem = wholeNumber(f, "attempts")
				k.Attempts, problems = n, append(problems, problem...)
			}
			edited.Kinds[name] = k.Kind
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
		known := slices.Contains([]string{"flags", "end", "attempts"}, name) || f.Values.Has(name)
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
		if len(parts) != 3 {
			continue
		}
		if f.Name = "attempts"; parts[2] != "attempts" {
			f.Name = kindRow{Name: parts[1]}.MinTalkField()
		}
	}
	return flt
}
