package table

import (
	"errors"
	"io"
	"strings"
)

// sharedTexts are the texts that cells of a workbook share. They lie in a few large blocks: a million small strings would cost three
// times as much, and be looked at by every garbage collection.
type sharedTexts struct {
	blocks []string
	open   strings.Builder // the block that is being filled
	where  []textAt
	size   int // bytes of all
}

type textAt struct{ block, from, to uint32 }

func (s *sharedTexts) add(text string) error {
	const blockBytes = 1 << 20
	if s.open.Len() > 0 && s.open.Len()+len(text) > blockBytes {
		s.seal()
	}
	if s.open.Cap() == 0 && len(s.blocks) > 0 {
		s.open.Grow(blockBytes)
	}
	at := textAt{block: uint32(len(s.blocks)), from: uint32(s.open.Len())}
	s.open.WriteString(text)
	at.to = uint32(s.open.Len())
	s.where = append(s.where, at)
	if s.size += len(text); len(s.where) > maxStrings || s.size > maxStringBytes {
		return errTooManyStrings
	}
	return nil
}

func (s *sharedTexts) seal() {
	s.blocks = append(s.blocks, s.open.String())
	s.open = strings.Builder{}
}

// at returns a text, and whether there is one of that number.
func (s *sharedTexts) at(i int) (string, bool) {
	if i < 0 || i >= len(s.where) {
		return "", false
	}
	at := s.where[i]
	return s.blocks[at.block][at.from:at.to], true
}

// readShared reads the texts that cells share. Readings of characters, as Japanese files have them, are left out.
func (w *workbook) readShared(name string) (*sharedTexts, error) {
	s := &sharedTexts{}
	t, err := w.part(name, &w.spent)
	if errors.Is(err, errNoPart) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	defer s.seal()
	var text []byte
	inText, inReading := false, false
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if t.kind == textToken {
			if inText {
				text = t.appendText(text)
			}
			continue
		}
		begins := t.kind == startTag
		switch string(t.name) {
		case "t":
			inText = begins && !inReading
		case "rPh":
			inReading = begins
		case "si":
			if begins {
				text = text[:0]
			} else if err := s.add(unescape(string(text))); err != nil {
				return nil, err
			}
		}
	}
}
