package table

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// MaxMerges is maxMerges.
const MaxMerges = maxMerges

// NumberText is numberText, for a property.
var NumberText = numberText

// Work returns how many bytes a reader has looked at: a byte that was looked at twice counts twice.
func (r *Reader) Work() int64 { return r.work() }

// Tags reads XML: a text for each tag, and for what stands between them.
func Tags(file string) ([]string, error) {
	t := &tokens{in: bufio.NewReader(strings.NewReader(file))}
	var all []string
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case startTag:
			all = append(all, "<"+string(t.name))
			for _, a := range t.attrs {
				all = append(all, string(a.name)+"="+string(appendUnescaped(nil, a.value)))
			}
		case endTag:
			all = append(all, "/"+string(t.name))
		case textToken:
			text := string(t.appendText(nil))
			if len(all) > 0 && strings.HasPrefix(all[len(all)-1], "\"") {
				all[len(all)-1] += text
			} else {
				all = append(all, "\""+text)
			}
		}
	}
}
