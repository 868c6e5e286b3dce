package table

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// tag reads a tag to its '>', which may stand in quotes before.
func (t *tokens) tag() error {
	raw, err := t.until('>')
	if err != nil {
		return cut(err)
	}
	if quote := openQuote(raw, 0); quote != 0 {
		if raw, err = t.longTag(raw, quote); err != nil {
			return err
		}
	}
	if len(raw) == 0 {
		return errSyntax
	}
	t.kind, t.attrs = startTag, t.attrs[:0]
	switch {
	case raw[0] == '/':
		t.kind, raw = endTag, raw[1:]
	case raw[len(raw)-1] == '/':
		t.empty, raw = true, raw[:len(raw)-1]
	}
	i := 0
	for i < len(raw) && !isBlankByte(raw[i]) {
		i++
	}
	if t.name, _ = withoutPrefix(raw[:i]); len(t.name) == 0 {
		return errSyntax
	}
	t.readAttributes(raw[i:])
	return nil
}

// longTag reads on where a '>' stood in quotes.
func (t *tokens) longTag(raw []byte, quote byte) ([]byte, error) {
	all := append(bytes.Clone(raw), '>')
	for quote != 0 {
		piece, err := t.until('>')
		if err != nil {
			return nil, cut(err)
		}
		quote = openQuote(piece, quote)
		if all = append(append(all, piece...), '>'); len(all) > maxTokenBytes {
			return nil, errCellTooLong
		}
	}
	return all[:len(all)-1], nil
}

// openQuote returns the quote that is open after some bytes, 0 for none.
func openQuote(raw []byte, quote byte) byte {
	for len(raw) > 0 {
		if quote == 0 {
			i := bytes.IndexByte(raw, '"')
			if j := bytes.IndexByte(raw[:max(i, 0)], '\''); i < 0 || j >= 0 {
				if i < 0 {
					j = bytes.IndexByte(raw, '\'')
				}
				i = j
			}
			if i < 0 {
				return 0
			}
			quote, raw = raw[i], raw[i+1:]
			continue
		}
		i := bytes.IndexByte(raw, quote)
		if i < 0 {
			return quote
		}
		quote, raw = 0, raw[i+1:]
	}
	return quote
}

func isBlankByte(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

func withoutPrefix(name []byte) (local []byte, prefixed bool) {
	if i := bytes.IndexByte(name, ':'); i > 0 && i < len(name)-1 {
		return name[i+1:], true
	}
	return name, false
}

// readAttributes splits what follows the name of a tag.
func (t *tokens) readAttributes(raw []byte) {
	t.attrs = t.attrs[:0]
	for len(t.attrs) < maxAttributes {
		i := bytes.IndexByte(raw, '=')
		if i < 0 {
			return
		}
		var a attribute
		a.name, a.prefixed = withoutPrefix(bytes.TrimSpace(raw[:i]))
		raw = bytes.TrimLeft(raw[i+1:], " \t\r\n")
		if len(raw) == 0 || raw[0] != '"' && raw[0] != '\'' {
			return
		}
		end := bytes.IndexByte(raw[1:], raw[0])
		if end < 0 {
			return
		}
		a.value, raw = raw[1:end+1], raw[end+2:]
		t.attrs = append(t.attrs, a)
	}
}

// raw returns an attribute that has no prefix, as it is written; nil where there is none.
func (t *tokens) raw(name string) []byte {
	for i := range t.attrs {
		if a := &t.attrs[i]; !a.prefixed && string(a.name) == name {
			return a.value
		}
	}
	return nil
}

// attribute returns an attribute that has no prefix; "" where there is none.
func (t *tokens) attribute(name string) string { return string(appendUnescaped(nil, t.raw(name))) }

// is reports whether an attribute says yes.
func (t *tokens) is(name string) bool {
	switch string(t.raw(name)) {
	case "1", "true", "on", "t":
		return true
	}
	return false
}

// appendText adds the text that was read, but of a cell no more than makes its row too long.
func (t *tokens) appendText(text []byte) []byte {
	room := max(maxRecordBytes+1-len(text), 0)
	if t.plain || bytes.IndexByte(t.text, '&') < 0 && bytes.IndexByte(t.text, '\r') < 0 {
		return append(text, t.text[:min(len(t.text), room)]...)
	}
	text = appendUnescaped(text, t.text)
	return text[:min(len(text), maxRecordBytes+1)]
}

// appendUnescaped adds text of XML as what it means: a CR of a line's end goes, and what begins with & stands for something else.
func appendUnescaped(text, raw []byte) []byte {
	for len(raw) > 0 {
		i := bytes.IndexAny(raw, "&\r")
		if i < 0 {
			break
		}
		text = append(text, raw[:i]...)
		if raw = raw[i:]; raw[0] == '\r' {
			if text = append(text, '\n'); len(raw) > 1 && raw[1] == '\n' {
				raw = raw[1:]
			}
			raw = raw[1:]
			continue
		}
		r, size := entity(raw)
		if size == 0 {
			text, raw = append(text, '&'), raw[1:]
			continue
		}
		text, raw = utf8.AppendRune(text, r), raw[size:]
	}
	return append(text, raw...)
}

// entity returns what stands for a character at the beginning of a text, and its length; 0 where nothing does.
func entity(raw []byte) (r rune, size int) {
	const longest = 12
	end := bytes.IndexByte(raw[:min(len(raw), longest)], ';')
	if end < 0 {
		return 0, 0
	}
	name := string(raw[1:end])
	switch name {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	}
	digits, found := strings.CutPrefix(name, "#")
	base := 10
	if rest, hex := strings.CutPrefix(strings.ToLower(digits), "x"); hex {
		digits, base = rest, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if !found || err != nil || n > utf8.MaxRune {
		return 0, 0
	}
	return rune(n), end + 1
}

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
