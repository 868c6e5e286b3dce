package frame

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
)

// Cookies that keep a choice of the browser.
const (
	LanguageCookie = "language"
	ThemeCookie    = "theme"

	ChoiceLife = 365 * 24 * time.Hour
)

// LoginPath is where people without a login are led.
const LoginPath = "/login"

type languageKey struct{}

// WithLang returns a context whose request is answered in a language.
func WithLang(ctx context.Context, language string) context.Context {
	return context.WithValue(ctx, languageKey{}, language)
}

// Lang returns the language to answer in.
func (s *Site) Lang(c *gin.Context) string {
	if l, ok := c.Request.Context().Value(languageKey{}).(string); ok {
		return l
	}
	return s.LangOf(c, account.Viewer{})
}

// Secure reports whether browsers reach us by https, so that cookies may be Secure.
func (s *Site) Secure() bool { return s.Origin != nil && s.Origin.Scheme == "https" }

// SessionCookie is the name of the cookie with the session token.
func (s *Site) SessionCookie() string { return s.hostCookie("aftercall") }

// DeviceCookie is the name of the cookie with the device tokens, by which a browser is known after its session is over.
func (s *Site) DeviceCookie() string { return s.hostCookie("aftercall-devices") }

// hostCookie is the name of a cookie with the prefix that makes browsers insist on https and on our host.
func (s *Site) hostCookie(name string) string {
	if s.Secure() {
		return "__Host-" + name
	}
	return name
}

// SessionToken returns the token of the session cookie, "" without one.
func (s *Site) SessionToken(c *gin.Context) string { return Cookie(c, s.SessionCookie()) }

// Cookie returns the value of a cookie, "" if there is none.
func Cookie(c *gin.Context, name string) string {
	value, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return value
}

// SetCookie sets a cookie for the whole site that scripts cannot read.
func (s *Site) SetCookie(c *gin.Context, name, value string, life time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: s.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// ClearCookie makes the browser forget a cookie.
func (s *Site) ClearCookie(c *gin.Context, name string) { s.SetCookie(c, name, "", -time.Second) }
