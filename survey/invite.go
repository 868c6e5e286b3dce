package survey

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/tie"
)

// Plan is a survey that is due, as the decision wants it. The service chooses where a field is empty or zero.
type Plan struct {
	DecisionID  int64
	Resolution  contact.Resolution
	Unwanted    string               // why it is not wanted any more: nothing is sent, and what was begun is brought to its end
	Survey      string               // name; empty: the built-in one
	Family      string               // which invitations share a cooldown; empty: the survey's own
	Channels    []permission.Channel // in order of preference; those without a sender are passed over
	Expiry      time.Duration        // after sending
	Reminders   int                  // none, or one: more than one is one
	RemindAfter time.Duration        // after sending; 3 days when zero, and always before the expiry
	LastChance  clock.Instant        // until when it may be put off while only time stands against it; none: not at all
}

// remindAfter is the usual time between an invitation and its reminder.
const remindAfter = 3 * 24 * time.Hour

// reminder returns the reminder that an invitation sent now is to have. One that would come when the survey has ended comes half
// way to the end.
func (p Plan) reminder(now clock.Instant, expiry time.Duration) Reminder {
	if p.Reminders <= 0 {
		return Reminder{}
	}
	after := cmp.Or(p.RemindAfter, remindAfter)
	if after >= expiry {
		after = expiry / 2
	}
	return Reminder{State: Planned, DueAt: now.Add(after)}
}

// Outgoing is a message to hand to a sender once. Report the result with Sent (an invitation) or Reminded (a reminder), using
// Ticket. When there is nothing to send, only Ticket, Reason and Ends are set.
type Outgoing struct {
	Ticket       outbox.Ticket // begun: what comes next is done with this one
	InvitationID int64
	MessageID    string // the same for every try; a sender may drop a second one
	Channel      permission.Channel
	To           string // E.164 or an e-mail address
	Language     string
	Subject      string
	Text         string
	HTML         string // e-mail only
	URL          string // the customer's link
	OptOutURL    string

	Reason string        // a permission.Code, or one of the reasons below; empty when all is settled
	Ends   clock.Instant // when the reason ends by itself, within the plan's last chance; none: the survey comes to nothing
}

// The reasons of this package for not sending, beside permission's. One of those that end a survey is also the reason of an uncertain
// invitation that is not wanted any more.
const (
	ReasonReopened  = string(contact.ByReopening)
	ReasonAnswered  = "already_answered"
	ReasonNewer     = string(contact.ByNewer)      // the person has reported something since, and it is open
	ReasonIncident  = tie.Reason                   // the contact is tied to an incident that is not over
	ReasonInCall    = "answered_in_call"           // of what was open when the customer gave their rating to a caller
	ReasonCorrected = string(contact.ByCorrection) // the source says by now that the contact is another customer's
	ReasonNoSender  = "no_sender"                  // none for any channel of the plan
	ReasonExpired   = "survey_expired"             // of a reminder that comes too late
	ReasonCrashed   = "sender_stopped"             // of an uncertain invitation
	ReasonNoReceipt = "sender_no_answer"           // of an uncertain invitation
	ReasonRefused   = "sender_refused"             // of a failed invitation
	ReasonNotNow    = "sender_not_now"             // of a planned invitation
)

// Invite checks when a survey is due whether the customer may and should still be asked, and if so reserves the one invitation
// of the resolution in state sending and returns the message. It begins the job: what follows is done with Outgoing.Ticket. An
// invitation that an earlier try left in state sending is first marked uncertain, and never sent again.
//
// It returns false when there is nothing to send. With a Reason, the caller finishes the job: put it off until Outgoing.Ends,
// or end it when Ends is none. Without a Reason the customer was asked, or may have been, and the job is done. It returns
// outbox.ErrStale when another worker has the job.
func (s *Service) Invite(ctx context.Context, ticket outbox.Ticket, plan Plan) (Outgoing, bool, error) {
	what := fmt.Sprintf("invite for resolution %d", plan.Resolution.ID)
	return s.reserving(ctx, ticket, what, func(st store, now clock.Instant, out *Outgoing) error { return s.invite(st, now, plan, out) })
}

