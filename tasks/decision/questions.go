package decision

import (
	"slices"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// questionsFor returns what has to be asked about a wanted follow-up. A survey may go by any of its rule's channels the customer
// has an address for; without any, it is asked about the first one, and permission says what is missing.
func questionsFor(w policy.Wish, subject permission.Subject) []permission.Question {
	switch {
	case !w.Wanted():
		return nil
	case w.Kind == policy.FollowUpCallback:
		return []permission.Question{callback.Question(subject, w.NotBefore)}
	}
	channels := slices.DeleteFunc(slices.Clone(w.Survey.Channels), func(c permission.Channel) bool { return !reachable(subject, c) })
	if len(channels) == 0 {
		channels = w.Survey.Channels[:1]
	}
	questions := make([]permission.Question, len(channels))
	for i, channel := range channels {
		questions[i] = permission.Question{
			Subject: subject, Purpose: permission.Survey, Channel: channel, Family: w.Survey.Family, At: w.NotBefore,
		}
	}
	return questions
}

// calling is a follow-up that is asked about, and with whom it would be.
type calling struct {
	wish       policy.Wish
	resolution contact.Resolution
	subject    permission.Subject
}

// contactPersonsFirst lets the callbacks among what is wanted go to the contact persons of their contacts.
func (s *Service) contactPersonsFirst(tx database.Tx, all []calling) error {
	var at []int
	var contacts []int64
	var subjects []permission.Subject
	for i, c := range all {
		if c.wish.Wanted() && c.wish.Kind == policy.FollowUpCallback {
			at, contacts, subjects = append(at, i), append(contacts, c.resolution.ContactID), append(subjects, c.subject)
		}
	}
	err := s.callbacks.ContactPersonsFirst(tx, contacts, subjects)
	for n, i := range at {
		all[i].subject = subjects[n]
	}
	return err
}

func reachable(subject permission.Subject, by permission.Channel) bool {
	if by == permission.ByEmail {
		return len(subject.Emails) > 0
	}
	return len(subject.Phones) > 0
}

// better returns the verdict under which contact is possible earlier; the first one when neither is better. The zero verdict is
// no verdict yet.
func better(a, b permission.Verdict) permission.Verdict {
	if improves(a, b) {
		return b
	}
	return a
}

// improves reports whether contact is possible earlier under b than under a.
func improves(a, b permission.Verdict) bool {
	switch {
	case a.Allowed:
		return false
	case a.First == "", b.Allowed:
		return true
	case b.AllowedFrom.IsZero():
		return false
	}
	return a.AllowedFrom.IsZero() || b.AllowedFrom.Before(a.AllowedFrom)
}
