package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"aftercall/internal/fault"
)

// workbook is an XLSX file: a ZIP archive of XML parts that point at each other. Nothing the archive says about sizes is believed.
type workbook struct {
	src   *source
	parts map[string]*zip.File // by their names in lower case
	limit int64
	spent int64 // bytes unpacked so far
}

// openWorkbook opens a sheet of an XLSX file. Cells are read as they are stored, so that a phone number is not 1.39E+10.
func openWorkbook(src *source, file io.Reader, opts Options) (*Reader, error) {
	limit, spent := min(opts.MaxBytes, maxWorkbookBytes), int64(0)
	body, err := io.ReadAll(unpacked{src, file, limit, &spent})
	if err != nil {
		return nil, src.blame(err, "file_unreadable", "the file cannot be read")
	}
	w := &workbook{src: src, parts: map[string]*zip.File{}, limit: min(opts.MaxBytes, maxUnpacked)}
	if err := w.unzip(body); err != nil {
		return nil, err
	}
	sheet, err := w.open(opts.Sheet)
	if err != nil {
		return nil, src.blame(err, "file_workbook", "the workbook cannot be read; save it again as .xlsx")
	}
	return &Reader{next: sheet.next, close: sheet.tokens.close, found: Found{Workbook: true}, work: func() int64 { return w.spent }}, nil
}

// unzip lists the parts.
func (w *workbook) unzip(body []byte) error {
	if bytes.Count(body, []byte("PK\x01\x02")) > maxParts { // what an entry of the list of contents begins with
		return errTooManyParts
	}
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "file_workbook", "the workbook cannot be read; save it again as .xlsx")
	}
	for _, part := range archive.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(part.Name, `\`, "/"), "/"))
		if w.parts[name] == nil {
			w.parts[name] = part
		}
	}
	return nil
}

var errNoPart = errors.New("a part of the workbook is missing")

// open finds a sheet, the first one without a name, and makes it ready to be read.
func (w *workbook) open(sheet string) (*sheetReader, error) {
	root, err := w.relations("_rels/.rels", "")
	if err != nil {
		return nil, err
	}
	main := "xl/workbook.xml"
	for _, r := range root {
		if r.is("officeDocument") {
			main = r.target
		}
	}
	dir, name := path.Split(main)
	relations, err := w.relations(dir+"_rels/"+name+".rels", dir)
	if err != nil {
		return nil, err
	}
	target, err := w.sheet(main, sheet, relations)
	if err != nil {
		return nil, err
	}
	s := &sheetReader{book: w}
	for _, r := range relations {
		if r.is("sharedStrings") && s.strings == nil {
			if s.strings, err = w.strings(r.target); err != nil && !errors.Is(err, errNoPart) {
				return nil, err
			}
		}
	}
	s.tokens, err = w.part(target)
	return s, err
}

// relation is where a part points to.
type relation struct{ id, kind, target string }

// is reports the kind of the relation; its address differs between the editions of the standard.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.kind, "/"+kind) }

// relations reads the relations of a part that lies in a folder; none where it has none.
func (w *workbook) relations(name, dir string) ([]relation, error) {
	t, err := w.part(name)
	if errors.Is(err, errNoPart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	var all []relation
	err = t.each("Relationship", func(e xml.StartElement) error {
		r := relation{attribute(e, "Id"), attribute(e, "Type"), strings.ReplaceAll(attribute(e, "Target"), `\`, "/")}
		if strings.HasPrefix(r.target, "/") {
			r.target = r.target[1:]
		} else {
			r.target = path.Join(dir, r.target)
		}
		if all = append(all, r); len(all) > maxParts {
			return errTooManyParts
		}
		return nil
	})
	return all, err
}

var (
	errFound        = errors.New("found")
	errUnknownSheet = fault.New(fault.Invalid, "sheet_unknown", "the workbook has no sheet of that name")
)

// sheet returns the part of the sheet of a name, or of the first one.
func (w *workbook) sheet(main, wanted string, relations []relation) (string, error) {
	t, err := w.part(main)
	if err != nil {
		return "", err
	}
	defer func() { _ = t.close() }()
	targets := make(map[string]string, len(relations))
	for _, r := range relations {
		if r.is("worksheet") {
			targets[r.id] = r.target
		}
	}
	found := ""
	err = t.each("sheet", func(e xml.StartElement) error {
		for _, a := range e.Attr {
			if a.Name.Local == "id" && a.Name.Space != "" && (wanted == "" || strings.EqualFold(attribute(e, "name"), wanted)) {
				if found = targets[a.Value]; found != "" {
					return errFound
				}
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return "", err
	}
	if found == "" && wanted == "" {
		return "", errNoPart
	}
	if found == "" {
		return "", errUnknownSheet.With("sheet", wanted)
	}
	return found, nil
}

// strings reads the texts that cells share. Readings of characters, as Japanese files have them, are left out.
func (w *workbook) strings(name string) ([]string, error) {
	t, err := w.part(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	list, size := []string{}, 0
	var text []byte
	inText, inReading := false, false
	for {
		token, err := t.next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "si":
				text = text[:0]
			case "t":
				inText = !inReading
			case "rPh":
				inReading = true
			}
		case xml.CharData:
			if inText {
				text = appendText(text, token)
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "t":
				inText = false
			case "rPh":
				inReading = false
			case "si":
				list, size = append(list, unescape(string(text))), size+len(text)
				if len(list) > maxStrings || size > maxStringBytes {
					return nil, errTooManyStrings
				}
			}
		}
	}
}

// appendText adds to the text of a cell, but no more than makes its row too long.
func appendText(text, more []byte) []byte {
	return append(text, more[:min(len(more), max(maxRecordBytes+1-len(text), 0))]...)
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
