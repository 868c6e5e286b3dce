package web

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

// flash is a message about what was just done, shown on the next page once. It travels in a cookie as a key and its values.
type flash struct {
	Kind    string         `json:"k"`
	Key     string         `json:"t"`
	Args    map[string]any `json:"a,omitempty"`
	UndoURL string         `json:"u,omitempty"` // a POST there takes it back
}

// done is a flash message of success; args are names and values of its text in turn.
func done(key string, args ...any) flash { return flash{Kind: flashOK, Key: key, Args: pairs(args)} }

// refused is a flash message of something that did not work.
func refused(key string) flash { return flash{Kind: flashBad, Key: key} }

// undo returns the message with a button that posts to the address and so takes back what was done.
func (f flash) undo(url string) flash {
	f.UndoURL = url
	return f
}

// redirect answers a POST: go and see that page. With a message it is shown there.
func (s *Server) redirect(c *gin.Context, to string, messages ...flash) error {
	for _, f := range messages {
		if b, err := json.Marshal(f); err == nil {
			s.setCookie(c, flashCook, base64.RawURLEncoding.EncodeToString(b), time.Minute)
		}
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// takeFlash returns the message that waits and forgets it. A cookie that is not ours to read is no message.
func (s *Server) takeFlash(c *gin.Context) *flash {
	value, err := c.Cookie(flashCook)
	if err != nil || value == "" {
		return nil
	}
	s.clearCookie(c, flashCook)
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	var f flash
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
	if _, err := s.messages.text(s.language(c), f.Key, f.Args); err != nil {
		return nil
	}
	if f.UndoURL != "" {
		f.UndoURL = localPath(f.UndoURL)
	}
	return &f
}
