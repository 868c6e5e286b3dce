package identity

import (
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// PastChanges returns when customers became, or stopped being, the same person as others, by whom and why.
func PastChanges(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	changes, err := store{tx}.pastChanges(p)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(changes))
	for i, c := range changes {
		users[i] = c.UserID
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who changed persons: %w", err)
	}
	events := make([]contact.Event, len(changes))
	for i, c := range changes {
		e := contact.Event{
			At: c.At, Code: "person_" + string(c.Kind), Actor: names[c.UserID], Args: map[string]any{"count": c.Moved}, Row: c.ID,
			About: contact.Object{Kind: contact.AboutPerson, ID: c.ID},
		}
		if c.Undoes != nil {
			e.Code = "person_undone"
		}
		if c.Reason != "" {
			e.Args["note"] = c.Reason
		}
		events[i] = e
	}
	return events, nil
}
