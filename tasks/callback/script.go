package callback

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"aftercall/internal/contact"
)

//go:embed scripts
var scriptFiles embed.FS

var scripts = template.Must(template.ParseFS(scriptFiles, "scripts/*.txt"))

// scriptFacts are the variables of a script.
type scriptFacts struct {
	Customer string // empty when the source named none
	Caller   string
	Centre   string
	Date     string // of the resolution, as the language writes it
	Subject  string // product and category; empty when neither is known
	Value    int    // of a recovery: the score
}

// Script returns what the caller may say, a paragraph a string, in the customer's language where there is a script in it, else in
// the fallback language.
func (s *Service) Script(desk Desk, callerName, fallback string) ([]string, error) {
	language := scriptLanguage(desk.Customer.Language, fallback)
	date := desk.Resolution.ResolvedAt.In(s.opts.Zone)
	facts := scriptFacts{
		Customer: desk.Customer.Name, Caller: callerName, Centre: s.opts.CentreName, Subject: subjectOf(desk.Contact, language),
		Value: desk.Callback.OriginValue, Date: date.Format("2 January"),
	}
	if language == "zh-CN" {
		facts.Date = date.Format("1月2日")
	}
	var b strings.Builder
	script := desk.Callback.Script
	if script == "" {
		script = string(desk.Callback.Kind)
	}
	name := fmt.Sprintf("%s.%s.txt", script, language)
	if err := scripts.ExecuteTemplate(&b, name, facts); err != nil {
		return nil, fmt.Errorf("write script %s: %w", name, err)
	}
	return strings.Split(strings.TrimSpace(b.String()), "\n\n"), nil
}

// scriptLanguage chooses between the languages there are scripts in.
func scriptLanguage(customer, fallback string) string {
	for _, tag := range []string{customer, fallback} {
		switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
		case "zh":
			return "zh-CN"
		case "en":
			return "en"
		}
	}
	return "zh-CN"
}

// subjectOf names what a contact was about.
func subjectOf(c contact.Contact, language string) string {
	switch {
	case c.Product == "" || c.Product == c.Category:
		return c.Category
	case c.Category == "":
		return c.Product
	case language == "zh-CN":
		return c.Product + c.Category
	}
	return c.Product + ", " + c.Category
}
