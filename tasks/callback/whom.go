package callback

import (
	"slices"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// Whom a callback calls: its customer, and before their own numbers that of the contact person whom the contact names (报修联系人). What
// the customer refused holds for that number too; one that is suppressed itself is passed over, and the customer called. Phones that were
// found not to be theirs are left out: the next one in order is called then, and judged.

// whom returns the customer of a callback as permission sees them, with the number to be called first.
func (s *Service) whom(tx database.Tx, c Callback) (permission.Subject, error) {
	subjects, err := s.whomAll(tx, c)
	return subjects[c.ID], err
}

// whomAll is whom for several callbacks, by callback.
func (s *Service) whomAll(tx database.Tx, callbacks ...Callback) (map[int64]permission.Subject, error) {
	customers := make([]int64, len(callbacks))
	for i, c := range callbacks {
		customers[i] = c.CustomerID
	}
	found, err := contact.Subjects(tx, customers)
	if err != nil {
		return nil, err
	}
	subjects := make([]permission.Subject, len(callbacks))
	for i, c := range callbacks {
		subjects[i] = found[c.CustomerID]
	}
	if err := s.ContactPersonsFirst(tx, contactsOf(callbacks), subjects); err != nil {
		return nil, err
	}
	wrong, err := store{tx}.wrongPhones(customers)
	byCallback := make(map[int64]permission.Subject, len(callbacks))
	for i, c := range callbacks {
		subjects[i].Phones = slices.DeleteFunc(slices.Clone(subjects[i].Phones), func(phone string) bool {
			return slices.Contains(wrong[c.CustomerID], phone)
		})
		byCallback[c.ID] = subjects[i]
	}
	return byCallback, err
}

// ContactPersonsFirst puts before the numbers of each subject that of the contact person of the contact at the same place, if the contact
// is theirs and its number is not suppressed. It takes a query, and a few more where there are such numbers.
func (s *Service) ContactPersonsFirst(tx database.Tx, contactIDs []int64, subjects []permission.Subject) error {
	named, err := contact.WhomToAsk(tx, contactIDs)
	if err != nil || len(named) == 0 {
		return err
	}
	var at []int
	var questions []permission.Question
	for i, id := range contactIDs {
		if c, has := named[id]; has && c.CustomerID == subjects[i].CustomerID {
			stranger := permission.Subject{Phones: []string{address.Line(c.ContactLine)}}
			at, questions = append(at, i), append(questions, Question(stranger, 0))
		}
	}
	verdicts, err := s.permit.Judge(tx, questions)
	if err != nil {
		return err
	}
	for n, i := range at {
		if verdicts[n].Refused() == "" {
			line, c := questions[n].Subject.Phones[0], named[contactIDs[i]]
			subjects[i] = subjects[i].First(line, address.Beside(c.ContactPhone, line))
		}
	}
	return nil
}

// JudgeCall asks permission to call the customer of a contact at an instant, and returns the verdict with the subject it is about, whose
// first number is the one to call. It reserves nothing: before a call is made, judgeDial asks again behind the guard rows.
func (s *Service) JudgeCall(
	tx database.Tx, customerID, contactID int64, at clock.Instant,
) (permission.Verdict, permission.Subject, error) {
	subject, err := s.whom(tx, Callback{CustomerID: customerID, ContactID: contactID})
	if err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	v, err := s.judge(tx, Question(subject, at))
	return v, subject, err
}

// Refused reports whether the callback was taken out of its caller's hands because the customer must not be called any more: only what
// happened is recorded.
func (d Desk) Refused() bool { return d.Callback.refusedUnderClaim() }

// StrangeLines returns, by attempt, the lines that were dialled in attempts and are none of the customer's own, as far as is known now:
// that of a contact person, or one that was found to be wrong since. Where no dial was seen there is none.
func StrangeLines(tx database.Tx, attemptIDs []int64) (map[int64]string, error) {
	attempts, err := store{tx}.attemptsByID(attemptIDs)
	if err != nil {
		return nil, err
	}
	customers := make([]int64, len(attempts))
	for i, a := range attempts {
		customers[i] = a.CustomerID
	}
	subjects, err := contact.Subjects(tx, customers)
	if err != nil {
		return nil, err
	}
	wrong, err := store{tx}.wrongPhones(customers)
	lines := make(map[int64]string, len(attempts))
	for _, a := range attempts {
		own := slices.Contains(subjects[a.CustomerID].Phones, a.DialledPhone) && !slices.Contains(wrong[a.CustomerID], a.DialledPhone)
		if !own && a.DialledPhone != "" {
			lines[a.ID] = a.DialledPhone
		}
	}
	return lines, err
}

// askFor returns the name of whom to ask for, where that is not the customer: it goes with the number that is called.
func askFor(c contact.Contact, subject permission.Subject) string {
	if c.ContactLine != "" && address.Line(c.ContactLine) != subject.Address(permission.ByPhone) {
		return ""
	}
	return c.ContactName
}

// sameNumber returns those of the items whose callback calls the number of the subject, which is that of a callback: held together, they
// may be of several records of one person, or of contacts with contact persons of their own.
func sameNumber[T any](
	s *Service, tx database.Tx, subject permission.Subject, callbackID int64, items []T, of func(T) int64,
) ([]T, error) {
	var others []int64
	for _, item := range items {
		if of(item) != callbackID {
			others = append(others, of(item))
		}
	}
	if len(others) == 0 {
		return items, nil
	}
	callbacks, err := store{tx}.callbacksByID(others)
	if err != nil {
		return nil, err
	}
	subjects, err := s.whomAll(tx, callbacks...)
	if err != nil {
		return nil, err
	}
	number := subject.Address(permission.ByPhone)
	return slices.DeleteFunc(items, func(item T) bool {
		return of(item) != callbackID && subjects[of(item)].Address(permission.ByPhone) != number
	}), nil
}
