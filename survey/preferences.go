package survey

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// Topic is one kind of contact that a customer decides about on their preference page.
type Topic string

// The topics, in the order of the page.
const (
	OfSurveys  Topic = "surveys"
	OfCalls    Topic = "calls"    // marketing by phone
	OfMessages Topic = "messages" // marketing by SMS and e-mail
	OfContact  Topic = "contact"  // of any kind: a no to it covers all the others
)

// Topics returns every topic, in the order of the page.
func Topics() []Topic { return []Topic{OfSurveys, OfCalls, OfMessages, OfContact} }

// probe is what permission is asked to learn where a customer stands on a topic.
type probe struct {
	purpose permission.Purpose
	channel permission.Channel
}

func (t Topic) probes() []probe {
	switch t {
	case OfSurveys:
		return []probe{{permission.Survey, permission.ByEmail}}
	case OfCalls:
		return []probe{{permission.MarketingCall, permission.ByPhone}}
	case OfMessages:
		return []probe{{permission.MarketingMessage, permission.BySMS}, {permission.MarketingMessage, permission.ByEmail}}
	case OfContact:
	}
	return []probe{{permission.ServiceCallback, permission.ByPhone}}
}

// Setting is where a customer stands on a topic.
type Setting string

// The settings.
const (
	Yes     Setting = "yes"
	No      Setting = "no"      // the customer said so
	Unasked Setting = "unasked" // of marketing: never said yes
	Barred  Setting = "barred"  // forbidden by something that is not the customer's to change here
)

// settingOf reads a verdict. Reasons of time, and a missing address, are no setting.
func settingOf(v permission.Verdict) Setting {
	has := func(code permission.Code) bool {
		return slices.ContainsFunc(v.All, func(r permission.Reason) bool { return r.Code == code })
	}
	switch {
	case has(permission.Refused):
		return No
	case has(permission.Suppressed):
		return Barred
	case has(permission.NoConsent):
		return Unasked
	}
	return Yes
}

// Choice is what a customer says about a topic.
type Choice struct {
	Topic Topic
	Yes   bool
}

// ParseChoice reads a choice from a topic and "yes" or "no", and reports whether it is one.
func ParseChoice(topic, say string) (Choice, bool) {
	known := slices.Contains(Topics(), Topic(topic)) && (say == "yes" || say == "no")
	return Choice{Topic: Topic(topic), Yes: say == "yes"}, known
}

// wordingVersion names the texts that a yes or a no to marketing is given to on the preference page. Whoever changes one of them
// raises the number: the version is kept with the consent, and a test knows the texts of each.
const wordingVersion = "preferences-1"

// PreferenceWording returns the version of the texts in a language, as it is kept with a consent.
func PreferenceWording(language string) string { return wordingVersion + "." + language }

// Preferences is where a customer stands, by topic.
type Preferences struct {
	Language string // of the invitation whose link was followed
	Settings map[Topic]Setting
}

// Preferences returns where the customer stands who was sent the link. It writes nothing. The link works for as long as the
// invitation is kept, whatever became of it: a person must be able to say no at any time. It returns fault.NotFound for a link
// nobody was sent.
func (s *Service) Preferences(ctx context.Context, token string) (Preferences, error) {
	st := store{s.db.View(ctx)}
	invitation, err := st.invitationByToken(token)
	if err != nil {
		return Preferences{}, err
	}
	subject, err := subjectOf(st, invitation)
	if err != nil {
		return Preferences{}, err
	}
	settings, err := s.settings(st.Tx, s.now(), subject)
	if err != nil {
		return Preferences{}, fmt.Errorf("preferences of customer %d: %w", subject.CustomerID, err)
	}
	return Preferences{Language: invitation.Language, Settings: settings}, nil
}

// subjectOf returns the customer of an invitation as permission sees them.
func subjectOf(st store, i Invitation) (permission.Subject, error) {
	subjects, err := contact.Subjects(st.Tx, []int64{i.CustomerID})
	if err != nil {
		return permission.Subject{}, err
	}
	subject, known := subjects[i.CustomerID]
	if !known {
		return subject, errUnknownLink
	}
	return subject, nil
}

// settings asks permission about every topic at once. Of several ways to be written to, one that is allowed makes a yes, since a
// no then has something to end.
func (s *Service) settings(tx database.Tx, now clock.Instant, subject permission.Subject) (map[Topic]Setting, error) {
	var topics []Topic
	var questions []permission.Question
	for _, topic := range Topics() {
		for _, p := range topic.probes() {
			topics = append(topics, topic)
			questions = append(questions, permission.Question{Subject: subject, Purpose: p.purpose, Channel: p.channel, At: now})
		}
	}
	verdicts, err := s.permission.Judge(tx, questions)
	if err != nil {
		return nil, err
	}
	settings := map[Topic]Setting{}
	for i, topic := range topics {
		if setting := settingOf(verdicts[i]); settings[topic] == "" || setting == Yes {
			settings[topic] = setting
		}
	}
	return settings, nil
}
