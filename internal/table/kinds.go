package table

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"aftercall/internal/fault"
)

// What a file may be instead of a table, and what to do then.
var (
	errXLS = fault.New(fault.Invalid, "file_xls",
		"this is an old Excel file or one with a password: save it as .xlsx without a password, or as .csv")
	errODS = fault.New(fault.Invalid, "file_ods",
		"this is a document of LibreOffice or OpenOffice: open it there, and save it as .xlsx or .csv")
	errXLSB = fault.New(fault.Invalid, "file_xlsb",
		"this is a binary workbook (.xlsb): open it in Excel, and save it as .xlsx or .csv")
	errNumbers = fault.New(fault.Invalid, "file_numbers",
		"this is a document of Apple Numbers: open it there, and export it as Excel (.xlsx) or CSV")
	errZip = fault.New(fault.Invalid, "file_zip",
		"this is an archive and no workbook: unpack it, and take the file inside")
	errPDF = fault.New(fault.Invalid, "file_pdf",
		"this is a PDF: ask the system it comes from for .xlsx or .csv")
	errHTML = fault.New(fault.Invalid, "file_html",
		"this is a web page, whatever its name ends in: open it in Excel, and save it as .xlsx or .csv")
	errXML = fault.New(fault.Invalid, "file_xml",
		"this is an XML file, which Excel opens but we do not: open it there, and save it as .xlsx or .csv")
	errJSON = fault.New(fault.Invalid, "file_json",
		"this is JSON and no table: send it to the API, or save it as .csv")
)

// binaryHeads are the first bytes of pictures, archives and databases, of which a small one could pass for a text.
var binaryHeads = []string{
	"\x89PNG", "\xff\xd8\xff", "GIF8", "PAR1", "SQLite f", "Rar!", "7z\xbc\xaf", "\xfd7zXZ", "BZh9",
	"\x28\xb5\x2f\xfd",
}

// refuseKind refuses a file by its first bytes.
func refuseKind(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return errXLS
	case bytes.HasPrefix(head, []byte{0x09, 0x08, 0x10, 0x00}), bytes.HasPrefix(head, []byte{0x09, 0x08, 0x08, 0x00}): // before OLE
		return errXLS
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return errPDF
	case slices.ContainsFunc(binaryHeads, func(known string) bool { return bytes.HasPrefix(head, []byte(known)) }):
		return errBinary
	}
	return nil
}

var (
	htmlHead = regexp.MustCompile(`^(?i:<(!doctype html|html|head|meta|body|table|style|div)\b|mime-version:)`)
	xmlHead  = regexp.MustCompile(`^<(\?xml|[A-Za-z:]*Workbook)\b`)
	jsonHead = regexp.MustCompile(`^(\{\s*"[^"]*"\s*:|\[\s*\{\s*"[^"]*"\s*:)`)
)

// refuseOther refuses a text that is no table, though it may be called one: many systems call a web page .xls.
func refuseOther(sample []byte) error {
	const enough = 4 << 10
	head := string(bytes.TrimLeft(sample[:min(len(sample), enough)], " \t\r\n\ufeff"))
	switch {
	case xmlHead.MatchString(head) && strings.Contains(strings.ToLower(head), "<html"), htmlHead.MatchString(head):
		return errHTML
	case xmlHead.MatchString(head):
		return errXML
	case jsonHead.MatchString(head):
		return errJSON
	case isBinary(sample):
		return errBinary
	}
	return nil
}
