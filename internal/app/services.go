package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/roster"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
	"aftercall/tasks/queue"
	"aftercall/web"
)

// Services are all use cases of one centre, on one clock.
type Services struct {
	DB          *database.DB
	Now         clock.Now
	Accounts    *account.Service
	Contacts    *contact.Service
	Identity    *identity.Service
	Maintenance *maintenance.Service
	Imports     *imports.Service
	Permission  *permission.Service
	Lists       *lists.Service
	Figures     *figures.Service
	Surveys     *survey.Service
	Policies    *policy.Service
	Callbacks   *callback.Service
	Calls       *call.Service
	Worklist    *worklist.Service
	Bulk        *bulk.Service
	Pauses      *pause.Service
	Roster      *roster.Service
	Performance *performance.Service
	Floor       *floor.Service
	Notices     *notice.Service
	Missed      *missed.Service
	Outcomes    *outcome.Service
	Scripts     *script.Service
	Skills      *skill.Service
	Decisions   *decision.Service
	Handoffs    *handoff.Service
	Incidents   *incident.Service
	Couriers    *courier.Service
	Campaigns   *campaign.Service
	Flow        *flow.Service
	Jobs        *queue.Inspector
	Messages    *delivery.Log
	PBX         *delivery.PBX
}

// Setup is what a centre chooses.
type Setup struct {
	Key        []byte
	Contacts   contact.Options
	Surveys    survey.Options // with the zone and the name of the centre, and the channels of its sender
	FirstDelay time.Duration  // of surveys, until a policy says something else
	Folder     string         // of files that are being written
	Sender     delivery.Sender
	Log        *slog.Logger
}

// Connect connects the use cases of a centre.
func Connect(db *database.DB, now clock.Now, setup Setup) *Services {
	zone := setup.Surveys.Zone
	s := &Services{
		DB:         db,
		Now:        now,
		Accounts:   account.New(db, setup.Key, now),
		Contacts:   contact.New(db, now, setup.Contacts),
		Permission: permission.New(db, setup.Key, now, contact.Directory{}).Telling(flow.Refusals{}),
		Figures:    figures.New(db, zone, now),
		Jobs:       queue.NewInspector(db, now),
		Messages:   delivery.NewLog(db, now),
		PBX:        delivery.NewPBX(db, setup.Key, now),
	}
	setup.Surveys.Texts, setup.Surveys.Notices = flow.MissedTexts{}, flow.IncidentNotices{}
	s.Surveys = survey.New(db, s.Permission, setup.Key, now, setup.Surveys)
	asked := flow.PolicySurveys{Surveys: s.Surveys}
	s.Policies = policy.New(db, asked, now, setup.FirstDelay)
	s.Outcomes = outcome.New(db, now, setup.Contacts.Region)
	s.Policies.StartWith(outcome.Attempts(setup.Contacts.Region))
	s.Roster = roster.New(db, flow.Promises{}, now, zone)
	s.Callbacks = callback.New(db, s.Permission, decision.Ledger{}, now, callback.Options{
		Zone: zone, CentreName: setup.Surveys.CentreName, Language: setup.Surveys.Language, Outcomes: s.Outcomes,
		Scores: flow.CallScores{Surveys: s.Surveys}, Handoffs: handoff.Waits{}, Duty: s.Roster,
	})
	s.Calls = call.New(db, s.Callbacks, flow.Dialer{PBX: s.PBX}, now)
	s.Worklist = worklist.New(db, s.Callbacks, s.Outcomes, now, zone)
	s.Bulk = bulk.New(db, s.Callbacks, now)
	s.Pauses = pause.New(db, now)
	s.Performance = performance.New(db, s.Outcomes, flow.Opened{}, now, zone)
	s.Scripts, s.Skills = s.Callbacks.Scripts(), s.Callbacks.Skills()
	s.Accounts.Knowing(flow.Leaving{Callbacks: s.Callbacks}, flow.UserSkills{})
	s.Missed = missed.New(db, s.Callbacks, s.Permission, now, missed.Options{
		Zone: zone, CentreName: setup.Surveys.CentreName, Language: setup.Surveys.Language, Links: s.Surveys,
		Channels: setup.Surveys.Channels,
	})
	s.Decisions = decision.New(db, s.Permission, s.Policies, s.Callbacks, asked, now, zone)
	s.Handoffs = handoff.New(db, s.Callbacks, s.Permission, now, handoff.Options{
		Zone: zone, Region: setup.Contacts.Region, Tell: courier.Tell,
	})
	s.Couriers = courier.New(db, s.Handoffs, now, courier.Options{
		Key: setup.Key, PublicURL: setup.Surveys.PublicURL, CentreName: setup.Surveys.CentreName, Language: setup.Surveys.Language,
		Region: s.Contacts.Region(), Zone: zone, Addresses: delivery.NewVault(setup.Key, "handoff contact"),
	})
	s.Floor = floor.New(db, s.Callbacks, s.Worklist, now, floor.Options{Zone: zone, Sources: flow.Upstream{
		Contacts: s.Contacts, Decisions: s.Decisions, Jobs: s.Jobs, Now: now, Zone: zone,
	}, Handoffs: flow.Handed{Handoffs: s.Handoffs}})
	s.Notices = notice.New(db, now)
	s.Incidents = incident.New(db, s.Policies, s.Callbacks, s.Decisions, s.Permission, now, incident.Options{
		Zone: zone, CentreName: setup.Surveys.CentreName, Language: setup.Surveys.Language, Links: s.Surveys,
		Channels: setup.Surveys.Channels,
	})
	s.Decisions.Tying(s.Incidents)
	s.Identity = identity.New(db, s.Contacts, now, identity.Options{
		Holds: s.Callbacks, Movers: []identity.PersonMover{s.Permission, s.Callbacks}, Respeller: s.Permission,
	})
	s.Maintenance = maintenance.New(db, s.Contacts, s.Callbacks, now)
	s.Lists = lists.New(db, s.Permission, now)
	s.Imports = imports.New(db, s.Contacts, now)
	s.Campaigns = campaign.New(db, s.Permission, flow.Satisfaction{Surveys: s.Surveys}, now, setup.Folder)
	s.Flow = flow.New(flow.Services{
		DB: db, Accounts: s.Accounts, Contacts: s.Contacts, Identity: s.Identity, Permission: s.Permission, Imports: s.Imports,
		Policies: s.Policies, Callbacks: s.Callbacks, Calls: s.Calls, Bulk: s.Bulk, Missed: s.Missed, Decisions: s.Decisions,
		Handoffs: s.Handoffs, Couriers: s.Couriers, Robots: delivery.NewRobots(), Incidents: s.Incidents, Performance: s.Performance,
		Surveys: s.Surveys, Campaigns: s.Campaigns, Figures: s.Figures,
		Sender: setup.Sender, Messages: s.Messages, Log: setup.Log,
	})
	return s
}

