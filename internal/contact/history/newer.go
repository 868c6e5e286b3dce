package history

import (
	"cmp"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// Since is something planned about a contact of a person, that may be overtaken by what they reported after a moment.
type Since struct {
	PersonID  int64
	ContactID int64
	After     clock.Instant // when the contact was resolved
}

// Newer returns, for each of them, the open contacts of the person that began later, the newest first: one that was reopened began
// again. It takes a query, and another one where a contact was reopened, whatever the number up to 500. It is asked again at the moment
// of every contact: who has just reported something is not asked how the last one went.
func Newer(tx database.Tx, list ...Since) ([][]contact.Contact, error) {
	persons := make([]int64, len(list))
	for i, s := range list {
		persons[i] = s.PersonID
	}
	open, err := store{tx}.openOf(database.DistinctNonzero(persons))
	if err != nil {
		return nil, err
	}
	newer := make([][]contact.Contact, len(list))
	for i, s := range list {
		for _, c := range open[s.PersonID] {
			if c.Row.ID != s.ContactID && c.began > s.After {
				newer[i] = append(newer[i], c.Row)
			}
		}
		slices.SortFunc(newer[i], func(a, b contact.Contact) int {
			return cmp.Or(cmp.Compare(b.OpenedAt, a.OpenedAt), cmp.Compare(b.ID, a.ID))
		})
	}
	return newer, nil
}

// LookAgain is how soon it is asked again whether newer contacts are resolved.
const LookAgain = 15 * time.Minute
