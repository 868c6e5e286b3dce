// Package maintenance is how people put right what is known of a customer: the caller who has them on the line, and supervisors. Each
// field is written down with what it was and what the source had said, is audited, and is told to the source; whether and when the
// customer may be contacted is judged anew, and who is the same person looked at again. It stands above contact and identity.
package maintenance

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/upkeep"
)

// Calls knows who is on the line, and what is planned with a customer.
type Calls interface {
	// InHand reports whether a viewer is at work on a callback to the customer.
	InHand(tx database.Tx, viewer account.Viewer, customerID int64, now clock.Instant) (bool, error)
	// LockCalls locks what is planned with the customers, before their persons are reserved.
	LockCalls(tx database.Tx, customerIDs ...int64) error
	// CustomerMoved is told, in the transaction of the change, that a customer is to be reached elsewhere, at other hours or in another
	// language.
	CustomerMoved(tx database.Tx, customerID int64, now clock.Instant) error
}

// Service corrects customers.
type Service struct {
	db       *database.DB
	contacts *contact.Service
	calls    Calls
	now      clock.Now
}

// New returns a service over the customers of contacts.
func New(db *database.DB, contacts *contact.Service, calls Calls, now clock.Now) *Service {
	return &Service{db: db, contacts: contacts, calls: calls, now: now}
}

// Sheet is what can be corrected of a customer.
type Sheet struct {
	Customer contact.Customer
	Source   string
	Phones   []Phone // in the order in which they are tried
	Log      []Line  // what was corrected, the newest first
}

// Phone is a number of a customer.
type Phone struct {
	contact.Address
	Wrong bool // somebody said that it is not theirs
}

// Line is a correction with the name of who made it.
type Line struct {
	upkeep.Correction
	By string
}

var errNotInHand = fault.New(fault.Conflict, "customer_not_in_hand",
	"only who has claimed a callback to this customer, or a supervisor, may correct them")

// Sheet returns what a viewer may correct of a customer. It returns fault.NotFound for a customer the viewer does not see and does not
// call, and fault.Conflict for one of a colleague's.
func (s *Service) Sheet(ctx context.Context, viewer account.Viewer, customerID int64) (Sheet, error) {
	tx := s.db.View(ctx)
	if err := s.mayCorrect(tx, viewer, customerID, s.now()); err != nil {
		return Sheet{}, err
	}
	customers, err := contact.CustomersByID(tx, []int64{customerID})
	if err != nil {
		return Sheet{}, err
	}
	c, known := customers[customerID]
	if !known {
		return Sheet{}, contact.ErrNoCustomer
	}
	sheet := Sheet{Customer: c}
	sources, err := contact.SourceNames(tx, []int64{c.SourceID})
	if err != nil {
		return Sheet{}, err
	}
	sheet.Source = sources[c.SourceID]
	addresses, err := contact.AddressesOf(tx, []int64{customerID})
	if err != nil {
		return Sheet{}, err
	}
	for _, a := range addresses[customerID] {
		if a.Kind == contact.PhoneAddress {
			sheet.Phones = append(sheet.Phones, Phone{Address: a, Wrong: s.contacts.IsWrongNumber(a)})
		}
	}
	sheet.Log, err = log(tx, customerID)
	return sheet, err
}

func log(tx database.Tx, customerID int64) ([]Line, error) {
	corrections, err := upkeep.OfCustomer(tx, customerID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(corrections))
	for i, c := range corrections {
		ids[i] = c.UserID
	}
	names, err := account.UserNames(tx, ids)
	lines := make([]Line, len(corrections))
	for i, c := range corrections {
		lines[i] = Line{Correction: c, By: names[c.UserID]}
	}
	return lines, err
}

// mayCorrect returns nil for a supervisor who sees the customer and for the caller who has them on the line.
func (s *Service) mayCorrect(tx database.Tx, viewer account.Viewer, customerID int64, now clock.Instant) error {
	inHand, err := s.calls.InHand(tx, viewer, customerID, now)
	if err != nil || inHand {
		return err
	}
	seen, err := contact.Directory{}.Seen(tx, viewer, []int64{customerID})
	switch {
	case err != nil:
		return err
	case len(seen) == 0:
		return contact.ErrNoCustomer
	case !viewer.Is(account.Supervisor):
		return errNotInHand
	}
	return nil
}

