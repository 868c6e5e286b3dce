package maintenance

import (
	"encoding/json"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/upkeep"
)

// PastCorrections returns what people corrected of customers, and when a source took that over or knew better.
func PastCorrections(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	corrections, err := upkeep.Before(tx, p.Customers, p.Stretch)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(corrections))
	for i, c := range corrections {
		users[i] = c.UserID
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who corrected customers: %w", err)
	}
	var events []contact.Event
	for _, c := range corrections {
		e := contact.Event{
			At: c.At, Code: "customer_corrected", Actor: names[c.UserID], Row: c.ID,
			Args: map[string]any{"customer_field": string(c.Field), "old": told(c.Field, c.OldValue), "new": told(c.Field, c.NewValue)},
		}
		if c.CallbackID != 0 {
			e.About = contact.Object{Kind: contact.AboutCallback, ID: c.CallbackID}
		}
		events = append(events, e)
		if !c.EndedAt.IsZero() && c.EndedBy != upkeep.Again {
			e.At, e.Code, e.Actor = c.EndedAt, "customer_correction_"+string(c.EndedBy), ""
			events = append(events, e)
		}
	}
	return events, nil
}

// told is a value of a field as an event tells it: numbers are masked when they are shown.
func told(field upkeep.Field, value string) any {
	if field != upkeep.Phones && field != upkeep.Tags {
		return value
	}
	var list []string
	if json.Unmarshal([]byte(value), &list) != nil {
		return "" // erased
	}
	if field == upkeep.Phones {
		return contact.Numbers(list)
	}
	return list
}