// newServices connects the use cases as the settings say. sender carries the messages; where it is nil the settings name it.
func (a *App) newServices(db *database.DB, now clock.Now, sender delivery.Sender) (*Services, error) {
	if sender == nil {
		var err error
		if sender, err = delivery.Open(a.cfg.Sender, delivery.NewLog(db, now)); err != nil {
			return nil, fmt.Errorf("open the sender of messages: %w", err)
		}
	}
	nobodys, err := a.cfg.placeholders()
	if err != nil {
		return nil, fmt.Errorf("read what is no customer's address: %w", err)
	}
	return Connect(db, now, Setup{
		Key: a.key, Contacts: contact.Options{Region: a.cfg.Region, Placeholders: nobodys}, FirstDelay: a.cfg.SurveyDelay,
		Surveys: survey.Options{
			PublicURL: a.publicURL(), CentreName: a.cfg.CentreName, Language: a.cfg.Language, Zone: a.zone, Channels: sender.Channels(),
		},
		Folder: a.files.Path(), Sender: sender, Log: a.log,
	}), nil
}

// Shown is what pages and the API show.
func (s *Services) Shown() web.Services {
	return web.Services{
		Accounts: s.Accounts, Contacts: s.Contacts, Identity: s.Identity, Imports: s.Imports, Permission: s.Permission, Lists: s.Lists,
		Policies: s.Policies, Callbacks: s.Callbacks, Calls: s.Calls, Worklist: s.Worklist, Bulk: s.Bulk, Pauses: s.Pauses,
		Outcomes: s.Outcomes, Roster: s.Roster, Performance: s.Performance, Floor: s.Floor, Notices: s.Notices, Incidents: s.Incidents,
		Decisions: s.Decisions, Handoffs: s.Handoffs, Couriers: s.Couriers, Scripts: s.Scripts, Skills: s.Skills, PBX: s.PBX,
		Surveys: s.Surveys, Campaigns: s.Campaigns, Messages: s.Messages,
		Figures: s.Figures, Jobs: s.Jobs, Maintenance: s.Maintenance, Reads: flow.NewReads(s.DB, s.Contacts),
		Customers: flow.NewCustomers(s.DB, s.Permission, s.Now),
	}
}

// prepare adds what every centre starts with.
func (s *Services) prepare(ctx context.Context) error {
	if err := s.Permission.EnsureBuiltIn(ctx); err != nil {
		return fmt.Errorf("add the first rules on contact: %w", err)
	}
	if err := s.Surveys.EnsureBuiltIn(ctx); err != nil {
		return fmt.Errorf("add the built-in survey: %w", err)
	}
	if err := s.Scripts.EnsureBuiltIn(ctx); err != nil {
		return fmt.Errorf("add the built-in scripts: %w", err)
	}
	if err := s.Policies.EnsureBuiltIn(ctx); err != nil {
		return fmt.Errorf("add the built-in policy: %w", err)
	}
	if err := s.Outcomes.EnsureBuiltIn(ctx); err != nil {
		return fmt.Errorf("add the built-in outcomes: %w", err)
	}
	if err := s.Campaigns.EnsureBuiltIn(ctx); err != nil {
		return fmt.Errorf("add the built-in audience: %w", err)
	}
	return nil
}

// handlers returns what to do for every kind of job.
func (s *Services) handlers() map[string]queue.Handler {
	handlers := map[string]queue.Handler{}
	for kind, handler := range s.Flow.Handlers() {
		handlers[kind] = handler
	}
	return handlers
}
