package contact

import "aftercall/internal/clock"

// Event is one line of a contact's story. Every feature tells its own part; the timeline puts them together.
type Event struct {
	At    clock.Instant
	Code  string         // what happened; translated under "timeline.<code>"
	Args  map[string]any // named values for the translation
	Actor string         // who did it; empty for the customer or the program
}
