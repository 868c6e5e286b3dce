package table

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"aftercall/internal/text"
)

// signs are what a formula begins with; spreadsheets read the wide and the small forms like the plain ones.
const signs = "=+-@＝＋－＠﹦﹢﹣﹫"

// Inert returns text that no spreadsheet runs as a formula and no terminal obeys: tabs and line ends become blanks, control characters
// and those that reorder text are removed, and what would begin a formula, also behind blanks and invisible characters, gets an
// apostrophe. Every file meant for spreadsheets has its texts from here.
func Inert(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if strings.IndexFunc(strings.TrimLeftFunc(text, unseen), isSign) == 0 {
		return "'" + text
	}
	return text
}

// Meant returns the text that Inert gave an apostrophe, for files of ours that come back.
func Meant(text string) string {
	if bare, found := strings.CutPrefix(text, "'"); found && Inert(bare) == text {
		return bare
	}
	return text
}

func isSign(r rune) bool { return strings.ContainsRune(signs, r) }

func unseen(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Z, r) || text.Invisible(r) }

// CSVWriter writes rows of texts for spreadsheets: every cell is inert and quoted, lines end with CR LF. A byte order mark is the
// caller's.
type CSVWriter struct {
	w         *bufio.Writer
	delimiter rune
}

// NewCSVWriter returns a writer to w, of commas.
func NewCSVWriter(w io.Writer) *CSVWriter { return &CSVWriter{bufio.NewWriter(w), ','} }

// Delimit puts something else than a comma between the cells from now on.
func (c *CSVWriter) Delimit(delimiter rune) { c.delimiter = delimiter }

// behindSeparator is a sign that begins a cell where cells are separated by something else than commas: there our quotes are no
// protection, as they stand in the middle of a cell.
var behindSeparator = regexp.MustCompile(`([;|][\s\pZ\p{Cf}"]*)([\-` + strings.ReplaceAll(signs, "-", "") + `])`)

// Row writes a row.
func (c *CSVWriter) Row(cells ...string) error {
	for i, cell := range cells {
		if i > 0 {
			_, _ = c.w.WriteRune(c.delimiter) // the writer keeps its error
		}
		cell = behindSeparator.ReplaceAllString(Inert(cell), "$1'$2")
		_, _ = c.w.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
	}
	_, err := c.w.WriteString("\r\n")
	return wrapped(err)
}

// Flush writes what is held back.
func (c *CSVWriter) Flush() error { return wrapped(c.w.Flush()) }

func wrapped(err error) error {
	if err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}
