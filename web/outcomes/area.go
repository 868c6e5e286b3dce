// Package outcomes is where the outcomes of calls are read, edited, exchanged as YAML and published. It is an area of its own: what may be
// recorded is no rule of a policy, which says what is planned, and no rule on contact, which says what is allowed.
package outcomes

import (
	"context"
	"embed"

	"aftercall/internal/account"
	"aftercall/internal/versions"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts accountService
	outcomes outcomeService
}

// New returns the area.
func New(site *frame.Site, accounts accountService, outcomes outcomeService) frame.Area {
	h := &handlers{Site: site, accounts: accounts, outcomes: outcomes}
	return frame.Area{Files: files, Routes: h.routes(), Samples: samples()}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// outcomeService is what these pages ask of outcomes.
type outcomeService interface {
	Current(ctx context.Context) (*outcome.Set, error)
	Stock() outcome.Set
	Version(ctx context.Context, number int) (versions.Line, *outcome.Set, error)
	Versions(ctx context.Context, before, limit int) ([]versions.Line, error)
	Publish(ctx context.Context, viewer account.Viewer, set outcome.Set, basedOn int, note string) (versions.Line, error)
}
