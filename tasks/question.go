package tasks

import (
	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// SurveyFamily is the family of the survey that the policy plans; permission counts its cooldown by it.
const SurveyFamily = "csat"

// questionsFor returns what has to be asked about a wanted follow-up. A survey may go by any channel the customer has an address
// for; without any, it is asked about e-mail, and permission says what is missing.
func questionsFor(w Wish, subject permission.Subject) []permission.Question {
	switch {
	case !w.Wanted():
		return nil
	case w.Kind == FollowUpCallback:
		return []permission.Question{callQuestion(subject, w.NotBefore)}
	}
	var questions []permission.Question
	if len(subject.Emails) > 0 || len(subject.Phones) == 0 {
		questions = append(questions, surveyQuestion(subject, permission.ByEmail, w.NotBefore))
	}
	if len(subject.Phones) > 0 {
		questions = append(questions, surveyQuestion(subject, permission.BySMS, w.NotBefore))
	}
	return questions
}

func callQuestion(subject permission.Subject, at clock.Instant) permission.Question {
	return permission.Question{Subject: subject, Purpose: permission.ServiceCallback, Channel: permission.ByPhone, At: at}
}

func surveyQuestion(subject permission.Subject, by permission.Channel, at clock.Instant) permission.Question {
	return permission.Question{Subject: subject, Purpose: permission.Survey, Channel: by, Family: SurveyFamily, At: at}
}

// better returns the verdict under which contact is possible earlier; the first one when neither is better. The zero verdict is
// no verdict yet.
func better(a, b permission.Verdict) permission.Verdict {
	switch {
	case a.Allowed:
		return a
	case a.First == "", b.Allowed:
		return b
	case b.AllowedFrom.IsZero():
		return a
	case a.AllowedFrom.IsZero() || b.AllowedFrom.Before(a.AllowedFrom):
		return b
	}
	return a
}
