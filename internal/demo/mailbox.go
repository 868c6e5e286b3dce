package demo

import (
	"context"
	"regexp"

	"aftercall/internal/delivery"
)

// Mailbox is a sender that keeps messages like the log sender, and lets the demo's customers read them.
type Mailbox struct {
	*delivery.Log
	unread []delivery.Message
}

// Send keeps the message and puts it in front of its reader.
func (m *Mailbox) Send(ctx context.Context, message delivery.Message) (delivery.Receipt, error) {
	m.unread = append(m.unread, message)
	return m.Log.Send(ctx, message)
}

// read returns what came since the last time.
func (m *Mailbox) read() []delivery.Message {
	unread := m.unread
	m.unread = nil
	return unread
}

var link = regexp.MustCompile(`/s/([0-9A-Za-z]+)`)

// tokenIn returns the token of the survey link in a message, or "".
func tokenIn(message delivery.Message) string {
	found := link.FindStringSubmatch(message.Text)
	if found == nil {
		return ""
	}
	return found[1]
}
