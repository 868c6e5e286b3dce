// Package floor is what a supervisor watches while callers call: the floor, the callbacks behind its numbers, and the notices on desks.
package floor

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	floor    floorService
	notices  noticeService
	accounts accountService
}

// New returns the area.
func New(site *frame.Site, floor floorService, notices noticeService, accounts accountService) frame.Area {
	h := &handlers{Site: site, floor: floor, notices: notices, accounts: accounts}
	return frame.Area{
		Files:   files,
		Routes:  slices.Concat(h.floorRoutes(), h.noticeRoutes()),
		Samples: slices.Concat(floorSamples(), noticeSamples()),
	}
}

// floorService is what these pages ask about the floor.
type floorService interface {
	Watch(ctx context.Context, viewer account.Viewer) (*floor.Snapshot, error)
	Behind(ctx context.Context, viewer account.Viewer, f callback.SupplyFilter) ([]worklist.Row, error)
}

// noticeService is what these pages ask about notices.
type noticeService interface {
	ByID(ctx context.Context, viewer account.Viewer, id int64) (notice.Whole, error)
	Edit(ctx context.Context, viewer account.Viewer, id int64, seen clock.Instant, t notice.Text) (notice.Notice, error)
	List(ctx context.Context, viewer account.Viewer, up bool, before int64, limit int) ([]notice.Row, error)
	Pin(ctx context.Context, viewer account.Viewer, t notice.Text) (notice.Notice, error)
	PinAgain(ctx context.Context, viewer account.Viewer, id int64) error
	Unpin(ctx context.Context, viewer account.Viewer, id int64) error
}

// accountService is what these pages ask of accounts.
type accountService interface {
	Teams(ctx context.Context) ([]account.Team, error)
}
