package frame

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// APIPrefix is where the JSON API lives. It answers in JSON and knows no cookies.
const APIPrefix = "/api/"

// statuses is what each kind of error is in HTTP.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// StatusOf returns the HTTP status of an error.
func StatusOf(err error) int { return statuses[fault.KindOf(err)] }

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type   string        `json:"type"` // "urn:aftercall:<code>", or "about:blank" for an error of ours
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Code   string        `json:"code,omitempty"`
	Errors []fault.Field `json:"errors,omitempty"`
}

// problemOf returns what a machine is told about an error: nothing of the inside of one that is ours.
func problemOf(err error) Problem {
	status := StatusOf(err)
	f, ok := fault.Of(err)
	if !ok || f.Kind == fault.Internal {
		return Problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	}
	return Problem{Type: "urn:aftercall:" + f.Code, Title: f.Message, Status: status, Code: f.Code, Errors: f.Fields}
}

// errorPage tells a person what went wrong and what can be done.
type errorPage struct {
	Page
	Status  int
	Text    string
	Fields  []FieldProblem
	Request string // where an internal error was met, to find it in the log
	Retry   *retry // where the same may be asked again in a moment
}

func (*errorPage) Template() string { return "error" }

// FieldProblem is one field's problem in the reader's language.
type FieldProblem struct {
	Line          int
	Name, Problem string
	Value         string
}

// Fail answers with an error, in the one place that decides what an error means in HTTP. Without a login a page leads to the login.
func (s *Site) Fail(c *gin.Context, err error) {
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Status(499) // the browser went away; nobody reads an answer
		return
	}
	if fault.KindOf(err) == fault.Internal {
		s.Log.ErrorContext(c.Request.Context(), "request failed", "route", c.FullPath(), "error", err)
	}
	RetryAfterError(c, err)
	if wantsJSON(c.Request) {
		s.failJSON(c, err)
		return
	}
	if fault.Is(err, fault.Unauthenticated) && c.Request.URL.Path != LoginPath {
		c.Redirect(http.StatusSeeOther, s.loginURL(c))
		return
	}
	p := &errorPage{Page: s.Page(c, "error.title"), Status: StatusOf(err), Text: s.FaultText(c, err), Fields: s.FieldProblems(c, err)}
	if errors.Is(err, database.ErrUnavailable) {
		p.Retry = retryOf(c)
	}
	if renderErr := s.RenderStatus(c, p.Status, p); renderErr != nil {
		s.Log.ErrorContext(c.Request.Context(), "error page failed", "error", renderErr)
		c.String(http.StatusInternalServerError, "500")
	}
}

func (s *Site) failJSON(c *gin.Context, err error) {
	p := problemOf(err)
	if !strings.HasPrefix(c.Request.URL.Path, APIPrefix) {
		p.Title = s.FaultText(c, err) // a script of ours shows it to a person
	}
	if writeErr := ProblemJSON(c, p); writeErr != nil {
		s.Log.ErrorContext(c.Request.Context(), "problem not written", "error", writeErr)
	}
}

// ProblemJSON writes a problem.
func ProblemJSON(c *gin.Context, p Problem) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if p.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	RetryAfterStatus(c, p.Status)
	c.Data(p.Status, "application/problem+json", body)
	return nil
}

// wantsJSON reports whether a program asks: the API, or a script of ours that says so.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.HasPrefix(r.URL.Path, APIPrefix) || strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// FaultText returns what a person is told about an error.
func (s *Site) FaultText(c *gin.Context, err error) string {
	lang := s.Lang(c)
	general := s.T(c, "fault.internal")
	f, ok := fault.Of(err)
	if !ok || f.Kind == fault.Internal {
		return general
	}
	return s.Catalogue.TextOr(lang, f.Message, s.wordedArgs(c, f.Args), "fault."+f.Code)
}

// FieldProblems returns the problems of an error's fields in the reader's language.
func (s *Site) FieldProblems(c *gin.Context, err error) []FieldProblem {
	f, ok := fault.Of(err)
	if !ok {
		return nil
	}
	return s.ProblemsInWords(c, f.Fields, f.Args)
}

// ProblemsInWords puts the problems of fields into the reader's language; values are the arguments of the texts beside the field's own.
func (s *Site) ProblemsInWords(c *gin.Context, fields []fault.Field, values map[string]any) []FieldProblem {
	lang := s.Lang(c)
	var list []FieldProblem
	for _, field := range fields {
		args := map[string]any{"field": field.Name, "value": field.Value}
		maps.Copy(args, values)
		maps.Copy(args, s.wordedArgs(c, field.Args))
		list = append(list, FieldProblem{
			Line: field.Line, Name: s.Catalogue.TextOr(lang, field.Name, nil, "field."+field.Name), Value: field.Value,
			Problem: s.Catalogue.TextOr(lang, field.Problem, args, "problem."+field.Code),
		})
	}
	return list
}

// loginURL is the login page that leads back to where a GET was going.
func (s *Site) loginURL(c *gin.Context) string {
	if c.Request.Method != http.MethodGet || c.Request.URL.Path == "/" {
		return LoginPath
	}
	return LoginPath + "?next=" + url.QueryEscape(c.Request.URL.RequestURI())
}
