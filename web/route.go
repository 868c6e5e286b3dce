package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

// route is one address, who may use it, and what answers. A handler that returns an error has written nothing.
type route struct {
	method string
	path   string
	roles  []account.Role // of people; an administrator has every role
	public bool           // for people without a login: then it has no roles
	body   int64          // bytes a request may have; 0 means defaultBody
	handle func(*gin.Context) error
}

// defaultBody is what forms need, with room for a long comment.
const defaultBody = 1 << 20

// everyone is the roles of a page for all who are logged in.
func everyone() []account.Role { return account.Roles() }

func (r route) check() error {
	switch {
	case r.public == (len(r.roles) > 0):
		return fmt.Errorf("route %s %s must either name roles or be public", r.method, r.path)
	case slices.Contains(r.roles, account.Machine):
		return fmt.Errorf("route %s %s: machines use the API", r.method, r.path)
	case r.handle == nil:
		return fmt.Errorf("route %s %s has no handler", r.method, r.path)
	}
	return nil
}

func (r route) allows(viewer account.Viewer) bool {
	return r.public || viewer.Role != account.Machine && viewer.Role != "" && viewer.Is(r.roles...)
}

var (
	errLoginFirst = fault.New(fault.Unauthenticated, "login_first", "log in first")
	errRole       = fault.New(fault.Forbidden, "role_needed", "your role may not do this")
	errNoPage     = fault.New(fault.NotFound, "no_page", "there is no such page")
	errMethod     = fault.New(fault.NotFound, "no_method", "this address does not do that")
)

// serve makes a gin handler of a route: it checks the viewer, bounds the body, and turns an error into a response.
func (s *Server) serve(r route) gin.HandlerFunc {
	limit := r.body
	if limit == 0 {
		limit = defaultBody
	}
	return func(c *gin.Context) {
		if !r.allows(viewer(c)) {
			if viewer(c).Role == "" {
				s.fail(c, errLoginFirst)
			} else {
				s.fail(c, errRole)
			}
			return
		}
		if c.Request.Body != nil {
			c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
		}
		if err := r.handle(c); err != nil {
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				err = bodyTooLarge(err, limit)
			}
			s.fail(c, err)
		}
	}
}

// viewer returns who asks; the zero Viewer without a login.
func viewer(c *gin.Context) account.Viewer { return account.ViewerFrom(c.Request.Context()) }
