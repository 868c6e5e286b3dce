package frame

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

// Route is one address, who may use it, and what answers. A handler that returns an error has written nothing.
type Route struct {
	Method string
	Path   string
	Roles  []account.Role // of people; an administrator has every role
	Public bool           // for people without a login: then it has no roles
	Body   int64          // bytes a request may have; 0 means DefaultBody
	Handle func(*gin.Context) error
}

// DefaultBody is what forms need, with room for a long comment.
const DefaultBody = 1 << 20

// Everyone is the roles of a page for all who are logged in.
func Everyone() []account.Role { return account.Roles() }

// Check returns an error for a route that nobody or anybody might use by mistake.
func (r Route) Check() error {
	switch {
	case r.Public == (len(r.Roles) > 0):
		return fmt.Errorf("route %s %s must either name roles or be public", r.Method, r.Path)
	case slices.Contains(r.Roles, account.Machine):
		return fmt.Errorf("route %s %s: machines use the API", r.Method, r.Path)
	case r.Handle == nil:
		return fmt.Errorf("route %s %s has no handler", r.Method, r.Path)
	}
	return nil
}

// Allows reports whether a viewer may use the route.
func (r Route) Allows(viewer account.Viewer) bool {
	return r.Public || viewer.Role != account.Machine && viewer.Role != "" && viewer.Is(r.Roles...)
}

// What an address can be refused for.
var (
	errLoginFirst = fault.New(fault.Unauthenticated, "login_first", "log in first")
	errRole       = fault.New(fault.Forbidden, "role_needed", "your role may not do this")
	ErrNoPage     = fault.New(fault.NotFound, "no_page", "there is no such page")
	ErrMethod     = fault.New(fault.NotFound, "no_method", "this address does not do that")
)

// Serve makes a gin handler of a route: it checks the viewer, bounds the body, and turns an error into a response.
func (s *Site) Serve(r Route) gin.HandlerFunc {
	limit := r.Body
	if limit == 0 {
		limit = DefaultBody
	}
	return func(c *gin.Context) {
		if !r.Allows(Viewer(c)) {
			if Viewer(c).Role == "" {
				s.Fail(c, errLoginFirst)
			} else {
				s.Fail(c, errRole)
			}
			return
		}
		if c.Request.Body != nil {
			c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
		}
		if err := r.Handle(c); err != nil {
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				err = BodyTooLarge(err, limit)
			}
			s.Fail(c, err)
		}
	}
}

// Viewer returns who asks; the zero Viewer without a login.
func Viewer(c *gin.Context) account.Viewer { return account.ViewerFrom(c.Request.Context()) }
