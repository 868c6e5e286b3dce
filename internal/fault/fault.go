// Package fault gives errors a kind, so that one place per edge (HTTP, queue, command line) can decide what an error means.
//
// A *fault.Error is written for the person who can mend it: its message and its fields may be shown to users. Every other error
// is internal: it is logged, and users are only told that something went wrong here.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says whose fault it is and what the caller can do about it.
type Kind int

// The kinds. Internal is the zero value: an error nobody gave a kind to.
const (
	Internal        Kind = iota // ours; retrying may help
	Invalid                     // the input is wrong; retrying does not help
	NotFound                    // there is no such thing, or not for this viewer
	Conflict                    // somebody or something else was first
	Forbidden                   // known, but not allowed
	Unauthenticated             // not known
	TooLarge                    // more than the documented limit
	TooMany                     // too often; retry later
	Unavailable                 // something we need is not there now; retry later
)

// String returns the kind in lower case words, for logs.
func (k Kind) String() string {
	names := [...]string{
		"internal", "invalid", "not found", "conflict", "forbidden", "unauthenticated", "too large", "too many", "unavailable",
	}
	if k < 0 || int(k) >= len(names) {
		return "internal"
	}
	return names[k]
}

// Error is an error with a kind and a message for the person who can mend it.
type Error struct {
	Kind    Kind
	Code    string // stable, snake_case; the catalogues translate it under "fault.<code>"
	Message string // English, a sentence without a full stop
	Args    map[string]any
	Fields  []Field
	Wait    time.Duration // after which trying again may help, of TooMany and Unavailable; 0 if nobody knows
	err     error
}

// Field says what is wrong with one value and where it stood.
type Field struct {
	Line    int    `json:"line,omitempty"`  // 1-based line or row of the input; 0 where there is only one
	Name    string `json:"field"`           // name of the field as the sender wrote it
	Code    string `json:"code"`            // stable, snake_case; translated under "problem.<code>"
	Problem string `json:"problem"`         // English
	Value   string `json:"value,omitempty"` // the offending value, shortened; never of a secret

	// JSON pointer (RFC 6901) to the value in the body that was sent; behind the number of the line where there are several
	Pointer string `json:"pointer,omitempty"`

	Args map[string]any `json:"-"` // named values for the translated problem
}

// New returns an error of the kind. Code is stable and translated; message is its English text.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Wrap is New with a cause that is logged and never shown.
func Wrap(err error, kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, err: err}
}

// InvalidFields returns an Invalid error about the given fields.
func InvalidFields(fields ...Field) *Error {
	return &Error{Kind: Invalid, Code: "invalid_fields", Message: "some fields are not valid", Fields: fields}
}

// With returns a copy that carries one more named value for the translated message.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = make(map[string]any, len(e.Args)+1)
	for k, v := range e.Args {
		c.Args[k] = v
	}
	c.Args[name] = value
	return &c
}

// RetryIn returns a copy that says how long to wait before trying again.
func (e *Error) RetryIn(wait time.Duration) *Error {
	c := *e
	c.Wait = wait
	return &c
}

// Error returns the message, the fields and the cause in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		b.WriteString("; ")
		b.WriteString(f.String())
	}
	if e.err != nil {
		b.WriteString(": ")
		b.WriteString(e.err.Error())
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.err }

// String returns "line 3: phone "12": is too short".
func (f Field) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	b.WriteString(f.Name)
	if f.Value != "" {
		fmt.Fprintf(&b, " %q", f.Value)
	}
	b.WriteString(": ")
	b.WriteString(f.Problem)
	return b.String()
}

// Of returns the first *Error in err's chain.
func Of(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// KindOf returns the kind of the first *Error in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := Of(err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Permanent reports whether trying again cannot help.
func Permanent(err error) bool {
	switch KindOf(err) {
	case Invalid, NotFound, Conflict, Forbidden, Unauthenticated, TooLarge:
		return true
	case Internal, TooMany, Unavailable:
		return false
	}
	return false
}
