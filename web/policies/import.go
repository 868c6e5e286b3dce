package policies

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// policyImportPage takes a policy as YAML, from a file or pasted.
type policyImportPage struct {
	frame.Page
	Sent frame.YAMLForm
}

func (*policyImportPage) Template() string { return "policy_import" }

func (h *handlers) showPolicyImport(c *gin.Context) error {
	return h.renderPolicyImport(c, http.StatusOK, frame.YAMLForm{})
}

func (h *handlers) renderPolicyImport(c *gin.Context, status int, sent frame.YAMLForm) error {
	p := &policyImportPage{Page: h.Page(c, "policy.import_title"), Sent: sent}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "policy.title"), Href: policiesPath}}
	return h.RenderStatus(c, status, p)
}

// importPolicy makes a draft of what was sent.
func (h *handlers) importPolicy(c *gin.Context) error {
	var draft policy.Record
	sent, err := h.TakeYAML(c, policy.MaxBytes, func(text string) (err error) {
		draft, err = h.policies.Import(c.Request.Context(), frame.Viewer(c), strings.NewReader(text))
		return err
	})
	if err != nil {
		return err
	}
	if sent.Status != 0 {
		return h.renderPolicyImport(c, sent.Status, sent)
	}
	return h.Redirect(c, policyPath(draft.ID), frame.Done("policy.imported"))
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
	return frame.SendYAML(c, name, record.Policy.Format())
}
