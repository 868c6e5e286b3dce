// Package followup is where supervisors see what became of contacts: callbacks, decisions, contacts, customers and persons.
package followup

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts   accountService
	bulkActs   bulkService
	callbacks  callbackService
	calls      callService
	worklist   worklistService
	contacts   contactService
	customers  customerService
	decisions  decisionService
	identity   identityService
	permission permissionService
	policies   policyService
	timelines  timelineService
}

// New returns the area.
func New(
	site *frame.Site, accounts accountService, callbacks callbackService, calls callService, worklist worklistService, bulkActs bulkService,
	contacts contactService, customers customerService, decisions decisionService, identity identityService,
	permission permissionService, policies policyService, timelines timelineService,
) frame.Area {
	h := &handlers{
		Site: site, accounts: accounts, callbacks: callbacks, calls: calls, worklist: worklist, bulkActs: bulkActs, contacts: contacts,
		customers: customers, decisions: decisions,
		identity: identity, permission: permission, policies: policies, timelines: timelines,
	}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.callbacksRoutes(),
			h.contactsRoutes(),
			h.decisionsRoutes(),
			h.lookupRoutes(),
			h.personsRoutes(),
		),
		Samples: slices.Concat(
			callbacksSamples(),
			bulkSamples(),
			contactsSamples(),
			decisionsSamples(),
			lookupSamples(),
			personsSamples(),
		),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	Teams(ctx context.Context) ([]account.Team, error)
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
	Users(ctx context.Context, afterLogin string, limit int) ([]account.User, error)
}

// bulkService is what these pages ask of acts on many callbacks.
type bulkService interface {
	Begin(ctx context.Context, viewer account.Viewer, ids []int64, act callback.Act) (bulk.Act, error)
	Recent(ctx context.Context, viewer account.Viewer, limit int) ([]bulk.Act, error)
	Report(ctx context.Context, viewer account.Viewer, actID int64) (bulk.Report, error)
	Rows(ctx context.Context, viewer account.Viewer, actID int64, state bulk.RowState, after int64, limit int) ([]bulk.Row, error)
	Undo(ctx context.Context, viewer account.Viewer, actID int64) (bulk.Act, error)
	Weigh(ctx context.Context, viewer account.Viewer, ids []int64, act callback.Act) (bulk.Weighed, error)
}

// callService is what these pages ask for what is kept of calls.
type callService interface {
	Recording(ctx context.Context, viewer account.Viewer, callbackID, attemptID int64) (url string, err error)
}

// worklistService is what these pages ask about many callbacks.
type worklistService interface {
	Count(ctx context.Context, viewer account.Viewer) (worklist.StateCounts, error)
	List(ctx context.Context, viewer account.Viewer, f worklist.Filter) ([]worklist.Row, error)
	ByIDs(ctx context.Context, viewer account.Viewer, ids []int64) ([]callback.Callback, error)
	Categories(ctx context.Context) ([]string, error)
	DeleteFilter(ctx context.Context, viewer account.Viewer, id int64) error
	Each(ctx context.Context, viewer account.Viewer, f worklist.Filter, most int) ([]callback.Callback, error)
	Marks(ctx context.Context, viewer account.Viewer) ([]worklist.MarkRow, error)
	Rows(ctx context.Context, viewer account.Viewer, ids []int64) ([]worklist.Row, error)
	SaveFilter(ctx context.Context, viewer account.Viewer, f worklist.SavedFilter) error
	Saved(ctx context.Context, viewer account.Viewer) ([]worklist.SavedFilter, error)
}

// callbackService is what these pages ask of callbacks.
type callbackService interface {
	ByID(ctx context.Context, viewer account.Viewer, id int64) (callback.Desk, error)
	Changes(ctx context.Context, viewer account.Viewer, callbackID int64) ([]callback.ChangeRow, error)
	Do(ctx context.Context, viewer account.Viewer, callbackID int64, act callback.Act) error
	Reasons(ctx context.Context) ([]callback.Reason, error)
	Receivers(ctx context.Context, viewer account.Viewer, callbackID int64) (callback.Receivers, error)
	Resume(ctx context.Context, viewer account.Viewer, callbackID int64) (callback.Callback, error)
	SeeMarks(ctx context.Context, viewer account.Viewer, callbackID int64) error
}

// contactService is what these pages ask of contacts.
type contactService interface {
	Contact(ctx context.Context, viewer account.Viewer, id int64) (contact.Detail, error)
	Customer(ctx context.Context, viewer account.Viewer, id int64) (contact.Profile, error)
	List(ctx context.Context, viewer account.Viewer, f contact.Filter) ([]contact.Row, error)
	Sources(ctx context.Context) ([]contact.Source, error)
}

// customerService is what these pages ask about a customer across features.
type customerService interface {
	Ahead(ctx context.Context, viewer account.Viewer, customerID int64) (flow.Ahead, error)
	FollowedUp(ctx context.Context, viewer account.Viewer, contactID int64) (flow.FollowedUp, error)
	Timeline(ctx context.Context, viewer account.Viewer, customerID int64, f flow.TimelineFilter) (flow.Timeline, error)
}

// decisionService is what these pages ask of decisions.
type decisionService interface {
	DaySums(ctx context.Context, viewer account.Viewer, from, to clock.Instant) ([]decision.DaySum, error)
	List(ctx context.Context, viewer account.Viewer, f decision.Filter) ([]decision.Row, error)
	PlanByHand(ctx context.Context, viewer account.Viewer, contactID int64, h decision.HandPlan) error
	Summary(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (decision.Summary, error)
}

// identityService is what these pages ask of identity.
type identityService interface {
	Candidates(ctx context.Context, viewer account.Viewer, customerID int64, text string) ([]identity.Candidate, error)
	Merge(ctx context.Context, viewer account.Viewer, into, from int64, reason string) (identity.PersonChange, error)
	Person(ctx context.Context, viewer account.Viewer, customerID int64) (identity.PersonView, error)
	Split(ctx context.Context, viewer account.Viewer, customerIDs []int64, reason string) (identity.PersonChange, error)
	TakeApart(ctx context.Context, viewer account.Viewer, a contact.Apart, reason string) (identity.PersonChange, error)
	Undo(ctx context.Context, viewer account.Viewer, changeID int64) (identity.PersonChange, error)
}

// permissionService is what these pages ask of permission.
type permissionService interface {
	Subject(ctx context.Context, viewer account.Viewer, customerID int64) (permission.Subject, error)
	Verdicts(ctx context.Context, viewer account.Viewer, questions []permission.Question) ([]permission.Verdict, error)
}

// policyService is what these pages ask of policies.
type policyService interface {
	Words(ctx context.Context) (policy.Words, error)
}

// timelineService is what these pages ask about what happened.
type timelineService interface {
	Lookup(ctx context.Context, viewer account.Viewer, text string) ([]flow.Found, error)
	CallbackTimeline(ctx context.Context, viewer account.Viewer, c callback.Callback) ([]contact.Event, error)
	Timeline(ctx context.Context, viewer account.Viewer, contactID int64) ([]contact.Event, error)
}
