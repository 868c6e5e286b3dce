// Package web is everything people and machines reach over HTTP: the callers' desk, the admin pages, the public survey and the
// JSON API. A handler decodes, calls one use case and renders; routes.go lists every route with the roles that may use it.
package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// Services are the use cases behind the pages.
type Services struct {
	Accounts   *account.Service
	Contacts   *contact.Service
	Identity   *identity.Service
	Imports    *imports.Service
	Permission *permission.Service
	Policies   *policy.Service
	Callbacks  *callback.Service
	Decisions  *decision.Service
	Lists      *lists.Service
	Surveys    *survey.Service
	Campaigns  *campaign.Service
	Messages   Messages
	Figures    *figures.Service
	Jobs       Jobs
	Reads      flow.Reads
}

// Options are the settings of the web server.
type Options struct {
	Zone       *time.Location // the centre's; pages show times in it
	Language   string         // the centre's, "zh-CN" or "en": for people whose browser asks for neither
	CentreName string         // shown to customers and at login
	PublicURL  string         // how browsers reach us, as in https://care.example.com; with https cookies are Secure
	Now        clock.Now
	Demo       bool // shows the demo's clock in the header
	Log        *slog.Logger
	// TrustedProxies are the addresses and networks of proxies whose X-Forwarded-For names the client. Of all others it is ignored:
	// anybody can write one.
	TrustedProxies []string
}

// Server answers HTTP requests. It keeps nothing between them.
type Server struct {
	Services
	opts     Options
	origin   *url.URL // of PublicURL; nil if there is none
	log      *slog.Logger
	now      clock.Now
	messages messages
	assets   assets
	views    views
	routes   []route
	handler  http.Handler
	posts    *limiter // of survey pages, by token
}

// New returns a server. It fails if a route names no roles, or if a template, a catalogue or a sample page has a fault, so that
// none of these can fail in front of a user.
func New(services Services, opts Options) (*Server, error) {
	s := &Server{Services: services, opts: opts, log: opts.Log, now: opts.Now, posts: newLimiter(30)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if opts.PublicURL != "" {
		origin, err := url.Parse(opts.PublicURL)
		if err != nil || !address.IsLink(opts.PublicURL) {
			return nil, fmt.Errorf("web: the public URL %q must look like https://care.example.com", opts.PublicURL)
		}
		s.origin = origin
	}
	var err error
	if s.messages, err = loadMessages(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.routes = s.allRoutes()
	if s.views, err = s.loadViews(samples()); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
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
	if err := engine.SetTrustedProxies(s.opts.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trust the proxies: %w", err)
	}
	engine.Use(s.accessLog, s.recovered, s.who)
	for _, r := range s.routes {
		if err := r.check(); err != nil {
			return nil, err
		}
		engine.Handle(r.method, r.path, s.serve(r))
	}
	if err := s.mountAPI(engine); err != nil {
		return nil, fmt.Errorf("mount the API: %w", err)
	}
	engine.NoRoute(func(c *gin.Context) { s.fail(c, errNoPage) })
	engine.NoMethod(func(c *gin.Context) { s.fail(c, errMethod) })

	origins := http.NewCrossOriginProtection()
	if s.origin != nil {
		if err := origins.AddTrustedOrigin(s.origin.Scheme + "://" + s.origin.Host); err != nil {
			return nil, fmt.Errorf("trust the public URL: %w", err)
		}
	}
	origins.AddInsecureBypassPattern("POST /p/{token}") // mail programs post from where they are; the link alone decides, no cookie
	origins.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	return s.securityHeaders(origins.Handler(engine)), nil
}
