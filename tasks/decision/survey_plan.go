package decision

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/tie"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// ReasonNoSender says that there is none for any channel of a planned survey.
const ReasonNoSender policy.Reason = "no_sender"

// afterIncident is how long a survey may still be sent after an incident held it, however old its resolution is by then.
const afterIncident = 3 * 24 * time.Hour

// SurveyPlan is a planned survey as its rule says, with whether it is still wanted.
type SurveyPlan struct {
	DecisionID  int64
	Resolution  contact.Resolution
	Wanted      bool
	Reason      policy.Reason // why it is not wanted any more
	Survey      string        // by name
	Family      string
	Channels    []permission.Channel // the first one under which contact is possible is taken
	Expiry      time.Duration        // from the invitation
	Reminders   int
	RemindAfter time.Duration // from the invitation
	LastChance  clock.Instant // the survey may be put off until then
}

// SurveyPlan returns the survey a decision planned, and says whether it is still wanted. Call it when the survey is due, just
// before sending. It is not wanted when the decision was given up, the contact was reopened, the customer has answered, it
// would come too late, or the contact belongs to another customer. Permission is not asked here: whoever sends asks.
//
// It returns fault.NotFound for an unknown decision.
func (s *Service) SurveyPlan(ctx context.Context, decisionID int64) (SurveyPlan, error) {
	now := s.now()
	tx := s.db.View(ctx)
	d, err := store{tx}.decision(decisionID)
	if err != nil {
		return SurveyPlan{}, err
	}
	r, err := contact.ResolutionByID(tx, d.ResolutionID)
	if err != nil {
		return SurveyPlan{}, err
	}
	p, err := s.policies.Version(tx, d.PolicyVersion)
	if err != nil {
		return SurveyPlan{}, err
	}
	r.CustomerID, r.PersonID = d.CustomerID, d.PersonID // who it was, as far as the source has corrected that
	plan := SurveyPlan{DecisionID: d.ID, Resolution: r, LastChance: p.LastChance(r.ResolvedAt)}
	if rule := p.Rule(d.Rule); rule != nil && rule.Survey != nil {
		a := rule.Survey
		plan.Survey, plan.Family, plan.Channels = a.Survey, a.Family, a.Channels
		plan.Expiry, plan.Reminders, plan.RemindAfter = a.Expiry.Duration(), a.Reminders, a.RemindAfter.Duration()
	}
	ties, err := tie.Of(tx, []int64{r.ContactID})
	if err != nil {
		return SurveyPlan{}, err
	}
	held := ties[r.ContactID].Held
	if freed := ties[r.ContactID].FreedAt; !freed.IsZero() {
		plan.LastChance = max(plan.LastChance, freed.Add(afterIncident))
	}
	asked, err := s.callbacks.AnsweredInCall(tx, d.ResolutionID)
	if err != nil {
		return SurveyPlan{}, err
	}
	by, err := contact.Overtaken(tx, contact.Plan{Resolution: r, CustomerID: d.CustomerID})
	if err != nil {
		return SurveyPlan{}, err
	}
	superseded, err := s.askedAboutNewer(tx, d)
	if err != nil {
		return SurveyPlan{}, err
	}
	switch {
	case d.State == Skipped:
		plan.Reason = d.Reason
	case !d.live():
		plan.Reason = d.CancelReason
	case by[0] == contact.ByReopening:
		plan.Reason = policy.ReasonReopened
	case r.Answered || asked:
		plan.Reason = policy.ReasonAlreadyAnswered
	case !held && now.After(plan.LastChance):
		plan.Reason = policy.ReasonTooOld
	case by[0] == contact.ByCorrection:
		plan.Reason = policy.ReasonCorrected
	case superseded:
		plan.Reason = policy.Reason(callback.ReasonSuperseded)
	}
	plan.Wanted = plan.Reason == ""
	return plan, nil
}

// askedAboutNewer reports whether a survey that waited for a newer contact is asked about that one: the customer is asked once.
func (s *Service) askedAboutNewer(tx database.Tx, d Decision) (bool, error) {
	if !d.live() || d.WaitReason != policy.Reason(contact.ByNewer) {
		return false, nil
	}
	subjects, err := contact.Subjects(tx, []int64{d.CustomerID})
	if err != nil {
		return false, err
	}
	return store{tx}.surveyPlannedSince(subjects[d.CustomerID].Records, d.ContactID, d.ResolvedAt)
}

// SurveyPutOff sets the job of a survey due again at until, and writes until and the reason on the decision. It returns
// outbox.ErrStale when another worker has the job.
func (s *Service) SurveyPutOff(
	ctx context.Context,
	ticket outbox.Ticket,
	decisionID int64,
	until clock.Instant,
	reason policy.Reason,
) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Again(tx, until); err != nil {
			return err
		}
		return store{tx}.putOffDecision(decisionID, until, reason)
	})
}

