package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"aftercall/internal/fault"
)

// openText opens a delimited text file.
func openText(src *source, file io.Reader, opts Options) (*Reader, error) {
	spent := int64(0)
	raw := bufio.NewReaderSize(unpacked{src, file, opts.MaxBytes, &spent}, sampleBytes)
	sample, err := raw.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, src.blame(err, "file_unreadable", "the file cannot be read")
	}
	whole := errors.Is(err, io.EOF)
	decoder, bom, err := decoderFor(opts.Encoding, sample, whole)
	if err != nil {
		return nil, err
	}
	_, _ = raw.Discard(bom) // it was peeked
	text := raw
	if decoder != nil {
		text = bufio.NewReaderSize(decoder.Reader(raw), sampleBytes)
		if sample, err = text.Peek(sampleBytes); err != nil && !errors.Is(err, io.EOF) {
			return nil, src.blame(err, "file_encoding", "the file is not in the encoding it seems to be in")
		}
	} else {
		sample = sample[bom:]
	}
	if bytes.IndexByte(sample, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "file_binary", "the file is neither a text file nor an .xlsx workbook")
	}
	delimiter := opts.Delimiter
	if delimiter == 0 {
		delimiter = detectDelimiter(sample)
	}
	p := &parser{lines: &lineReader{src: src, r: text}, delimiter: delimiter}
	return &Reader{next: p.next, work: func() int64 { return p.work }, close: func() error { return nil }}, nil
}

// decoderFor returns the decoder to UTF-8, nil for none, and how many bytes of byte order mark to leave out.
func decoderFor(name string, sample []byte, whole bool) (*encoding.Decoder, int, error) {
	switch {
	case bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		return nil, 3, nil
	case bytes.HasPrefix(sample, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder(), 2, nil
	case bytes.HasPrefix(sample, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder(), 2, nil
	}
	switch strings.ToLower(name) {
	case "utf-8", "utf8":
		return nil, 0, nil
	case "gbk", "gb18030", "gb2312":
		return simplifiedchinese.GB18030.NewDecoder(), 0, nil
	case "windows-1252", "latin1":
		return charmap.Windows1252.NewDecoder(), 0, nil
	case "":
		if isUTF8(sample, whole) {
			return nil, 0, nil
		}
		return simplifiedchinese.GB18030.NewDecoder(), 0, nil // what Excel on a Chinese Windows writes
	}
	return nil, 0, fault.New(fault.Invalid, "encoding_unknown", "the encoding must be utf-8, gb18030 or windows-1252").With("value", name)
}

// isUTF8 reports whether a sample is UTF-8; unless it is the whole file, its last rune may be cut off.
func isUTF8(sample []byte, whole bool) bool {
	if utf8.Valid(sample) {
		return true
	}
	for cut := 1; !whole && cut < utf8.UTFMax && cut < len(sample); cut++ {
		if utf8.Valid(sample[:len(sample)-cut]) {
			return true
		}
	}
	return false
}

// detectDelimiter returns the usual delimiter that the first line has most of outside of quotes.
func detectDelimiter(sample []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, b := range sample {
		if b == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if b == '\n' && len(counts) > 0 {
			break
		}
		if b == ',' || b == ';' || b == '\t' || b == '|' {
			counts[b]++
		}
	}
	best := byte(',')
	for _, b := range []byte{';', '\t', '|'} {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}
