package imports

import (
	"time"

	"aftercall/internal/contact/imports/values"
	"aftercall/internal/table"
)

// DateReading is one way to read a time: the format, and the time that it is then.
type DateReading = values.Reading

// SuggestDates returns the formats that read every sample of a column, blank ones aside: more than one where the samples do not settle
// what is the day and what the month; none where no one format reads them all.
func SuggestDates(samples []string) []string { return values.SuggestDates(samples) }

// DateReadings returns the ways in which a time can be read in a zone.
func DateReadings(text string, zone *time.Location) []DateReading { return values.Readings(text, zone) }

// WorkbookTime returns a number of days, as a workbook keeps a moment, as its wall clock showed it; any other text as it is.
func WorkbookTime(text string, found table.Found) string {
	format := "excel"
	if found.Date1904 {
		format = "excel_1904"
	}
	times, err := values.NewTimes([]string{format}, time.UTC, found.Workbook, found.Date1904)
	if err != nil {
		return text
	}
	at, flaw := times.Read(text)
	if flaw != nil {
		return text
	}
	return at.Time().Format("2006-01-02 15:04:05")
}
