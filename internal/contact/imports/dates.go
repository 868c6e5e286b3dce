package imports

import (
	"time"

	"aftercall/internal/contact/imports/values"
)

// DateReading is one way to read a time: the format, and the time that it is then.
type DateReading = values.Reading

// SuggestDates returns the formats that read every sample of a column, blank ones aside: more than one where the samples do not settle
// what is the day and what the month; none where no one format reads them all.
func SuggestDates(samples []string) []string { return values.SuggestDates(samples) }

// DateReadings returns the ways in which a time can be read in a zone.
func DateReadings(text string, zone *time.Location) []DateReading { return values.Readings(text, zone) }
