package frame

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"aftercall/internal/account"
)

// Catalogue are the catalogues: every text people read, by language and key.
type Catalogue struct {
	localizers map[string]*i18n.Localizer
	matcher    language.Matcher
	tags       []string // of matcher, in its order
	keys       []string // in order
	Outcomes   OutcomeLabels
}

// loadCatalogue reads locales/<topic>.<language>.json of every area, flat objects of "topic.key": "text" or {"one": …, "other": …}. It
// fails for a key that is present twice in a language: one of the texts would be shown by chance.
func loadCatalogue(areas []fs.FS) (Catalogue, error) {
	bundle := i18n.NewBundle(language.SimplifiedChinese)
	known := map[string]string{}
	for _, area := range areas {
		names, err := fs.Glob(area, "locales/*.json")
		if err != nil {
			return Catalogue{}, fmt.Errorf("list catalogues: %w", err)
		}
		for _, name := range names {
			if err := addTexts(bundle, area, name, known); err != nil {
				return Catalogue{}, fmt.Errorf("catalogue %s: %w", path.Base(name), err)
			}
		}
	}
	c := Catalogue{localizers: map[string]*i18n.Localizer{}, tags: account.Languages()}
	for key := range known {
		if lang, name, _ := strings.Cut(key, " "); lang == c.tags[0] {
			c.keys = append(c.keys, name)
		}
	}
	slices.Sort(c.keys)
	var tags []language.Tag
	for _, l := range c.tags {
		c.localizers[l] = i18n.NewLocalizer(bundle, l)
		tags = append(tags, language.MustParse(l))
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// addTexts adds the texts of a file; known is where each key was met before, with its language in front.
func addTexts(bundle *i18n.Bundle, area fs.FS, name string, known map[string]string) error {
	body, err := fs.ReadFile(area, name)
	if err != nil {
		return err
	}
	if _, err := bundle.ParseMessageFileBytes(body, name); err != nil {
		return err
	}
	keys, err := keysOf(body)
	if err != nil {
		return err
	}
	_, lang, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".json"), ".")
	for _, key := range keys {
		if before, twice := known[lang+" "+key]; twice {
			return fmt.Errorf("the key %s is in %s too", key, before)
		}
		known[lang+" "+key] = path.Base(name)
	}
	return nil
}

// keysOf returns the keys of a JSON object in their order, also those that a map would keep once only.
func keysOf(body []byte) ([]string, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var keys []string
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		keys = append(keys, fmt.Sprint(key))
	}
	return keys, nil
}

// Keys returns the keys that begin with a prefix, in order: what there are words for.
func (c Catalogue) Keys(prefix string) []string {
	from, _ := slices.BinarySearch(c.keys, prefix)
	to := from
	for to < len(c.keys) && strings.HasPrefix(c.keys[to], prefix) {
		to++
	}
	return c.keys[from:to]
}

// Text returns the text of a key with its named values. A value named "count" chooses the plural. What the centre calls an outcome of a
// call goes before what we call it.
func (c Catalogue) Text(lang, key string, args map[string]any) (string, error) {
	if text, own := c.outcomeText(lang, key, args); own {
		return text, nil
	}
	return c.text(lang, key, args)
}

// text is Text without the centre's own words.
func (c Catalogue) text(lang, key string, args map[string]any) (string, error) {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: args}
	if count, ok := args["count"]; ok {
		switch n := count.(type) {
		case int:
			config.PluralCount = n
		case int64:
			config.PluralCount = n
		}
	}
	text, tag, err := c.localizers[lang].LocalizeWithTag(config)
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

// TextOr returns the text of the first key that has one, or the fallback.
func (c Catalogue) TextOr(lang, fallback string, args map[string]any, keys ...string) string {
	for _, key := range keys {
		if text, err := c.Text(lang, key, args); err == nil {
			return text
		}
	}
	return fallback
}

// LangOf chooses the language: the one the user set, the one chosen in this browser, the best the browser asks for, or the
// centre's.
func (s *Site) LangOf(c *gin.Context, viewer account.Viewer) string {
	if _, ok := s.Catalogue.localizers[viewer.Language]; ok {
		return viewer.Language
	}
	if chosen, err := c.Cookie(LanguageCookie); err == nil {
		if _, ok := s.Catalogue.localizers[chosen]; ok {
			return chosen
		}
	}
	return s.acceptedLanguage(c.Request)
}

func (s *Site) acceptedLanguage(r *http.Request) string {
	accepted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err == nil && len(accepted) > 0 {
		if _, i, confidence := s.Catalogue.matcher.Match(accepted...); confidence > language.No {
			return s.Catalogue.tags[i]
		}
	}
	return s.Language
}

// T returns the text of a key in the language of the request; args are names and values in turn. For texts that are made in Go:
// titles, flash messages. A key that is missing is shown as itself and logged; a test finds those.
func (s *Site) T(c *gin.Context, key string, args ...any) string {
	text, err := s.Catalogue.Text(s.Lang(c), key, Pairs(args))
	if err != nil {
		s.Log.ErrorContext(c.Request.Context(), "text is missing", "key", key, "error", err)
		return key
	}
	return text
}

// Pairs makes a map of names and values in turn.
func Pairs(args []any) map[string]any {
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[strings.TrimSpace(fmt.Sprint(args[i]))] = args[i+1]
	}
	return m
}
