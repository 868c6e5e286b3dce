// Package handoffs is where those who must solve what was not solved work: the list of handoffs, each with what may be done with it, when
// teams work, and replies as a file.
package handoffs

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts  accountService
	couriers  courierService
	handoffs  handoffService
	phrases   phraseService
	timelines timelineService
}

// New returns the area.
func New(
	site *frame.Site, accounts accountService, couriers courierService, handoffs handoffService, phrases phraseService,
	timelines timelineService,
) frame.Area {
	h := &handlers{Site: site, accounts: accounts, couriers: couriers, handoffs: handoffs, phrases: phrases, timelines: timelines}
	return frame.Area{
		Files:   files,
		Routes:  slices.Concat(h.listRoutes(), h.sheetRoutes(), h.termsRoutes()),
		Samples: slices.Concat(listSamples(), sheetSamples(), termsSamples()),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	Teams(ctx context.Context) ([]account.Team, error)
	Users(ctx context.Context, afterLogin string, limit int) ([]account.User, error)
}

// handoffService is what these pages ask of handoffs.
type handoffService interface {
	Answer(ctx context.Context, by handoff.By, id, seen int64, answer string, teamID int64) (handoff.Handoff, error)
	Ask(ctx context.Context, by handoff.By, id, seen int64, question string) (handoff.Handoff, error)
	ByID(ctx context.Context, by handoff.By, id int64) (handoff.Sheet, error)
	Claim(ctx context.Context, by handoff.By, id, seen int64) (handoff.Handoff, error)
	Close(ctx context.Context, by handoff.By, id, seen int64, result handoff.Result, why string) (handoff.Handoff, error)
	Counts(ctx context.Context, viewer account.Viewer) (handoff.Counts, error)
	Forward(ctx context.Context, by handoff.By, id, seen int64, to handoff.Forwarding) (handoff.Handoff, error)
	List(ctx context.Context, viewer account.Viewer, f handoff.Filter) (handoff.Page, error)
	Notices(ctx context.Context, viewer account.Viewer) ([]handoff.Told, error)
	Release(ctx context.Context, by handoff.By, id, seen int64) (handoff.Handoff, error)
	Remark(ctx context.Context, by handoff.By, id, seen int64, remark string) (handoff.Handoff, error)
	Reply(ctx context.Context, by handoff.By, id, seen int64, a handoff.Answer) (handoff.Handoff, error)
	Resume(ctx context.Context, by handoff.By, id, seen int64) (handoff.Handoff, error)
	SeeNotices(ctx context.Context, viewer account.Viewer, handoffID int64) error
	SetTerms(ctx context.Context, viewer account.Viewer, teamID int64, t handoff.Terms) error
	SendBack(ctx context.Context, by handoff.By, id, seen int64, mistake handoff.Mistake, why string) (handoff.Handoff, error)
	Suspend(ctx context.Context, by handoff.By, id, seen int64, p handoff.Suspension) (handoff.Handoff, error)
	Terms(ctx context.Context, teamID int64) (handoff.Terms, error)
	Weigh(ctx context.Context, by handoff.By, id, seen int64, severity handoff.Severity, why string) (handoff.Handoff, error)
}

// phraseService is what these pages ask of scripts.
type phraseService interface {
	Phrases(ctx context.Context, viewer account.Viewer) (script.Phrases, error)
}

// timelineService is what these pages ask about what happened.
type timelineService interface {
	Timeline(ctx context.Context, viewer account.Viewer, contactID int64) ([]contact.Event, error)
}
