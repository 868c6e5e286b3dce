package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
)

// parts are the files of an archive by their names in lower case.
type parts map[string]*zip.File

// unzip lists the parts of an archive. A file that can be read anywhere stays where it is;
// any other, and one that is packed, is read into memory.
func unzip(src *source, file io.Reader, packed bool, limit int64) (parts, error) {
	body, size, err := src.anywhere(file, packed, limit)
	if err != nil {
		return nil, err
	}
	if err := countParts(io.NewSectionReader(body, 0, size)); err != nil {
		return nil, src.blame(err, "file_unreadable", "the file cannot be read")
	}
	archive, err := zip.NewReader(body, size)
	if err != nil {
		return nil, src.blame(err, "file_workbook", "the workbook cannot be read; save it again as .xlsx")
	}
	all := make(parts, len(archive.File))
	for _, part := range archive.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(part.Name, `\`, "/"), "/"))
		if all[name] == nil {
			all[name] = part
		}
	}
	return all, nil
}

// countParts refuses an archive of too many parts before they are listed. It looks at all of the archive, as the list may be anywhere.
func countParts(r io.Reader) error {
	entry := []byte("PK\x01\x02") // what an entry of the list begins with
	buf := make([]byte, 64<<10)
	count, kept := 0, 0
	for {
		n, err := r.Read(buf[kept:])
		window := buf[:kept+n]
		if count += bytes.Count(window, entry); count > maxParts {
			return errTooManyParts
		}
		kept = copy(buf, window[max(len(window)-len(entry)+1, 0):])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// anywhere returns the file so that any part of it can be read, and its size. Some of it may have been read already, into a buffer that
// file reads from.
func (s *source) anywhere(file io.Reader, packed bool, limit int64) (io.ReaderAt, int64, error) {
	if at, size, ok := s.seekable(); ok && !packed {
		if size > limit {
			return nil, 0, errTooLarge(limit)
		}
		s.read = size
		return sourceAt{s, at}, size, nil
	}
	spent := int64(0)
	body, err := io.ReadAll(unpacked{s, file, limit, &spent})
	if err != nil {
		return nil, 0, s.blame(err, "file_unreadable", "the file cannot be read")
	}
	return bytes.NewReader(body), int64(len(body)), nil
}

// seekable returns the file as it was given, from where reading began.
func (s *source) seekable() (io.ReaderAt, int64, bool) {
	given, ok := s.r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return nil, 0, false
	}
	here, err := given.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, 0, false
	}
	end, err := given.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, false
	}
	from := here - s.read
	return io.NewSectionReader(given, from, end-from), end - from, true
}

// sourceAt is the file, read anywhere.
type sourceAt struct {
	*source
	at io.ReaderAt
}

// ReadAt returns bytes of the file.
func (s sourceAt) ReadAt(p []byte, off int64) (int, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	n, err := s.at.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err //nolint:wrapcheck // the archive's reader looks at it
}

// refuseOther says what an archive is that is no workbook we read.
func (p parts) refuseOther() error {
	has := func(name string) bool { return p[name] != nil }
	switch {
	case has("xl/workbook.bin"):
		return errXLSB
	case has("content.xml") && has("mimetype"):
		return errODS
	case has("index/document.iwa"), has("index.zip"):
		return errNumbers
	case !has("_rels/.rels") && !has("[content_types].xml") && !has("xl/workbook.xml"):
		return errZip
	case has("word/document.xml"), has("ppt/presentation.xml"):
		return errZip
	}
	return nil
}
