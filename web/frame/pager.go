package frame

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
)

// With returns a copy of query values with more of them, names and values in turn.
func With(query url.Values, more ...string) url.Values {
	copied := url.Values{}
	for name, values := range query {
		copied[name] = values
	}
	for i := 0; i+1 < len(more); i += 2 {
		copied.Set(more[i], more[i+1])
	}
	return copied
}

// PageSize is how many rows a list shows.
const PageSize = 50

// maxTrail bounds how far back "newer" leads step by step.
const maxTrail = 40

// Pager is the links below a list; see partials/parts.html. Lists are read by key, never by page number: the address carries the
// trail of keys that "older" was clicked at, so that "newer" goes back the same way.
type Pager struct {
	Older, Newer, Newest string // addresses; empty where there is nothing
}

// ListKey returns the key the list begins after, or "" at its start.
func ListKey(c *gin.Context) string {
	trail := strings.Split(c.Query("older"), ",")
	return trail[len(trail)-1]
}

// ListKeyID is ListKey for lists in descending order of ids: 0 at the start.
func ListKeyID(c *gin.Context) int64 {
	id, err := strconv.ParseInt(ListKey(c), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// Paged cuts rows, of which PageSize+1 were asked for, to one page and makes its links; key returns the key of a row.
func Paged[T any](c *gin.Context, rows []T, key func(T) string) ([]T, Pager) {
	next := ""
	if len(rows) > PageSize {
		rows = rows[:PageSize]
		next = key(rows[PageSize-1])
	}
	return rows, Continued(c, next)
}

// Continued makes the links of a list that goes on behind a key; empty: it ends here.
func Continued(c *gin.Context, next string) Pager {
	var p Pager
	trail := strings.FieldsFunc(c.Query("older"), func(r rune) bool { return r == ',' })
	if len(trail) > 0 {
		p.Newer, p.Newest = withTrail(c, trail[:len(trail)-1]), withTrail(c, nil)
	}
	if next != "" {
		trail = append(trail, next)
		p.Older = withTrail(c, trail[max(0, len(trail)-maxTrail):])
	}
	return p
}

// PagedByID is Paged for rows with a numeric key.
func PagedByID[T any](c *gin.Context, rows []T, id func(T) int64) ([]T, Pager) {
	return Paged(c, rows, func(row T) string { return strconv.FormatInt(id(row), 10) })
}

// ListKeyAt is ListKey for lists in the order of instants and ids, see PagedAt: zeros at the start, and for what is no such key.
func ListKeyAt(c *gin.Context) (at clock.Instant, id int64) {
	instant, number, _ := strings.Cut(ListKey(c), "-")
	of, err1 := strconv.ParseInt(instant, 10, 64)
	id, err2 := strconv.ParseInt(number, 10, 64)
	if err1 != nil || err2 != nil {
		return 0, 0
	}
	return clock.Instant(of), id
}

// PagedAt is Paged for rows in the order of instants and ids.
func PagedAt[T any](c *gin.Context, rows []T, key func(T) (clock.Instant, int64)) ([]T, Pager) {
	return Paged(c, rows, func(row T) string {
		at, id := key(row)
		return strconv.FormatInt(int64(at), 10) + "-" + strconv.FormatInt(id, 10)
	})
}

// withTrail is the current address, filters and all, at another place of the list.
func withTrail(c *gin.Context, trail []string) string {
	query := c.Request.URL.Query()
	query.Del("older")
	if len(trail) > 0 {
		query.Set("older", strings.Join(trail, ","))
	}
	return (&url.URL{Path: c.Request.URL.Path, RawQuery: query.Encode()}).RequestURI()
}
