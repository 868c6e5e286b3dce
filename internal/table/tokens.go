package table

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"aftercall/internal/fault"
)

// tokens reads a part of a workbook tag by tag. It keeps nothing of what was read, so that nesting costs nothing.
type tokens struct {
	in   *bufio.Reader
	file io.Closer
	xml  *xml.Decoder
	size int // bytes of the token that is being read
}

// part opens a part, or returns errNoPart.
func (w *workbook) part(name string) (*tokens, error) {
	part := w.parts[strings.ToLower(name)]
	if part == nil {
		return nil, errNoPart
	}
	file, err := part.Open()
	if err != nil {
		return nil, err
	}
	t := &tokens{file: file, in: bufio.NewReaderSize(unpacked{w.src, file, w.limit, &w.spent}, 64<<10)}
	t.xml = xml.NewDecoder(t)
	return t, nil
}

// ReadByte gives the decoder its next byte.
func (t *tokens) ReadByte() (byte, error) {
	if t.size++; t.size > maxTokenBytes {
		return 0, errCellTooLong
	}
	return t.in.ReadByte()
}

// Read is there because the decoder asks for a reader; it uses ReadByte.
func (t *tokens) Read(p []byte) (int, error) { return t.in.Read(p) }

// next returns the next tag or text, which is overwritten by the one after it.
func (t *tokens) next() (xml.Token, error) {
	t.size = 0
	return t.xml.RawToken()
}

// each calls do for every element of a name.
func (t *tokens) each(name string, do func(xml.StartElement) error) error {
	for {
		token, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == name {
			if err := do(e); err != nil {
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

// unescape reads characters that XML cannot hold, written as _x000D_.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	var pair rune // the first half of a character beyond 16 bits
	for text != "" {
		if len(text) >= 7 && text[:2] == "_x" && text[6] == '_' {
			if n, err := strconv.ParseUint(text[2:6], 16, 16); err == nil {
				r := rune(n)
				if utf16.IsSurrogate(r) && pair == 0 {
					pair, text = r, text[7:]
					continue
				}
				if pair != 0 {
					r, pair = utf16.DecodeRune(pair, r), 0
				}
				b.WriteRune(r)
				text = text[7:]
				continue
			}
		}
		b.WriteByte(text[0])
		text = text[1:]
	}
	return b.String()
}

// damaged says that a file is broken in the middle, unless something else stopped its reading.
func damaged(src *source, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "file_damaged", "the file is damaged and cannot be read further")
	}
	return src.blame(err, "file_damaged", "the file is damaged and cannot be read further")
}
