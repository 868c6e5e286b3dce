// Package performance is what callers and teams did: figures by period with their denominators, the rows behind each, and both as files.
package performance

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/tasks/callback/performance"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts    accountService
	performance performanceService
}

// New returns the area.
func New(site *frame.Site, accounts accountService, figures performanceService) frame.Area {
	h := &handlers{Site: site, accounts: accounts, performance: figures}
	return frame.Area{Files: files, Routes: slices.Concat(h.reportRoutes(), h.rowsRoutes()), Samples: samples()}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	Teams(ctx context.Context) ([]account.Team, error)
}

// performanceService is what these pages ask for figures.
type performanceService interface {
	Lines(ctx context.Context, viewer account.Viewer, f performance.ListFilter) (performance.List, error)
	Report(ctx context.Context, viewer account.Viewer, f performance.Filter) (performance.Report, error)
}
