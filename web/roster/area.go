// Package roster is who works when: the week of a team, files of shifts, the centre's named shifts, and one's own weeks.
package roster

import (
	"context"
	"embed"
	"io"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts  accountService
	callbacks callbackService
	roster    rosterService
}

// New returns the area.
func New(site *frame.Site, accounts accountService, callbacks callbackService, rosters rosterService) frame.Area {
	h := &handlers{Site: site, accounts: accounts, callbacks: callbacks, roster: rosters}
	return frame.Area{
		Files:   files,
		Routes:  slices.Concat(h.weekRoutes(), h.shiftRoutes(), h.importRoutes(), h.mineRoutes()),
		Samples: samples(),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	TeamNames(ctx context.Context, ids []int64) (map[int64]string, error)
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// callbackService is what these pages ask of callbacks.
type callbackService interface {
	FreedUnseen(ctx context.Context, viewer account.Viewer) ([]callback.FreedRow, error)
	SeeFreed(ctx context.Context, viewer account.Viewer, upTo int64) error
}

// rosterService is what these pages ask of rosters.
type rosterService interface {
	AddShift(ctx context.Context, viewer account.Viewer, typed roster.Typed) (roster.Shift, error)
	Changes(ctx context.Context, viewer account.Viewer, before int64, limit int) ([]roster.ChangeRow, error)
	CopyWeek(ctx context.Context, viewer account.Viewer, team int64, monday clock.Day) (roster.Outcome, error)
	EditShift(ctx context.Context, viewer account.Viewer, id int64, typed roster.Typed) error
	Export(ctx context.Context, viewer account.Viewer, list []roster.Cell, language string) ([][]string, error)
	Grid(ctx context.Context, viewer account.Viewer, f roster.Filter) (roster.Grid, error)
	Import(ctx context.Context, viewer account.Viewer, edit roster.Edit) (roster.Outcome, error)
	Mine(ctx context.Context, viewer account.Viewer, f roster.Filter) (roster.Grid, error)
	ReadFile(ctx context.Context, viewer account.Viewer, file io.Reader) (roster.Read, error)
	Rehearse(ctx context.Context, viewer account.Viewer, edit roster.Edit) (roster.Outcome, error)
	RemoveShift(ctx context.Context, viewer account.Viewer, id int64) error
	Set(ctx context.Context, viewer account.Viewer, edit roster.Edit) (roster.Outcome, error)
	Shifts(ctx context.Context) ([]roster.Shift, error)
	StartShifts(ctx context.Context, viewer account.Viewer, language string) error
	Undo(ctx context.Context, viewer account.Viewer, changeID int64) (roster.Outcome, error)
}
