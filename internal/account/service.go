package account

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Service is the use cases around accounts. Administrative ones write an audit entry for the viewer in the context (see
// WithViewer); without one the command line did it.
type Service struct {
	db        *database.DB
	key       []byte // signs device tokens
	now       clock.Now
	passwords hasher
	work      Work
	skills    Skills
}

// New returns the service on a migrated database. The key is the installation's.
func New(db *database.DB, key []byte, now clock.Now) *Service {
	return &Service{db: db, key: key, now: now, passwords: newHasher(), work: nothing{}, skills: nothing{}}
}

type viewerKey struct{}

// WithViewer returns a context that carries who is acting, for the audit of administrative use cases.
func WithViewer(ctx context.Context, viewer Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, viewer)
}

// ViewerFrom returns who is acting; the zero Viewer where WithViewer was not called.
func ViewerFrom(ctx context.Context) Viewer {
	viewer, _ := ctx.Value(viewerKey{}).(Viewer)
	return viewer
}
