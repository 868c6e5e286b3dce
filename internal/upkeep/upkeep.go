// Package upkeep keeps what a centre knows better of a customer than their source: what somebody corrected in a call, field by field.
//
// A correction stands until the source sends another value than the one it had: a file that is sent again, or a system that has not
// taken the correction over yet, does not undo it. When the source sends the corrected value it has taken it over; when it sends a third
// one, it knows something newer. Contact asks here what stands when it takes records in; the source asks, through the API, what was
// corrected.
package upkeep

import (
	"aftercall/internal/clock"
)

// Field is what can be corrected of a customer. It is translated under "customer_field.<code>".
type Field string

// The fields.
const (
	Name     Field = "name"
	Phones   Field = "phones" // a JSON array of numbers, in the order in which they are tried
	Language Field = "language"
	Zone     Field = "zone"
	Tags     Field = "tags" // a JSON array of strings, sorted
)

// Fields returns every field in the order of the form.
func Fields() []Field { return []Field{Name, Phones, Language, Zone, Tags} }

// End is why a correction stands no more. It is translated under "correction_end.<code>".
type End string

// The ends.
const (
	TakenOver  End = "taken_over" // the source says the same by now
	Superseded End = "superseded" // the source says something else by now
	Again      End = "again"      // it was corrected once more
)

// Ends returns every end.
func Ends() []End { return []End{TakenOver, Superseded, Again} }

// Correction is one field of one customer, as somebody put it right.
type Correction struct {
	ID          int64
	CustomerID  int64
	SourceID    int64
	Field       Field
	OldValue    string // what was known before
	NewValue    string
	SourceValue string // what the source had said: it may say it again and undoes nothing by that
	UserID      int64
	CallbackID  int64 // in whose call; 0 for none
	At          clock.Instant
	ToldAt      clock.Instant // when the source asked for what came after it; none until then
	EndedAt     clock.Instant // none while it stands
	EndedBy     End
}

// TableName names the table.
func (Correction) TableName() string { return "customer_corrections" }

// Heed holds what a source says of a customer, by field, against what stands. It returns the fields in which the source says what it had
// said before, so that the correction is kept, and the corrections that end with what it says now.
func Heed(standing []Correction, said map[Field]string) (kept map[Field]bool, ended map[int64]End) {
	for _, c := range standing {
		value, says := said[c.Field]
		switch {
		case !says:
		case value == c.NewValue:
			ended = with(ended, c.ID, TakenOver)
		case value == c.SourceValue:
			kept = with(kept, c.Field, true)
		default:
			ended = with(ended, c.ID, Superseded)
		}
	}
	return kept, ended
}

func with[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}
