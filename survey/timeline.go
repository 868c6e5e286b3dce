package survey

import (
	"fmt"
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// EventsOfContact returns what was asked about a contact and what was answered, in no particular order. The codes are translated
// under "timeline.<code>"; score is a text such as "2/5", and note is the customer's comment.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	st := store{tx}
	invitations, err := st.invitationsOf(contactID)
	if err != nil {
		return nil, err
	}
	responses, err := st.responsesAbout(contactID)
	if err != nil {
		return nil, err
	}
	answered, err := st.responsesEvents(responses)
	return append(invitationsEvents(invitations), answered...), err
}

// PastInvitations returns what became of the invitations of customers.
func PastInvitations(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	invitations, err := store{tx}.pastInvitations(p)
	return invitationsEvents(invitations), err
}

// PastResponses returns what customers answered.
func PastResponses(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	st := store{tx}
	responses, err := st.pastResponses(p)
	if err != nil {
		return nil, err
	}
	return st.responsesEvents(responses)
}

func invitationsEvents(invitations []Invitation) []contact.Event {
	var events []contact.Event
	for _, i := range invitations {
		of := append([]contact.Event{invitationEvent(i)}, reminderEvents(i)...)
		for _, e := range of {
			e.Row, e.ContactID, e.About = i.ID, i.ContactID, contact.Object{Kind: contact.AboutInvitation, ID: i.ID}
			events = append(events, e)
		}
	}
	return events
}

func (s store) responsesEvents(responses []Response) ([]contact.Event, error) {
	answers, err := s.currentAnswers(responses)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, r := range responses {
		for _, e := range responseEvents(r, answers[r.ID]) {
			e.Row, e.ContactID, e.About = r.ID, r.ContactID, contact.Object{Kind: contact.AboutResponse, ID: r.ID}
			events = append(events, e)
		}
	}
	return events, nil
}

// invitationEvent tells the one thing that is known of an invitation: that it went out, or why not.
func invitationEvent(i Invitation) contact.Event {
	switch {
	case i.known():
		return contact.Event{At: i.SentAt, Code: "survey_sent_" + string(i.OutboundChannel)}
	case i.State == Failed:
		return contact.Event{At: i.CreatedAt, Code: "survey_failed"}
	case i.State == Uncertain && i.closed():
		return contact.Event{At: i.CreatedAt, Code: "survey_uncertain_closed", Args: map[string]any{"reason": i.Reason}}
	case i.State == Uncertain:
		return contact.Event{At: i.CreatedAt, Code: "survey_uncertain"}
	case i.State == Planned:
		return contact.Event{At: i.CreatedAt, Code: "survey_not_taken"}
	case i.State == Cancelled:
		return contact.Event{At: i.CreatedAt, Code: "survey_cancelled"}
	}
	return contact.Event{At: i.CreatedAt, Code: "survey_on_its_way"}
}

// reminderEvents tells that the customer was reminded, or perhaps was.
func reminderEvents(i Invitation) []contact.Event {
	switch i.Reminder.State {
	case Sent:
		return []contact.Event{{At: i.Reminder.SentAt, Code: "survey_reminded_" + string(i.OutboundChannel)}}
	case Failed:
		return []contact.Event{{At: i.Reminder.DueAt, Code: "survey_reminder_failed"}}
	case Uncertain:
		return []contact.Event{{At: i.Reminder.DueAt, Code: "survey_reminder_uncertain"}}
	case Planned, Sending, Delivered, Cancelled:
	}
	return nil
}

func responseEvents(r Response, answers []Answer) []contact.Event {
	a := answered(r, answers)
	args := map[string]any{}
	if a.Comment != "" {
		args["note"] = a.Comment
	}
	code := "survey_answered_" + string(r.Via)
	switch {
	case !r.evaluated():
		code = "survey_commented"
	case r.Late:
		code = "survey_answered_late"
	case r.ExcludedReason == ReasonAnswered:
		code = "survey_answered_again"
	}
	if r.evaluated() {
		_, top, _ := strings.Cut(r.ScoreScale, "-")
		args["score"] = fmt.Sprintf("%d/%s", r.ScoreValue, top)
	}
	events := []contact.Event{{At: r.AnsweredAt, Code: code, Args: args}}
	if a.Solved != nil {
		code := "survey_unsolved"
		if *a.Solved {
			code = "survey_solved"
		}
		events = append(events, contact.Event{At: r.AnsweredAt, Code: code})
	}
	return events
}
