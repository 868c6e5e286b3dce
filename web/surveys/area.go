// Package surveys is what was sent to customers.
package surveys

import (
	"context"
	"embed"

	"aftercall/internal/delivery"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	messages Messages
}

// New returns the area.
func New(site *frame.Site, messages Messages) frame.Area {
	h := &handlers{Site: site, messages: messages}
	return frame.Area{
		Files:   files,
		Routes:  h.messagesRoutes(),
		Samples: messagesSamples(),
	}
}

// Messages is what these pages ask of messages.
type Messages interface {
	// Newest returns up to limit kept messages with ids below before (0: from the newest on), the newest first.
	Newest(ctx context.Context, before int64, limit int) ([]delivery.Kept, error)
}
