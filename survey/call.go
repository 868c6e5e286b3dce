package survey

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// CallAnswers are what a customer answered to a caller. A nil or empty field was not answered.
type CallAnswers struct {
	AttemptID    int64 // a call is taken over once, and again when its answers were corrected
	CallbackID   int64
	ResolutionID int64
	CustomerID   int64 // who was called: the resolution may have been corrected since it was frozen
	CallerID     int64
	AnsweredAt   clock.Instant
	Language     string
	Rating       *int
	Solved       *bool
	Reasons      []string // option keys of the built-in survey
	Comment      string
	Consent      bool // to marketing, as worded in the survey
}

// RecordCall stores the answers of a call as a response to the built-in survey, and spends the survey allowance of the person. The same
// call again changes nothing; other answers for it make a revision, and none take back those before. A rating closes the invitations
// about the resolution. Where there is a rating already, by link, in another call or from the source, that one counts: this one is kept
// and not scored, also when its rating is only added by a correction. RecordCall returns fault.Invalid when an answer is not one of the
// options, and outbox.ErrStale when another worker has the job.
func (s *Service) RecordCall(ctx context.Context, ticket outbox.Ticket, call CallAnswers) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		return s.recordCall(store{tx}, now, call)
	})
	if err != nil {
		return fmt.Errorf("record answers of attempt %d: %w", call.AttemptID, err)
	}
	return nil
}

func (s *Service) recordCall(st store, now clock.Instant, call CallAnswers) error {
	r, err := contact.ResolutionByID(st.Tx, call.ResolutionID)
	if err != nil {
		return err
	}
	persons, err := reserveForCall(st, call)
	if err != nil {
		return err
	}
	version, err := st.current(BuiltIn)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("call:%d", call.AttemptID)
	rec := recording{questionnaire: version.questionnaire, finished: true, userID: call.CallerID}
	rec.response, rec.prior, err = st.responseByKey(key)
	if fault.Is(err, fault.NotFound) {
		rec.response, err = Response{
			SurveyVersionID: version.ID, ResolutionID: r.ID, ContactID: r.ContactID, CustomerID: call.CustomerID, Via: InCall,
			ExternalKey: &key, Language: call.Language, FirstAnsweredAt: call.AnsweredAt, CallbackID: call.CallbackID,
			ResolvedAt: r.ResolvedAt, Dimensions: dimensionsOf(r),
		}, nil
	}
	if err != nil {
		return err
	}
	rec.answers, err = version.questionnaire.answers(call.submission(), rec.prior, call.AnsweredAt)
	if err != nil || len(rec.answers) == 0 && rec.response.ID == 0 {
		return err
	}
	if err := s.touchCall(st.Tx, call, persons[call.CustomerID], version.Family, len(rec.prior) > 0, len(rec.answers) > 0); err != nil {
		return err
	}
	wasRated := rec.response.evaluated()
	if err := s.recordAnswers(st, now, rec); err != nil {
		return err
	}
	switch {
	case call.Rating != nil:
		return closeOthers(st, r.ID)
	case wasRated:
		return reopen(st, now, r)
	}
	return nil
}

// touchCall spends the survey allowance of the person when something was answered, and gives it back when all of that is taken back: then
// nobody was asked.
func (s *Service) touchCall(tx database.Tx, call CallAnswers, personID int64, family string, asked, asks bool) error {
	switch {
	case asks && !asked:
		return s.permission.Touch(tx, call.touch(personID, family))
	case asked && !asks:
		return s.permission.Untouch(tx, personID, permission.Invitation, -call.AttemptID)
	}
	return nil
}

// reserveForCall reserves the person who was called, and those who were sent a link about the resolution, who may be others since a
// correction: an answer by link waits, or was there before. It returns the persons by customer.
func reserveForCall(st store, call CallAnswers) (map[int64]int64, error) {
	invitations, err := st.invitationsAbout(call.ResolutionID)
	if err != nil {
		return nil, err
	}
	customers := []int64{call.CustomerID}
	for _, i := range invitations {
		customers = append(customers, i.CustomerID)
	}
	return reserve(st.Tx, database.Distinct(customers)...)
}

// closeOthers closes the invitations about a resolution that was rated in a call, but for one with a rating of its own, which may
// still be changed. Call it behind the guard rows of reserveForCall.
func closeOthers(st store, resolutionID int64) error {
	invitations, err := st.invitationsAbout(resolutionID)
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if i.closed() || i.State == Failed {
			continue
		}
		response, _, err := st.responseTo(i.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if response.evaluated() {
			continue
		}
		if err := withdraw(st, i, ReasonInCall); err != nil {
			return err
		}
	}
	return nil
}

// touch returns the touch of a survey asked in a call: it keeps the customer from being asked the same again soon. The call itself,
// with the number, is a touch of its own. The attempt's id is negated, for Untouch finds an invitation's touch by its id and must
// not find this one.
func (c CallAnswers) touch(personID int64, family string) permission.Touch {
	return permission.Touch{
		PersonID: personID, CustomerID: c.CustomerID, Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.ByPhone,
		Family: family, Ref: -c.AttemptID, At: c.AnsweredAt,
	}
}

// submission returns the answers by question of the built-in survey.
func (c CallAnswers) submission() Submission {
	given := map[string]Given{
		KeyRating:  {Value: c.Rating},
		KeyReasons: {Choices: c.Reasons},
		KeyComment: {Text: c.Comment},
	}
	number := func(yes bool) *int {
		n := 0
		if yes {
			n = 1
		}
		return &n
	}
	if c.Solved != nil {
		given[KeySolved] = Given{Value: number(*c.Solved)}
	}
	if c.Consent {
		given[KeyConsent] = Given{Value: number(true)}
	}
	return Submission{Given: given, Whole: true}
}
