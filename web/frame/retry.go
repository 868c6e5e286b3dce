package frame

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
)

// retrySeconds is what Retry-After says with every 503: about how soon an outage is found to be over.
const retrySeconds = "5"

// retry is how a request that could not be taken just now is made once more, with all that was typed.
type retry struct {
	Action string
	Post   bool
	Fields []retryField
	Back   string // the page with the form, where sending it once more needs more than we have: a file, a password
}

// retryField is a value of the form; a Long one was typed, and is shown.
type retryField struct {
	Name, Value string
	Long        bool
}

// retryOf returns how to make the request once more.
func retryOf(c *gin.Context) *retry {
	r := c.Request
	switch {
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return &retry{Action: r.URL.RequestURI()}
	case strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/"):
		return &retry{Back: refererPath(r)}
	}
	if r.PostForm == nil && r.Body != nil { // nobody has read it yet, nor bounded it
		r.Body = http.MaxBytesReader(c.Writer, r.Body, DefaultBody)
	}
	if err := r.ParseForm(); err != nil {
		return &retry{Back: refererPath(r)}
	}
	a := &retry{Action: r.URL.RequestURI(), Post: true}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if strings.Contains(name, "password") { // never sent back
			return &retry{Back: refererPath(r)}
		}
		for _, value := range r.PostForm[name] {
			a.Fields = append(a.Fields, retryField{Name: name, Value: value, Long: len(value) > 60 || strings.Contains(value, "\n")})
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

// RetryAfterError says when to try again, where the error knows it.
func RetryAfterError(c *gin.Context, err error) {
	if f, ok := fault.Of(err); ok && f.Wait > 0 {
		c.Header("Retry-After", strconv.FormatInt(int64((f.Wait+time.Second-1)/time.Second), 10))
	}
}

// RetryAfterStatus tells programs when to come back, if the status says that they may and the error did not say it better.
func RetryAfterStatus(c *gin.Context, status int) {
	if status == http.StatusServiceUnavailable && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", retrySeconds)
	}
}
