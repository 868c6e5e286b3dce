package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"aftercall/internal/account"
)

//go:embed locales/*.json
var localeFiles embed.FS

// messages are the catalogues: every text people read, by language and key.
type messages struct {
	localizers map[string]*i18n.Localizer
	matcher    language.Matcher
	tags       []string // of matcher, in its order
}

// loadMessages reads locales/<feature>.<language>.json, flat objects of "feature.key": "text" or {"one": …, "other": …}.
func loadMessages() (messages, error) {
	bundle := i18n.NewBundle(language.SimplifiedChinese)
	files, err := fs.Glob(localeFiles, "locales/*.json")
	if err != nil {
		return messages{}, fmt.Errorf("list catalogues: %w", err)
	}
	for _, name := range files {
		if _, err := bundle.LoadMessageFileFS(localeFiles, name); err != nil {
			return messages{}, fmt.Errorf("catalogue %s: %w", path.Base(name), err)
		}
	}
	m := messages{localizers: map[string]*i18n.Localizer{}, tags: account.Languages()}
	var tags []language.Tag
	for _, l := range m.tags {
		m.localizers[l] = i18n.NewLocalizer(bundle, l)
		tags = append(tags, language.MustParse(l))
	}
	m.matcher = language.NewMatcher(tags)
	return m, nil
}

// text returns the message of a key with its named values. A value named "count" chooses the plural.
func (m messages) text(lang, key string, args map[string]any) (string, error) {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: args}
	if count, ok := args["count"]; ok {
		switch n := count.(type) {
		case int:
			config.PluralCount = n
		case int64:
			config.PluralCount = n
		}
	}
	text, tag, err := m.localizers[lang].LocalizeWithTag(config)
	if err != nil {
		return "", fmt.Errorf("text %s in %s: %w", key, lang, err)
	}
	if text == "" || !sameLanguage(tag, lang) {
		return "", fmt.Errorf("text %s is missing in %s", key, lang)
	}
	return text, nil
}

func sameLanguage(tag language.Tag, lang string) bool {
	base, _ := tag.Base()
	want, _ := language.MustParse(lang).Base()
	return base == want
}

// textOr returns the message of the first key that there is, or the fallback.
func (m messages) textOr(lang, fallback string, args map[string]any, keys ...string) string {
	for _, key := range keys {
		if text, err := m.text(lang, key, args); err == nil {
			return text
		}
	}
	return fallback
}

// languageOf chooses the language: the one the user set, the one chosen in this browser, the best the browser asks for, or the
// centre's.
func (s *Server) languageOf(c *gin.Context, viewer account.Viewer) string {
	if _, ok := s.messages.localizers[viewer.Language]; ok {
		return viewer.Language
	}
	if chosen, err := c.Cookie(languageCookie); err == nil {
		if _, ok := s.messages.localizers[chosen]; ok {
			return chosen
		}
	}
	return s.acceptedLanguage(c.Request)
}

func (s *Server) acceptedLanguage(r *http.Request) string {
	accepted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err == nil && len(accepted) > 0 {
		if _, i, confidence := s.messages.matcher.Match(accepted...); confidence > language.No {
			return s.messages.tags[i]
		}
	}
	return s.opts.Language
}

// t returns the text of a key in the language of the request; args are names and values in turn. For texts that are made in Go:
// titles, flash messages. A key that is missing is shown as itself and logged; a test finds those.
func (s *Server) t(c *gin.Context, key string, args ...any) string {
	text, err := s.messages.text(s.language(c), key, pairs(args))
	if err != nil {
		s.log.ErrorContext(c.Request.Context(), "text is missing", "key", key, "error", err)
		return key
	}
	return text
}

// pairs makes a map of names and values in turn.
func pairs(args []any) map[string]any {
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[strings.TrimSpace(fmt.Sprint(args[i]))] = args[i+1]
	}
	return m
}
