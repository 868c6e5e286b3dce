package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// lineReader reads lines with their numbers; LF and CR LF end a line. Lines can be put back.
type lineReader struct {
	src   *source
	r     *bufio.Reader
	line  int      // number of the last line read
	total int64    // bytes of all lines
	back  []string // lines put back, to be read first
}

// unread puts lines back; the first one has the given number.
func (l *lineReader) unread(first int, lines []string) {
	l.back = append(append([]string(nil), lines...), l.back...)
	l.line = first - 1
}

func (l *lineReader) read() (int, string, error) {
	if len(l.back) > 0 {
		text := l.back[0]
		l.back = l.back[1:]
		l.line++
		return l.line, text, nil
	}
	text, err := l.readRaw()
	if err != nil {
		return 0, "", err
	}
	l.line++
	l.total += int64(len(text)) + 1
	return l.line, text, nil
}

// readRaw returns the next line without its end. Of a line longer than a record may be only the beginning is kept.
func (l *lineReader) readRaw() (string, error) {
	part, err := l.r.ReadSlice('\n')
	if err == nil {
		return bare(part[:len(part)-1]), nil
	}
	return l.readLong(part, err)
}

// readLong goes on where a line is longer than the buffer, or the last one.
func (l *lineReader) readLong(part []byte, err error) (string, error) {
	var b []byte
	for {
		if len(b) <= maxRecordBytes {
			b = append(b, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			part, err = l.r.ReadSlice('\n')
			continue
		case err == nil:
			return bare(bytes.TrimSuffix(b, []byte("\n"))), nil
		case errors.Is(err, io.EOF) && len(b) > 0:
			return strings.TrimRight(bare(b), "\x1a"), nil // Ctrl-Z, which ends a file of old systems
		case errors.Is(err, io.EOF):
			return "", err
		}
		return "", l.src.blame(err, "file_damaged", "the file is damaged and cannot be read further")
	}
}

// bare returns a line without what belongs to its end, and without the NULs that some systems fill up a field with.
func bare(line []byte) string {
	if bytes.IndexByte(line, 0) >= 0 {
		line = bytes.ReplaceAll(line, []byte{0}, nil)
	}
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return string(line)
}
