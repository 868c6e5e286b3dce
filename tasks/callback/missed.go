package callback

import (
	"slices"

	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// Missed is a call that nobody took.
type Missed struct {
	Callback Callback
	Attempt  Attempt
	Subject  permission.Subject // its first number is the one that was called
	Text     outcome.MissedText // what the centre says of the text after it
}

// Why a missed call is not told of by a text, besides the reasons of callbacks and permission.
const (
	ReasonTextOff   Reason = "text_off"       // the centre sends none any more
	ReasonNotMissed Reason = "text_corrected" // the outcome was undone, or is another one by now
	ReasonNotSeen   Reason = "text_not_seen"  // the dial was not seen: which number was called is a guess
	ReasonNotFirst  Reason = "text_not_first" // an earlier call of the callback was missed likewise
	ReasonCalled    Reason = "text_called"    // they were called again since
	ReasonClosed    Reason = "text_closed"    // nobody will call about it any more
)

// MissedCall returns what is known of the call of an attempt, and why no text may tell the customer of it; no reason if one may, as far as
// the callback and the outcomes know: it was the first call of a callback that somebody would have had to take, its dial was seen, it was
// not put right since, and it is still to be made again. Nobody changes the callback until the transaction ends.
func (s *Service) MissedCall(tx database.Tx, attemptID int64) (m Missed, reason Reason, err error) {
	st := store{tx}
	if m.Attempt, err = st.attempt(attemptID); fault.Is(err, fault.NotFound) {
		return m, ReasonNotMissed, nil // its outcome had begun it, and was undone
	} else if err != nil {
		return m, "", err
	}
	if m.Callback, err = st.lockCallback(m.Attempt.CallbackID); err != nil {
		return m, "", err
	}
	attempts, err := st.attemptsOf(m.Callback.ID) // as they are now that they stay so
	if err != nil {
		return m, "", err
	}
	at := slices.IndexFunc(attempts, func(a Attempt) bool { return a.ID == attemptID })
	if at < 0 {
		return m, ReasonNotMissed, nil
	}
	m.Attempt = attempts[at]
	set, err := s.outcomes.InForce(tx)
	if err != nil {
		return m, "", err
	}
	m.Text = set.MissedText
	earlier := slices.DeleteFunc(slices.Clone(attempts), func(a Attempt) bool { return a.No >= m.Attempt.No })
	switch missed, err := s.missed(tx, m.Attempt); {
	case err != nil:
		return m, "", err
	case !missed:
		return m, ReasonNotMissed, nil
	case !m.Text.On:
		return m, ReasonTextOff, nil
	case m.Attempt.DialledPhone == "":
		return m, ReasonNotSeen, nil
	case m.Callback.closed():
		return m, ReasonClosed, nil
	}
	for _, a := range earlier {
		if missed, err := s.missed(tx, a); err != nil || missed {
			return m, ReasonNotFirst, err
		}
	}
	return s.stillMissed(tx, m)
}

// missed reports whether the outcome of an attempt is one after which a text may be sent, as its set says.
func (s *Service) missed(tx database.Tx, a Attempt) (bool, error) {
	if a.CallResult == "" {
		return false, nil
	}
	set, err := s.outcomes.At(tx, a.OutcomeVersion)
	if err != nil {
		return false, err
	}
	code, _ := set.Code(outcome.CallLayer, string(a.CallResult))
	return code.Is(outcome.TextAfter), nil
}

// stillMissed adds whom to tell, unless they were called since, or what the call was about was overtaken.
func (s *Service) stillMissed(tx database.Tx, m Missed) (Missed, Reason, error) {
	called, err := store{tx}.calledSince(m.Callback.PersonID, m.Attempt.EndedAt)
	if err != nil {
		return m, "", err
	}
	if called || m.Callback.Attempts > m.Attempt.No {
		return m, ReasonCalled, nil
	}
	undone, err := s.overtaken(tx, m.Callback)
	if err != nil {
		return m, "", err
	}
	if reason := undone[m.Callback.ID]; reason != "" {
		return m, reason, nil
	}
	if m.Subject, err = s.whom(tx, m.Callback); err != nil {
		return m, "", err
	}
	line := m.Attempt.DialledPhone
	if !slices.Contains(m.Subject.Phones, line) {
		return m, Reason(permission.NoAddress), nil // it was put right, or found to be wrong, since
	}
	m.Subject = m.Subject.First(line, m.Subject.Beside[line])
	return m, "", nil
}
