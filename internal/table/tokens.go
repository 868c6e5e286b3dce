package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"aftercall/internal/fault"
)

// tokens reads a part of a workbook tag by tag, and keeps nothing of what was read, so that nesting costs nothing. It reads what programs
// write: names without their prefixes, no entities but those of XML itself, and it lets pass what breaks a rule of XML but says clearly
// what it means. The standard decoder takes four times as long for the same.
type tokens struct {
	in     *bufio.Reader
	file   io.Closer
	opened bool   // the '<' of the next tag was read
	whole  []byte // of what did not fit into the buffer in one piece

	kind  tokenKind
	name  []byte // of a tag, without prefix
	attrs []attribute
	text  []byte // raw
	plain bool   // the text is not escaped
	empty bool   // the tag that was read has no content: its end comes next
}

type tokenKind int

const (
	startTag tokenKind = iota
	endTag
	textToken
)

// attribute is one of a tag; its value is raw.
type attribute struct {
	name, value []byte
	prefixed    bool
}

const maxAttributes = 256

var errSyntax = errors.New("the part is no XML")

// part opens a part, or returns errNoPart. What is unpacked counts in spent.
func (w *workbook) part(name string, spent *int64) (*tokens, error) {
	part := w.parts[strings.ToLower(name)]
	if part == nil {
		return nil, errNoPart
	}
	file, err := part.Open()
	if err != nil {
		return nil, err
	}
	t := &tokens{file: file, in: bufio.NewReaderSize(unpacked{w.src, file, w.limit, spent}, 64<<10)}
	if head, _ := t.in.Peek(2); bytes.Equal(head, []byte("\xff\xfe")) || bytes.Equal(head, []byte("\xfe\xff")) {
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
		t.in = bufio.NewReaderSize(utf16.NewDecoder().Reader(t.in), 64<<10)
	}
	return t, nil
}

// next reads the next tag or text, which is overwritten by the one after it.
func (t *tokens) next() error {
	if t.empty {
		t.empty, t.kind = false, endTag
		return nil
	}
	for {
		if !t.opened {
			text, err := t.until('<')
			t.opened = err == nil
			if len(text) > 0 {
				t.kind, t.text, t.plain = textToken, text, false
				return nil
			}
			if err != nil {
				return err
			}
		}
		t.opened = false
		head, err := t.in.Peek(1)
		if err != nil {
			return cut(err)
		}
		switch head[0] {
		case '!':
			if isText, err := t.declaration(); err != nil || isText {
				return err
			}
		case '?':
			if err := t.instruction(); err != nil {
				return err
			}
		default:
			return t.tag()
		}
	}
}

// cut says that the part ends where it must not.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// until returns what stands before a byte, which is passed over; at the end of the part the rest, with io.EOF.
func (t *tokens) until(end byte) ([]byte, error) {
	t.whole = t.whole[:0]
	for {
		piece, err := t.in.ReadSlice(end)
		if len(t.whole)+len(piece) > maxTokenBytes {
			return nil, errCellTooLong
		}
		switch {
		case err == nil && len(t.whole) == 0:
			return piece[:len(piece)-1], nil
		case err == nil:
			t.whole = append(t.whole, piece[:len(piece)-1]...)
			return t.whole, nil
		case errors.Is(err, bufio.ErrBufferFull):
			t.whole = append(t.whole, piece...)
		case errors.Is(err, io.EOF):
			t.whole = append(t.whole, piece...)
			return t.whole, io.EOF
		default:
			return nil, err
		}
	}
}

// through returns what stands before a sequence of bytes that ends with '>', with how it begins. A '>' before it is part of what it
// returns.
func (t *tokens) through(head, end string) ([]byte, error) {
	var all []byte
	for {
		piece, err := t.until('>')
		if err != nil {
			return nil, cut(err)
		}
		if all = append(append(all, piece...), '>'); len(all) >= len(head)+len(end) && bytes.HasSuffix(all, []byte(end)) {
			return all[:len(all)-len(end)], nil
		}
		if len(all) > maxTokenBytes {
			return nil, errCellTooLong
		}
	}
}

// declaration reads what begins with "<!": a text that is not escaped, or something of no interest.
func (t *tokens) declaration() (isText bool, err error) {
	const cdata, comment = "![CDATA[", "!--"
	head, err := t.in.Peek(len(cdata))
	if err != nil && len(head) < len(comment) {
		return false, cut(err)
	}
	switch {
	case string(head) == cdata:
		text, err := t.through(cdata, "]]>")
		if err != nil || len(text) == len(cdata) {
			return false, err
		}
		t.kind, t.text, t.plain = textToken, text[len(cdata):], true
		return true, nil
	case bytes.HasPrefix(head, []byte(comment)):
		_, err = t.through(comment, "-->")
		return false, err
	}
	for depth, total := 1, 0; depth > 0; { // a DOCTYPE, and what is declared in it
		piece, err := t.until('>')
		if err != nil {
			return false, cut(err)
		}
		if total += len(piece); total > maxTokenBytes {
			return false, errCellTooLong
		}
		depth += bytes.Count(piece, []byte("<")) - 1
	}
	return false, nil
}

// instruction reads what begins with "<?"; the first one may name an encoding.
func (t *tokens) instruction() error {
	text, err := t.through("?", "?>")
	if err != nil {
		return err
	}
	rest, found := bytes.CutPrefix(text, []byte("?xml "))
	if !found {
		return nil
	}
	t.readAttributes(rest)
	name, e, err := encodingOf(t.attribute("encoding"))
	if err != nil || e == nil || strings.HasPrefix(name, "utf-16") { // which it is not, as its first bytes have shown
		return nil //nolint:nilerr // a name nobody knows is not worth refusing a workbook for
	}
	t.in = bufio.NewReaderSize(e.NewDecoder().Reader(t.in), 64<<10)
	return nil
}

// each calls do for every tag of a name that begins something.
func (t *tokens) each(name string, do func() error) error {
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if t.kind == startTag && string(t.name) == name {
			if err := do(); err != nil {
				return err
			}
		}
	}
}

// drain reads to the end, where the sum of what was unpacked is checked.
func (t *tokens) drain() error {
	_, err := io.Copy(io.Discard, t.in)
	return err
}

func (t *tokens) close() error { return t.file.Close() }

// damaged says that a file is broken in the middle, unless something else stopped its reading.
func damaged(src *source, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "file_damaged", "the file is damaged and cannot be read further")
	}
	return src.blame(err, "file_damaged", "the file is damaged and cannot be read further")
}
