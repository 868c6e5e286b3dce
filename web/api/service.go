package api

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// API is the JSON API for machines: contacts, consents and suppressions come in, whether somebody may be contacted, and what there is to
// call, is answered, and callbacks are listed, moved and cancelled.
// It takes API tokens and no cookies, reads bodies as a stream, and describes itself at /openapi.json.
type API struct {
	*frame.Site
	accounts   accountService
	acts       actService
	callbacks  callbackService
	contacts   contactService
	customers  customerService
	permission permissionService
	floor      floorService
	handoffs   handoffService
}

// New returns the API. Mount adds it to an engine.
func New(
	site *frame.Site, accounts accountService, acts actService, callbacks callbackService, contacts contactService,
	customers customerService, permission permissionService, floor floorService, handoffs handoffService,
) *API {
	return &API{
		Site: site, accounts: accounts, acts: acts, callbacks: callbacks, contacts: contacts, customers: customers, permission: permission,
		floor: floor, handoffs: handoffs,
	}
}

// Routes are all operations there are, described with the schemas of a registry.
func (a *API) Routes(schemas huma.Registry) []Route {
	return slices.Concat(
		a.contactRoutes(schemas), a.correctionRoutes(schemas), a.permissionRoutes(schemas), a.callbackRoutes(schemas),
		a.supplyRoutes(schemas), a.userRoutes(schemas), a.handoffRoutes(schemas),
	)
}

// accountService is what the API asks of accounts.
type accountService interface {
	DisableUser(ctx context.Context, id int64) error
	EditUser(ctx context.Context, viewer account.Viewer, id int64, e account.UserEdit) error
	EnableUser(ctx context.Context, id int64) error
	Invite(ctx context.Context, viewer account.Viewer, n account.NewUser) (account.User, string, error)
	LinkPassword(ctx context.Context, viewer account.Viewer, id int64) (secret string, err error)
	ListUsers(
		ctx context.Context, viewer account.Viewer, f account.UserFilter, afterLogin string, limit int,
	) ([]account.Managed, error)
	SkillNames(ctx context.Context) (map[int64]string, error)
	UserByLogin(ctx context.Context, viewer account.Viewer, login string) (u account.Managed, known bool, err error)
	TeamNames(ctx context.Context, ids []int64) (map[int64]string, error)
	UserFor(ctx context.Context, viewer account.Viewer, id int64) (account.Managed, error)
	Teams(ctx context.Context) ([]account.Team, error)
	ViewerByToken(ctx context.Context, plain string) (account.Viewer, error)
}

// actService is what the API asks of callbacks, one at a time.
type actService interface {
	Do(ctx context.Context, viewer account.Viewer, callbackID int64, act callback.Act) error
}

// callbackService is what the API asks of lists of callbacks.
type callbackService interface {
	List(ctx context.Context, viewer account.Viewer, f worklist.Filter) ([]worklist.Row, error)
	Rows(ctx context.Context, viewer account.Viewer, ids []int64) ([]worklist.Row, error)
}

// contactService is what the API asks of contacts.
type contactService interface {
	SourceNames(ctx context.Context, ids []int64) (map[int64]string, error)
	Contact(ctx context.Context, viewer account.Viewer, id int64) (contact.Detail, error)
	Events(ctx context.Context, viewer account.Viewer, after int64, limit int) ([]contact.SourceEvent, error)
	Region() string
	Take(ctx context.Context, sourceID int64, batch []contact.Input) ([]contact.Outcome, error)
}

// floorService is what the API asks about the floor.
type floorService interface {
	Pulse(ctx context.Context, viewer account.Viewer) (floor.Pulse, error)
}

// customerService is what the API asks of the care for customers' data.
type customerService interface {
	Feed(ctx context.Context, viewer account.Viewer, after int64, limit int) ([]maintenance.Told, error)
}

// permissionService is what the API asks of permission.
type permissionService interface {
	Ask(ctx context.Context, viewer account.Viewer, list []permission.Asked) ([]permission.Answered, error)
	Problems(sup permission.Suppression) []fault.Field
	Rules() permission.Rules
	TakeConsents(
		ctx context.Context, viewer account.Viewer, via, region string, inputs []permission.ConsentInput,
	) ([]permission.ConsentResult, error)
	TakeSuppressions(ctx context.Context, viewer account.Viewer, suppressions []permission.Suppression) ([]bool, error)
}

// handoffService is what the API asks of handoffs.
type handoffService interface {
	Ask(ctx context.Context, by handoff.By, id, seen int64, question string) (handoff.Handoff, error)
	ByID(ctx context.Context, by handoff.By, id int64) (handoff.Sheet, error)
	Claim(ctx context.Context, by handoff.By, id, seen int64) (handoff.Handoff, error)
	Close(ctx context.Context, by handoff.By, id, seen int64, result handoff.Result, why string) (handoff.Handoff, error)
	Forward(ctx context.Context, by handoff.By, id, seen int64, to handoff.Forwarding) (handoff.Handoff, error)
	List(ctx context.Context, viewer account.Viewer, f handoff.Filter) (handoff.Page, error)
	Reply(ctx context.Context, by handoff.By, id, seen int64, a handoff.Answer) (handoff.Handoff, error)
	SendBack(ctx context.Context, by handoff.By, id, seen int64, mistake handoff.Mistake, why string) (handoff.Handoff, error)
}
