package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

// accessLog writes one line per request: the pattern of the route, never the address itself, which may carry a survey token or a
// phone number.
func (s *Server) accessLog(c *gin.Context) {
	began := s.now()
	c.Next()
	pattern := c.FullPath()
	if pattern == "" {
		pattern = "none"
	}
	level := slog.LevelInfo
	if strings.HasPrefix(pattern, "/static/") {
		level = slog.LevelDebug
	}
	s.log.Log(c.Request.Context(), level, "request",
		"method", c.Request.Method, "route", pattern, "status", c.Writer.Status(),
		"ms", s.now().Sub(began).Milliseconds(), "bytes", max(c.Writer.Size(), 0), "user", viewer(c).UserID)
}

// recovered turns a panic of a handler into the page for our own errors.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			s.log.ErrorContext(c.Request.Context(), "handler panicked", "route", c.FullPath(), "panic", p, "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				s.fail(c, errPanic)
			}
			c.Abort()
		}
	}()
	c.Next()
}

var errPanic = fault.New(fault.Internal, "internal", "something went wrong here")

// who finds the viewer of the session cookie and puts it, with the language of the request, in the context. The API, which
// takes tokens, and static files, which are the same for all, are left alone.
func (s *Server) who(c *gin.Context) {
	if strings.HasPrefix(c.Request.URL.Path, "/static/") || strings.HasPrefix(c.Request.URL.Path, apiPrefix) {
		c.Next()
		return
	}
	ctx := c.Request.Context()
	if token := s.sessionToken(c); token != "" {
		v, err := s.Accounts.ViewerBySession(ctx, token)
		switch {
		case err == nil:
			ctx = account.WithViewer(ctx, v)
		case fault.Is(err, fault.Unauthenticated):
			s.clearCookie(c, s.sessionCookie())
		default:
			s.fail(c, err)
			c.Abort()
			return
		}
	}
	c.Request = c.Request.WithContext(withLanguage(ctx, s.languageOf(c, account.ViewerFrom(ctx))))
	c.Next()
}

type languageKey struct{}

func withLanguage(ctx context.Context, language string) context.Context {
	return context.WithValue(ctx, languageKey{}, language)
}

// language returns the language to answer in.
func (s *Server) language(c *gin.Context) string {
	if l, ok := c.Request.Context().Value(languageKey{}).(string); ok {
		return l
	}
	return s.languageOf(c, account.Viewer{})
}

// contentPolicy allows only what we serve ourselves: no inline scripts, no style attributes, no frames.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) securityHeaders(next http.Handler) http.Handler {
	secure := s.secure()
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
	s.log.WarnContext(r.Context(), "cross-origin request refused", "method", r.Method)
	http.Error(w, "403: this request came from another site\n来自其他网站的请求已被拒绝", http.StatusForbidden)
}

// secure reports whether browsers reach us by https, so that cookies may be Secure.
func (s *Server) secure() bool { return s.origin != nil && s.origin.Scheme == "https" }

// sessionCookie is the name of the cookie with the session token.
func (s *Server) sessionCookie() string { return s.hostCookie("aftercall") }

// deviceCookie is the name of the cookie with the device tokens, by which a browser is known after its session is over.
func (s *Server) deviceCookie() string { return s.hostCookie("aftercall-devices") }

// hostCookie is the name of a cookie with the prefix that makes browsers insist on https and on our host.
func (s *Server) hostCookie(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

func (s *Server) sessionToken(c *gin.Context) string { return cookie(c, s.sessionCookie()) }

// cookie returns the value of a cookie, "" if there is none.
func cookie(c *gin.Context, name string) string {
	value, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return value
}

func (s *Server) setCookie(c *gin.Context, name, value string, life time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	})
}

func (s *Server) clearCookie(c *gin.Context, name string) { s.setCookie(c, name, "", -time.Second) }
