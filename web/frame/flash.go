package frame

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// The kinds of flash messages.
const (
	flashOK   = "ok"
	flashBad  = "bad"
	flashCook = "flash"
)

// Flash is a message about what was just done, shown on the next page once. It travels in a cookie as a key and its values.
type Flash struct {
	Kind    string         `json:"k"`
	Key     string         `json:"t"`
	Args    map[string]any `json:"a,omitempty"`
	UndoURL string         `json:"u,omitempty"` // a POST there takes it back
}

// Done is a flash message of success; args are names and values of its text in turn.
func Done(key string, args ...any) Flash { return Flash{Kind: flashOK, Key: key, Args: Pairs(args)} }

// Refused is a flash message of something that did not work.
func Refused(key string) Flash { return Flash{Kind: flashBad, Key: key} }

// Undo returns the message with a button that posts to the address and so takes back what was done.
func (f Flash) Undo(url string) Flash {
	f.UndoURL = url
	return f
}

// Redirect answers a POST: go and see that page. With a message it is shown there.
func (s *Site) Redirect(c *gin.Context, to string, messages ...Flash) error {
	for _, f := range messages {
		if b, err := json.Marshal(f); err == nil {
			s.SetCookie(c, flashCook, base64.RawURLEncoding.EncodeToString(b), time.Minute)
		}
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// popFlash returns the message that waits and forgets it. A cookie that is not ours to read is no message.
func (s *Site) popFlash(c *gin.Context) *Flash {
	value, err := c.Cookie(flashCook)
	if err != nil || value == "" {
		return nil
	}
	s.ClearCookie(c, flashCook)
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	var f Flash
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.UseNumber()
	if err := decoder.Decode(&f); err != nil {
		return nil
	}
	for name, v := range f.Args {
		if n, ok := v.(json.Number); ok {
			if i, err := n.Int64(); err == nil {
				f.Args[name] = i
			}
		}
	}
	if f.Kind != flashOK && f.Kind != flashBad {
		return nil
	}
	if _, err := s.Catalogue.Text(s.Lang(c), f.Key, f.Args); err != nil {
		return nil
	}
	if f.UndoURL != "" {
		f.UndoURL = LocalPath(f.UndoURL)
	}
	return &f
}