// Correct puts a customer right and returns which fields it changed. callbackID is the call in which it was said; 0 for none.
//
// It returns fault.Invalid that names the field, and fault.Conflict when the viewer has not got the customer on the line any more, or the
// customer changed since the form was filled in.
func (s *Service) Correct(
	ctx context.Context, viewer account.Viewer, customerID, callbackID int64, a contact.Amendment,
) ([]upkeep.Field, error) {
	now := s.now()
	var fields []upkeep.Field
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		fields = nil
		if err := s.calls.LockCalls(tx, customerID); err != nil {
			return err
		}
		if err := s.mayCorrect(tx, viewer, customerID, now); err != nil {
			return err
		}
		c, amended, err := s.contacts.Amend(tx, customerID, a, now)
		if err != nil || len(amended) == 0 {
			return err
		}
		moved, speaks := false, false
		for _, one := range amended {
			fields = append(fields, one.Field)
			moved = moved || one.Field == upkeep.Phones || one.Field == upkeep.Zone
			speaks = speaks || one.Field == upkeep.Language
			if err := account.Audit(tx, now, viewer, "customer.correct", "customer", customerID,
				account.Detail(map[string]any{"field": one.Field})); err != nil {
				return err
			}
		}
		if err := writeDown(tx, viewer, c, callbackID, amended, now); err != nil || !moved && !speaks {
			return err
		}
		if moved {
			if err := outbox.Add(tx, now, outbox.New(identity.JobIdentify, customerID, outbox.Normal, now)); err != nil {
				return err
			}
		}
		return s.calls.CustomerMoved(tx, customerID, now)
	})
	if err != nil {
		return nil, fmt.Errorf("correct customer %d: %w", customerID, err)
	}
	return fields, nil
}

// writeDown keeps the corrections. One that is corrected again still has for its source what the source had said.
func writeDown(
	tx database.Tx, viewer account.Viewer, c contact.Customer, callbackID int64, amended []contact.Amended, now clock.Instant,
) error {
	// One after another, until their transactions end: a source asks for what comes after an id, so none may appear behind it later.
	if err := database.Guard(tx, "corrections"); err != nil {
		return err
	}
	standing, err := upkeep.Standing(tx, []int64{c.ID})
	if err != nil {
		return err
	}
	said, ended := map[upkeep.Field]string{}, map[int64]upkeep.End{}
	rows := make([]upkeep.Correction, len(amended))
	for i, one := range amended {
		said[one.Field] = one.Old
		for _, before := range standing[c.ID] {
			if before.Field == one.Field {
				said[one.Field], ended[before.ID] = before.SourceValue, upkeep.Again
			}
		}
		rows[i] = upkeep.Correction{
			CustomerID: c.ID, SourceID: c.SourceID, Field: one.Field, OldValue: one.Old, NewValue: one.New, SourceValue: said[one.Field],
			UserID: viewer.UserID, CallbackID: callbackID, At: now,
		}
	}
	if err := upkeep.Finish(tx, ended, now); err != nil {
		return err
	}
	return upkeep.Add(tx, rows)
}

// Told is one correction as a source is told it.
type Told struct {
	upkeep.Correction
	Reference string // of the customer at the source
}

// MostTold is how many corrections one answer of the feed holds.
const MostTold = 500

// Feed returns what was corrected of the customers of a machine's source after a correction, in order, at most limit. By asking for what
// comes after one, the source says that it knows that one and those before it.
func (s *Service) Feed(ctx context.Context, viewer account.Viewer, after int64, limit int) ([]Told, error) {
	if viewer.Role != account.Machine || viewer.SourceID == 0 {
		return nil, fault.New(fault.Forbidden, "token_role", "this API token may not do this")
	}
	now := s.now()
	var told []Told
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		told = nil
		if after > 0 {
			if err := upkeep.Told(tx, viewer.SourceID, after, MostTold, now); err != nil {
				return err
			}
		}
		corrections, err := upkeep.After(tx, viewer.SourceID, after, min(max(limit, 1), MostTold))
		if err != nil {
			return err
		}
		ids := make([]int64, len(corrections))
		for i, c := range corrections {
			ids[i] = c.CustomerID
		}
		customers, err := contact.CustomersByID(tx, ids)
		for _, c := range corrections {
			told = append(told, Told{Correction: c, Reference: customers[c.CustomerID].Reference})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed of corrections: %w", err)
	}
	return told, nil
}