// SurveySkipped ends the job of a survey that is not sent, and writes the reason on the decision. With ReasonCorrected the
// contact is decided about again. It returns outbox.ErrStale when another worker has the job.
func (s *Service) SurveySkipped(ctx context.Context, ticket outbox.Ticket, decisionID int64, reason policy.Reason) error {
	now := ticket.Now(s.now)
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		d, err := store{tx}.decision(decisionID)
		if err != nil {
			return err
		}
		if err := (store{tx}).cancelDecisions(now, reason, decisionID); err != nil {
			return err
		}
		if reason != policy.ReasonCorrected {
			return nil
		}
		return contact.DecideAgain(tx, d.ContactID, now)
	})
}

// SurveyAnswered gives up the survey that was still to be sent about a resolution, since the customer has answered in a call. Once more
// it changes nothing.
func (s *Service) SurveyAnswered(ctx context.Context, resolutionID int64) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		planned, err := store{tx}.liveSurveyDecisions([]int64{resolutionID})
		if err != nil {
			return err
		}
		return s.giveUpSurveys(tx, planned, policy.ReasonAlreadyAnswered, now)
	})
	if err != nil {
		return fmt.Errorf("give up the survey about resolution %d: %w", resolutionID, err)
	}
	return nil
}

// WithSurveys returns which of the customers a survey is planned for that may not be sent yet.
func WithSurveys(tx database.Tx, customerIDs []int64) ([]int64, error) {
	return store{tx}.surveyCustomers(customerIDs)
}

// DropRefusedSurveys gives up the surveys still to be sent to a customer who must not be asked any more over any channel they could come
// by. Once more it changes nothing.
func (s *Service) DropRefusedSurveys(ctx context.Context, customerID int64) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		planned, err := store{tx}.surveysOf(customerID)
		if err != nil || len(planned) == 0 {
			return err
		}
		subjects, err := contact.Subjects(tx, []int64{customerID})
		if err != nil {
			return err
		}
		for _, d := range planned {
			why, err := s.surveyRefused(tx, d, subjects[customerID], now)
			if err != nil {
				return err
			}
			if why == "" {
				continue
			}
			if err := s.giveUpSurveys(tx, []Decision{d}, policy.Reason(why), now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give up the surveys of customer %d: %w", customerID, err)
	}
	return nil
}

// surveyRefused returns why a survey will never be sent: the customer refused it over every channel it could come by, for good.
func (s *Service) surveyRefused(tx database.Tx, d Decision, subject permission.Subject, now clock.Instant) (permission.Code, error) {
	p, err := s.policies.Version(tx, d.PolicyVersion)
	if err != nil {
		return "", err
	}
	rule := p.Rule(d.Rule)
	if rule == nil || rule.Survey == nil || len(rule.Survey.Channels) == 0 {
		return "", nil
	}
	verdicts, err := s.permit.Judge(tx, questionsFor(policy.Wish{Kind: d.Kind, Survey: rule.Survey, NotBefore: now}, subject))
	if err != nil {
		return "", err
	}
	for _, v := range verdicts {
		if v.Refused() == "" || !v.AllowedFrom.IsZero() {
			return "", nil
		}
	}
	return verdicts[0].Refused(), nil
}

// giveUpSurveys cancels planned surveys that have certainly not been sent. Whoever is sending one looks again by itself.
func (s *Service) giveUpSurveys(tx database.Tx, planned []Decision, why policy.Reason, now clock.Instant) error {
	for _, d := range planned {
		free, err := s.withdrawSurvey(tx, d, why, now)
		if err != nil {
			return err
		}
		if !free {
			continue
		}
		if err := (store{tx}).cancelDecisions(now, why, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// SurveysHandedOver unmarks planned surveys that were marked as cancelled: it turned out that they were sent, or may have been.
func (s *Service) SurveysHandedOver(tx database.Tx, decisionIDs ...int64) error {
	return store{tx}.uncancelSurveys(decisionIDs)
}

// withdrawSurvey cancels the job of a planned survey and withdraws what an earlier try of it left. It reports true only if the
// customer has certainly not been asked and is not being asked.
func (s *Service) withdrawSurvey(tx database.Tx, d Decision, reason policy.Reason, now clock.Instant) (bool, error) {
	waiting, err := outbox.Cancel(tx, now, JobSendSurvey, d.ID)
	if err != nil || waiting == 0 {
		return false, err
	}
	gone, err := s.surveys.Withdraw(tx, d.ResolutionID, reason)
	return !gone, err
}
