package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/policy"
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
		var draft policy.Record
		if draft, err = s.Policies.Import(c.Request.Context(), viewer(c), strings.NewReader(text)); err == nil {
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
	parts, err := c.Request.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		f, err := formOf(c)
		return f.Get("yaml"), err
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "form_unreadable", "the form cannot be read")
	}
	for pasted := ""; ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return pasted, nil
		}
		if err != nil {
			return "", notSent(err, defaultBody)
		}
		body, err := io.ReadAll(io.LimitReader(part, policy.MaxBytes+1))
		switch {
		case err != nil:
			return "", notSent(err, defaultBody)
		case part.FormName() == "file" && len(body) > 0:
			_, _ = io.Copy(io.Discard, c.Request.Body) // browsers show no answer that comes while they still send
			return string(body), nil
		case part.FormName() == "yaml":
			pasted = string(body)
		}
	}
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
