// Package web is everything people and machines reach over HTTP. It assembles the site: every area of pages has a folder of its own,
// with its handlers, templates and texts, and stands on web/frame; areas.go lists them. What every request passes is in middleware.go,
// and navigation.go says what stands in the navigation, for whom, and in which order.
package web

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/web/api"
	"aftercall/web/frame"
)

// Options are the settings of the web server.
type Options = frame.Options

// Server answers HTTP requests. It keeps nothing between them.
type Server struct {
	*frame.Site
	accounts sessions
	api      *api.API
	handler  http.Handler
}

// New returns a server. It fails if a route names no roles, if a catalogue has a fault, or if a page has no sample. Its pages are
// parsed when they are first shown; CheckPages shows all of them.
func New(services Services, opts Options) (*Server, error) {
	site, err := frame.New(opts, navigation())
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := site.Open(areas(site, services)...); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if services.Outcomes != nil {
		site.Catalogue.Outcomes = services.Outcomes.Label
	}
	machines := api.New(
		site, services.Accounts, services.Callbacks, services.Worklist, services.Contacts, services.Maintenance, services.Permission,
		services.Floor, services.Handoffs,
	)
	s := &Server{Site: site, accounts: services.Accounts, api: machines}
	if s.handler, err = s.mount(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return s, nil
}

// Handler returns the server as a handler, for an http.Server with timeouts.
func (s *Server) Handler() http.Handler { return s.handler }

// mount builds the engine: what every request passes, then the routes.
func (s *Server) mount() (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.ContextWithFallback = true
	engine.HandleMethodNotAllowed = true
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"} // gin also takes X-Real-IP, which a proxy may pass on as a client wrote it
	if err := engine.SetTrustedProxies(s.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trust the proxies: %w", err)
	}
	engine.Use(s.accessLog, s.recovered, s.findViewer)
	for _, r := range s.Routes() {
		if err := r.Check(); err != nil {
			return nil, err
		}
		engine.Handle(r.Method, r.Path, s.Serve(r))
	}
	if err := s.api.Mount(engine); err != nil {
		return nil, fmt.Errorf("mount the API: %w", err)
	}
	engine.NoRoute(func(c *gin.Context) { s.Fail(c, frame.ErrNoPage) })
	engine.NoMethod(func(c *gin.Context) { s.Fail(c, frame.ErrMethod) })

	origins := http.NewCrossOriginProtection()
	if s.Origin != nil {
		if err := origins.AddTrustedOrigin(s.Origin.Scheme + "://" + s.Origin.Host); err != nil {
			return nil, fmt.Errorf("trust the public URL: %w", err)
		}
	}
	origins.AddInsecureBypassPattern("POST /p/{token}") // mail programs post from where they are; the link alone decides, no cookie
	origins.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	return s.securityHeaders(origins.Handler(engine)), nil
}
