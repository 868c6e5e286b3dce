package incidents

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/policy"
)

// named are the fields with a name in the form.
var named = []policy.Field{
	policy.ContactCategory, policy.ContactProduct, policy.ContactSource, policy.ContactTags, policy.CustomerRegion,
}

// words reads rules of incidents out.
type words struct {
	t          func(key string, args ...any) string
	teams      map[int64]string
	attributes map[string]string // their labels
}

func (h *handlers) words(c *gin.Context) (words, error) {
	w := words{
		t: func(key string, args ...any) string { return h.T(c, key, args...) }, teams: map[int64]string{}, attributes: map[string]string{},
	}
	teams, err := h.accounts.Teams(c.Request.Context())
	if err != nil {
		return w, err
	}
	for _, team := range teams {
		w.teams[team.ID] = team.Name
	}
	attributes, err := h.policies.Attributes(c.Request.Context())
	for _, a := range attributes {
		w.attributes[a.Name] = a.Label
	}
	return w, err
}

// rule reads a rule out; one without conditions takes contacts by hand only.
func (w words) rule(f policy.Filter) string {
	if len(f) == 0 {
		return w.t("incidents.rule_by_hand")
	}
	parts := make([]string, len(f))
	for n, c := range f {
		values := make([]string, len(c.Values))
		for m, v := range c.Values {
			values[m] = w.t("incidents.quoted", "value", v)
		}
		parts[n] = w.t("incidents.rule_is", "field", w.field(c.Field), "values", strings.Join(values, w.t("incidents.or")))
	}
	return strings.Join(parts, w.t("incidents.and"))
}

func (w words) field(f policy.Field) string {
	name, attribute := f.Attribute()
	if !attribute {
		if !slices.Contains(named, f) {
			return string(f)
		}
		_, name, _ := strings.Cut(string(f), ".")
		return w.t("incidents.field_" + name)
	}
	if label := w.attributes[name]; label != "" {
		return label
	}
	return name
}
