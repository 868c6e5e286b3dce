package campaign

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Explanation says whether one customer is in an audience, and why, from the same evaluation that counts and lists are made of.
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

// Explain explains one customer as of now. It returns fault.NotFound for an audience or a customer that is not there.
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
	records := []contact.Customer{customer}
	if customer.PersonID != 0 { // with those that come before it, one of which may stand for the person
		if records, err = contact.CustomersAfter(tx, contact.CustomerKey{PersonID: customer.PersonID}, pageSize); err != nil {
			return Explanation{}, err
		}
	}
	for i, r := range records {
		if r.ID == customer.ID {
			records = records[:i+1]
			break
		}
	}
	page, err := s.judge(tx, q, records)
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
