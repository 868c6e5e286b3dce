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
	messages messageService
}

// New returns the area.
func New(site *frame.Site, messages messageService) frame.Area {
	h := &handlers{Site: site, messages: messages}
	return frame.Area{
		Files:   files,
		Routes:  h.messagesRoutes(),
		Samples: messagesSamples(),
	}
}

// messageService is what these pages ask of messages.
type messageService interface {
	Newest(ctx context.Context, before int64, limit int) ([]delivery.Kept, error)
}
