package frame

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// retrySeconds is what Retry-After says with every 503: about how soon an outage is found to be over.
const retrySeconds = "5"

// again is how a request that could not be taken just now is made once more, with all that was typed.
type again struct {
	Action string
	Post   bool
	Fields []againField
	Back   string // the page with the form, where sending it once more needs more than we have: a file, a password
}

// againField is a value of the form; a Long one was typed, and is shown.
type againField struct {
	Name, Value string
	Long        bool
}

// againOf returns how to make the request once more.
func againOf(c *gin.Context) *again {
	r := c.Request
	switch {
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return &again{Action: r.URL.RequestURI()}
	case strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/"):
		return &again{Back: refererPath(r)}
	}
	if r.PostForm == nil && r.Body != nil { // nobody has read it yet, nor bounded it
		r.Body = http.MaxBytesReader(c.Writer, r.Body, DefaultBody)
	}
	if err := r.ParseForm(); err != nil {
		return &again{Back: refererPath(r)}
	}
	a := &again{Action: r.URL.RequestURI(), Post: true}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if strings.Contains(name, "password") { // never sent back
			return &again{Back: refererPath(r)}
		}
		for _, value := range r.PostForm[name] {
			a.Fields = append(a.Fields, againField{Name: name, Value: value, Long: len(value) > 60 || strings.Contains(value, "\n")})
		}
	}
	return a
}

// refererPath is the page of ours the request came from, or "/".
func refererPath(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return "/"
	}
	return LocalPath(from.RequestURI())
}

// RetryLater tells programs when to come back, if the status says that they may and the error did not say it better.
func RetryLater(c *gin.Context, status int) {
	if status == http.StatusServiceUnavailable && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", retrySeconds)
	}
}
