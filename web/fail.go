package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// apiPrefix is where the JSON API lives. It answers in JSON and knows no cookies.
const apiPrefix = "/api/"

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

// statusOf returns the HTTP status of an error.
func statusOf(err error) int { return statuses[fault.KindOf(err)] }

// problem is an error as RFC 9457 has it.
type problem struct {
	Type   string        `json:"type"` // "urn:aftercall:<code>", or "about:blank" for an error of ours
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Code   string        `json:"code,omitempty"`
	Errors []fault.Field `json:"errors,omitempty"`
}

// problemOf returns what a machine is told about an error: nothing of the inside of one that is ours.
func problemOf(err error) problem {
	status := statusOf(err)
	f, ok := fault.Of(err)
	if !ok || f.Kind == fault.Internal {
		return problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	}
	return problem{Type: "urn:aftercall:" + f.Code, Title: f.Message, Status: status, Code: f.Code, Errors: f.Fields}
}

// errorPage tells a person what went wrong and what can be done.
type errorPage struct {
	page
	Status  int
	Text    string
	Fields  []fieldProblem
	Request string // where an internal error was met, to find it in the log
	Again   *again // where the same may be asked again in a moment
}

func (*errorPage) template() string { return "error" }

// fieldProblem is one field's problem in the reader's language.
type fieldProblem struct {
	Line          int
	Name, Problem string
	Value         string
}

// fail answers with an error, in the one place that decides what an error means in HTTP. Without a login a page leads to the login.
func (s *Server) fail(c *gin.Context, err error) {
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Status(499) // the browser went away; nobody reads an answer
		return
	}
	if fault.KindOf(err) == fault.Internal {
		s.log.ErrorContext(c.Request.Context(), "request failed", "route", c.FullPath(), "error", err)
	}
	retryAfter(c, err)
	if wantsJSON(c.Request) {
		s.failJSON(c, err)
		return
	}
	if fault.Is(err, fault.Unauthenticated) && c.Request.URL.Path != loginPath {
		c.Redirect(http.StatusSeeOther, s.loginURL(c))
		return
	}
	p := &errorPage{page: s.page(c, "error.title"), Status: statusOf(err), Text: s.faultText(c, err), Fields: s.fieldProblems(c, err)}
	if errors.Is(err, database.ErrUnavailable) {
		p.Again = againOf(c)
	}
	if renderErr := s.renderStatus(c, p.Status, p); renderErr != nil {
		s.log.ErrorContext(c.Request.Context(), "error page failed", "error", renderErr)
		c.String(http.StatusInternalServerError, "500")
	}
}

// retryAfter says when to try again, where the error knows it.
func retryAfter(c *gin.Context, err error) {
	if f, ok := fault.Of(err); ok && f.Wait > 0 {
		c.Header("Retry-After", strconv.FormatInt(int64((f.Wait+time.Second-1)/time.Second), 10))
	}
}

func (s *Server) failJSON(c *gin.Context, err error) {
	p := problemOf(err)
	if !strings.HasPrefix(c.Request.URL.Path, apiPrefix) {
		p.Title = s.faultText(c, err) // a script of ours shows it to a person
	}
	if writeErr := problemJSON(c, p); writeErr != nil {
		s.log.ErrorContext(c.Request.Context(), "problem not written", "error", writeErr)
	}
}

// problemJSON writes a problem.
func problemJSON(c *gin.Context, p problem) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if p.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	retryLater(c, p.Status)
	c.Data(p.Status, "application/problem+json", body)
	return nil
}

// wantsJSON reports whether a program asks: the API, or a script of ours that says so.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.HasPrefix(r.URL.Path, apiPrefix) || strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// faultText returns what a person is told about an error.
func (s *Server) faultText(c *gin.Context, err error) string {
	lang := s.language(c)
	general := s.t(c, "fault.internal")
	f, ok := fault.Of(err)
	if !ok || f.Kind == fault.Internal {
		return general
	}
	return s.messages.textOr(lang, f.Message, s.wordedArgs(c, f.Args), "fault."+f.Code)
}

// fieldProblems returns the problems of an error's fields in the reader's language.
func (s *Server) fieldProblems(c *gin.Context, err error) []fieldProblem {
	f, ok := fault.Of(err)
	if !ok {
		return nil
	}
	return s.problemsInWords(c, f.Fields, f.Args)
}

// problemsInWords does so for the fields of a report; values are the arguments of the texts beside the field's own.
func (s *Server) problemsInWords(c *gin.Context, fields []fault.Field, values map[string]any) []fieldProblem {
	lang := s.language(c)
	var list []fieldProblem
	for _, field := range fields {
		args := map[string]any{"field": field.Name, "value": field.Value}
		maps.Copy(args, values)
		maps.Copy(args, s.wordedArgs(c, field.Args))
		list = append(list, fieldProblem{
			Line: field.Line, Name: s.messages.textOr(lang, field.Name, nil, "field."+field.Name), Value: field.Value,
			Problem: s.messages.textOr(lang, field.Problem, args, "problem."+field.Code),
		})
	}
	return list
}

// problemsInFile are those of the lines of a file, in the order of the file. A column goes by the name that stands in the file.
func (s *Server) problemsInFile(c *gin.Context, fields []fault.Field, values map[string]any) []fieldProblem {
	list := s.problemsInWords(c, fields, values)
	for i, field := range fields {
		list[i].Name = field.Name
	}
	slices.SortStableFunc(list, func(a, b fieldProblem) int { return cmp.Compare(a.Line, b.Line) })
	return list
}

// loginURL is the login page that leads back to where a GET was going.
func (s *Server) loginURL(c *gin.Context) string {
	if c.Request.Method != http.MethodGet || c.Request.URL.Path == "/" {
		return loginPath
	}
	return loginPath + "?next=" + url.QueryEscape(c.Request.URL.RequestURI())
}
