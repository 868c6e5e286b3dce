package survey

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// Choose stores what a customer says on their preference page. Saying the same again writes nothing; a no that held for a part
// is written for the whole. language is that of the page, and is kept with the wording. It returns fault.NotFound for a link
// nobody was sent, and fault.Invalid for a topic that the page does not have.
func (s *Service) Choose(ctx context.Context, token, language string, choice Choice) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		link, err := s.linkByToken(st, token)
		if err != nil {
			return err
		}
		if _, err := reserve(tx, link.customerID); err != nil {
			return err
		}
		if link.line != "" {
			return s.chooseForLine(st, link, choice, now)
		}
		subject, err := subjectOf(st, link.customerID)
		if err != nil {
			return err
		}
		position, err := s.position(tx, now, subject)
		if err != nil {
			return err
		}
		covered := position.on(OfContact) != Yes && choice.Topic != OfContact && choice.Yes
		if position.has(choice) || covered {
			return nil
		}
		c := chosen{subject: subject, evidence: link.evidence, choice: choice, wording: PreferenceWording(language), at: now}
		return s.choose(st, c)
	})
	if err != nil {
		return fmt.Errorf("choose %s: %w", choice.Topic, err)
	}
	return nil
}

// chosen is a choice with where it comes from.
type chosen struct {
	subject  permission.Subject
	evidence string // the link that was followed
	choice   Choice
	wording  string
	at       clock.Instant
}

// The source of what is said on the preference page, and its evidence.
const (
	fromPreferences = "preferences"
	byInvitation    = "invitation "
	byText          = "text "
	byNotice        = "notice "
)

func (s *Service) choose(st store, c chosen) error {
	scope, refusal := map[Topic]permission.Scope{OfSurveys: permission.SurveysOnly, OfContact: permission.Everything}[c.choice.Topic]
	switch {
	case !refusal:
		return s.permission.RecordConsent(st.Tx, c.marketing()...)
	case c.choice.Yes:
		return s.withdrawRefusal(st, c, scope)
	}
	return s.permission.Refuse(st.Tx, permission.Refusal{
		Subject: c.subject, Scope: scope, Source: fromPreferences, Evidence: c.evidence, At: c.at,
	})
}

// marketing returns the consent events of a yes or no to offers, one for each way of making them.
func (c chosen) marketing() []permission.ConsentEvent {
	var events []permission.ConsentEvent
	for _, w := range c.choice.purposeChannels() {
		e := permission.ConsentEvent{
			CustomerID: c.subject.CustomerID, Purpose: w.purpose, Channel: w.channel, Given: c.choice.Yes, Basis: permission.ByOwnRequest,
			Wording: c.wording, Source: fromPreferences, Evidence: c.evidence, At: c.at,
		}
		if c.choice.Yes {
			e.Basis = permission.ByConsent
		}
		events = append(events, e)
	}
	return events
}

// withdrawRefusal ends the customer's own refusal: what was suppressed from links of theirs is lifted, and every record of the person,
// since a refusal withdraws from them all, is permitted the topic's purpose again. A suppression that came from elsewhere, such as a
// call or a list, stays: on a shared line it may be somebody else's.
func (s *Service) withdrawRefusal(st store, c chosen, scope permission.Scope) error {
	own, err := s.ownSuppressions(st, c.subject, scope)
	if err != nil {
		return err
	}
	for _, id := range own {
		if err := s.permission.Lift(st.Tx, id, 0, fromPreferences+", "+c.evidence); err != nil {
			return err
		}
	}
	var purposes []permission.Purpose // each over every channel
	for _, w := range c.choice.purposeChannels() {
		if !slices.Contains(purposes, w.purpose) {
			purposes = append(purposes, w.purpose)
		}
	}
	var events []permission.ConsentEvent
	for _, customerID := range records(c.subject) {
		for _, purpose := range purposes {
			events = append(events, permission.ConsentEvent{
				CustomerID: customerID, Purpose: purpose, Given: true, Basis: permission.ByOwnRequest, Source: fromPreferences,
				Evidence: c.evidence, At: c.at,
			})
		}
	}
	return s.permission.RecordConsent(st.Tx, events...)
}

// ownSuppressions returns the suppressions of a scope that links of the same person made.
func (s *Service) ownSuppressions(st store, subject permission.Subject, scope permission.Scope) ([]int64, error) {
	suppressions, err := s.permission.SuppressionsOf(st.Tx, subject)
	if err != nil {
		return nil, err
	}
	followed, err := s.linksBehind(st, suppressions)
	if err != nil {
		return nil, err
	}
	var own []int64
	for _, sup := range suppressions {
		link, found := followed[sup.Evidence]
		if found && link.line == "" && sup.Scope == scope && slices.Contains(records(subject), link.customerID) {
			own = append(own, sup.ID)
		}
	}
	return own, nil
}

// linksBehind returns the links that suppressions name as their evidence, by evidence.
func (s *Service) linksBehind(st store, suppressions []permission.Suppression) (map[string]link, error) {
	ids := map[string][]int64{}
	for _, sup := range suppressions {
		for _, prefix := range []string{byInvitation, byText, byNotice} {
			number, found := strings.CutPrefix(sup.Evidence, prefix)
			if id, err := strconv.ParseInt(number, 10, 64); found && err == nil {
				ids[prefix] = append(ids[prefix], id)
			}
		}
	}
	links := map[string]link{}
	invitations, err := st.invitationsByID(ids[byInvitation])
	if err != nil {
		return nil, err
	}
	for _, i := range invitations {
		l := linkOfInvitation(i)
		links[l.evidence] = l
	}
	for prefix, of := range s.opts.texts() {
		texts, err := of.ByID(st.Tx, database.Distinct(ids[prefix]))
		if err != nil {
			return nil, err
		}
		for _, t := range texts {
			l := linkOfText(prefix, t)
			links[l.evidence] = l
		}
	}
	return links, nil
}

// records returns every record of the subject's person.
func records(subject permission.Subject) []int64 {
	if len(subject.Records) == 0 {
		return []int64{subject.CustomerID}
	}
	return subject.Records
}
