package flow

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/callback/worklist"
)

// Found is a customer somebody asks for, with what is open for them.
type Found struct {
	contact.Met
	Open []worklist.Row // callbacks that the viewer sees and that are not closed, in the order in which they are due
}

// Lookup finds the customers that a text names, of those the viewer sees, at most 20 and those of a contact: whoever rings back says the
// last digits of their number, a name, or the number of their contact.
func (r Reads) Lookup(ctx context.Context, viewer account.Viewer, text string) ([]Found, error) {
	met, err := r.contacts.Meet(ctx, viewer, text)
	if err != nil {
		return nil, fmt.Errorf("look a customer up: %w", err)
	}
	ids := make([]int64, len(met))
	for i, m := range met {
		ids[i] = m.ID
	}
	open, err := worklist.OpenOf(r.db.View(ctx), viewer, ids)
	if err != nil {
		return nil, fmt.Errorf("look callbacks of customers up: %w", err)
	}
	found := make([]Found, len(met))
	for i, m := range met {
		found[i] = Found{Met: m, Open: open[m.ID]}
	}
	return found, nil
}
