package table

import (
	"errors"
	"io"
	"strings"

	"aftercall/internal/fault"
)

// listed is a sheet of the workbook with what a look at its first rows told.
type listed struct {
	Sheet
	target      string
	rows, width int // of the first rows: how many have a value, and how many values the widest has
}

// sheets lists the sheets of cells, in the order of the workbook.
func (w *workbook) sheets(main string, relations []relation) ([]listed, error) {
	t, err := w.part(main, &w.spent)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	targets := make(map[string]string, len(relations))
	for _, r := range relations {
		if r.is("worksheet") {
			targets[r.id] = r.target
		}
	}
	var all []listed
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if t.kind != startTag {
			continue
		}
		switch string(t.name) {
		case "workbookPr":
			w.found.Date1904 = w.found.Date1904 || t.is("date1904")
		case "calcPr":
			w.recalculate = t.is("fullCalcOnLoad")
		case "sheet":
			state := strings.ToLower(t.attribute("state"))
			sheet := Sheet{Name: t.attribute("name"), Hidden: state == "hidden" || state == "veryhidden"}
			if target := targets[t.relationID()]; target != "" && w.parts[strings.ToLower(target)] != nil {
				all = append(all, listed{Sheet: sheet, target: target})
			}
			if len(all) > maxParts {
				return nil, errTooManyParts
			}
		}
	}
}

// relationID returns the id of the relation that a tag names.
func (t *tokens) relationID() string {
	for i := range t.attrs {
		if a := &t.attrs[i]; a.prefixed && string(a.name) == "id" {
			return string(appendUnescaped(nil, a.value))
		}
	}
	return ""
}

// choose returns the part of the sheet of a name, or of the first one that is visible and has data.
func (w *workbook) choose(sheets []listed, wanted string) (string, error) {
	if len(sheets) == 0 {
		return "", errNoPart
	}
	names := make([]string, len(sheets))
	for i := range sheets {
		if err := w.look(&sheets[i]); err != nil {
			return "", err
		}
		names[i] = sheets[i].Name
		w.found.Sheets = append(w.found.Sheets, sheets[i].Sheet)
	}
	chosen := firstWithData(sheets)
	if wanted != "" {
		if chosen = named(sheets, wanted); chosen < 0 {
			return "", errUnknownSheet.With("sheet", wanted).With("sheets", shown(strings.Join(names, ", ")))
		}
	}
	w.found.Sheet = sheets[chosen].Name
	return sheets[chosen].target, nil
}

// named returns the sheet of a name: as it is written, or else without regard to case and blanks around.
func named(sheets []listed, wanted string) int {
	for i := range sheets {
		if sheets[i].Name == wanted {
			return i
		}
	}
	for i := range sheets {
		if strings.EqualFold(strings.TrimSpace(sheets[i].Name), strings.TrimSpace(wanted)) {
			return i
		}
	}
	return -1
}

const lookRows = 20 // of a sheet, to choose one

// look reads the first rows of a sheet. A sheet that is damaged is met again if it is chosen.
func (w *workbook) look(l *listed) error {
	t, err := w.part(l.target, &w.peeked)
	if err != nil {
		return err
	}
	defer func() { _ = t.close() }()
	s := &sheetReader{book: w, tokens: t, shared: w.shared, spent: &w.peeked}
	for l.rows < lookRows && !s.done {
		row, err := s.next()
		var bad *RowError
		if fault.Is(err, fault.TooLarge) {
			return err
		}
		if err != nil && !errors.As(err, &bad) {
			break
		}
		l.rows++
		values := 0
		for _, cell := range row.Cells {
			if strings.TrimSpace(cell) != "" {
				values++
			}
		}
		l.width = max(l.width, values)
	}
	l.Empty = l.rows == 0
	return w.src.err
}

// firstWithData returns the first visible sheet with a heading and a row. A cover is not one: a few lines of a word or two, before a sheet
// that is wider and longer.
func firstWithData(sheets []listed) int {
	first := -1
	for i := range sheets {
		l := &sheets[i]
		if l.Hidden || l.rows < 2 {
			continue
		}
		if first < 0 {
			first = i
		}
		if cover := &sheets[first]; l.width > 2 && l.width > cover.width && cover.width <= 2 && cover.rows < lookRows {
			return i
		}
	}
	if first >= 0 {
		return first
	}
	for i := range sheets {
		if !sheets[i].Hidden && !sheets[i].Empty {
			return i
		}
	}
	for i := range sheets {
		if !sheets[i].Hidden {
			return i
		}
	}
	return 0
}
