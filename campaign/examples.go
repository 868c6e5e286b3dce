package campaign

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// Example is one customer behind a number of a waterfall.
type Example struct {
	Customer    contact.Customer
	Address     string   // where they would be contacted; empty for none
	Reasons     []Reason // none: eligible
	AllowedFrom clock.Instant
}

// examplePages bounds how many customers are looked through for examples.
const examplePages = 20

// Examples returns up to limit customers for whom reason is the first one, or eligible ones for the empty reason. It looks
// through the first 20,000 customers only, so in a big centre it may find fewer than there are. It returns fault.NotFound for
// an unknown audience.
func (s *Service) Examples(ctx context.Context, audienceID int64, reason Reason, limit int) ([]Example, error) {
	tx := s.db.View(ctx)
	a, err := store{tx}.audience(audienceID)
	if err != nil {
		return nil, err
	}
	q, _, err := s.question(a.Rule, a.Reach, s.now())
	if err != nil {
		return nil, err
	}
	var examples []Example
	kept, after := map[int64]bool{}, int64(0)
	for range examplePages {
		page, err := s.evaluate(tx, q, after)
		if err != nil || len(page) == 0 {
			return examples, err
		}
		after = page[len(page)-1].customer.ID
		for _, j := range page {
			if id := j.customer.ID; len(j.reasons) == 0 && len(doubles(map[int64]int64{id: j.customer.PersonID}, []int64{id}, kept)) > 0 {
				j.reasons = []Reason{Duplicate}
			}
			if first(j.reasons) != reason {
				continue
			}
			examples = append(examples, Example{j.customer, j.subject.Address(q.reach.Channel), j.reasons, j.allowedFrom})
			if len(examples) == limit {
				return examples, nil
			}
		}
	}
	return examples, nil
}

func first(reasons []Reason) Reason {
	if len(reasons) == 0 {
		return ""
	}
	return reasons[0]
}
