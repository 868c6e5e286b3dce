package frame

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/versions"
)

// VersionLine is a published version as pages show it.
type VersionLine struct {
	versions.Line
	By      string // empty: the program
	Current bool
	Path    string
}

// History is a page of the versions of a document; see partials/versions.html.
type History struct {
	Newest VersionLine
	Lines  []VersionLine // the newest first
	Pager  Pager
}

// UserNamer names users by their ids.
type UserNamer interface {
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// VersionLines are versions of a document with who published them, and with their addresses below the document's.
func VersionLines(ctx context.Context, users UserNamer, list []versions.Line, current int, path string) ([]VersionLine, error) {
	names, err := users.UserNames(ctx, IDsBy(list, func(v versions.Line) int64 { return v.PublishedBy }))
	if err != nil {
		return nil, err
	}
	lines := make([]VersionLine, len(list))
	for i, v := range list {
		lines[i] = VersionLine{v, names[v.PublishedBy], v.Version == current, path + "/versions/" + strconv.Itoa(v.Version)}
	}
	return lines, nil
}

// HistoryOf reads the versions that the address is about, of a document of which current is in force. Without any version the newest is
// current by its number alone.
func HistoryOf(
	c *gin.Context, users UserNamer, list func(ctx context.Context, before, limit int) ([]versions.Line, error), current int, path string,
) (History, error) {
	ctx := c.Request.Context()
	newest, err := list(ctx, current+1, 1)
	if err != nil {
		return History{}, err
	}
	page, err := list(ctx, int(ListKeyID(c)), PageSize+1)
	if err != nil {
		return History{}, err
	}
	h := History{Newest: VersionLine{Line: versions.Line{Version: current}, Current: true}}
	page, h.Pager = PagedByID(c, page, func(v versions.Line) int64 { return int64(v.Version) })
	lines, err := VersionLines(ctx, users, append(newest, page...), current, path)
	if err != nil {
		return History{}, err
	}
	if len(newest) > 0 {
		h.Newest = lines[0]
	}
	h.Lines = lines[len(newest):]
	return h, nil
}

// Meanwhile is what somebody else did while a form was filled in. The form then comes back based on theirs: whoever sends it once more has
// seen what they replace or add to.
type Meanwhile struct {
	By       string // empty: the program
	At       clock.Instant
	Note     string
	Since    []VersionLine // in place of those, every version that was published since, the newest first
	Earlier  [2]int        // the first and the last version since, of those that are not listed
	Changes  []string      // what they changed, in words
	Stands   []string      // what there is now, in words
	Replaces []string      // what of theirs the next press replaces
}

// sinceShown is how many versions are told one by one of those that were published while a form was filled in.
const sinceShown = 10

// MeanwhileOf reads which versions of a document were published after the one that a form was made from. Current is in force; changes are
// what they changed together.
func MeanwhileOf(
	ctx context.Context, users UserNamer, list func(ctx context.Context, before, limit int) ([]versions.Line, error),
	basedOn, current int, changes []string,
) (*Meanwhile, error) {
	m := &Meanwhile{Changes: changes}
	published, err := list(ctx, current+1, min(current-basedOn, sinceShown))
	if err != nil {
		return nil, err
	}
	if m.Since, err = VersionLines(ctx, users, published, current, ""); err != nil {
		return nil, err
	}
	if last := current - len(published); last > basedOn {
		m.Earlier = [2]int{basedOn + 1, last}
	}
	return m, nil
}

// TheirLine is a line of somebody else's text, and whether one's own lacks it.
type TheirLine struct {
	Text  string
	Apart bool
}

// TheirLines compares somebody else's text with one's own, line by line.
func TheirLines(theirs, own string) []TheirLine {
	mine := map[string]bool{"": true}
	for line := range strings.Lines(own) {
		mine[strings.TrimSpace(line)] = true
	}
	var lines []TheirLine
	for line := range strings.Lines(theirs) {
		line = strings.TrimRight(line, "\r\n")
		lines = append(lines, TheirLine{line, !mine[strings.TrimSpace(line)]})
	}
	return lines
}

// Revision is that of the draft which the page showed: 0, which no draft has, where there is none.
func (f Form) Revision() int { return f.madeFrom("revision", 0) }

// RevisionOr is the revision that a form has with it: what the page showed when it was filled in, however often it came back since, or
// that of the draft as it is now. Only who was shown what somebody else did goes on from theirs: see Now.
func (f Form) RevisionOr(now int) int { return f.madeFrom("revision", now) }

// BasedOn is the same of a form that publishes a version: the version it was made from, or the one in force.
func (f Form) BasedOn(inForce int) int { return f.madeFrom("based_on", inForce) }

func (f Form) madeFrom(name string, now int) int {
	n, err := strconv.Atoi(f.Get(name))
	if err != nil {
		return now
	}
	return n
}

// Now bases a form on what there is now, "revision" or "based_on": its page tells what somebody else did.
func (f Form) Now(name string, n int) { f.Values.Set(name, strconv.Itoa(n)) }

// YAMLForm is a document that was sent as YAML, a file or pasted, with what is wrong with it.
type YAMLForm struct {
	Form     Form
	Problems []FieldProblem // with their lines
	Status   int            // to answer with; 0: it was taken
}

// TakeYAML hands a document that was sent as YAML to whoever takes it. What cannot be read comes back to be mended where it was typed.
func (s *Site) TakeYAML(c *gin.Context, limit int64, take func(text string) error) (YAMLForm, error) {
	text, err := SentText(c, "yaml", limit)
	if err != nil {
		return YAMLForm{}, err
	}
	var refused YAMLForm
	if strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Name: "yaml", Code: "required", Problem: "is required"})
	} else if err = take(text); err != nil {
		refused.Problems = s.FieldProblems(c, err)
	}
	if err == nil {
		return refused, nil
	}
	if !utf8.ValidString(text) {
		text = "" // it would come back garbled, and garbled it could be sent again
	}
	refused.Status = StatusOf(err)
	refused.Form, err = s.RefusedForm(c, Form{Values: url.Values{"yaml": {text}}}, err)
	return refused, err
}

// SendYAML answers with a file to keep.
func SendYAML(c *gin.Context, name, text string) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "application/yaml; charset=utf-8", []byte(text))
	return nil
}
