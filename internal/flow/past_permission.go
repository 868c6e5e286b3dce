package flow

import (
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/worklist"
)

// consents tells what the customer consented to and refused: to whichever record of the person, as permission heeds them all.
func (c Customers) consents(tx database.Tx, p past) ([]contact.Event, error) {
	said, err := permission.ConsentsBefore(tx, p.subject, p.Stretch)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(said))
	for i, e := range said {
		users[i] = e.UserID
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who recorded consents: %w", err)
	}
	events := make([]contact.Event, len(said))
	for i, s := range said {
		e := contact.Event{
			At: s.At, Code: "consent_withdrawn", Actor: names[s.UserID], Row: s.ID,
			Args:  map[string]any{"purpose": string(s.Purpose), "evidence": s.Evidence},
			About: contact.Object{Kind: contact.AboutConsent, ID: s.ID},
		}
		if s.Given {
			e.Code = "consent_given"
		}
		if s.Channel != "" {
			e.Code, e.Args["channel"] = e.Code+"_by", string(s.Channel)
		}
		events[i] = e
	}
	return events, nil
}

// suppressions tells since when, until when and why an address of the customer must not be contacted, and who lifted that.
func (c Customers) suppressions(tx database.Tx, p past) ([]contact.Event, error) {
	found, err := c.permit.SuppressionsBefore(tx, p.subject, p.Stretch)
	if err != nil {
		return nil, err
	}
	users := make([]int64, 0, 2*len(found))
	for _, sup := range found {
		users = append(users, sup.UserID, sup.LiftedBy)
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who suppressed: %w", err)
	}
	var events []contact.Event
	for _, sup := range found {
		e := contact.Event{
			At: sup.At, Code: "suppressed", Actor: names[sup.UserID], Row: sup.ID,
			Args: map[string]any{
				"scope": string(sup.Scope), "suppression": sup.Reason, "evidence": sup.Evidence, "address": contact.Numbers{sup.Of},
			},
			About: contact.Object{Kind: contact.AboutSuppression, ID: sup.ID},
		}
		if !sup.UntilAt.IsZero() {
			e.Code, e.Args["until"] = "suppressed_until", sup.UntilAt
		}
		events = append(events, e)
		if !sup.LiftedAt.IsZero() {
			e.At, e.Code, e.Actor = sup.LiftedAt, "suppression_lifted", names[sup.LiftedBy]
			e.Args = map[string]any{"scope": string(sup.Scope), "address": contact.Numbers{sup.Of}, "note": sup.LiftReason}
			events = append(events, e)
		}
	}
	return events, nil
}

// touches tells every contact we made, to whichever record of the person: what permission counts. A touch leads to its call, survey or
// text.
func (c Customers) touches(tx database.Tx, p past) ([]contact.Event, error) {
	touches, err := permission.TouchesBefore(tx, p.subject, p.Stretch)
	if err != nil || len(touches) == 0 {
		return nil, err
	}
	var attempts, invitations, texts []int64
	for _, t := range touches {
		switch {
		case t.Kind == permission.Attempt:
			attempts = append(attempts, t.Ref)
		case t.Kind == permission.Text:
			texts = append(texts, t.Ref)
		case t.Ref < 0: // a survey asked in a call
			attempts = append(attempts, -t.Ref)
		case t.Kind == permission.Invitation || t.Kind == permission.Reminder:
			invitations = append(invitations, t.Ref)
		}
	}
	calls, err := worklist.CallbacksOf(tx, attempts)
	if err != nil {
		return nil, err
	}
	linked, err := missed.ByID(tx, texts)
	if err != nil {
		return nil, err
	}
	asked, err := survey.ContactsOf(tx, invitations)
	if err != nil {
		return nil, err
	}
	events := make([]contact.Event, len(touches))
	for i, t := range touches {
		e := contact.Event{
			At: t.At, Code: "touch_" + string(t.Kind), Row: t.ID,
			Args: map[string]any{"purpose": string(t.Purpose), "channel": string(t.Channel)},
		}
		e.About = contact.Object{Kind: contact.AboutCallback}
		switch {
		case t.Kind == permission.Attempt:
			e.About.ID = calls[t.Ref]
		case t.Kind == permission.Text:
			e.About.ID = linked[t.Ref].CallbackID
		case t.Ref < 0:
			e.About.ID = calls[-t.Ref]
		case asked[t.Ref] != 0:
			e.ContactID, e.About = asked[t.Ref], contact.Object{Kind: contact.AboutInvitation, ID: t.Ref}
		}
		if e.About.ID == 0 {
			e.About = contact.Object{}
		}
		events[i] = e
	}
	return events, nil
}
