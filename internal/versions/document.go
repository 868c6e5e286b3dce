// Package versions keeps what a centre publishes in versions. A published version never changes; the newest one is in force, in every
// process at once. Who publishes names the version they began with, so that nobody takes back what they have not seen.
//
// A Document is one for the whole centre, edited as a whole: the rules on contact, the outcomes of calls. Drafts is of what is written
// over days before it is published, by several: policies and scripts.
package versions

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Line is a version in the history of a document.
type Line struct {
	Version     int
	Note        string
	PublishedBy int64 // 0: the program
	PublishedAt clock.Instant
}

// Row is a version as it is stored.
type Row struct {
	Line     `gorm:"embedded"`
	Document string // JSON
}

// Document is a document of the centre. K is what a process keeps of its newest versions, once read.
type Document[K any] struct {
	Table   string
	Column  string // in which the document is
	What    string // in errors, as in "read the outcomes"
	Subject string // in the audit
	Action  string // of publishing, in the audit
	Unknown error  // fault.NotFound: there is no such version
	Changed error  // fault.Conflict: somebody else has published since
	Take    int    // how many of the newest versions Read is given, the newest first
	Read    func(rows []Row) (*K, error)

	known atomic.Pointer[known[K]]
}

type known[K any] struct {
	version int
	value   *K
}

// Keep says what a version is, so that it need not be read here: what holds until one is published, or what this process published.
func (d *Document[K]) Keep(version int, value *K) { d.known.Store(&known[K]{version, value}) }

// Known returns the newest that this process knows of, without a query.
func (d *Document[K]) Known() *K { return d.known.Load().value }

// InForce returns the newest version and its number. The number is read each time, since another process may have published. Without any
// version what Keep was given holds.
func (d *Document[K]) InForce(tx database.Tx) (*K, int, error) {
	k := d.known.Load()
	newest, err := d.Newest(tx)
	if err != nil || newest == 0 || newest == k.version {
		return k.value, k.version, err
	}
	rows, err := d.rows(tx, d.Take)
	if err != nil {
		return nil, 0, err
	}
	value, err := d.Read(rows)
	if err != nil {
		return nil, 0, err
	}
	d.Keep(rows[0].Version, value)
	return value, rows[0].Version, nil
}

// Ensure adds a version unless it is there.
func (d *Document[K]) Ensure(tx database.Tx, version int, document any, at clock.Instant) error {
	row, err := d.row(Line{Version: version, PublishedAt: at}, document)
	if err != nil {
		return err
	}
	return d.insert(tx, row, true)
}

// Publish adds a document, which must be valid, as the version after basedOn. It returns Changed if that is not the newest any more.
func (d *Document[K]) Publish(
	tx database.Tx, viewer account.Viewer, document any, basedOn int, note string, at clock.Instant,
) (Line, error) {
	_, newest, err := d.InForce(tx)
	if err != nil {
		return Line{}, err
	}
	if newest != basedOn {
		return Line{}, d.Changed
	}
	row, err := d.row(Line{Version: newest + 1, Note: note, PublishedBy: viewer.UserID, PublishedAt: at}, document)
	if err != nil {
		return Line{}, err
	}
	if err := d.insert(tx, row, false); err != nil {
		return Line{}, err
	}
	detail := account.Detail(map[string]any{"after": newest})
	return row.Line, account.Audit(tx, at, viewer, d.Action, d.Subject, int64(row.Version), detail)
}

func (d *Document[K]) row(line Line, document any) (Row, error) {
	body, err := json.Marshal(document)
	if err != nil {
		return Row{}, fmt.Errorf("write %s: %w", d.What, err)
	}
	return Row{line, string(body)}, nil
}

// MaxNote is how many characters the note of a version has at most.
const MaxNote = 190

// NoteProblems returns what is wrong with the note of a version, as problems of the field note.
func NoteProblems(note string) []fault.Field {
	if utf8.RuneCountInString(note) <= MaxNote && utf8.ValidString(note) {
		return nil
	}
	return []fault.Field{{Name: "note", Code: "too_long", Problem: "must have at most 190 characters"}}
}
