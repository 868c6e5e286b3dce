package campaign

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Explanation says whether one customer is in an audience, and why. It comes from the same evaluation as counts and lists.
type Explanation struct {
	Customer    contact.Customer
	AsOf        clock.Instant
	Reasons     []Reason            // none: eligible; the first is the one the waterfall counts
	Against     []permission.Reason // what permission has against it, with evidence and end
	AllowedFrom clock.Instant       // by permission, if nothing else happens; none if never
	ConsentID   int64               // the consent that permits it; 0 for none
	Trace       Trace               // of the rule
}

// Eligible reports whether the customer is in the audience.
func (e Explanation) Eligible() bool { return len(e.Reasons) == 0 }

// recordsUpTo returns the customer as the last one, after the earlier records of the same person: an eligible one among those
// stands in the list in the customer's place.
func recordsUpTo(tx database.Tx, customer contact.Customer) ([]contact.Customer, error) {
	var ids []int64
	if customer.PersonID != 0 {
		records, err := contact.RecordsOf(tx, []int64{customer.PersonID})
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(records[customer.PersonID], func(id int64) bool { return id >= customer.ID })
	}
	known, err := contact.CustomersByID(tx, ids)
	if err != nil {
		return nil, err
	}
	before := slices.SortedFunc(maps.Values(known), func(a, b contact.Customer) int { return cmp.Compare(a.ID, b.ID) })
	return append(before, customer), nil
}

// Explain says why a customer is or is not in an audience as of now: all reasons, what permission knows, and each node of the
// rule. Use it where somebody asks about one customer; Count gives the numbers. It returns fault.NotFound for an unknown
// audience or customer.
func (s *Service) Explain(ctx context.Context, audienceID, customerID int64) (Explanation, error) {
	tx := s.db.View(ctx)
	a, err := store{tx}.audience(audienceID)
	if err != nil {
		return Explanation{}, err
	}
	found, err := contact.CustomersByID(tx, []int64{customerID})
	if err != nil {
		return Explanation{}, err
	}
	customer, ok := found[customerID]
	if !ok {
		return Explanation{}, fault.New(fault.NotFound, "customer_not_found", "there is no such customer")
	}
	q, _, err := s.question(a.Rule, a.Reach, s.now())
	if err != nil {
		return Explanation{}, err
	}
	records, err := recordsUpTo(tx, customer)
	if err != nil {
		return Explanation{}, err
	}
	page, err := s.evaluateNow(tx, q, records)
	if err != nil {
		return Explanation{}, err
	}
	j := page[len(page)-1]
	for _, other := range page[:len(page)-1] {
		if len(j.reasons) == 0 && len(other.reasons) == 0 {
			j.reasons = []Reason{Duplicate}
		}
	}
	return Explanation{
		Customer: j.customer, AsOf: q.asOf, Reasons: j.reasons, Against: j.against, AllowedFrom: j.allowedFrom,
		ConsentID: j.consentID, Trace: q.rule.Trace(j.known, q.asOf),
	}, nil
}
