// Package imports is the upload of contacts: a file, the meaning of its columns, and what became of each line.
package imports

import (
	"context"
	"embed"
	"io"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	contacts contactService
	imports  importService
}

// New returns the area.
func New(site *frame.Site, contacts contactService, imports importService) frame.Area {
	h := &handlers{Site: site, contacts: contacts, imports: imports}
	return frame.Area{
		Files:  files,
		Routes: h.importsRoutes(),
		Samples: slices.Concat(
			importsSamples(),
			matchSamples(),
		),
	}
}

// contactService is what these pages ask of contacts.
type contactService interface {
	Region() string
	EnsureSource(ctx context.Context, name string) (contact.Source, error)
	SourceNames(ctx context.Context, ids []int64) (map[int64]string, error)
	SourceNamed(ctx context.Context, name string) (contact.Source, error)
	Sources(ctx context.Context) ([]contact.Source, error)
}

// importService is what these pages ask of imports.
type importService interface {
	Begin(ctx context.Context, runID int64, n imports.NewRun) (imports.Run, error)
	Check(ctx context.Context, runID int64, n imports.NewRun) (imports.Run, error)
	Discard(ctx context.Context, runID int64) error
	Issues(ctx context.Context, runID, after int64, limit int) ([]imports.Issue, error)
	Mapping(ctx context.Context, id int64) (imports.SavedMapping, error)
	Mappings(ctx context.Context) ([]imports.SavedMapping, error)
	Preview(ctx context.Context, runID int64, m imports.Mapping) (imports.Preview, error)
	Rematch(ctx context.Context, viewer account.Viewer, runID int64) (imports.Run, error)
	Remembered(ctx context.Context, header []string) (imports.Run, imports.Mapping, bool, error)
	Resume(ctx context.Context, runID int64) error
	Run(ctx context.Context, id int64) (imports.Run, error)
	Runs(ctx context.Context, before int64, limit int) ([]imports.Run, error)
	SaveMapping(ctx context.Context, name string, m imports.Mapping) error
	Stop(ctx context.Context, runID int64) error
	Try(ctx context.Context, p imports.Preview, n imports.NewRun) (imports.Run, error)
	Upload(ctx context.Context, viewer account.Viewer, filename string, file io.Reader) (imports.Run, error)
	WriteRejected(ctx context.Context, runID int64, to *table.CSVWriter, heading string, reason func(imports.Reason) string) error
}
