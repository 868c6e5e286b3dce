package handoff

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"aftercall/internal/fault"
)

// maxLink is how long an address may be, in bytes.
const maxLink = 500

// encodeLinks checks addresses of attachments, which are links only, and writes them down.
func encodeLinks(links []string) (string, error) {
	var kept []string
	for _, link := range links {
		link = strings.TrimSpace(link)
		if link == "" {
			continue
		}
		u, err := url.Parse(link)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(link) > maxLink {
			return "", fault.InvalidFields(fault.Field{
				Name: "links", Code: "handoff_link", Problem: "must be addresses that begin with https://",
				Value: fault.Shorten(link, fault.MaxShown),
			})
		}
		kept = append(kept, link)
	}
	if len(kept) > MaxLinks {
		return "", fault.InvalidFields(fault.Field{Name: "links", Code: "handoff_links", Problem: "are more than five"})
	}
	if len(kept) == 0 {
		return "", nil
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return "", fmt.Errorf("write links: %w", err)
	}
	return string(b), nil
}

// Attached are the addresses of what is attached: by whoever opened a handoff, and by the reply.
type Attached struct{ Opening, Reply []string }

// Attached returns the addresses of what is attached.
func (h *Handoff) Attached() Attached {
	return Attached{Opening: decodeLinks(h.Links), Reply: decodeLinks(h.ReplyLinks)}
}

func decodeLinks(kept string) []string {
	var links []string
	if kept != "" && json.Unmarshal([]byte(kept), &links) != nil {
		return nil
	}
	return links
}
