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

// RecordCall stores the answers of a call as a response to the built-in survey, and spends the survey allowance of the person.
// The same call again changes nothing; other answers for it make a revision, and none take back those before. It returns fault.Invalid when an answer is not one
// of the options, and outbox.ErrStale when another worker has the job.
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
	persons, err := reserve(st.Tx, call.CustomerID)
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
	if rec.response.ID == 0 { // the first time; what comes later corrects it
		if err := s.permission.Touch(st.Tx, call.touch(persons[call.CustomerID], version.Family)); err != nil {
			return err
		}
	}
	return s.recordAnswers(st, now, rec)
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
