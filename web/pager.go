package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// pageSize is how many rows a list shows.
const pageSize = 50

// maxTrail bounds how far back "newer" leads step by step.
const maxTrail = 40

// pager is the links below a list; see partials/pager.html. Lists are read by key, never by page number: the address carries the
// trail of keys that "older" was clicked at, so that "newer" goes back the same way.
type pager struct {
	Older, Newer, Newest string // addresses; empty where there is nothing
}

// listKey returns the key the list begins after, or "" at its start.
func listKey(c *gin.Context) string {
	trail := strings.Split(c.Query("older"), ",")
	return trail[len(trail)-1]
}

// listKeyID is listKey for lists in descending order of ids: 0 at the start.
func listKeyID(c *gin.Context) int64 {
	id, err := strconv.ParseInt(listKey(c), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// paged cuts rows, of which pageSize+1 were asked for, to one page and makes its links; key returns the key of a row.
func paged[T any](c *gin.Context, rows []T, key func(T) string) ([]T, pager) {
	var p pager
	trail := strings.FieldsFunc(c.Query("older"), func(r rune) bool { return r == ',' })
	if len(trail) > 0 {
		p.Newer, p.Newest = withTrail(c, trail[:len(trail)-1]), withTrail(c, nil)
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		trail = append(trail, key(rows[pageSize-1]))
		p.Older = withTrail(c, trail[max(0, len(trail)-maxTrail):])
	}
	return rows, p
}

// pagedByID is paged for rows with a numeric key.
func pagedByID[T any](c *gin.Context, rows []T, id func(T) int64) ([]T, pager) {
	return paged(c, rows, func(row T) string { return strconv.FormatInt(id(row), 10) })
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
