package table_test

import (
	"bytes"
	"strings"
	"testing"

	"aftercall/internal/table"
)

func TestAFileThatIsNoTableSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"old Excel":           {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "file_xls"},
		"older Excel":         {[]byte("\x09\x08\x10\x00\x00\x06\x05\x00"), "file_xls"},
		"LibreOffice":         {zipOf(t, part{"mimetype", "application/vnd.oasis"}, part{"content.xml", "<x/>"}), "file_ods"},
		"binary workbook":     {zipOf(t, part{"[Content_Types].xml", ""}, part{"xl/workbook.bin", ""}), "file_xlsb"},
		"Apple Numbers":       {zipOf(t, part{"Index/Document.iwa", ""}, part{"Metadata/Properties.plist", ""}), "file_numbers"},
		"an archive":          {zipOf(t, part{"contacts.csv", "id\n1\n"}), "file_zip"},
		"a letter":            {zipOf(t, part{"_rels/.rels", ""}, part{"word/document.xml", ""}), "file_zip"},
		"PDF":                 {[]byte("%PDF-1.7\n1 0 obj"), "file_pdf"},
		"a page called .xls":  {[]byte("\n<html xmlns:o=\"urn:schemas\"><table><tr><td>1</td></tr></table></html>"), "file_html"},
		"a table of a page":   {[]byte("<table border=1><tr><th>id</th></tr></table>"), "file_html"},
		"a page, marked":      {[]byte("\ufeff<!DOCTYPE html>\n<html></html>"), "file_html"},
		"a page in UTF-16":    {encode(t, littleEndian.NewEncoder(), "\ufeff<html><body><table>"), "file_html"},
		"a page as XML":       {[]byte("<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\">"), "file_html"},
		"a page with parts":   {[]byte("MIME-Version: 1.0\nContent-Type: multipart/related\n"), "file_html"},
		"Excel's XML of 2003": {[]byte("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook>"), "file_xml"},
		"JSON":                {[]byte("[\n  {\"id\": 1, \"name\": \"Lin\"}\n]\n"), "file_json"},
		"lines of JSON":       {[]byte("{\"id\": 1, \"name\": \"Lin\"}\n{\"id\": 2}\n"), "file_json"},
		"a picture":           {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00"), "file_binary"},
		"numbers":             {bytes.Repeat([]byte{1, 0, 2, 0, 7, 200}, 100), "file_binary"},
		"packed old Excel":    {gzipped(t, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "file_xls"},
		"packed picture":      {gzipped(t, "\x89PNG\r\n\x1a\n\x00\x00\x00"), "file_binary"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := table.Open(t.Context(), bytes.NewReader(tt.file), table.Options{}); codeOf(err) != "invalid: "+tt.want {
				t.Error(err)
			}
		})
	}
}

func TestATableIsNotTakenForSomethingElse(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"a heading in brackets":  "[id],[name]\n1,2\n",
		"a heading in braces":    "{id},{name}\n1,2\n",
		"tags in texts":          "id,note\n1,<html> in a text\n",
		"a heading with a sign":  "<id>,name\n1,2\n",
		"a heading called Table": "table,name\n1,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			if rows := readAll(t, []byte(file), table.Options{}); len(rows) != 2 {
				t.Error(rows)
			}
		})
	}
	packed := gzipped(t, string(book{sheets: []part{{"S", rowsOf("id|x", "1|2")}}}.bytes(t)))
	if rows := readAll(t, packed, table.Options{}); len(rows) != 2 || strings.Join(rows[1].Cells, "") != "12" {
		t.Errorf("a packed workbook: %v", rows)
	}
}
