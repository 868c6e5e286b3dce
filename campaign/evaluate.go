package campaign

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// pageSize is how many customers are evaluated together.
const pageSize = 1000

// question is what is asked about every customer.
type question struct {
	rule  Rule
	reach Reach
	asOf  clock.Instant
}

// judged is one customer with everything that decided about them.
type judged struct {
	customer    contact.Customer
	subject     permission.Subject
	known       Known
	against     []permission.Reason // what lastingly stands against it
	allowedFrom clock.Instant       // by permission, if nothing else happens; none if never
	consentID   int64               // the event in force that permits it; 0 for none
	reasons     []Reason            // none: eligible
}

// evaluate decides about the next page of customers after an id, each alone; doubles looks at persons afterwards. An empty page
// is the end.
func (s *Service) evaluate(tx database.Tx, q question, after int64) ([]judged, error) {
	customers, err := contact.CustomersAfter(tx, after, pageSize)
	if err != nil || len(customers) == 0 {
		return nil, err
	}
	return s.fromStandings(tx, q, customers)
}

// doubles returns those of customerIDs, in order, whose person is in the list already. kept holds the persons in the list, and
// doubles adds to it. A customer without a person is never a double.
func doubles(persons map[int64]int64, customerIDs []int64, kept map[int64]bool) []int64 {
	var found []int64
	for _, id := range customerIDs {
		switch person := persons[id]; {
		case person == 0:
		case kept[person]:
			found = append(found, id)
		default:
			kept[person] = true
		}
	}
	return found
}

// fromStandings decides about customers by the standings that permission keeps of them. It is much faster than evaluateNow, and
// good enough to count and list people who are to be contacted some day.
func (s *Service) fromStandings(tx database.Tx, q question, customers []contact.Customer) ([]judged, error) {
	ids := idsOf(customers)
	standings, err := s.permission.Standings(tx, ids, q.reach.Purpose, q.reach.Channel, q.asOf)
	if err != nil {
		return nil, err
	}
	subjects, err := contact.Reachable(tx, ids)
	if err != nil {
		return nil, err
	}
	page, err := s.know(tx, customers, subjects)
	if err != nil {
		return nil, err
	}
	for i := range page {
		standing := standings[page[i].customer.ID]
		lasting, err := standing.Lasting()
		if err != nil {
			return nil, err
		}
		page[i].decide(q, lasting, standing.AllowedFrom, standing.ConsentID)
	}
	return page, nil
}

// evaluateNow decides about customers by asking permission about each at the instant of the question, with a few queries for
// all of them. It is for one customer or a page, and for the last look before an export.
func (s *Service) evaluateNow(tx database.Tx, q question, customers []contact.Customer) ([]judged, error) {
	subjects, err := contact.Subjects(tx, idsOf(customers))
	if err != nil {
		return nil, err
	}
	page, err := s.know(tx, customers, subjects)
	if err != nil {
		return nil, err
	}
	questions := make([]permission.Question, len(page))
	for i, j := range page {
		questions[i] = permission.Question{Subject: j.subject, Purpose: q.reach.Purpose, Channel: q.reach.Channel, At: q.asOf}
	}
	verdicts, err := s.permission.Judge(tx, questions)
	if err != nil {
		return nil, err
	}
	for i, v := range verdicts {
		page[i].decide(q, v.Lasting(), v.AllowedFrom, v.ConsentID)
	}
	return page, nil
}

// decide puts together what the rule and permission say.
func (j *judged) decide(q question, lasting []permission.Reason, allowedFrom clock.Instant, consentID int64) {
	j.against, j.allowedFrom, j.consentID = lasting, allowedFrom, consentID
	if !q.rule.Holds(j.known, q.asOf) {
		j.reasons = append(j.reasons, RuleMismatch)
	}
	for _, r := range lasting {
		j.reasons = append(j.reasons, Reason(r.Code))
	}
}

func idsOf(customers []contact.Customer) []int64 {
	ids := make([]int64, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	return ids
}

// know loads what rules need to know about customers.
func (s *Service) know(tx database.Tx, customers []contact.Customer, subjects map[int64]permission.Subject) ([]judged, error) {
	ids := idsOf(customers)
	resolutions, err := contact.LastResolutions(tx, s.now(), ids)
	if err != nil {
		return nil, err
	}
	scores, err := s.answers.LastScores(tx, ids)
	if err != nil {
		return nil, fmt.Errorf("read last scores: %w", err)
	}
	page := make([]judged, len(customers))
	for i, c := range customers {
		tags, err := tagsOf(c)
		if err != nil {
			return nil, err
		}
		page[i] = judged{
			customer: c, subject: subjects[c.ID],
			known: Known{Language: c.Language, Tags: tags, Resolution: resolutions[c.ID], Score: scores[c.ID]},
		}
	}
	return page, nil
}
