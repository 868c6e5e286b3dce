package admin

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
)

// auditNames are the names of the teams and skills that details name by their numbers.
type auditNames struct{ teams, skills map[int64]string }

func (h *handlers) auditNames(c *gin.Context, lines []account.AuditLine) (auditNames, error) {
	var teams []int64
	for _, line := range lines {
		for _, d := range line.Details() {
			if d.Name == "teams" {
				teams = append(teams, append(numbers(d.Was), numbers(d.Value)...)...)
			}
		}
	}
	names, err := h.accounts.TeamNames(c.Request.Context(), teams)
	if err != nil {
		return auditNames{}, err
	}
	skills, err := h.accounts.SkillNames(c.Request.Context())
	return auditNames{names, skills}, err
}

func numbers(list string) (ids []int64) {
	for _, word := range strings.Split(list, ",") {
		if id, err := strconv.ParseInt(strings.TrimSpace(word), 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// auditDetail puts one value of a detail into words.
func (h *handlers) auditDetail(c *gin.Context, d account.DetailValue, names auditNames) string {
	if d.Name == "" {
		return d.Value
	}
	value := func(text string) string { return h.auditValue(c, d.Name, text, names) }
	said := value(d.Value)
	if d.Changed {
		said = value(d.Was) + " → " + said
	}
	return h.Catalogue.TextOr(h.Lang(c), d.Name, nil, "audit.detail_"+d.Name) + h.T(c, "audit.colon") + said
}

// auditValues says where the words of a value of that name are.
var auditValues = map[string]string{
	"role": "role.", "scope": "scope.", "purpose": "purpose.", "kind": "audit.kind_", "action": "audit.action_", "door": "audit.door_",
	"field": "audit.field_", "callback_kind": "callback_kind.", "on": "audit.value_", "recorded": "audit.value_",
	"own_calls": "audit.value_", "secret_changed": "audit.value_",
}

func (h *handlers) auditValue(c *gin.Context, name, text string, names auditNames) string {
	of := map[string]map[int64]string{"teams": names.teams, "skills": names.skills}[name]
	switch {
	case text == "" && name == "teams":
		return h.T(c, "users.all_teams")
	case text == "":
		return h.T(c, "audit.nothing")
	case of != nil:
		words := strings.Split(text, ",")
		for i, word := range words {
			if id, err := strconv.ParseInt(word, 10, 64); err == nil && of[id] != "" {
				words[i] = of[id]
			}
		}
		return strings.Join(words, h.T(c, "users.comma"))
	case name == "changed":
		words := strings.Split(text, ", ")
		for i, word := range words {
			words[i] = h.Catalogue.TextOr(h.Lang(c), word, nil, "users.field_"+word)
		}
		return strings.Join(words, h.T(c, "users.comma"))
	}
	if prefix, ok := auditValues[name]; ok {
		return h.Catalogue.TextOr(h.Lang(c), text, nil, prefix+text)
	}
	return text
}
