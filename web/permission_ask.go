package web

import (
	"context"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// asked is one question about somebody who is named from outside.
type asked struct {
	who     permission.Named
	purpose permission.Purpose
	channel permission.Channel
	at      clock.Instant // none: now
}

// answered is the verdict, and about whom it is.
type answered struct {
	permission.Verdict
	subject permission.Subject // without an id when no customer is known by that name
	known   int                // customers by that name
}

// ask decides questions in bulk. An address that nobody has is judged by itself: suppressions and caps hold for addresses. Of
// several customers with one address all must allow it, and the answer is that of the first who does not.
func (s *Server) ask(ctx context.Context, viewer account.Viewer, list []asked) ([]answered, error) {
	names := make([]permission.Named, len(list))
	for i, q := range list {
		names[i] = q.who
	}
	found, err := s.Permission.Who(ctx, names)
	if err != nil {
		return nil, err
	}
	var questions []permission.Question
	for i, q := range list {
		if len(found[i]) == 0 {
			found[i] = []permission.Subject{strangerOf(q.who)}
		}
		for _, subject := range found[i] {
			subject.Earlier = append(slices.Clip(subject.Earlier), q.who.Earlier...)
			questions = append(questions, permission.Question{Subject: subject, Purpose: q.purpose, Channel: q.channel, Address: addressFor(q), At: q.at})
		}
	}
	verdicts, err := s.Permission.Verdicts(ctx, viewer, questions)
	if err != nil {
		return nil, err
	}
	answers := make([]answered, len(list))
	for i := range list {
		for n, subject := range found[i] {
			if n == 0 || answers[i].Allowed {
				answers[i] = answered{Verdict: verdicts[n], subject: subject}
			}
			if subject.CustomerID != 0 {
				answers[i].known = len(found[i])
			}
		}
		verdicts = verdicts[len(found[i]):]
	}
	return answers, nil
}

// addressFor is the address a question names, if it is one for the channel; otherwise the customer's first one is meant.
func addressFor(q asked) string {
	if (q.who.Kind == permission.EmailAddress) == (q.channel == permission.ByEmail) {
		return q.who.Address
	}
	return ""
}

// strangerOf is somebody of whom only an address is known.
func strangerOf(n permission.Named) permission.Subject {
	switch {
	case n.Address == "":
		return permission.Subject{}
	case n.Kind == permission.EmailAddress:
		return permission.Subject{Emails: []string{n.Address}}
	}
	return permission.Subject{Phones: []string{n.Address}}
}
