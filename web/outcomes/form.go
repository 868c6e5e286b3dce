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

// codePage is the form of one outcome.
type codePage struct {
	frame.Page
	Layer    outcome.Layer
	Key      string // empty for a new one
	Ends     []frame.Option
	Scopes   []frame.Option
	Solved   []frame.Option
	Flags    []frame.Checkbox
	Business bool
	Form     frame.Form
	BasedOn  int
}

func (*codePage) Template() string { return "outcome" }

func codePath(layer outcome.Layer, key string) string {
	return outcomesPath + "/code?" + url.Values{"layer": {string(layer)}, "key": {key}}.Encode()
}

// showCode shows the form of an outcome, or of a new one of a layer.
func (h *handlers) showCode(c *gin.Context) error {
	set, err := h.outcomes.Current(c.Request.Context())
	if err != nil {
		return err
	}
	layer, key := outcome.Layer(c.Query("layer")), c.Query("key")
	if !slices.Contains(outcome.Layers(), layer) {
		return frame.ErrNoPage
	}
	values := url.Values{"end": {ends(layer)[0]}}
	if key != "" {
		code, ok := set.Code(layer, key)
		if !ok {
			return frame.ErrNoPage
		}
		values = codeValues(layer, code)
	}
	values.Set("layer", string(layer))
	values.Set("before", key)
	values.Set("based_on", strconv.Itoa(set.Version))
	return h.renderCode(c, http.StatusOK, frame.Form{Values: values})
}

func (h *handlers) renderCode(c *gin.Context, status int, f frame.Form) error {
	layer, key := outcome.Layer(f.Get("layer")), f.Get("before")
	if !slices.Contains(outcome.Layers(), layer) {
		return frame.ErrNoPage
	}
	basedOn, err := strconv.Atoi(f.Get("based_on"))
	if err != nil {
		return frame.ErrNoPage
	}
	p := &codePage{Layer: layer, Key: key, Business: layer == outcome.BusinessLayer, Form: f, BasedOn: basedOn}
	for _, end := range ends(layer) {
		p.Ends = append(p.Ends, frame.Option{Value: end, Label: h.T(c, "outcomes.end_"+end)})
	}
	p.Scopes = frame.FilterOptions(h.Site, c, "outcomes.suppress_nothing", "scope.", outcome.Scopes())
	p.Solved = frame.FilterOptions(h.Site, c, "outcomes.solved_unsaid", "outcomes.solved_", []outcome.Solved{outcome.Yes, outcome.No})
	for _, flag := range flagsAsked(layer) {
		p.Flags = append(p.Flags, frame.Checkbox{
			Name: "flags", Value: string(flag), Label: h.T(c, "outcome_flag."+string(flag)),
			Checked: slices.Contains(f.Values["flags"], string(flag)),
		})
	}
	p.Page = h.Page(c, "outcomes.new_"+string(layer))
	if key != "" {
		p.Page = h.Page(c, "outcomes.edit", "what", f.Get("label_zh"))
		if h.Lang(c) == "en" {
			p.Page = h.Page(c, "outcomes.edit", "what", f.Get("label_en"))
		}
	}
	p.Crumbs = h.crumbs(c)
	return h.RenderStatus(c, status, p)
}

// codeValues fills the form with an outcome.
func codeValues(layer outcome.Layer, code outcome.Code) url.Values {
	v := url.Values{
		"key": {code.Key}, "digit": {code.Digit}, "label_zh": {code.Labels.Chinese}, "label_en": {code.Labels.English},
		"hint_zh": {code.Hint.Chinese}, "hint_en": {code.Hint.English}, "suppress": {string(code.Suppress)},
		"solved": {string(code.Solved)}, "end": {endOf(layer, code)},
	}
	for _, flag := range code.Flags {
		v.Add("flags", string(flag))
	}
	if r := code.Retry; r != nil {
		v.Set("after_minutes", strconv.Itoa(r.After))
		if r.Tries > 0 {
			v.Set("tries", strconv.Itoa(r.Tries))
		}
		for name, on := range map[string]bool{"grows": r.Grows, "spread": r.Spread} {
			if on {
				v.Set(name, "yes")
			}
		}
	}
	return v
}

// endFlags are the flags that the choice of what follows stands for.
var endFlags = map[outcome.Flag]string{outcome.Final: "final", outcome.Appointment: "appointment", outcome.CountsAsReached: "talk"}

// typedCode reads the form of an outcome. What is no number names its field; everything else is looked at by Check.
func typedCode(layer outcome.Layer, f frame.Form) (outcome.Code, error) {
	trimmed := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	code := outcome.Code{
		Key: trimmed("key"), Digit: trimmed("digit"), Labels: outcome.Text{Chinese: trimmed("label_zh"), English: trimmed("label_en")},
		Hint:     outcome.Text{Chinese: trimmed("hint_zh"), English: trimmed("hint_en")},
		Suppress: outcome.Scope(f.Get("suppress")), Solved: outcome.Solved(f.Get("solved")),
	}
	end := f.Get("end")
	for _, flag := range outcome.Flags(layer) {
		ticked := slices.Contains(f.Values["flags"], string(flag)) && slices.Contains(flagsAsked(layer), flag)
		if ticked || endFlags[flag] == end {
			code.Flags = append(code.Flags, flag)
		}
	}
	if end != "retry" {
		return code, nil
	}
	code.Retry = &outcome.Retry{Grows: f.Get("grows") != "", Spread: f.Get("spread") != ""}
	var problems []fault.Field
	for _, number := range []struct {
		name string
		into *int
	}{{"after_minutes", &code.Retry.After}, {"tries", &code.Retry.Tries}} {
		n, problem := wholeNumber(f, number.name)
		*number.into, problems = n, append(problems, problem...)
	}
	if len(problems) > 0 {
		return code, fault.InvalidFields(problems...)
	}
	return code, nil
}

// wholeNumber reads a number of a form; nothing is 0.
func wholeNumber(f frame.Form, name string) (int, []fault.Field) {
	text := strings.TrimSpace(f.Get(name))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, []fault.Field{{Name: name, Code: "not_a_number", Problem: "is not a whole number", Value: text}}
	}
	return n, nil
}
