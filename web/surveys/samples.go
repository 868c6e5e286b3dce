package surveys

import (
	"aftercall/internal/clock"
	"aftercall/internal/delivery"
	"aftercall/web/frame"
)

func messagesSamples() []frame.View {
	kept := delivery.Kept{ID: 1, Channel: "email", Recipient: "a@example.com", Subject: "s", CreatedAt: clock.Instant(1)}
	return []frame.View{
		&messagesPage{},
		&messagesPage{
			Messages: []keptMessage{{Kept: kept, Parts: linked("see https://example.com/s/1 please")}},
			Pager:    frame.Pager{Older: "/messages?older=1"},
		},
	}
}
