package policies

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// policyImportPage takes a policy as YAML, from a file or pasted.
type policyImportPage struct {
	frame.Page
	Form     frame.Form
	Problems []frame.FieldProblem // with their lines
}

func (*policyImportPage) Template() string { return "policy_import" }

func (h *handlers) showPolicyImport(c *gin.Context) error {
	p := &policyImportPage{Page: h.Page(c, "policy.import_title")}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "policy.title"), Href: policiesPath}}
	return h.Render(c, p)
}

// importPolicy makes a draft of what was sent. What cannot be read comes back to be mended where it was typed.
func (h *handlers) importPolicy(c *gin.Context) error {
	text, err := frame.SentText(c, "yaml", policy.MaxBytes)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Name: "yaml", Code: "required", Problem: "is required"})
	} else {
		var draft policy.Record
		if draft, err = h.policies.Import(c.Request.Context(), frame.Viewer(c), strings.NewReader(text)); err == nil {
			return h.Redirect(c, policyPath(draft.ID), frame.Done("policy.imported"))
		}
	}
	if !utf8.ValidString(text) {
		text = "" // it would come back garbled, and garbled it could be sent again
	}
	f, unmendable := h.RefusedForm(c, frame.Form{Values: map[string][]string{"yaml": {text}}}, err)
	if unmendable != nil {
		return unmendable
	}
	p := &policyImportPage{Form: f}
	if strings.TrimSpace(text) != "" {
		p.Problems = h.FieldProblems(c, err)
	}
	p.Page = h.Page(c, "policy.import_title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "policy.title"), Href: policiesPath}}
	return h.RenderStatus(c, frame.StatusOf(err), p)
}

func (h *handlers) exportPolicy(c *gin.Context) error {
	record, err := h.policyRecord(c)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("policy-v%d.yaml", record.Version)
	if record.Draft() {
		name = fmt.Sprintf("policy-draft-%d.yaml", record.ID)
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "application/yaml; charset=utf-8", []byte(record.Policy.Format()))
	return nil
}
