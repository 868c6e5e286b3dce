package frame

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/table"
)

// CSVText writes rows as CSV.
func CSVText(rows [][]string) string {
	var b strings.Builder
	w := table.NewCSVWriter(&b)
	for _, row := range rows {
		_ = w.Row(row...)
	}
	_ = w.Flush() // a strings.Builder takes everything
	return b.String()
}

// SendCSV answers with rows as a file to keep; the byte order mark is for Excel, which otherwise guesses the encoding.
func SendCSV(c *gin.Context, name string, rows [][]string) error {
	return SendText(c, name, CSVText(rows))
}

// SendText answers with the text of a CSV file to keep.
func SendText(c *gin.Context, name, text string) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", []byte("\ufeff"+text))
	return nil
}

// SendBook answers with sheets as a workbook to keep.
func SendBook(c *gin.Context, name string, sheets ...table.BookSheet) error {
	var b bytes.Buffer
	if err := table.WriteBook(&b, sheets...); err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Bytes())
	return nil
}
