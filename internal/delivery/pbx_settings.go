package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// PBXSettings say how a PBX is asked for a call. URL, Headers and Body may hold variables: see PBXVariables.
type PBXSettings struct {
	On      bool     `json:"on"`      // otherwise callers dial with their own telephone
	Method  string   `json:"method"`  // one of PBXMethods
	URL     string   `json:"url"`     // http or https; variables are escaped as their place needs it, and none stands in the host
	Headers string   `json:"headers"` // "Name: value", a line each; {secret} is the secret
	Body    string   `json:"body"`    // JSON or, by its Content-Type, a form; variables are escaped for it
	Hosts   []string `json:"hosts"`   // hosts and networks off the public internet that may be asked
	Link    string   `json:"link"`    // tel or sip: what a caller's own telephone understands
	Domain  string   `json:"domain"`  // of sip addresses

	Secret    string `json:"-"` // signs requests; empty keeps the one there is
	NoSecret  bool   `json:"-"` // forget the secret there is
	HasSecret bool   `json:"-"` // there is one; it is never given out
}

// keptPBX is what the database keeps.
type keptPBX struct {
	PBXSettings
	Sealed string `json:"sealed,omitempty"`
}

const (
	pbxSetting = "dialer"
	pbxPurpose = "dialer secret"
	maxPBXText = 4000
)

// PBXMethods returns the methods by which a PBX may be asked.
func PBXMethods() []string { return []string{http.MethodPost, http.MethodPut, http.MethodGet} }

// PBXLinks returns the kinds of address a caller's own telephone may understand.
func PBXLinks() []string { return []string{"tel", "sip"} }

// PBXVariables returns the variables of a request.
func PBXVariables() []string {
	return []string{"number", "digits", "national", "customer_extension", "extension", "call_id", "callback_id"}
}

var errMayNotSetPBX = fault.New(fault.Forbidden, "pbx_role", "only administrators change how calls are made")

// Settings returns how the PBX is asked, without the secret. A centre that set nothing has none.
func (p *PBX) Settings(ctx context.Context) (PBXSettings, error) {
	kept, err := keptSettings(p.db.View(ctx))
	kept.HasSecret = kept.Sealed != ""
	return kept.PBXSettings, err
}

func keptSettings(tx database.Tx) (keptPBX, error) {
	kept := keptPBX{PBXSettings: PBXSettings{Method: http.MethodPost, Link: "tel"}}
	body, err := database.Setting(tx, pbxSetting)
	if err != nil || body == "" {
		return kept, err
	}
	if err := json.Unmarshal([]byte(body), &kept); err != nil {
		return keptPBX{}, fmt.Errorf("read how calls are made: %w", err)
	}
	return kept, nil
}

// Set keeps how the PBX is asked. It returns fault.Forbidden for anybody but an administrator, and fault.Invalid with the wrong fields.
func (p *PBX) Set(ctx context.Context, viewer account.Viewer, s PBXSettings) error {
	if viewer.Role != account.Admin {
		return errMayNotSetPBX
	}
	s = s.trimmed()
	if problems := s.check(); len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	sealed := ""
	if s.Secret != "" {
		var err error
		if sealed, err = seal(p.key, pbxPurpose, s.Secret); err != nil {
			return err
		}
	}
	now := p.now()
	return p.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, pbxSetting); err != nil {
			return err
		}
		old, err := keptSettings(tx)
		if err != nil {
			return err
		}
		kept := keptPBX{PBXSettings: s, Sealed: sealed}
		if sealed == "" && !s.NoSecret {
			kept.Sealed = old.Sealed
		}
		body, err := json.Marshal(kept)
		if err != nil {
			return fmt.Errorf("write how calls are made: %w", err)
		}
		if err := database.PutSetting(tx, pbxSetting, string(body)); err != nil {
			return err
		}
		detail := account.Detail(map[string]any{"on": s.On, "secret_changed": kept.Sealed != old.Sealed, "hosts": s.Hosts})
		return account.Audit(tx, now, viewer, "dialer.set", "setting", 0, detail)
	})
}

