package surveys

import (
	"net/http"
	"regexp"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/delivery"
	"aftercall/web/frame"
)

// messagesPage shows what customers would have been sent, with links that work, so that a trial needs no mail server.
type messagesPage struct {
	frame.Page
	Messages []keptMessage
	Pager    frame.Pager
}

func (*messagesPage) Template() string { return "messages" }

// keptMessage is a message with its text cut where links begin and end.
type keptMessage struct {
	delivery.Kept
	Parts []textPart
}

// Link returns the first link of the message, or nothing.
func (m keptMessage) Link() string {
	for _, p := range m.Parts {
		if p.Link {
			return p.Text
		}
	}
	return ""
}

// textPart is a piece of text, or a link.
type textPart struct {
	Text string
	Link bool
}

func (h *handlers) messagesRoutes() []frame.Route {
	return []frame.Route{{Method: http.MethodGet, Path: "/messages", Roles: []account.Role{account.Admin}, Handle: h.showMessages}}
}

func (h *handlers) showMessages(c *gin.Context) error {
	rows, err := h.messages.Newest(c.Request.Context(), frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &messagesPage{}
	rows, p.Pager = frame.PagedByID(c, rows, func(m delivery.Kept) int64 { return m.ID })
	for _, m := range rows {
		p.Messages = append(p.Messages, keptMessage{Kept: m, Parts: linked(m.Body)})
	}
	p.Page = h.Page(c, "messages.title")
	return h.Render(c, p)
}

var webAddress = regexp.MustCompile(`https?://[0-9A-Za-z.:/_\-\[\]]+`)

// linked cuts a text at its links.
func linked(text string) []textPart {
	var parts []textPart
	end := 0
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		parts = append(parts, textPart{Text: text[end:at[0]]}, textPart{Text: text[at[0]:at[1]], Link: true})
		end = at[1]
	}
	return append(parts, textPart{Text: text[end:]})
}
