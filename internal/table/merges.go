package table

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/fault"
)

// merges are the cells of a sheet that are merged: the value of the first one stands for all of them.
type merges struct {
	waiting []merge // by their first rows
	active  []activeMerge
}

type merge struct {
	top, bottom int32
	left, right int16
}

type activeMerge struct {
	merge
	value string
}

const maxMerges = 1 << 20 // of a sheet

var errTooManyMerges = fault.New(fault.TooLarge, "file_too_many_merges",
	"the sheet has more than a million merged cells; take the merging back, or save it as .csv")

// parseMerge reads a range such as A2:C4.
func parseMerge(ref string) (merge, bool) {
	from, to, found := strings.Cut(strings.ReplaceAll(ref, "$", ""), ":")
	top, okTop := rowOf(from)
	bottom, okBottom := rowOf(to)
	left, right := columnOf([]byte(from), -1), columnOf([]byte(to), -1)
	if !found || !okTop || !okBottom || left < 0 || left >= maxColumns || right < left || bottom < top || top == bottom && left == right {
		return merge{}, false
	}
	return merge{top, bottom, int16(left), int16(min(right, maxColumns-1))}, true
}

func rowOf(cell string) (int32, bool) {
	n, err := strconv.ParseInt(strings.TrimLeft(strings.ToUpper(cell), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10, 32)
	return int32(n), err == nil && n > 0
}

// fill puts the values of merged cells into a row that has values of its own, as far as the table is wide, and returns how many bytes
// it put there. The first row of a range gives its value. A row that has one value and no other is a title, which stays one.
func (m *merges) fill(row *Row, own, width int) (size int) {
	if len(m.waiting) == 0 && len(m.active) == 0 {
		return 0
	}
	line := int32(row.Line)
	m.active = slices.DeleteFunc(m.active, func(a activeMerge) bool { return a.bottom < line })
	m.begin(row, own > 1)
	if own == 0 {
		return 0
	}
	for _, a := range m.active {
		for at := int(a.left); at <= int(a.right) && at < width; at++ {
			for len(row.Cells) <= at {
				row.Cells = append(row.Cells, "")
			}
			if row.Cells[at] == "" {
				row.Cells[at] = a.value
				size += len(a.value)
			}
		}
	}
	return size
}

// begin takes up the ranges that begin with a row. What begins in a row that is not there has no value, and what lies over another range
// is none: so all of them together are never wider than a row.
func (m *merges) begin(row *Row, isRow bool) {
	for len(m.waiting) > 0 && int(m.waiting[0].top) <= row.Line {
		next := m.waiting[0]
		m.waiting = m.waiting[1:]
		if !isRow || int(next.top) != row.Line || int(next.left) >= len(row.Cells) || row.Cells[next.left] == "" {
			continue
		}
		if !slices.ContainsFunc(m.active, func(a activeMerge) bool { return a.left <= next.right && next.left <= a.right }) {
			m.active = append(m.active, activeMerge{next, row.Cells[next.left]})
		}
	}
}

// scan reads what the rows of a sheet depend on and does not stand before them: which cells are merged stands behind the last row. It
// also reports whether rows are hidden, or a filter is set.
func (w *workbook) scan(name string) (m merges, filtered bool, err error) {
	t, err := w.part(name, &w.scanned)
	if err != nil {
		return merges{}, false, err
	}
	defer func() { _ = t.close() }()
	filtered, t.opened, err = skipRows(t.in)
	for more := t.opened; more && err == nil; {
		switch err = t.next(); {
		case errors.Is(err, io.EOF):
			more, err = false, nil
		case err != nil || t.kind != startTag:
		case string(t.name) == "filterColumn":
			filtered = true
		case string(t.name) == "mergeCell":
			err = m.add(t.attribute("ref"))
		}
	}
	if err != nil {
		return merges{}, false, damaged(w.src, err)
	}
	slices.SortStableFunc(m.waiting, func(a, b merge) int { return cmp.Or(cmp.Compare(a.top, b.top), cmp.Compare(a.left, b.left)) })
	return m, filtered, nil
}

// add adds a range; what is none is left out.
func (m *merges) add(ref string) error {
	one, ok := parseMerge(ref)
	if !ok {
		return nil
	}
	if m.waiting = append(m.waiting, one); len(m.waiting) > maxMerges {
		return errTooManyMerges
	}
	return nil
}

// skipRows reads a sheet beyond its last row, to behind the '<' of the next tag. It reports whether a row is hidden, and whether there is
// more.
func skipRows(in *bufio.Reader) (hidden, more bool, err error) {
	inTag := false // the piece goes on where the last one ended
	for {
		piece, err := in.ReadSlice('<')
		if errors.Is(err, io.EOF) {
			return hidden, false, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return false, false, err
		}
		if !inTag && len(piece) > 3 {
			if piece[0] == '/' {
				if tagName(piece[1:]) == "sheetData" {
					return hidden, true, nil
				}
			} else if !hidden && tagName(piece) == "row" {
				hidden = hidesRow(piece)
			}
		}
		inTag = err != nil
	}
}

func tagName(piece []byte) string {
	for i, b := range piece {
		switch b {
		case '>', ' ', '/', '\t', '\n', '\r':
			return string(piece[:i])
		case ':':
			return tagName(piece[i+1:])
		}
	}
	return ""
}

// hidesRow reports whether a tag has hidden="1", or another yes.
func hidesRow(piece []byte) bool {
	tag, _, _ := bytes.Cut(piece, []byte(">"))
	_, rest, found := bytes.Cut(tag, []byte("hidden="))
	return found && len(rest) > 2 && (rest[1] == '1' || rest[1] == 't')
}
