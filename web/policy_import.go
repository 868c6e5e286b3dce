package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks"
)

// policyImportPage takes a policy as YAML, from a file or pasted.
type policyImportPage struct {
	page
	Form     form
	Problems []fieldProblem // with their lines
}

func (*policyImportPage) template() string { return "policy_import" }

func (s *Server) showPolicyImport(c *gin.Context) error {
	p := &policyImportPage{page: s.page(c, "policy.import_title")}
	p.Crumbs = []crumb{{Text: s.t(c, "policy.title"), Href: policiesPath}}
	return s.render(c, p)
}

// importPolicy makes a draft of what was sent. What cannot be read comes back to be mended where it was typed.
func (s *Server) importPolicy(c *gin.Context) error {
	text, err := sentPolicy(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Name: "yaml", Code: "required", Problem: "is required"})
	} else {
		var draft tasks.PolicyRecord
		if draft, err = s.Tasks.ImportPolicy(c.Request.Context(), viewer(c), strings.NewReader(text)); err == nil {
			return s.redirect(c, policyPath(draft.ID), done("policy.imported"))
		}
	}
	if !utf8.ValidString(text) {
		text = "" // it would come back garbled, and garbled it could be sent again
	}
	f, unmendable := s.refusedForm(c, form{Values: map[string][]string{"yaml": {text}}}, err)
	if unmendable != nil {
		return unmendable
	}
	p := &policyImportPage{Form: f}
	if strings.TrimSpace(text) != "" {
		p.Problems = s.fieldProblems(c, err)
	}
	p.page = s.page(c, "policy.import_title")
	p.Crumbs = []crumb{{Text: s.t(c, "policy.title"), Href: policiesPath}}
	return s.renderStatus(c, statusOf(err), p)
}

// sentPolicy returns the text of the file, or else what was pasted. One byte too many is read, so that it is refused as too large.
func sentPolicy(c *gin.Context) (string, error) {
	file, err := c.FormFile("file")
	if err != nil || file.Size == 0 {
		return c.PostForm("yaml"), nil // no file was chosen
	}
	opened, err := file.Open()
	if err != nil {
		return "", err
	}
	defer func() { _ = opened.Close() }()
	body, err := io.ReadAll(io.LimitReader(opened, tasks.MaxPolicyBytes+1))
	return string(body), err
}

func (s *Server) exportPolicy(c *gin.Context) error {
	record, err := s.policyRecord(c)
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
