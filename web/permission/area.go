// Package permission is whether we may contact a customer, and why not: consents, suppressions, calling hours, holidays and caps.
package permission

import (
	"context"
	"embed"
	"io"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/lists"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts   accountService
	contacts   contactService
	lists      listService
	permission permissionService
}

// New returns the area.
func New(site *frame.Site, accounts accountService, contacts contactService, lists listService, permission permissionService) frame.Area {
	h := &handlers{Site: site, accounts: accounts, contacts: contacts, lists: lists, permission: permission}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.permissionRoutes(),
			h.callingHoursRoutes(),
			h.customerPermissionRoutes(),
			h.holidaysRoutes(),
			h.permissionImportRoutes(),
			h.suppressionsRoutes(),
		),
		Samples: slices.Concat(
			permissionSamples(),
			callingHoursSamples(),
			customerPermissionSamples(),
			holidaysSamples(),
			permissionImportSamples(),
			suppressionsSamples(),
		),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	Customer(ctx context.Context, viewer account.Viewer, id int64) (contact.Profile, error)
	CustomersByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]contact.Customer, error)
	Region() string
}

// listService is what these pages ask of lists.
type listService interface {
	ImportConsents(ctx context.Context, viewer account.Viewer, file io.Reader, reading lists.Reading) (lists.Report, error)
	ImportSuppressions(ctx context.Context, viewer account.Viewer, file io.Reader, reading lists.Reading) (lists.Report, error)
}

// permissionService is what these pages ask of permission.
type permissionService interface {
	Ask(ctx context.Context, viewer account.Viewer, list []permission.Asked) ([]permission.Answered, error)
	ConsentsOf(ctx context.Context, viewer account.Viewer, customerID int64) ([]permission.ConsentEvent, error)
	ImportHolidays(ctx context.Context, viewer account.Viewer, days []hours.Holiday, note string) (hours.CalendarChange, error)
	LiftSuppression(ctx context.Context, viewer account.Viewer, id int64, reason string) error
	Publish(ctx context.Context, viewer account.Viewer, rules permission.Rules, basedOn int, note string) (permission.Rules, error)
	RecordByHand(ctx context.Context, viewer account.Viewer, e permission.ConsentEvent) error
	RefuseByHand(ctx context.Context, viewer account.Viewer, customerID int64, scope permission.Scope, said string) (clock.Instant, error)
	Rules() permission.Rules
	RulesVersion(ctx context.Context, version int) (permission.Rules, error)
	RulesVersions(ctx context.Context, before, limit int) ([]permission.RulesVersion, error)
	StandingCounts(ctx context.Context) ([]permission.StandingCount, clock.Instant, error)
	StandingsBy(
		ctx context.Context, viewer account.Viewer, purpose permission.Purpose, channel permission.Channel,
		first permission.Code, after int64, limit int,
	) ([]permission.Standing, error)
	Subject(ctx context.Context, viewer account.Viewer, customerID int64) (permission.Subject, error)
	SuppressByHand(ctx context.Context, viewer account.Viewer, sup permission.Suppression) (bool, error)
	Suppressions(ctx context.Context, f permission.SuppressionFilter, limit int) ([]permission.Suppression, error)
	SuppressionsOn(ctx context.Context, viewer account.Viewer, customerID int64) ([]permission.Suppression, error)
	TakeBackRefusal(ctx context.Context, viewer account.Viewer, customerID int64, at clock.Instant) error
	Verdicts(ctx context.Context, viewer account.Viewer, questions []permission.Question) ([]permission.Verdict, error)
}
