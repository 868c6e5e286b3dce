package survey

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// LinkState is what can be done with a link now.
type LinkState string

// The states of a link.
const (
	Open     LinkState = "open"     // may be answered, or an answer changed
	Answered LinkState = "answered" // answered, and the time for changes is over
	Expired  LinkState = "expired"  // not answered in time
	Closed   LinkState = "closed"   // not asked any more: the contact was reopened
	ByPhone  LinkState = "by_phone" // the customer gave their rating to a caller: there is one for each resolution
)

// Asked is a survey as the person with the link sees it: the questions, and what has been answered so far.
type Asked struct {
	Invitation    Invitation
	Questionnaire Questionnaire
	LinkState     LinkState
	Response      Response // the zero Response when nothing was answered
	Answers       []Answer
	AgentName     string // who is rated; empty when not known
}

// Screen returns the first page on which nothing is answered, or 0 when the customer has been through all of them.
func (a Asked) Screen() int {
	if !a.Response.FinishedAt.IsZero() {
		return 0
	}
	for screen := 1; screen <= a.Questionnaire.Screens(); screen++ {
		open := true
		for _, q := range a.Questionnaire.Ask(screen, a.Answers) {
			open = open && find(a.Answers, q.Key).empty()
		}
		if open {
			return screen
		}
	}
	return 0
}

// Answer returns what has been answered to a question; the zero Answer when nothing has.
func (a Asked) Answer(key string) Answer { return find(a.Answers, key) }

// errUnknownLink is returned for every link that does not lead to an invitation, whatever is wrong with it.
var errUnknownLink = fault.New(fault.NotFound, "survey_unknown", "this link does not lead to a survey")

// ByToken returns the survey a link leads to. It writes nothing, since mail scanners open links too. It returns fault.NotFound
// for a link nobody was sent.
func (s *Service) ByToken(ctx context.Context, token string) (Asked, error) {
	st := store{s.db.View(ctx)}
	invitation, err := st.invitationByToken(token)
	if err != nil {
		return Asked{}, err
	}
	asked, err := s.asked(st, invitation)
	if err != nil {
		return Asked{}, fmt.Errorf("open invitation %d: %w", invitation.ID, err)
	}
	names, err := contact.AgentNames(st.Tx, []int64{invitation.AgentID})
	if err != nil {
		return Asked{}, fmt.Errorf("open invitation %d: %w", invitation.ID, err)
	}
	asked.AgentName = names[invitation.AgentID]
	return asked, nil
}

func (s *Service) asked(st store, invitation Invitation) (Asked, error) {
	version, err := st.version(invitation.SurveyVersionID)
	if err != nil {
		return Asked{}, err
	}
	asked := Asked{Invitation: invitation, Questionnaire: version.questionnaire}
	asked.Response, asked.Answers, err = st.responseTo(invitation.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Asked{}, err
	}
	byPhone := false
	if !asked.Response.evaluated() { // asked of the answers too: a version before this did not close the invitation
		if byPhone, err = st.ratedInCall(invitation.ResolutionID); err != nil {
			return Asked{}, err
		}
	}
	asked.LinkState = asked.linkState(byPhone, s.now())
	return asked, nil
}

func (a Asked) linkState(byPhone bool, now clock.Instant) LinkState {
	closed := a.Invitation.closed()
	switch {
	case closed && a.Invitation.Reason == ReasonInCall, byPhone && !closed:
		return ByPhone
	case closed:
		return Closed
	case a.Response.ID != 0 && a.Response.editable(now):
		return Open
	case a.Response.ID != 0:
		return Answered
	case now > a.Invitation.ExpiresAt:
		return Expired
	}
	return Open
}

// Submit stores one posted page. The first page makes the response; later ones within a day make revisions, and the same
// answers again change nothing. An answer after the expiry is stored and acted on, but not scored.
//
// It returns fault.NotFound for an unknown link, fault.Conflict when the survey is closed, was answered in a call, or its time for
// changes is over, and fault.Invalid when nothing was answered or an answer is not one of the options.
func (s *Service) Submit(ctx context.Context, token, language string, sub Submission) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		invitation, err := st.invitationByToken(token)
		if err != nil {
			return err
		}
		// Everything that is counted once for this person or resolution is decided behind the guard row; what was read
		// before it may have changed.
		if invitation, err = st.behindGuard(invitation); err != nil {
			return err
		}
		asked, err := s.asked(st, invitation)
		if err != nil {
			return err
		}
		return s.submit(st, now, asked, language, sub)
	})
	if err != nil {
		return fmt.Errorf("submit survey: %w", err)
	}
	return nil
}

func (s *Service) submit(st store, now clock.Instant, asked Asked, language string, sub Submission) error {
	switch asked.LinkState {
	case Closed:
		return fault.New(fault.Conflict, "survey_closed", "this survey is closed")
	case Answered:
		return fault.New(fault.Conflict, "survey_answered", "this survey has been answered")
	case ByPhone:
		return fault.New(fault.Conflict, "survey_answered_by_phone", "this survey has been answered in a call")
	case Open, Expired:
	}
	answers, err := asked.Questionnaire.answers(sub, asked.Answers, now)
	if err != nil {
		return err
	}
	if len(answers) == 0 {
		return fault.New(fault.Invalid, "survey_empty", "nothing was answered")
	}
	rec := recording{response: asked.Response, prior: asked.Answers, answers: answers, questionnaire: asked.Questionnaire}
	if rec.response.ID == 0 {
		rec.response = responseTo(asked.Invitation, now)
		rec.response.Language = language
	}
	if sub.Screen == 0 || sub.Screen == asked.Questionnaire.Screens() {
		rec.finished = true
	}
	if rec.sentAt, err = arrived(st, now, asked.Invitation); err != nil {
		return err
	}
	return s.recordAnswers(st, now, rec)
}

// arrived marks an invitation as delivered, since the customer has answered it, and returns when it was sent.
func arrived(st store, now clock.Instant, i Invitation) (clock.Instant, error) {
	if i.State == Delivered {
		return i.SentAt, nil
	}
	before := i.entries()
	i.proven()
	if err := st.putInvitation(&i); err != nil {
		return 0, err
	}
	return i.SentAt, appendEntries(st.Tx, corrections(before, i.entries(), now))
}

// responseTo returns the empty response to an invitation.
func responseTo(i Invitation, now clock.Instant) Response {
	return Response{
		InvitationID: &i.ID, SurveyVersionID: i.SurveyVersionID, ResolutionID: i.ResolutionID, ContactID: i.ContactID,
		CustomerID: i.CustomerID, Via: ByLink, FirstAnsweredAt: now, Late: now > i.ExpiresAt,
		ResolvedAt: i.ResolvedAt, Dimensions: i.Dimensions,
	}
}
