package admin

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

// exportAudit sends the list as a file, CSV or a workbook.
func (h *handlers) exportAudit(c *gin.Context) error {
	name := "audit-" + h.Now().In(h.Zone).Format("20060102-1504")
	head := []string{
		"audit.when", "audit.who", "audit.token", "audit.action", "audit.thing", "audit.thing_id", "audit.detail",
		"audit.door", "audit.network",
	}
	for i, key := range head {
		head[i] = h.T(c, key)
	}
	book, err := h.auditBook(c, name)
	if err != nil {
		return err
	}
	if err := book.row(head...); err != nil {
		return err
	}
	var pending []account.AuditLine
	flush := func() error {
		rows, err := h.auditRows(c, pending)
		if err != nil {
			return err
		}
		for _, r := range rows {
			id := ""
			if r.SubjectID != 0 {
				id = strconv.FormatInt(r.SubjectID, 10)
			}
			err := book.row(r.At.In(h.Zone).Format("2006-01-02 15:04:05"), r.By, r.Token, r.Did, r.What, id, strings.Join(r.Details, "; "),
				h.doorName(c, r.AuditLine), r.Network)
			if err != nil {
				return err
			}
		}
		pending = pending[:0]
		return nil
	}
	_, err = h.accounts.ExportAudit(c.Request.Context(), frame.Viewer(c), h.auditFilter(auditQueryOf(c)), func(l account.AuditLine) error {
		if pending = append(pending, l); len(pending) < 500 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = book.send()
	}
	return err
}

// sheet is a file of rows that is being written.
type sheet struct {
	row  func(cells ...string) error
	send func() error
}

// auditBook begins the file that was asked for.
func (h *handlers) auditBook(c *gin.Context, name string) (sheet, error) {
	switch format := c.DefaultQuery("format", "csv"); format {
	case "csv":
		var b strings.Builder
		w := table.NewCSVWriter(&b)
		return sheet{row: w.Row, send: func() error {
			if err := w.Flush(); err != nil {
				return err
			}
			return frame.SendText(c, name+".csv", b.String())
		}}, nil
	case "xlsx":
		return workbook(c, name, h.T(c, "audit.title")), nil
	default:
		return sheet{}, fault.InvalidFields(fault.Field{
			Name: "format", Code: "unknown_value", Problem: "must be csv or xlsx", Value: format,
		})
	}
}

// mostInBook is how many lines a workbook takes: it is kept in memory.
const mostInBook = 20_000

// workbook begins a workbook of one sheet.
func workbook(c *gin.Context, name, title string) sheet {
	book := table.BookSheet{Name: title}
	return sheet{
		row: func(cells ...string) error {
			if len(book.Rows) > mostInBook {
				return fault.New(fault.TooLarge, "audit_book_long", "a workbook takes 20,000 lines: narrow the list, or take CSV")
			}
			row := make([]any, len(cells))
			for i, cell := range cells {
				row[i] = cell
			}
			book.Rows = append(book.Rows, row)
			return nil
		},
		send: func() error { return frame.SendBook(c, name+".xlsx", book) },
	}
}
