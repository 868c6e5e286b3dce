package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// exporting is one export being written.
type exporting struct {
	*Service
	request  ExportRequest
	snapshot Snapshot
	audience Audience
	viewer   account.Viewer
	now      clock.Instant
	export   *Export // counts are filled in while writing
}

// sheet is a file format: rows of cells, then the receipt. Close finishes the file, free gives back what was held, in every outcome.
type sheet interface {
	row(cells []cell) error
	close(receipt []receiptLine) error
	free() error
}

// cell is one value of a row.
type cell struct {
	text  string
	exact bool // digits that a spreadsheet must not turn into a number
}

func (e *exporting) write(ctx context.Context, w io.Writer) (err error) {
	columns := columns()
	head := make([]cell, len(columns))
	for i, c := range columns {
		head[i] = cell{text: e.text(c.key(e.snapshot.Channel))}
	}
	out, err := newSheet(e.request.Format, w, e.folder, e.text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.free()) }()
	if err := out.row(head); err != nil {
		return err
	}
	left := map[Reason]int{}
	tx, seen := e.db.View(ctx), map[string]bool{}
	for after := int64(0); ; {
		members, err := store{tx}.members(e.snapshot.ID, after, 500)
		if err != nil {
			return err
		}
		if len(members) == 0 {
			break
		}
		after = members[len(members)-1].CustomerID
		if err := e.writeMembers(tx, out, columns, members, left, seen); err != nil {
			return err
		}
	}
	counts, err := json.Marshal(left)
	if err != nil {
		return fmt.Errorf("write the receipt: %w", err)
	}
	e.export.LeftOut = string(counts)
	receipt, err := e.receipt(left)
	if err != nil {
		return err
	}
	return out.close(receipt)
}

// writeMembers asks about the members again and writes those who may still be contacted.
func (e *exporting) writeMembers(
	tx database.Tx, out sheet, columns []column, members []Member, left map[Reason]int, seen map[string]bool,
) error {
	rows, err := e.recheck(tx, members)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		e.export.Members++
		if len(r.reasons) == 0 && seen[r.address] { // a shared line is called once
			r.reasons = []Reason{Duplicate}
		}
		if len(r.reasons) > 0 {
			left[r.reasons[0]]++
			continue
		}
		seen[r.address] = true
		e.export.RowCount++
		cells := make([]cell, len(columns))
		for c, col := range columns {
			cells[c] = col.value(e, *r)
		}
		if err := out.row(cells); err != nil {
			return err
		}
	}
	return nil
}

// exportRow is what the columns of one row are made of.
type exportRow struct {
	judged
	member  Member
	address string
	consent permission.ConsentEvent
}

// recheck judges members as of now. The rule is not asked again: the list is as of its snapshot; permission is as of now.
func (e *exporting) recheck(tx database.Tx, members []Member) ([]exportRow, error) {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.CustomerID
	}
	customers, err := contact.CustomersByID(tx, ids)
	if err != nil {
		return nil, err
	}
	present := make([]contact.Customer, 0, len(members))
	for _, id := range ids {
		c, ok := customers[id]
		if !ok {
			c = contact.Customer{ID: id} // erased since: has no address, and is counted as such
		}
		present = append(present, c)
	}
	page, err := e.evaluateNow(tx, question{reach: e.snapshot.Reach, asOf: e.now}, present)
	if err != nil {
		return nil, err
	}
	consentIDs := make([]int64, 0, len(page))
	for _, j := range page {
		consentIDs = append(consentIDs, j.consentID)
	}
	consents, err := permission.ConsentsByID(tx, consentIDs)
	if err != nil {
		return nil, err
	}
	rows := make([]exportRow, len(page))
	for i, j := range page {
		rows[i] = exportRow{judged: j, member: members[i], address: j.subject.To(e.snapshot.Channel), consent: consents[j.consentID]}
	}
	return rows, nil
}

func (e *exporting) text(key string) string { return e.request.Text(key, nil) }

func (e *exporting) time(at clock.Instant) string {
	if at.IsZero() {
		return ""
	}
	return at.In(e.request.Zone).Format("2006-01-02 15:04")
}
