// Package script is what callers say: scripts by kind of callback, category, product and language, steps of help, and canned phrases.
//
// A script is plain text in scenes with variables. It is checked when it is saved, so that nothing can fail at the desk. Its versions are
// like those of a policy: a draft is edited and published, a published version never changes, and an attempt names the one that was shown.
package script

import (
	"fmt"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Kind is what a script is for: a kind of callback, or Help. It is translated under "script_kind.<code>".
type Kind string

// Help are steps that a caller can walk through with a customer whose problem is not solved. The other kinds are those of callbacks.
const Help Kind = "help"

// Kinds returns the kinds of script: those of callbacks, and Help.
func Kinds() []Kind { return []Kind{"complaint", "recovery", "confirm", "second", Help} }

// Match says what a script is for. Of several that match a callback the most specific one is taken: product and category, then product
// alone, then category alone, then neither.
type Match struct {
	Kind     Kind
	Language string // zh-CN or en
	Category string // empty: any
	Product  string // empty: any
}

// General reports whether a script is for any category and product.
func (m Match) General() bool { return m.Category == "" && m.Product == "" }

// String names the match in the audit.
func (m Match) String() string {
	return strings.Join([]string{string(m.Kind), m.Language, m.Category, m.Product}, "/")
}

// Script is one version of a script, or its draft.
type Script struct {
	ID        int64
	Match     `gorm:"embedded"`
	Version   int    // 0: a draft
	Body      string // scenes; of Help, a step a line
	Short     string // the form for elderly customers, in scenes too; empty: there is none
	Retired   bool   // from this version on there is no script of its own here: the next less specific one is taken
	Note      string // what this version changes
	BasedOn   int    // version
	Revision  int    // of a draft: raised by every change
	UpdatedBy int64  // who saved the draft, or published the version
	UpdatedAt clock.Instant
}

// TableName names the table.
func (Script) TableName() string { return "scripts" }

// Draft reports whether it is not published yet.
func (s *Script) Draft() bool { return s.Version == 0 }

// Steps returns the steps of help.
func (s *Script) Steps() []string { return lines(s.Body) }

// Limits of what is written.
const (
	MaxLength  = 8000 // characters of a script
	MaxSteps   = 3    // of help: a caller walks through them while the customer waits
	MaxPhrases = 30
	MaxLine    = 200 // characters of a step or a phrase
	maxName    = 191 // of a category or product, as of contacts
)

// The refusals.
var (
	errUnknown     = fault.New(fault.NotFound, "script_unknown", "there is no such script")
	errMayNot      = fault.New(fault.Forbidden, "script_role", "only supervisors and administrators change scripts")
	errMayNotSet   = fault.New(fault.Forbidden, "script_settings_role", "only administrators change what is said of recordings")
	errPublished   = fault.New(fault.Conflict, "script_published", "this version is published and never changes; begin a draft from it")
	errChanged     = fault.New(fault.Conflict, "script_changed", "somebody else changed the draft since; load it again")
	errNotInForce  = fault.New(fault.Conflict, "script_not_in_force", "only the version in force can be retired")
	errMustRemain  = fault.New(fault.Conflict, "script_must_remain", "the script for any category and product must stay")
	errTooMany     = fault.New(fault.Conflict, "script_too_many", "there are 500 scripts and drafts; retire or delete one first")
	errNothingSaid = fault.New(fault.NotFound, "script_unknown", "no script was ever published for this kind and language")
)

// Options are the settings of the centre.
type Options struct {
	Zone       *time.Location // in which dates are said
	CentreName string
	Language   string // for customers whose language nobody told; zh-CN where it is empty
}

// Service keeps scripts and fills them in.
type Service struct {
	db   *database.DB
	now  clock.Now
	opts Options
}

// New returns the service on a migrated database.
func New(db *database.DB, now clock.Now, opts Options) *Service {
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	return &Service{db: db, now: now, opts: opts}
}

// Languages returns the languages there are scripts in.
func Languages() []string { return []string{"zh-CN", "en"} }

// languageFor chooses between the languages there are scripts in: the customer's, else the centre's.
func (s *Service) languageFor(customer string) string {
	for _, tag := range []string{customer, s.opts.Language} {
		switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
		case "zh":
			return "zh-CN"
		case "en":
			return "en"
		}
	}
	return "zh-CN"
}

// lines returns the lines of a text that say something.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// problemAt is a field error with its line.
func problemAt(field string, line int, code, problem, value string) fault.Field {
	return fault.Field{Line: line, Name: field, Code: code, Problem: problem, Value: value}
}

// String names a version in the audit.
func (s *Script) String() string { return fmt.Sprintf("%s version %d", s.Match, s.Version) }