func (s PBXSettings) trimmed() PBXSettings {
	for _, text := range []*string{&s.Method, &s.URL, &s.Headers, &s.Body, &s.Link, &s.Domain, &s.Secret} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	var hosts []string
	for _, host := range s.Hosts {
		if host = strings.TrimSpace(host); host != "" {
			hosts = append(hosts, host)
		}
	}
	s.Hosts = hosts
	return s
}

// check returns what is wrong with the settings. Those that are switched off may be unfinished, but not wrong.
func (s PBXSettings) check() []fault.Field {
	var problems []fault.Field
	refuse := func(name, code, problem, value string) {
		problems = append(problems, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	}
	if !slices.Contains(PBXMethods(), s.Method) {
		refuse("method", "unknown_value", "is not one of the choices", s.Method)
	}
	if !slices.Contains(PBXLinks(), s.Link) {
		refuse("link", "unknown_value", "is not one of the choices", s.Link)
	}
	if s.Link == "sip" && !isHostName(strings.ToLower(s.Domain)) {
		refuse("domain", "host", "must be the name of a host", s.Domain)
	}
	if _, wrong := readAllowed(s.Hosts); wrong != "" {
		refuse("hosts", "pbx_hosts", "must be host names, IP addresses or networks such as 10.0.0.0/24", wrong)
	}
	for name, text := range map[string]string{"url": s.URL, "headers": s.Headers, "body": s.Body, "secret": s.Secret} {
		if utf8.RuneCountInString(text) > maxPBXText {
			refuse(name, "too_long", "is too long", "")
		} else if unknown := unknownVariable(text, name == "headers"); unknown != "" && name != "secret" {
			refuse(name, "variable_unknown", "is not a variable there is", unknown)
		}
	}
	switch {
	case s.On && s.URL == "":
		refuse("url", "required", "is required", "")
	case s.URL != "" && !s.urlWorks():
		refuse("url", "pbx_url", "must look like http://10.0.0.5:8088/calls, without a variable or password in front of its path", "")
	}
	s.checkContent(refuse)
	return problems
}

// checkContent checks headers and body together: the one says what the other is.
func (s PBXSettings) checkContent(refuse func(name, code, problem, value string)) {
	headers, wrong := readHeaders(s.Headers)
	if wrong != "" {
		refuse("headers", "pbx_header", "must be lines such as Authorization: Bearer {secret}", wrong)
		return
	}
	kind := contentType(headers)
	switch {
	case s.Body == "":
	case s.Method == http.MethodGet:
		refuse("body", "pbx_get_body", "must be empty with GET", "")
	case kind == jsonType:
		if sample := fillText(s.Body, sampleValues(), escapeJSON); !json.Valid([]byte(sample)) {
			refuse("body", "pbx_json", "is not JSON; variables stand inside quotation marks", "")
		}
	case kind == formType:
	default:
		refuse("headers", "pbx_content_type", "may have application/json or application/x-www-form-urlencoded as its Content-Type", kind)
	}
}

// urlWorks reports whether the address is one of the web with a host that no variable decides, and without a password: secrets belong
// into the secret.
func (s PBXSettings) urlWorks() bool {
	u, err := url.Parse(fillURL(s.URL, sampleValues()))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	_, rest, _ := strings.Cut(s.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return !strings.ContainsAny(host, "{}")
}

// headerName is a token of HTTP.
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// ownHeaders are set by us, or by HTTP itself.
var ownHeaders = []string{
	"Host", "Content-Length", "Transfer-Encoding", "Connection", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature",
}

// header is one line of the headers.
type header struct{ name, value string }

// readHeaders reads the lines of the headers. It returns the name on a line that is none.
func readHeaders(text string) (headers []header, wrong string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if !found || !headerName.MatchString(name) || slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)) {
			return nil, name
		}
		headers = append(headers, header{name, strings.TrimSpace(value)})
	}
	return headers, ""
}
