// Package scripts is where supervisors write what callers say: scripts and steps of help with their versions, what is said of recordings,
// and canned phrases.
package scripts

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/callback/script"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts frame.UserNamer
	contacts contactService
	scripts  scriptService
}

// New returns the area.
func New(site *frame.Site, accounts frame.UserNamer, contacts contactService, scripts scriptService) frame.Area {
	h := &handlers{Site: site, accounts: accounts, contacts: contacts, scripts: scripts}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.listRoutes(),
			h.scriptRoutes(),
			h.phrasesRoutes(),
		),
		Samples: slices.Concat(
			listSamples(),
			scriptSamples(),
			phrasesSamples(),
		),
	}
}

// contactService is what these pages ask of contacts.
type contactService interface {
	Contact(ctx context.Context, viewer account.Viewer, id int64) (contact.Detail, error)
	List(ctx context.Context, viewer account.Viewer, f contact.Filter) ([]contact.Row, error)
}

// scriptService is what these pages ask of scripts.
type scriptService interface {
	All(ctx context.Context) (script.List, error)
	ByID(ctx context.Context, id int64) (script.Script, error)
	Centre(ctx context.Context) (script.Centre, error)
	Delete(ctx context.Context, viewer account.Viewer, id int64, revision int) error
	Draft(ctx context.Context, viewer account.Viewer, m script.Match) (script.Script, error)
	DraftFrom(ctx context.Context, viewer account.Viewer, id int64) (script.Script, error)
	History(ctx context.Context, m script.Match) ([]script.Script, map[int64]string, error)
	Phrases(ctx context.Context, viewer account.Viewer) (script.Phrases, error)
	Preview(ctx context.Context, version script.Script, about script.About) (script.Spoken, error)
	Publish(ctx context.Context, viewer account.Viewer, id int64, revision int) (script.Script, error)
	Retire(ctx context.Context, viewer account.Viewer, id int64) error
	Save(ctx context.Context, viewer account.Viewer, id int64, revision int, w script.Written) (script.Script, error)
	SetCentre(ctx context.Context, viewer account.Viewer, c script.Centre) error
	SetCentrePhrases(ctx context.Context, viewer account.Viewer, body string) error
	SetOwnPhrases(ctx context.Context, viewer account.Viewer, body string) error
}
