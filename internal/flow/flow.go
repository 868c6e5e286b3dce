// Package flow is where features meet: the handlers of jobs, about ten lines each, that hand what one feature found to another,
// and reads that span features. Features themselves are strangers to each other.
package flow

import (
	"context"
	"log/slog"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/roster"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
)

// JobVerify is the kind of the nightly job that recomputes every figure from raw rows.
const JobVerify = "scores.verify"

// JobPrune is the kind of the nightly job that deletes messages kept for a week, and what is over of logins.
const JobPrune = "messages.prune"

// Services are the features and kernels that flow connects.
type Services struct {
	DB          *database.DB
	Accounts    *account.Service
	Contacts    *contact.Service
	Identity    *identity.Service
	Permission  *permission.Service
	Imports     *imports.Service
	Policies    *policy.Service
	Callbacks   *callback.Service
	Calls       *call.Service
	Bulk        *bulk.Service
	Missed      *missed.Service
	Decisions   *decision.Service
	Handoffs    *handoff.Service
	Couriers    *courier.Service
	Robots      *delivery.Robots
	Incidents   *incident.Service
	Surveys     *survey.Service
	Campaigns   *campaign.Service
	Figures     *figures.Service
	Sender      delivery.Sender
	Messages    *delivery.Log
	Log         *slog.Logger // nobody reads it when nil
	Performance *performance.Service
}

// Service handles jobs that span features. Features do not import each other: what one found is handed to the other here.
type Service struct{ Services }

// New returns a service over the features.
func New(services Services) *Service {
	if services.Log == nil {
		services.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{services}
}

// Handler does one kind of job; ref is the row it is about.
type Handler = func(ctx context.Context, ticket outbox.Ticket, ref int64) error

// Handlers returns the handler of every kind of job a feature adds. A new kind of job needs its line here: a job without one is
// retried and then dead.
func (s *Service) Handlers() map[string]Handler {
	return map[string]Handler{
		contact.JobPlan:          s.plan,
		contact.JobRecordAnswers: s.Surveys.Record,
		contact.JobReopened:      s.cancelReopened,
		contact.JobSettle:        s.Contacts.SettleAddress,
		identity.JobScanPersons:  s.Identity.ScanPersons,
		identity.JobIdentify:     s.Identity.Identify,
		imports.JobRun:           s.Imports.Execute,
		decision.JobSendSurvey:   s.sendSurvey,
		contact.JobCorrected:     s.Decisions.Redecide,
		decision.JobDryRun:       s.Decisions.RunDry,
		incident.JobTie:          s.Incidents.TieBefore,
		incident.JobFree:         s.Incidents.Free,
		incident.JobNotice:       s.noticeIncident,
		incident.JobBursts:       s.seeBursts,
		callback.JobOffer:        s.Callbacks.Offer,
		callback.JobOutcome:      s.followOutcome,
		callback.JobMissed:       s.Missed.Plan,
		roster.JobChanged:        s.Callbacks.FreeAbsent,
		callback.JobLeft:         s.Callbacks.HandBackRest,
		bulk.JobAct:              s.Bulk.Work,
		missed.JobText:           s.textMissed,
		callback.JobClosed:       s.Handoffs.Settle,
		handoff.JobWatch:         s.Handoffs.Watch,
		courier.JobTell:          s.Couriers.Plan,
		courier.JobLink:          s.sendLink,
		handoff.JobResolved:      s.settleAtSource,
		performance.JobRoll:      s.Performance.Roll,
		performance.JobRecount:   s.Performance.Recount,
		skill.JobSort:            s.Callbacks.SortSkills,
		survey.JobAnswered:       s.actOnAnswer,
		survey.JobRemind:         s.remindSurvey,
		campaign.JobBuild:        s.Campaigns.Build,
		campaign.JobCount:        s.Campaigns.Recount,
		figures.JobFold:          s.fold,
		permission.JobRefresh:    s.refreshStandings,
		permission.JobRefused:    s.dropRefused,
		JobVerify:                s.verifyNightly,
		JobPrune:                 s.pruneMessages,
		JobTakeUp:                s.takeUpSurveys,
	}
}

func (s *Service) fold(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	return s.Figures.Fold(ctx, ticket)
}

func (s *Service) refreshStandings(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	return s.Permission.Refresh(ctx, ticket)
}

// pruneMessages deletes kept messages, whose links answer for a customer, after a week, and what is over of logins.
func (s *Service) pruneMessages(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	if _, err := s.Messages.Prune(ctx); err != nil {
		return err
	}
	if err := s.Accounts.Prune(ctx); err != nil {
		return err
	}
	return s.finish(ctx, ticket)
}

// finish ends a job whose work needed no transaction.
func (s *Service) finish(ctx context.Context, ticket outbox.Ticket) error {
	return s.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
}
