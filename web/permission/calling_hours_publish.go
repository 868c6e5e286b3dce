package permission

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/web/frame"
)

var errNoNote = fault.InvalidFields(fault.Field{Name: "note", Code: "required", Problem: "is required"})

// publishRules publishes the rules the form was made from with one change. Where others published meanwhile, that is refused, and
// the form comes back with everything typed, made from the newer ones.
func (h *handlers) publishRules(c *gin.Context, f frame.Form, change func(*permission.Rules) error) error {
	basedOn, err := strconv.Atoi(f.Get("based_on"))
	if err != nil {
		return frame.ErrNoPage
	}
	ctx := c.Request.Context()
	rules, err := h.permission.RulesVersion(ctx, basedOn)
	if err != nil {
		return err
	}
	note := strings.TrimSpace(f.Get("note"))
	if note == "" {
		return errNoNote
	}
	if err := change(&rules); err != nil {
		return err
	}
	_, err = h.permission.Publish(ctx, frame.Viewer(c), rules, basedOn, note)
	return err
}

// rulesPart is what of the rules a form is about: a few fields of them, or, without any, the whole of them.
type rulesPart struct {
	there  func(permission.Rules) bool // whether rules have it
	fields []rulesField
	remove bool // the form takes it out
}

// rulesField is a field of the form, what it is called, and what it is in rules, written as the form has it.
type rulesField struct {
	name, label string
	in          func(permission.Rules) string
}

func (p rulesPart) removed() rulesPart {
	p.remove = true
	return p
}

// afterPublishing leads back to the rules, or shows the form again with what is wrong. Where somebody else was first it is then based on
// theirs, and says so.
func (h *handlers) afterPublishing(
	c *gin.Context, f frame.Form, err error, part rulesPart, again func(*gin.Context, int, frame.Form) error,
) error {
	if err == nil {
		return h.Redirect(c, hoursPath, frame.Done("hours.published"))
	}
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	if fault.Is(err, fault.Conflict) {
		before, newest, err := h.publishedSince(c, &f)
		if err != nil {
			return err
		}
		if part.remove && !part.there(newest) {
			return h.Redirect(c, hoursPath, frame.Done("hours.removed_already"))
		}
		h.takeTheirs(c, &f, part, before, newest)
	}
	return again(c, frame.StatusOf(err), ruleErrors(f))
}

// publishedSince bases the form on the rules in force, with what others changed since it was made. It returns the rules of before and now.
func (h *handlers) publishedSince(c *gin.Context, f *frame.Form) (before, newest permission.Rules, err error) {
	ctx := c.Request.Context()
	basedOn, err := strconv.Atoi(f.Get("based_on"))
	if err != nil {
		return before, newest, frame.ErrNoPage
	}
	if before, err = h.permission.RulesVersion(ctx, basedOn); err != nil {
		return before, newest, err
	}
	if newest, err = h.newestRules(ctx); err != nil {
		return before, newest, err
	}
	changes := h.changesInWords(c, before, newest)
	f.Meanwhile, err = frame.MeanwhileOf(ctx, h.accounts, h.permission.RulesVersions, basedOn, newest.Version, changes)
	f.Now("based_on", newest.Version)
	return before, newest, err
}

// takeTheirs gives the fields that were left as they were what others made of them, and says which of theirs the next press replaces.
func (h *handlers) takeTheirs(c *gin.Context, f *frame.Form, part rulesPart, before, newest permission.Rules) {
	switch {
	case len(part.fields) == 0:
		f.Error = h.T(c, "hours.conflict_whole")
		f.Meanwhile.Changes, f.Meanwhile.Replaces = nil, f.Meanwhile.Changes
		return
	case part.there(before) && !part.there(newest):
		f.Error = h.T(c, "hours.conflict_removed")
		f.Values.Set("new", "1")
		return
	case !part.there(before):
		return // both added it; of the next press is said that it is there
	}
	for _, field := range part.fields {
		was, is, typed := field.in(before), field.in(newest), asWritten(f.Get(field.name))
		switch {
		case was == is:
		case part.remove || f.Values.Has(field.name) && typed != was && typed != is:
			f.Meanwhile.Replaces = append(f.Meanwhile.Replaces,
				h.T(c, "hours.replaced", "what", field.label, "new", cmp.Or(is, h.T(c, "hours.empty"))))
		case f.Values.Has(field.name):
			f.Values.Set(field.name, is)
		}
	}
}

// asWritten returns what was typed as the rules write it, so that it can be compared.
func asWritten(typed string) string {
	typed = strings.TrimSpace(typed)
	if strings.Contains(typed, ":") {
		if periods, err := hours.ParsePeriods(typed); err == nil {
			return periods.String()
		}
	}
	if n, err := strconv.Atoi(typed); err == nil {
		return strconv.Itoa(n)
	}
	return typed
}

// ruleErrors gives errors the names of the form's fields. The rules themselves name them "caps.attempts_per_day" and
// "profiles.FR.marketing.monday". An error without a field is about the whole form.
func ruleErrors(f frame.Form) frame.Form {
	named := make(map[string]string, len(f.Errors))
	for name, text := range f.Errors {
		last := name[strings.LastIndexByte(name, '.')+1:]
		for kind := range dayKinds {
			if last == hours.DayKind(kind).String() {
				last = dayFieldName(kind)
			}
		}
		if f.Values.Has(last) || last == "region" {
			named[last] = text
		} else {
			f.Error = text
		}
	}
	f.Errors = named
	return f
}