// reserving begins a job that sends, and lets reserve say in one transaction what is sent.
func (s *Service) reserving(
	ctx context.Context, ticket outbox.Ticket, what string, reserve func(st store, now clock.Instant, out *Outgoing) error,
) (Outgoing, bool, error) {
	begun, err := ticket.Begin(ctx, s.db, sendLease)
	if err != nil {
		return Outgoing{}, false, err
	}
	var out Outgoing
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		out = Outgoing{Ticket: begun}
		return reserve(store{tx}, ticket.Now(s.now), &out)
	})
	if err != nil {
		return Outgoing{}, false, fmt.Errorf("%s: %w", what, err)
	}
	return out, out.InvitationID != 0, nil
}

func (s *Service) invite(st store, now clock.Instant, plan Plan, out *Outgoing) error {
	// The guard row first: whoever counts this person's touches waits here for us.
	persons, err := reserve(st.Tx, plan.Resolution.CustomerID)
	if err != nil {
		return err
	}
	plan.Resolution.PersonID = persons[plan.Resolution.CustomerID]
	gone, err := settleLeft(st, plan.Resolution.ID, plan.Unwanted)
	switch {
	case err != nil:
		return err
	case gone:
		return out.Ticket.Done(st.Tx)
	case plan.Unwanted != "":
		out.Reason = plan.Unwanted
		return nil
	}
	invitation, version, err := s.reserved(st, now, plan)
	if err != nil {
		return err
	}
	plan.Family = cmp.Or(plan.Family, version.Family)
	address, against, err := s.check(st, now, plan)
	if err != nil {
		return err
	}
	if against.reason != "" {
		out.Reason, out.Ends = against.reason, against.ends
		if !out.Ends.IsZero() || invitation.ID == 0 {
			return nil
		}
		return withdraw(st, invitation, out.Reason)
	}
	if err := invitation.begin(address.channel); err != nil {
		return err
	}
	invitation.Language = address.customer.LanguageFor(s.opts.Language)
	expiry := cmp.Or(plan.Expiry, s.opts.Expiry)
	invitation.ExpiresAt, invitation.Reminder = now.Add(expiry), plan.reminder(now, expiry)
	if err := st.putInvitation(&invitation); err != nil {
		return err
	}
	if err := s.permission.Touch(st.Tx, touchOf(invitation, permission.Invitation, address, plan.Family, now)); err != nil {
		return err
	}
	return s.write(out, invitation, version.questionnaire, address, false)
}

// reserved returns the invitation of the resolution to the survey: a new one, or one that was never sent, addressed to whoever
// the customer is now.
func (s *Service) reserved(st store, now clock.Instant, plan Plan) (Invitation, publishedVersion, error) {
	version, err := st.current(cmp.Or(plan.Survey, BuiltIn))
	if err != nil {
		return Invitation{}, version, err
	}
	r := plan.Resolution
	invitation, err := st.invitationFor(r.ID, version.SurveyID)
	if fault.Is(err, fault.NotFound) {
		return Invitation{
			SurveyVersionID: version.ID, SurveyID: version.SurveyID, ResolutionID: r.ID, DecisionID: plan.DecisionID,
			ContactID: r.ContactID, CustomerID: r.CustomerID, PersonID: r.PersonID, CreatedAt: now, ResolvedAt: r.ResolvedAt,
			TokenHash: hashOf(s.tokens.of(r.ID, version.SurveyID)), Dimensions: dimensionsOf(r),
		}, version, nil
	}
	if err == nil && invitation.CustomerID != r.CustomerID { // the contact was corrected meanwhile, and decided about again
		invitation.CustomerID, invitation.PersonID, invitation.DecisionID = r.CustomerID, r.PersonID, plan.DecisionID
		err = st.readdress(invitation)
	}
	return invitation, version, err
}

// touchOf returns the touch of a message about an invitation: the invitation itself, or its reminder.
func touchOf(i Invitation, kind permission.TouchKind, a address, family string, now clock.Instant) permission.Touch {
	return permission.Touch{
		PersonID: a.customer.PersonID, CustomerID: i.CustomerID, Address: a.to, Kind: kind,
		Purpose: permission.Survey, Channel: a.channel, Family: family, Ref: i.ID, At: now,
	}
}
