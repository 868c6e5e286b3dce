package survey

import (
	"context"
	"errors"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// Plan is a survey that follow-up decided on, at the time it is due.
type Plan struct {
	DecisionID int64
	Resolution contact.Resolution
}

// Outgoing is an invitation that is now to be handed to a sender, once, and then reported to Sent. When nothing is to be sent,
// only Ticket and Reason are set.
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

	Reason string // a permission.Code, "reopened" or "already_answered"; empty when all is settled
}

// The reasons of this package for not sending, beside permission's.
const (
	ReasonReopened  = "reopened"
	ReasonAnswered  = "already_answered"
	ReasonCrashed   = "sender_stopped"   // of an uncertain invitation
	ReasonNoReceipt = "sender_no_answer" // of an uncertain invitation
	ReasonRefused   = "sender_refused"   // of a failed invitation
	ReasonNotNow    = "sender_not_now"   // of a planned invitation
)

// Invite re-checks at the due time whether the customer may and should still be asked, and reserves the one invitation of the
// resolution in state sending. It reports whether there is something to send. If not, Outgoing.Reason says why the decision has
// come to nothing, and its job is left to the caller to finish with Outgoing.Ticket; without a reason everything is settled,
// the job included. It returns outbox.ErrStale when another worker has the job.
func (s *Service) Invite(ctx context.Context, ticket outbox.Ticket, plan Plan) (Outgoing, bool, error) {
	begun, err := ticket.Begin(ctx, s.db, sendLease)
	if err != nil {
		return Outgoing{}, false, err
	}
	var out Outgoing
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		out = Outgoing{Ticket: begun}
		return s.invite(store{tx}, s.at(ticket), plan, &out)
	})
	if err != nil {
		return Outgoing{}, false, fmt.Errorf("invite for resolution %d: %w", plan.Resolution.ID, err)
	}
	return out, out.InvitationID != 0, nil
}

// errSettled ends an invitation that somebody has already brought to an end.
var errSettled = errors.New("settled")

func (s *Service) invite(st store, now clock.Instant, plan Plan, out *Outgoing) error {
	// The guard row first: whoever counts this person's touches waits here for us.
	if err := reserve(st.Tx, plan.Resolution.PersonID); err != nil {
		return err
	}
	invitation, version, err := s.reserved(st, now, plan)
	switch {
	case errors.Is(err, errSettled):
		return out.Ticket.Done(st.Tx)
	case err != nil:
		return err
	}
	address, reason, err := s.check(st, now, plan, version.Family)
	if err != nil {
		return err
	}
	if reason != "" {
		out.Reason = reason
		return withdraw(st, invitation, reason)
	}
	if err := invitation.begin(address.channel); err != nil {
		return err
	}
	invitation.Language = s.languageOf(address.customer.Language)
	invitation.ExpiresAt = now.Add(s.opts.Expiry)
	if err := st.putInvitation(&invitation); err != nil {
		return err
	}
	if err := s.permission.Touch(st.Tx, touchOf(invitation, address, version.Family, now)); err != nil {
		return err
	}
	return s.write(out, invitation, version.questionnaire, address)
}

// reserved returns the invitation of the resolution: a new one, or one that a sender refused for now. One found in state sending
// was left there by a crash; it is never sent again.
func (s *Service) reserved(st store, now clock.Instant, plan Plan) (Invitation, currentVersion, error) {
	version, err := st.current()
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
	if err != nil {
		return invitation, version, err
	}
	switch invitation.State {
	case Planned:
		return invitation, version, nil
	case Sending:
		if err := invitation.doubt(ReasonCrashed); err != nil {
			return invitation, version, err
		}
		if err := st.putInvitation(&invitation); err != nil {
			return invitation, version, err
		}
	case Sent, Delivered, Failed, Cancelled, Uncertain:
	}
	return invitation, version, errSettled
}

// address is where a customer is asked.
type address struct {
	customer contact.Customer
	channel  permission.Channel
	to       string
}

// check asks again what was asked when the survey was planned. It returns where to send, or the reason not to.
func (s *Service) check(st store, now clock.Instant, plan Plan, family string) (address, string, error) {
	r := plan.Resolution
	fresh, err := resolution(st.Tx, r.ID)
	if err != nil {
		return address{}, "", err
	}
	if !fresh.ReopenedAt.IsZero() {
		return address{}, ReasonReopened, nil
	}
	answered, err := st.isAnswered(r.ID)
	if err != nil {
		return address{}, "", err
	}
	if answered {
		return address{}, ReasonAnswered, nil
	}
	return s.reach(st, now, r.CustomerID, family)
}

// reach returns the first channel over which the customer may be asked now.
func (s *Service) reach(st store, now clock.Instant, customerID int64, family string) (address, string, error) {
	customers, err := contact.CustomersByID(st.Tx, []int64{customerID})
	if err != nil {
		return address{}, "", err
	}
	subjects, err := contact.Subjects(st.Tx, []int64{customerID})
	if err != nil {
		return address{}, "", err
	}
	subject := subjects[customerID]
	var ways []address
	var questions []permission.Question
	for _, channel := range s.opts.Channels {
		if to := addressOf(subject, channel); to != "" {
			ways = append(ways, address{customer: customers[customerID], channel: channel, to: to})
			questions = append(questions, permission.Question{
				Subject: subject, Purpose: permission.Survey, Channel: channel, Family: family, At: now,
			})
		}
	}
	if len(ways) == 0 {
		return address{}, string(permission.NoAddress), nil
	}
	verdicts, err := s.permission.Judge(st.Tx, questions)
	if err != nil {
		return address{}, "", err
	}
	for i, v := range verdicts {
		if v.Allowed {
			return ways[i], "", nil
		}
	}
	return address{}, string(verdicts[0].First), nil
}

// addressOf returns the subject's first address for a channel, or nothing.
func addressOf(subject permission.Subject, channel permission.Channel) string {
	addresses := subject.Phones
	if channel == permission.ByEmail {
		addresses = subject.Emails
	}
	if len(addresses) == 0 {
		return ""
	}
	return addresses[0]
}

// withdraw cancels a planned invitation that may not be sent after all; a new one is never written.
func withdraw(st store, invitation Invitation, reason string) error {
	if invitation.ID == 0 {
		return nil
	}
	if err := invitation.cancel(reason); err != nil {
		return err
	}
	return st.putInvitation(&invitation)
}

func touchOf(i Invitation, a address, family string, now clock.Instant) permission.Touch {
	return permission.Touch{
		PersonID: i.PersonID, CustomerID: i.CustomerID, Address: a.to, Kind: permission.Invitation,
		Purpose: permission.Survey, Channel: a.channel, Family: family, Ref: i.ID, At: now,
	}
}
