package permission

import (
	"context"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// Asked is one question about somebody who is named from outside.
type Asked struct {
	Who     Named
	Purpose Purpose
	Channel Channel
	At      clock.Instant // none: now
}

// Answered is the verdict, and about whom it is.
type Answered struct {
	Verdict
	Subject Subject // without an id when no customer is known by that name
	Known   int     // customers by that name
}

// Ask decides questions in bulk. An address that nobody has is judged by itself: suppressions and caps hold for addresses. Of
// several customers with one address all must allow it, and the answer is that of the first who does not.
func (s *Service) Ask(ctx context.Context, viewer account.Viewer, list []Asked) ([]Answered, error) {
	names := make([]Named, len(list))
	for i, q := range list {
		names[i] = q.Who
	}
	found, err := s.Who(ctx, viewer, names)
	if err != nil {
		return nil, err
	}
	var questions []Question
	for i, q := range list {
		if len(found[i]) == 0 {
			found[i] = []Subject{strangerOf(q.Who)}
		}
		for _, subject := range found[i] {
			subject.Earlier = append(slices.Clip(subject.Earlier), q.Who.Earlier...)
			questions = append(questions, Question{
				Subject: subject, Purpose: q.Purpose, Channel: q.Channel, Address: addressFor(q), At: q.At,
			})
		}
	}
	verdicts, err := s.Verdicts(ctx, viewer, questions)
	if err != nil {
		return nil, err
	}
	answers := make([]Answered, len(list))
	for i := range list {
		for n, subject := range found[i] {
			if n == 0 || answers[i].Allowed {
				answers[i] = Answered{Verdict: verdicts[n], Subject: subject}
			}
			if subject.CustomerID != 0 {
				answers[i].Known = len(found[i])
			}
		}
		verdicts = verdicts[len(found[i]):]
	}
	return answers, nil
}

// addressFor is the address a question names, if it is one for the channel; otherwise the customer's first one is meant.
func addressFor(q Asked) string {
	if (q.Who.Kind == EmailAddress) == (q.Channel == ByEmail) {
		return q.Who.Address
	}
	return ""
}

// strangerOf is somebody of whom only an address is known.
func strangerOf(n Named) Subject {
	switch {
	case n.Address == "":
		return Subject{}
	case n.Kind == EmailAddress:
		return Subject{Emails: []string{n.Address}}
	}
	return Subject{Phones: []string{n.Address}}
}
