package hours

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// MaxCalendarFile is how many bytes a file of special days may have.
const MaxCalendarFile = 1 << 20

// ParseHolidays reads special days from CSV with the header "country,date,kind,name", UTF-8 with or without a byte order mark, at
// most 1 MiB: the country as ISO 3166-1 or 3166-2, the date as YYYY-MM-DD, the kind "holiday" or "working". It returns
// fault.Invalid that names line and field of what is wrong, and takes no file in part.
func ParseHolidays(r io.Reader) ([]Holiday, error) {
	text, err := readCalendarFile(r)
	if err != nil {
		return nil, err
	}
	rows := csv.NewReader(strings.NewReader(text))
	rows.FieldsPerRecord, rows.TrimLeadingSpace = 4, true
	var days []Holiday
	var wrong []fault.Field
	seen := map[Holiday]bool{}
	for header := true; len(wrong) < maxIssues; header = false {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.InvalidFields(csvProblem(err))
		}
		line, _ := rows.FieldPos(0)
		if header {
			if got := strings.ToLower(strings.Join(cells, ",")); got != "country,date,kind,name" {
				return nil, fault.InvalidFields(fault.Field{
					Line: line, Name: "header", Code: "calendar_header", Problem: "must be country,date,kind,name",
				})
			}
			continue
		}
		h, fields := parseHoliday(cells, line)
		if key := (Holiday{Region: h.Region, Day: h.Day}); len(fields) == 0 && seen[key] {
			fields = append(fields, fault.Field{
				Line: line, Name: "date", Value: cells[1], Code: "day_twice", Problem: "is there twice for this country",
			})
		} else {
			seen[key] = true
		}
		days, wrong = append(days, h), append(wrong, fields...)
	}
	switch {
	case len(wrong) > 0:
		return nil, fault.InvalidFields(wrong[:min(len(wrong), maxIssues)]...)
	case len(days) == 0:
		return nil, fault.InvalidFields(fault.Field{Name: "file", Code: "calendar_empty", Problem: "has no days"})
	}
	slices.SortFunc(days, Holiday.compare)
	return days, nil
}

func readCalendarFile(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxCalendarFile+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read special days: %w", err)
	case len(b) > MaxCalendarFile:
		return "", fault.New(fault.TooLarge, "file_too_large", "the file is larger than 1 MiB").With("mib", MaxCalendarFile>>20)
	case !utf8.Valid(b):
		return "", fault.InvalidFields(fault.Field{Name: "file", Code: "not_utf8", Problem: "is not UTF-8"})
	}
	return strings.TrimPrefix(string(b), "\ufeff"), nil
}

// csvProblem says where a file stops to be CSV of four columns.
func csvProblem(err error) fault.Field {
	line := 0
	if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
		line = parse.Line
	}
	return fault.Field{Line: line, Name: "row", Code: "calendar_row", Problem: "is not a row of country,date,kind,name"}
}

func parseHoliday(cells []string, line int) (Holiday, []fault.Field) {
	h := Holiday{
		Region: strings.ToUpper(strings.TrimSpace(cells[0])), Kind: HolidayKind(strings.ToLower(strings.TrimSpace(cells[2]))),
		Name: table.Meant(strings.TrimSpace(cells[3])),
	}
	date, err := parseDay(strings.TrimSpace(cells[1]))
	if err != nil {
		return h, []fault.Field{{
			Line: line, Name: "date", Value: short(cells[1]), Code: "calendar_date", Problem: "is not a date such as 2026-10-01",
		}}
	}
	h.Day = date
	return h, h.check(line)
}

// short cuts a value of a message to what fits on a line.
func short(value string) string {
	if r := []rune(value); len(r) > 40 {
		return string(r[:40])
	}
	return value
}
