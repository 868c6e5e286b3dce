// Package incidents is the pages of outages behind many contacts: what is paused because of them, what customers were told, and how they
// end.
package incidents

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/figures"
	"aftercall/internal/tie"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts  accountService
	contacts  contactService
	figures   figureService
	incidents incidentService
	policies  policyService
}

// New returns the area.
func New(
	site *frame.Site, accounts accountService, contacts contactService, figures figureService, incidents incidentService,
	policies policyService,
) frame.Area {
	h := &handlers{Site: site, accounts: accounts, contacts: contacts, figures: figures, incidents: incidents, policies: policies}
	return frame.Area{
		Files:   files,
		Routes:  slices.Concat(h.listRoutes(), h.formRoutes(), h.detailRoutes(), h.actRoutes()),
		Samples: samples(),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	Teams(ctx context.Context) ([]account.Team, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	ContactsByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]contact.Contact, error)
}

// figureService is what these pages ask of figures.
type figureService interface {
	Breakdown(ctx context.Context, q figures.Query, by figures.Dimension) ([]figures.Row, error)
	Score(ctx context.Context, q figures.Query) (figures.Figure, error)
}

// policyService is what these pages ask of policies.
type policyService interface {
	Attributes(ctx context.Context) ([]policy.Attribute, error)
}

// incidentService is what these pages ask of incidents.
type incidentService interface {
	Active(ctx context.Context, viewer account.Viewer) ([]incident.Incident, error)
	Begin(ctx context.Context, viewer account.Viewer, id int64) error
	ByID(ctx context.Context, viewer account.Viewer, id int64) (incident.Incident, error)
	CallOff(ctx context.Context, viewer account.Viewer, id int64, why string) error
	Change(ctx context.Context, viewer account.Viewer, id int64, d incident.Definition) error
	Contacts(ctx context.Context, viewer account.Viewer, id int64, state tie.State, before int64, limit int) ([]incident.Row, error)
	Create(ctx context.Context, viewer account.Viewer, d incident.Definition) (incident.Incident, error)
	Dismiss(ctx context.Context, viewer account.Viewer, id int64, why string) error
	Events(ctx context.Context, viewer account.Viewer, id int64) ([]incident.EventRow, error)
	HeldCounts(ctx context.Context, viewer account.Viewer) (map[int64]int, error)
	List(ctx context.Context, viewer account.Viewer) ([]incident.Incident, error)
	MayChange(viewer account.Viewer, i incident.Incident) bool
	Preview(ctx context.Context, viewer account.Viewer, id int64) (incident.Preview, error)
	Release(ctx context.Context, viewer account.Viewer, id int64, perHour int) error
	Remove(ctx context.Context, viewer account.Viewer, id, contactID int64, why string) error
	Standing(ctx context.Context, viewer account.Viewer, id int64) (incident.Standing, error)
	Stop(ctx context.Context, viewer account.Viewer, id int64, why string) error
	TieContact(ctx context.Context, viewer account.Viewer, id, contactID int64) error
	TieNamed(ctx context.Context, viewer account.Viewer, id int64, numbers []string) (incident.Named, error)
}
