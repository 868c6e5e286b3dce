// Package audiences is who may be offered something and why the others may not, and the lists that marketing exports.
package audiences

import (
	"context"
	"embed"
	"io"
	"slices"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts  accountService
	campaigns campaignService
	contacts  contactService
}

// New returns the area.
func New(site *frame.Site, accounts accountService, campaigns campaignService, contacts contactService) frame.Area {
	h := &handlers{Site: site, accounts: accounts, campaigns: campaigns, contacts: contacts}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.audiencesRoutes(),
			h.exportsRoutes(),
		),
		Samples: slices.Concat(
			audiencesSamples(),
			explainSamples(),
			exportsSamples(),
			audienceFormSamples(),
			snapshotsSamples(),
		),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// campaignService is what these pages ask of campaigns.
type campaignService interface {
	Audience(ctx context.Context, id int64) (campaign.Audience, error)
	Audiences(ctx context.Context) ([]campaign.Audience, error)
	CancelSnapshot(ctx context.Context, viewer account.Viewer, id int64) error
	Change(ctx context.Context, viewer account.Viewer, id int64, revision int, d campaign.Definition) error
	Count(ctx context.Context, id int64) (w campaign.Waterfall, counting bool, err error)
	Create(ctx context.Context, viewer account.Viewer, d campaign.Definition) (campaign.Audience, error)
	Examples(ctx context.Context, audienceID int64, reason campaign.Reason, limit int) ([]campaign.Example, error)
	Explain(ctx context.Context, audienceID, customerID int64) (campaign.Explanation, error)
	Export(ctx context.Context, viewer account.Viewer, r campaign.ExportRequest) (campaign.Export, io.ReadCloser, error)
	ExportByID(ctx context.Context, id int64) (campaign.Export, error)
	Exports(ctx context.Context, snapshotID, before int64, limit int) ([]campaign.Export, error)
	Members(ctx context.Context, snapshotID, after int64, limit int) ([]campaign.Member, error)
	NewestSnapshots(ctx context.Context) (map[int64]campaign.Snapshot, error)
	Snapshot(ctx context.Context, viewer account.Viewer, audienceID int64, reason string) (campaign.Snapshot, error)
	SnapshotByID(ctx context.Context, id int64) (campaign.Snapshot, error)
	Snapshots(ctx context.Context, audienceID int64, limit int) ([]campaign.Snapshot, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	CustomersByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]contact.Customer, error)
	Find(ctx context.Context, viewer account.Viewer, text string) ([]contact.Customer, error)
}
