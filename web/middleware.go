package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// accessLog writes one line per request: the pattern of the route, never the address itself, which may carry a survey token or a
// phone number.
func (s *Server) accessLog(c *gin.Context) {
	began := s.Now()
	c.Next()
	pattern := c.FullPath()
	if pattern == "" {
		pattern = "none"
	}
	level := slog.LevelInfo
	if strings.HasPrefix(pattern, "/static/") || c.Writer.Status() == http.StatusNotModified {
		level = slog.LevelDebug
	}
	s.Log.Log(c.Request.Context(), level, "request",
		"method", c.Request.Method, "route", pattern, "status", c.Writer.Status(),
		"ms", s.Now().Sub(began).Milliseconds(), "bytes", max(c.Writer.Size(), 0), "user", frame.Viewer(c).UserID)
}

// recovered turns a panic of a handler into the page for our own errors.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			s.Log.ErrorContext(c.Request.Context(), "handler panicked", "route", c.FullPath(), "panic", p, "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				s.Fail(c, errPanic)
			}
			c.Abort()
		}
	}()
	c.Next()
}

var errPanic = fault.New(fault.Internal, "internal", "something went wrong here")

// sessions are what the middleware asks of accounts.
type sessions interface {
	ViewerBySession(ctx context.Context, token string) (account.Viewer, error)
}

// findViewer finds the viewer of the session cookie and puts it, with the language of the request, in the context. The API, which
// takes tokens, and static files, which are the same for all, are left alone.
func (s *Server) findViewer(c *gin.Context) {
	if strings.HasPrefix(c.Request.URL.Path, "/static/") || strings.HasPrefix(c.Request.URL.Path, frame.APIPrefix) {
		c.Next()
		return
	}
	ctx := c.Request.Context()
	if token := s.SessionToken(c); token != "" {
		v, err := s.accounts.ViewerBySession(ctx, token)
		switch {
		case err == nil:
			ctx = account.WithViewer(ctx, v.Through(account.ByPage, c.ClientIP()))
		case fault.Is(err, fault.Unauthenticated):
			s.ClearCookie(c, s.SessionCookie())
		default:
			s.Fail(c, err)
			c.Abort()
			return
		}
	}
	c.Request = c.Request.WithContext(frame.WithLang(ctx, s.LangOf(c, account.ViewerFrom(ctx))))
	c.Next()
}

// contentPolicy allows only what we serve ourselves: no inline scripts, no style attributes, no frames.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) securityHeaders(next http.Handler) http.Handler {
	secure := s.Secure()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store") // pages show personal data; static files set their own
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// denyCrossOrigin answers a state-changing request that another site made the browser send.
func (s *Server) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	s.Log.WarnContext(r.Context(), "cross-origin request refused", "method", r.Method)
	http.Error(w, "403: this request came from another site\n来自其他网站的请求已被拒绝", http.StatusForbidden)
}
