package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"aftercall/internal/fault"
)

// openText opens a delimited text file.
func openText(src *source, file io.Reader, opts Options) (*Reader, error) {
	spent := int64(0)
	raw := bufio.NewReaderSize(unpacked{src, file, opts.MaxBytes, &spent}, sampleBytes)
	if _, err := raw.Peek(sampleBytes); err != nil && !errors.Is(err, io.EOF) {
		return nil, src.blame(err, "file_unreadable", "the file cannot be read")
	}
	found := &Found{}
	decoded, err := decode(raw, opts.Encoding, found)
	if err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(decoded, sampleBytes)
	sample, err := text.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, src.blame(err, "file_encoding", "the file is not in the encoding it seems to be in")
	}
	for bytes.HasPrefix(sample, []byte("\ufeff")) { // a second byte order mark: some programs write it into what has one
		n, _ := text.Discard(len("\ufeff")) // it was peeked
		sample = sample[n:]
	}
	if err = refuseOther(sample); err != nil {
		return nil, err
	}
	if endsWithCR(sample) {
		text = bufio.NewReaderSize(onlyLF{text}, sampleBytes)
		sample, _ = text.Peek(sampleBytes) // an error is met again by whoever reads
	}
	p := &parser{lines: &lineReader{src: src, r: text}}
	named, err := p.separatorLine(sample)
	if err != nil {
		return nil, err
	}
	switch {
	case opts.Delimiter != 0:
		p.delimiter = opts.Delimiter
	case named != 0:
		p.delimiter = named
	default:
		p.delimiter = detectDelimiter(src, sample)
	}
	found.Delimiter = p.delimiter
	return &Reader{
		next: p.next, work: func() int64 { return p.work }, close: func() error { return nil }, found: found, blank: &p.blank,
	}, nil
}

// endsWithCR reports whether lines end with CR, as in files of an old Mac, some of which have an LF here and there. A CR or two in a text
// does not say so.
func endsWithCR(sample []byte) bool {
	pairs := bytes.Count(sample, []byte("\r\n"))
	alone := bytes.Count(sample, []byte("\r")) - pairs
	return alone > 0 && alone >= bytes.Count(sample, []byte("\n"))
}

// onlyLF gives a text with LF in place of every CR that has none behind it.
type onlyLF struct{ in *bufio.Reader }

// Read returns bytes of text.
func (o onlyLF) Read(p []byte) (int, error) {
	n, err := o.in.Read(p)
	for i, b := range p[:n] {
		if b != '\r' {
			continue
		}
		next := p[min(i+1, n-1):n]
		if i+1 == n {
			next, _ = o.in.Peek(1)
		}
		if len(next) == 0 || next[0] != '\n' {
			p[i] = '\n'
		}
	}
	return n, err //nolint:wrapcheck // a reader's io.EOF
}

// separatorLine reads a first line such as "sep=;", with which a file tells Excel its delimiter; 0 where there is none.
func (p *parser) separatorLine(sample []byte) (rune, error) {
	line := sample
	if i := bytes.IndexByte(sample, '\n'); i >= 0 {
		line = sample[:i]
	}
	name, value, found := strings.Cut(strings.Trim(strings.TrimRight(string(line[:min(len(line), 16)]), "\r"), `"`), "=")
	separator := []rune(value)
	if !found || !strings.EqualFold(strings.TrimSpace(name), "sep") || len(separator) != 1 {
		return 0, nil
	}
	_, _, err := p.lines.read()
	return separator[0], err
}

// detectDelimiter returns the usual delimiter with which the largest part of the first rows has the same number of cells, and of two such
// the one with more cells: a title above is outvoted, and so is a comma in texts, as the heading has none.
func detectDelimiter(src *source, sample []byte) rune {
	const enough = 64 << 10
	whole := len(sample) < enough
	if !whole {
		sample = sample[:enough]
	}
	best, most, widest := ',', 0.0, 0
	for _, delimiter := range []rune{',', ';', '\t', '|'} {
		if !bytes.ContainsRune(sample, delimiter) {
			continue
		}
		lines := &lineReader{src: &source{ctx: src.ctx}, r: bufio.NewReader(bytes.NewReader(sample))}
		part, width := agreement(&parser{lines: lines, delimiter: delimiter}, whole)
		if part > most || part == most && width > widest {
			best, most, widest = delimiter, part, width
		}
	}
	return best
}

// agreement returns which part of the first rows has the same number of cells, more than one, and that number.
func agreement(p *parser, whole bool) (part float64, width int) {
	const enough = 100
	var widths []int
	for len(widths) < enough {
		row, err := p.next()
		var bad *RowError
		if err != nil && !errors.As(err, &bad) {
			if !whole && len(widths) > 1 {
				widths = widths[:len(widths)-1] // the last one may be cut
			}
			break
		}
		widths = append(widths, len(row.Cells))
	}
	counts, most := map[int]int{}, 0
	for _, n := range widths {
		if counts[n]++; n > 1 && (counts[n] > most || counts[n] == most && n > width) {
			most, width = counts[n], n
		}
	}
	return float64(most) / float64(max(len(widths), 1)), width
}

// isBinary reports whether a sample is no text: not for a few zero bytes or control characters, which texts have, nor for those it is
// filled up with at its end.
func isBinary(sample []byte) bool {
	const free, share = 8, 10 // one in so many
	sample = bytes.TrimRight(sample, "\x00\x1a")
	odd := 0
	for _, b := range sample {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != '\v' {
			odd++
		}
	}
	return odd > free && odd > len(sample)/share
}

var errBinary = fault.New(fault.Invalid, "file_binary", "the file is neither a text file nor an .xlsx workbook")
