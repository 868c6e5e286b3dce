package api

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/web/frame"
)

// What a body may be.
const (
	oneJSON  = "application/json"
	manyJSON = "application/x-ndjson"
)

// bodyKind returns which of the kinds a body is, or the answer to one that is none of them, is not in UTF-8, or is packed.
func bodyKind(c *gin.Context, kinds ...string) (string, *frame.Problem) {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if slices.Contains([]string{"application/ndjson", "application/jsonl"}, kind) {
		kind = manyJSON
	}
	charset, named := params["charset"]
	packed := strings.ToLower(strings.TrimSpace(c.GetHeader("Content-Encoding")))
	switch {
	case err != nil || !slices.Contains(kinds, kind):
		title := "send JSON as application/json"
		if len(kinds) > 1 {
			title = "send one as application/json, or one a line as application/x-ndjson"
		}
		return "", unsupported(c, kinds, "content_type", title)
	case named && !slices.Contains([]string{"utf-8", "utf8"}, strings.ToLower(charset)):
		return "", unsupported(c, kinds, "charset", "send JSON in UTF-8, and no other charset")
	case packed != "" && packed != "identity":
		return "", unsupported(c, kinds, "content_encoding", "send JSON as it is, without a Content-Encoding")
	}
	return kind, nil
}

func unsupported(c *gin.Context, kinds []string, code, title string) *frame.Problem {
	c.Header("Accept-Post", strings.Join(kinds, ", "))
	return &frame.Problem{
		Type: "urn:aftercall:" + code, Status: http.StatusUnsupportedMediaType, Code: code, Title: title,
	}
}
