package table

import (
	"errors"
	"io"
	"path"
	"strings"

	"aftercall/internal/fault"
)

// workbook is an XLSX file: a ZIP archive of XML parts that point at each other. Nothing the archive says about sizes is believed.
type workbook struct {
	src    *source
	parts  parts
	limit  int64
	shared *sharedTexts
	looks  []look // of each style
	found  Found

	recalculate bool  // formulas are to be calculated by whoever opens it
	spent       int64 // bytes unpacked so far
	scanned     int64 // bytes unpacked to learn what stands behind the rows
	peeked      int64 // bytes unpacked to choose a sheet
}

// openWorkbook opens a sheet of an XLSX file. Cells are read as they are stored, so that a phone number is not 1.39E+10.
func openWorkbook(src *source, file io.Reader, packed bool, opts Options) (*Reader, error) {
	w := &workbook{src: src, limit: min(opts.MaxBytes, maxUnpacked), found: Found{Workbook: true}}
	var err error
	if w.parts, err = unzip(src, file, packed, min(opts.MaxBytes, maxWorkbookBytes)); err != nil {
		return nil, err
	}
	if err := w.parts.refuseOther(); err != nil {
		return nil, err
	}
	sheet, err := w.open(opts.Sheet)
	if err != nil {
		return nil, src.blame(err, "file_workbook", "the workbook cannot be read; save it again as .xlsx")
	}
	return &Reader{
		next: sheet.next, close: sheet.tokens.close, found: &w.found, blank: &blanks{},
		work: func() int64 { return w.spent + w.scanned + w.peeked },
	}, nil
}

var errNoPart = errors.New("a part of the workbook is missing")

// open finds a sheet and makes it ready to be read.
func (w *workbook) open(wanted string) (*sheetReader, error) {
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
	w.shared = &sharedTexts{}
	for _, r := range relations {
		switch {
		case r.is("sharedStrings") && len(w.shared.where) == 0:
			w.shared, err = w.readShared(r.target)
		case r.is("styles") && w.looks == nil:
			w.looks, err = w.readStyles(r.target)
		}
		if err != nil {
			return nil, err
		}
	}
	sheets, err := w.sheets(main, relations)
	if err != nil {
		return nil, err
	}
	target, err := w.choose(sheets, wanted)
	if err != nil {
		return nil, err
	}
	s := &sheetReader{book: w, shared: w.shared, spent: &w.spent}
	if s.merges, w.found.Filtered, err = w.scan(target); err != nil {
		return nil, err
	}
	s.tokens, err = w.part(target, &w.spent)
	return s, err
}

// relation is where a part points to.
type relation struct{ id, kind, target string }

// is reports the kind of the relation; its address differs between the editions of the standard.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.kind, "/"+kind) }

// relations reads the relations of a part that lies in a folder; none where it has none.
func (w *workbook) relations(name, dir string) ([]relation, error) {
	t, err := w.part(name, &w.spent)
	if errors.Is(err, errNoPart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	var all []relation
	err = t.each("Relationship", func() error {
		r := relation{t.attribute("Id"), t.attribute("Type"), strings.ReplaceAll(t.attribute("Target"), `\`, "/")}
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

var errUnknownSheet = fault.New(fault.Invalid, "sheet_unknown", "the workbook has no sheet of that name")
